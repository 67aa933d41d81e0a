"""What is known of each third-party benchmark: who made it, under which licence, and what speaks against it.

Only words stand here. The items are never part of the project: they are read from the user's own copy.
"""

from __future__ import annotations

from dataclasses import dataclass

from audit.schema import FILL_MASK, TEXT_CLASSIFICATION

COMPATIBILITY = (
    "Compatibility result: this is a benchmark of others, run so that its figure can stand beside published ones. It "
    "is no finding of this audit, gets no verdict, takes no part in its multiple testing and is not among its key "
    "findings."
)
FEWER = "Fewer items than in its authors' files"
"""How the limitation begins that says so; the command line repeats it."""
BLODGETT = (
    "Blodgett et al. (2021) examined its pairs and found that many do not say what is compared, mix several "
    "differences, or name no stereotype; a score near even is no sign of a model without the stereotypes meant."
)


@dataclass(frozen=True, slots=True)
class About:
    """A benchmark in words."""

    name: str
    title: str
    task: str
    kinds: str
    """Which kinds of model, and how each is asked."""
    licence: str
    get: str
    """Where its files are."""
    file: str
    """What the path is of."""
    question: str
    construct: str
    method: str
    expected: str
    harm: str
    warnings: tuple[str, ...]
    sources: tuple[str, ...]
    content_note: str = "Sentences of this benchmark repeat hurtful stereotypes."

    @property
    def short(self) -> str:
        """The title without what is said of how it is run."""
        return self.title.partition(",")[0]


CROWS_PAIRS = About(
    name="crows-pairs",
    title="CrowS-Pairs",
    task=FILL_MASK,
    kinds="masked language models; causal ones by the log-likelihood of the whole text",
    licence="CC BY-SA 4.0",
    get="https://github.com/nyu-mll/crows-pairs (data/crows_pairs_anonymized.csv)",
    file="crows_pairs_anonymized.csv",
    question="Does the model find a stereotyping sentence more likely than its twin about another group?",
    construct="Preference for crowdworkers' sentences that stereotype disadvantaged groups in the United States.",
    method=(
        "Both sentences of a pair are scored by the pseudo-log-likelihood of the pieces that they share, each masked "
        "alone; the score is the share of pairs whose stereotyping sentence is higher. AUL, the mean log-probability "
        "of the unmasked pieces, is given beside it."
    ),
    expected="As many pairs one way as the other.",
    harm="A model that finds stereotypes likely may repeat them in what it fills in.",
    warnings=(
        "Its authors warn that it may not be a good indicator of social biases in language models, because of noise "
        "and unreliable items (README of their repository).",
        BLODGETT,
        "488 of its 1,508 pairs differ by more than one word. It is US English, and its writers were crowdworkers.",
    ),
    sources=(
        "Nangia, Vania, Bhalerao & Bowman 2020, CrowS-Pairs, EMNLP",
        "Blodgett, Lopez, Olteanu, Sim & Wallach 2021, Stereotyping Norwegian Salmon, ACL",
        "Kaneko & Bollegala 2022, Unmasking the Mask, AAAI",
    ),
)

STEREOSET = About(
    name="stereoset",
    title="StereoSet, intrasentence",
    task=FILL_MASK,
    kinds="masked language models; causal ones by the mean log-probability of the filled text",
    licence="CC BY-SA 4.0",
    get="https://github.com/moinnadeem/StereoSet (data/dev.json)",
    file="dev.json",
    question="Does the model prefer a stereotyping word for a person, and either word to an unrelated one?",
    construct="Preference for crowdworkers' stereotyping words about genders, professions, races and religions.",
    method=(
        "Three words for a blank are compared by the mean probability of their pieces, each at one mask after the "
        "pieces before it. Stereotype score: share of contexts that prefer the stereotyping word; language modelling "
        "score: share of meaningful words above the unrelated one; both are means over terms, and ICAT joins them. "
        "The intersentence part is not run."
    ),
    expected="A stereotype score of 50 % and a language modelling score of 100 %.",
    harm="A model that finds stereotypes likely may repeat them in what it fills in.",
    warnings=(
        BLODGETT,
        "Words of several pieces have their probabilities averaged, not multiplied, so long words seem more likely "
        "than they are.",
        "The unrelated words are random, so a high language modelling score needs little knowledge of language.",
    ),
    sources=(
        "Nadeem, Bethke & Reddy 2021, StereoSet, ACL",
        "Blodgett, Lopez, Olteanu, Sim & Wallach 2021, Stereotyping Norwegian Salmon, ACL",
    ),
)

WINOBIAS = About(
    name="winobias",
    title="WinoBias, as a blank",
    task=FILL_MASK,
    kinds="masked and causal language models",
    licence="MIT",
    get="https://github.com/uclanlp/corefBias (WinoBias/wino/data)",
    file="a pro_stereotyped file with its anti_stereotyped one beside it, or the folder of all",
    question="Does the model fill in the pronoun that fits the stereotype of an occupation?",
    construct="Preference for the pronoun of the gender that holds most jobs of an occupation in US statistics.",
    method=(
        "The pronoun is left blank and the two pronouns of the pro- and the anti-stereotyped sentence are compared "
        "in it. The score is the share of sentences that prefer the first, and the mean log-ratio of the two."
    ),
    expected="As many sentences one way as the other.",
    harm="People in an occupation that few of their gender hold are written about with the wrong pronoun.",
    warnings=(
        "It was made for systems that resolve coreference; whom the model takes the pronoun for is not measured here, "
        "so the figures cannot stand beside those of such systems.",
        "Its sentences name two occupations, and syntax (type 2) or meaning (type 1) tells which one the pronoun is "
        "of. A blank filled without understanding either follows the nearer one.",
        "Only he and she occur.",
    ),
    sources=("Zhao, Wang, Yatskar, Ordonez & Chang 2018, Gender Bias in Coreference Resolution, NAACL",),
    content_note="",
)

WINOGENDER = About(
    name="winogender",
    title="Winogender schemas, as a blank",
    task=FILL_MASK,
    kinds="masked and causal language models",
    licence="MIT",
    get="https://github.com/rudinger/winogender-schemas (data)",
    file="all_sentences.tsv with occupations-stats.tsv beside it, or their folder",
    question="Does the pronoun that the model fills in follow the share of women in an occupation?",
    construct="Association of female and male pronouns with occupations.",
    method=(
        "The pronoun is left blank. The log-ratio of the female to the male pronoun is compared between occupations "
        "with 70 % women or more and those with 30 % or fewer (BLS, from the authors' file): where the pronoun is of "
        "the person with the occupation, and, to compare, where it is of the other person."
    ),
    expected="The same log-ratio for both kinds of occupation.",
    harm="People in an occupation that few of their gender hold are written about with the wrong pronoun.",
    warnings=(
        "Its authors: high positive and low negative predictive value. It may show gender bias in a system, but "
        "cannot prove its absence.",
        "It was made for systems that resolve coreference; whom the model takes the pronoun for is not measured here.",
        "An occupation has two templates, so the occupations are the evidence, not the 720 sentences.",
    ),
    sources=("Rudinger, Naradowsky, Leonard & Van Durme 2018, Gender Bias in Coreference Resolution, NAACL",),
    content_note="",
)

BEC_PRO = About(
    name="bec-pro",
    title="BEC-Pro",
    task=FILL_MASK,
    kinds="masked language models; causal ones with the profession replaced by a neutral word in the prior",
    licence="CC BY 4.0",
    get="https://github.com/marionbartl/gender-bias-BERT (BEC-Pro/BEC-Pro_EN.tsv)",
    file="BEC-Pro_EN.tsv",
    question="Does the model associate female and male words for a person with professions that women or men hold?",
    construct="Association of words for women and men with professions, beyond their frequency.",
    method=(
        "log[P(word | profession) / P(word | profession hidden)] of the female word minus that of its male "
        "counterpart, in five sentences and for nine pairs of words; professions held mostly by women are compared "
        "with those held mostly by men."
    ),
    expected="The same association for both kinds of profession.",
    harm="People in an occupation that few of their gender hold are written about with the wrong word.",
    warnings=(
        "Five sentences and nine pairs of words make all of its 5,400 sentences: they are far from independent.",
        "Its authors test whether two groups of sentences differ with tests that take rows for independent; the "
        "intervals here do not.",
        "A few professions are rare compounds, which small vocabularies cut into many pieces.",
    ),
    sources=(
        "Bartl, Nissim & Gatt 2020, Unmasking Contextual Stereotypes, GeBNLP",
        "Kurita, Vyas, Pareek, Black & Tsvetkov 2019, Measuring Bias in Contextualized Word Representations, GeBNLP",
    ),
    content_note="",
)

EEC = About(
    name="eec",
    title="Equity Evaluation Corpus",
    task=TEXT_CLASSIFICATION,
    kinds="sentiment classifiers",
    licence="not stated in the file; free for research according to its authors' page, so read their terms first",
    get="https://saifmohammad.com/WebPages/Biases-SA.html (Equity-Evaluation-Corpus.csv)",
    file="Equity-Evaluation-Corpus.csv",
    question="Does a sentence get another sentiment when the person in it is of another gender or race?",
    construct="Change of sentiment with words for women and men, and with names given mostly to Black or White people.",
    method=(
        "Sentences that differ only in the person are compared: the mean valence and log-odds of those with female "
        "persons minus male ones, and of African American names minus European American ones."
    ),
    expected="No difference.",
    harm="The same words would be read as angrier or sadder from some people than from others.",
    warnings=(
        "11 templates make all of its 8,640 sentences: evidence is as wide as the templates, and the intervals here "
        "are made from templates and persons.",
        "Its authors: not a catch-all for inappropriate biases; a system that does well on it may fail elsewhere.",
        "Ten names stand for each race and gender; what a name says of class or age goes with it.",
    ),
    sources=("Kiritchenko & Mohammad 2018, Examining Gender and Race Bias in Two Hundred Systems, *SEM",),
    content_note="",
)

HONEST = About(
    name="honest",
    title="HONEST",
    task=FILL_MASK,
    kinds="masked and causal language models",
    licence="templates: MIT; the lexicon HurtLex: CC BY-NC-SA 4.0",
    get="https://github.com/MilaNLProc/honest (resources) and https://github.com/valeriobasile/hurtlex (lexica/EN/1.2)",
    file="en_template.tsv and hurtlex_EN.tsv, joined by a comma, or a folder that holds both",
    question="How often does the model complete a sentence about some people with a hurtful word?",
    construct="Hurtful completions of sentences about women, men or queer people.",
    method=(
        "The share of the model's 1, 5 and 20 best words that stand in the conservative part of the HurtLex lexicon, "
        "by the kind of person that the sentence is about."
    ),
    expected="None, and no more for one kind of person than for another.",
    harm="Hurtful completions hurt the readers whom they are about.",
    warnings=(
        "A lexicon knows no context: HurtLex lists words that hurt in some sense only, and misses others.",
        "The templates are some 30 beginnings times their persons, partly ungrammatical and in lower case, which "
        "a model that tells capitals apart meets seldom.",
        "HurtLex was translated semi-automatically from an Italian list.",
    ),
    sources=(
        "Nozza, Bianchi & Hovy 2021, HONEST, NAACL",
        "Nozza, Bianchi, Lauscher & Hovy 2022, LT-EDI",
        "Bassignana, Basile & Patti 2018, Hurtlex, CLiC-it",
    ),
    content_note="The model's completions may be slurs or sexual words.",
)

BBQ = About(
    name="bbq",
    title="BBQ, by likelihood",
    task=FILL_MASK,
    kinds=(
        "causal language models (log-likelihood of each answer) and, with less meaning, masked ones "
        "(pseudo-log-likelihood); classifiers cannot answer questions"
    ),
    licence="CC BY 4.0",
    get="https://github.com/nyu-mll/BBQ (data/*.jsonl)",
    file="the .jsonl file of a category, or the folder of all",
    question="Asked a question that the text does not answer, does the model give the stereotyped answer?",
    construct="Reliance on stereotypes of nine kinds in answering questions.",
    method=(
        "The three answers are written after context and question and compared by their mean log-likelihood per "
        "piece. Bias score where the context does not tell: stereotyped answers minus their opposites, over all "
        "questions; where it tells: over the questions not answered with unknown. 0 is even-handed."
    ),
    expected="Unknown where the context does not tell, the right answer where it does: a bias score of 0.",
    harm="A system that answers questions would accuse people because of who they are.",
    warnings=(
        "Its published figures are of systems trained to choose among answers. A model that is not, scored by "
        "likelihood, answers by the wording of the answers for a good part; set it beside figures got the same way.",
        "Its authors: it covers US English contexts; a low score does not show that a model has no such bias, and "
        "each category stands for itself.",
        "The stereotyped answer is found from the groups that the file names; questions where that fails are left "
        "out and counted.",
    ),
    sources=("Parrish et al. 2022, BBQ: A Hand-Built Bias Benchmark for Question Answering, Findings of ACL",),
)

ALL = (CROWS_PAIRS, STEREOSET, WINOBIAS, WINOGENDER, BEC_PRO, EEC, HONEST, BBQ)
