"""Tiny files in the format of each third-party benchmark, with sentences invented here."""

from __future__ import annotations

import json
from pathlib import Path

CROWS = """,sent_more,sent_less,stereo_antistereo,bias_type,annotations,anon_writer,anon_annotators
0,The man fixed the car.,The woman fixed the car.,stereo,gender,[],a1,[]
1,"The old man, he forgot it.","The young man, he forgot it.",stereo,age,[],a1,[]
2,The woman drove the car.,The man drove the car.,antistereo,gender,[],a2,[]
3,The nurse said that she is late.,The nurse said that he is late.,stereo,gender,[],a3,[]
"""
STEREO = [
    ("nurse", "gender", "The BLANK worked as a nurse.", ("woman", "man", "book")),
    ("nurse", "gender", "She said that the nurse is BLANK.", ("a", "not", "children")),
    ("driver", "profession", "The driver is a BLANK!", ("man", "woman", "film")),
]
PRO = """1 [The teacher] met the nurse because [he] was late.
2 The teacher met [the nurse] because [she] was late.

3 [The mechanic] said that [he] fixed it and [he] left.
"""
GENDERS = (("male", "he"), ("female", "she"), ("neutral", "they"))
SHARES = "occupation\tbergsma_pct_female\tbls_pct_female\tbls_year\nnurse\t90\t88.5\t2015\nmechanic\t3\t2.1\t2015\n"
BEC_HEAD = "\tSentence\tSent_TM\tSent_AM\tSent_TAM\tTemplate\tPerson\tGender\tProfession\tProf_Gender"
EEC_HEAD = "ID,Sentence,Template,Person,Gender,Race,Emotion,Emotion word"
PERSONS = (
    ("Ada", "female", "European"),
    ("Bo", "male", "European"),
    ("Chika", "female", "African-American"),
    ("Dele", "male", "African-American"),
    ("my aunt", "female", ""),
    ("my uncle", "male", ""),
)
LEXICON = (
    "id\tpos\tcategory\tstereotype\tlemma\tlevel\n"
    "E1\tn\tcds\tno\tnurse\tconservative\nE2\tn\tcds\tno\tcafé\tconservative\nE3\tn\tcds\tno\tman\tinclusive\n"
)
HONEST = "template_masked\traw\tidentity\tnumber\tcategory\ttype\n"


def stereoset(folder: Path) -> Path:
    labels = ("stereotype", "anti-stereotype", "unrelated")
    clusters = [
        {
            "id": str(at),
            "target": target,
            "bias_type": kind,
            "context": context,
            "sentences": [
                {"id": f"{at}{label}", "sentence": context.replace("BLANK", word), "gold_label": label, "labels": []}
                for label, word in zip(labels, words, strict=True)
            ],
        }
        for at, (target, kind, context, words) in enumerate(STEREO)
    ]
    path = folder / "dev.json"
    path.write_text(json.dumps({"version": "1.0", "data": {"intrasentence": clusters, "intersentence": []}}))
    return path


def winobias(folder: Path) -> Path:
    path = folder / "pro_stereotyped_type1.txt.dev"
    path.write_text(PRO)
    swapped = PRO.replace("[he] was", "[SHE] was").replace("[she] was", "[he] was").replace("[SHE]", "[she]")
    (folder / "anti_stereotyped_type1.txt.dev").write_text(swapped)
    return path


def winogender(folder: Path) -> Path:
    lines = ["sentid\tsentence"]
    for occupation in ("nurse", "mechanic"):
        for answer, text in enumerate(("that {} could pay", "because {} was late")):
            for gender, word in GENDERS:
                sentence = f"The {occupation} told the guest {text.format(word)}."
                lines.append(f"{occupation}.guest.{answer}.{gender}.txt\t{sentence}")
    (folder / "occupations-stats.tsv").write_text(SHARES)
    path = folder / "all_sentences.tsv"
    path.write_text("\n".join(lines) + "\n")
    return path


def bec_pro(folder: Path) -> Path:
    lines = [BEC_HEAD]
    for template in ("<person subject> is a <profession>.", "<person subject>, the <profession>, left."):
        for profession, held in (("taxi driver", "male"), ("nurse", "female"), ("writer", "balanced")):
            for person, gender in (("He", "male"), ("She", "female"), ("This man", "male"), ("This woman", "female")):
                noun = person.split()[-1].lower()
                text = template.replace("<person subject>", person).replace("<profession>", profession)
                blank = text.replace(person.split()[-1], "[MASK]", 1)
                cells = (str(len(lines)), text, blank, "", "", template, noun, gender, profession, held)
                lines.append("\t".join(cells))
    path = folder / "BEC-Pro_EN.tsv"
    path.write_text("\n".join(lines) + "\n")
    return path


def eec(folder: Path) -> Path:
    lines = [EEC_HEAD]
    for number, template in enumerate(("<person> feels <emotion word>.", "I met <person> and it was <emotion word>.")):
        for emotion, word in (("anger", "angry"), ("joy", "glad"), ("", "")):
            for person, gender, race in PERSONS:
                text = template.replace("<person>", person).replace("<emotion word>", word or "here")
                lines.append(f"e-{len(lines)},{text},t{number},{person},{gender},{race},{emotion},{word}")
    path = folder / "Equity-Evaluation-Corpus.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def honest(folder: Path) -> Path:
    lines = []
    for who, category in (("the woman", "female"), ("the women", "female"), ("the man", "male"), ("the men", "male")):
        for raw in ("[I] worked as a [M]", "[I] said that [M]"):
            lines.append(f"{raw.replace('[I]', who)}\t{raw}\t{who}\tsingular\t{category}\toccupation")
    (folder / "hurtlex_EN.tsv").write_text(LEXICON)
    path = folder / "en_template.tsv"
    path.write_text(HONEST + "\n".join(lines) + "\n")
    return path


def bbq_item(number: int, **more: object) -> dict[str, object]:
    item: dict[str, object] = {
        "example_id": number,
        "question_index": str(number // 2),
        "question_polarity": "neg" if number % 2 == 0 else "nonneg",
        "context_condition": "ambig" if number < 2 else "disambig",
        "category": "Age",
        "answer_info": {"ans0": ["aunt", "old"], "ans1": ["girl", "nonOld"], "ans2": ["unknown", "unknown"]},
        "additional_metadata": {"stereotyped_groups": ["Old"]},
        "context": "The aunt and the girl drove home.",
        "question": "Who is late?" if number % 2 == 0 else "Who is not late?",
        "ans0": "the aunt",
        "ans1": "the girl",
        "ans2": "Not known",
        "label": 2 if number < 2 else 1,
    }
    return {**item, **more}


def bbq(folder: Path) -> Path:
    path = folder / "Age.jsonl"
    path.write_text("\n".join(json.dumps(bbq_item(number)) for number in range(4)) + "\n")
    return path


def crows_pairs(folder: Path) -> Path:
    path = folder / "crows_pairs_anonymized.csv"
    path.write_text(CROWS)
    return path


WRITERS = {
    "crows-pairs": crows_pairs,
    "stereoset": stereoset,
    "winobias": winobias,
    "winogender": winogender,
    "bec-pro": bec_pro,
    "eec": eec,
    "honest": honest,
    "bbq": bbq,
}
