"""BEC-Pro, the Equity Evaluation Corpus and HONEST: templates filled with persons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from audit.benchmarks.about import BEC_PRO, EEC, HONEST
from audit.benchmarks.making import Parts, left_out, slug
from audit.benchmarks.reading import Row, table_of
from audit.measures.borrowed import LEXICON, plain_letters, word_digest
from audit.schema import FILL_MASK, MASK, TEXT_CLASSIFICATION, Breakdown, Contrast, Example, Unit
from audit.schema.errors import mistake

COUNTERPARTS = {
    "he": "she",
    "man": "woman",
    "brother": "sister",
    "son": "daughter",
    "husband": "wife",
    "boyfriend": "girlfriend",
    "father": "mother",
    "uncle": "aunt",
    "dad": "mom",
}
_HELD = {"female": "mostly women", "male": "mostly men", "balanced": "balanced"}
_BEC_COLUMNS = ("Sentence", "Sent_TM", "Template", "Person", "Gender", "Profession", "Prof_Gender")
_EEC_COLUMNS = ("ID", "Sentence", "Template", "Person", "Gender", "Race", "Emotion")
_HONEST_COLUMNS = ("template_masked", "raw", "identity", "category")
HONEST_K = 20
BEC_PRO_ROWS = 5400
EEC_ROWS = 8640
HONEST_ROWS = {False: 810, True: 705}
"""Of its two English files, by whether they are about queer people."""


def bec_pro(path: Path) -> Parts:
    """Read `BEC-Pro_EN.tsv`: the person is a blank, filled with a female word and its male counterpart."""
    frames: dict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
    rows = table_of(path, _BEC_COLUMNS, BEC_PRO, "\t")
    for number, row in enumerate(rows, start=2):
        if row["Prof_Gender"] not in _HELD:
            raise mistake(path, f"row {number}", f"Prof_Gender is {row['Prof_Gender']!r}. Valid: {', '.join(_HELD)}")
        frames[row["Template"], row["Profession"]][row["Person"].lower()] = row
    examples: list[Example] = []
    lost = 0
    for persons in frames.values():
        for he, she in COUNTERPARTS.items():
            if he not in persons or she not in persons:
                continue
            # The authors' file has one broken pair of frames, "lodging [MASK]ager"; its twin is whole.
            found = list(_blank(persons[he], he, she)) or list(_blank(persons[she], he, she))
            examples += found
            lost += not found
    return Parts(
        about=BEC_PRO,
        files=(path,),
        examples=tuple(examples),
        tests={"professions": "A person and a profession"},
        contrasts=(
            Contrast(
                "gender-of-profession",
                "gender_association",
                "mostly women",
                "mostly men",
                "log-odds",
                "words for women are {gap} more associated with professions of mostly women than of mostly men",
                "words for women are {gap} less associated with professions of mostly women than of mostly men",
                design="unpaired",
                task=FILL_MASK,
                harm=BEC_PRO.harm,
            ),
        ),
        breakdowns=(
            Breakdown(
                "by-profession-gender",
                "gender_association",
                "group",
                "Which way do professions pull the word for a person?",
                task=FILL_MASK,
                order=tuple(_HELD.values()),
            ),
            Breakdown(
                "by-words",
                "gender_association",
                "feature:words",
                "And by the pair of words?",
                groups=("mostly women",),
                task=FILL_MASK,
            ),
        ),
        interval="Intervals are made from sentence frames with their pair of words (45), and professions (20 a group).",
        notes=left_out(lost, "its profession or its blank cannot be found in Sent_TM"),
        read=len(rows),
        whole=BEC_PRO_ROWS,
        reference="mostly men",
    )


def _blank(row: Row, he: str, she: str) -> Iterator[Example]:
    text, profession = row["Sent_TM"], row["Profession"]
    begin = text.find(profession)
    if text.count(MASK) != 1 or begin < 0:
        return
    template = f"{row['Template']} {she}/{he}"
    pair = f"{template} / {profession}"
    for role in ("item", "prior"):
        yield Example(
            id=f"{pair}/{role}",
            test="professions",
            text=text,
            group=_HELD[row["Prof_Gender"]],
            template=template,
            fillers=(profession,),
            pair=pair,
            choices=(she, he),
            role="prior" if role == "prior" else "item",
            spans=((begin, begin + len(profession)),),
            features={"female": she, "male": he, "words": f"{she}/{he}"},
        )


def eec(path: Path) -> Parts:
    """Read `Equity-Evaluation-Corpus.csv`: once by gender, and the sentences with names once more by race."""
    rows = table_of(path, _EEC_COLUMNS, EEC)
    examples = [_person(row, "gender", f"{row['Gender']} persons") for row in rows if row["Gender"]]
    examples += [_person(row, "race", f"{row['Race']} names") for row in rows if row["Race"]]
    contrasts = []
    units: Mapping[str, Unit] = {"valence": "valence", "log_odds": "log-odds"}
    for test, group, reference in (
        ("gender", "female persons", "male persons"),
        ("race", "African-American names", "European names"),
    ):
        if not {group, reference} <= {e.group for e in examples if e.test == test}:
            continue
        contrasts += [
            Contrast(
                f"{test}-{measure.replace('_', '-')}",
                measure,
                group,
                reference,
                unit,
                f"sentences with {group} are read {{gap}} more positively than those with {reference}",
                f"sentences with {group} are read {{gap}} more negatively than those with {reference}",
                design="unpaired",
                tests=(test,),
                harm=EEC.harm,
            )
            for measure, unit in units.items()
        ]
    return Parts(
        about=EEC,
        files=(path,),
        examples=tuple(examples),
        tests={"gender": "By gender, all sentences", "race": "By race, sentences with names"},
        contrasts=tuple(contrasts),
        breakdowns=(
            Breakdown("by-group", "valence", "group", "How positively is each group read?", task=TEXT_CLASSIFICATION),
            Breakdown(
                "by-emotion",
                "valence",
                "feature:emotion",
                "And by the emotion named?",
                ("gender",),
                task=TEXT_CLASSIFICATION,
            ),
        ),
        interval="Intervals are made from templates (11) and persons; the emotion words within are replicas.",
        read=len(rows),
        whole=EEC_ROWS,
        reference="male persons",
    )


def _person(row: Row, test: str, group: str) -> Example:
    return Example(
        id=f"{test}/{row['ID']}",
        test=test,
        text=row["Sentence"],
        group=group,
        template=row["Template"],
        fillers=(row["Person"],),
        features={"emotion": row["Emotion"] or "none", "word": row.get("Emotion word", "")},
    )


def honest(path: Path, lexicon: Path | None = None) -> Parts:
    """Read the templates of HONEST and the lexicon, which stays in the user's file: results keep its digests only."""
    templates, words = _honest_files(path, lexicon)
    digests = _lexicon(words)
    rows = table_of(templates, _HONEST_COLUMNS, HONEST, "\t")
    examples, lost = [], 0
    for number, row in enumerate(rows):
        if row["template_masked"].count("[M]") != 1:
            lost += 1
            continue
        examples.append(
            Example(
                id=f"completions/{number}",
                test="completions",
                text=row["template_masked"].replace("[M]", MASK),
                group=slug(row["category"]),
                template=row["raw"],
                fillers=(row["identity"],),
                features={"kind": row.get("type", "")},
            )
        )
    groups = list(dict.fromkeys(e.group for e in examples))
    return Parts(
        about=HONEST,
        files=(templates, words),
        examples=tuple(examples),
        tests={"completions": "Completions of sentences about people"},
        contrasts=tuple(_hurt(group, reference) for group, reference in _compared(groups)),
        breakdowns=tuple(
            Breakdown(
                f"honest-{k}",
                f"hurtful_{k}",
                "group",
                f"How often is one of the {k} best words hurtful?",
                task=FILL_MASK,
            )
            for k in (1, 5, HONEST_K)
        ),
        fillers={LEXICON: {"digests": " ".join(digests), "words": str(len(digests))}},
        interval="Intervals are made from templates and persons.",
        notes=left_out(lost, "not one blank, written [M]"),
        read=len(rows),
        whole=HONEST_ROWS[any(group.startswith("queer") for group in groups)],
        top_k=HONEST_K,
    )


def _honest_files(path: Path, lexicon: Path | None) -> tuple[Path, Path]:
    if path.is_dir():
        found = sorted(path.glob("*template*.tsv")), sorted(path.glob("*hurtlex*.tsv"))
        if not all(found):
            raise mistake(path, "", f"needs a *template*.tsv and a *hurtlex*.tsv. Get them from {HONEST.get}")
        return found[0][0], found[1][0]
    if lexicon is None:
        beside = sorted(path.parent.glob("*hurtlex*.tsv"))
        if not beside:
            raise mistake(
                path, "", "no lexicon: write honest:TEMPLATES.tsv,HURTLEX.tsv, or put *hurtlex*.tsv beside it"
            )
        lexicon = beside[0]
    return path, lexicon


def _lexicon(path: Path) -> Sequence[str]:
    """Digests of the conservative lemmas, without accents, as the authors' program compares them."""
    rows = table_of(path, ("lemma", "level"), HONEST, "\t")
    found = {word_digest(plain_letters(row["lemma"])) for row in rows if row["level"] == "conservative"}
    if not found:
        raise mistake(path, "", "no row of level conservative. Take version 1.2 of the lexicon")
    return sorted(found)


def _compared(groups: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pair each group with the one that it is set against."""
    if {"female", "male"} <= set(groups):
        yield "female", "male"
    for group in groups:
        reference = f"non{group}" if f"non{group}" in groups else "nonqueer"
        if group.startswith("queer") and reference in groups:
            yield group, reference


def _hurt(group: str, reference: str) -> Contrast:
    said: Mapping[str, str] = {"female": "women", "male": "men"}
    one, two = (said.get(name, name.replace("-", " ") + " people") for name in (group, reference))
    return Contrast(
        f"hurtful-{group}",
        f"hurtful_{HONEST_K}",
        group,
        reference,
        "points",
        f"hurtful words are {{gap}} more frequent among the {HONEST_K} best completions about {one} than about {two}",
        f"hurtful words are {{gap}} less frequent among the {HONEST_K} best completions about {one} than about {two}",
        design="unpaired",
        task=FILL_MASK,
        harm=HONEST.harm,
        group_label=one,
        reference_label=two,
    )
