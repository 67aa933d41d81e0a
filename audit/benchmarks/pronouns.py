"""WinoBias and Winogender: a pronoun becomes a blank."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from audit.benchmarks.about import WINOBIAS, WINOGENDER
from audit.benchmarks.making import Parts, left_out
from audit.benchmarks.reading import table_of, text_of
from audit.schema import FILL_MASK, MASK, Breakdown, Contrast, Example, Unit
from audit.schema.errors import mistake

PRONOUNS = {"he": "male", "him": "male", "his": "male", "she": "female", "her": "female", "hers": "female"}
WINOBIAS_LINES = 396
"""Of each file."""
WINOGENDER_ROWS = 720
WOMEN, MEN = 70.0, 30.0
"""Percent of women from which, and up to which, an occupation counts as mostly women's, or men's."""
_BRACKET = re.compile(r"\[([^\]]*)\]")
_LINE = re.compile(r"^\s*\d+\s+(.+)$")
_UNITS: Mapping[str, Unit] = {"stereotype_word_excess": "points", "stereotype_log_ratio": "log-odds"}
_KINDS = {"type1": "Type 1: meaning tells", "type2": "Type 2: syntax tells"}


def winobias(path: Path) -> Parts:
    """Read WinoBias: files of pro-stereotyped sentences, each with its anti-stereotyped one beside it."""
    files = _pro_files(path)
    examples, used, lost, read = [], [], 0, 0
    for pro in files:
        anti = pro.with_name(pro.name.replace("pro_stereotyped", "anti_stereotyped"))
        if not anti.is_file():
            raise mistake(pro, "", f"{anti.name} is not beside it. Both are needed; get them from {WINOBIAS.get}")
        used += [pro, anti]
        one, two = (_numbered(file) for file in (pro, anti))
        if len(one) != len(two):
            raise mistake(anti, "", f"{len(two)} sentences, but {pro.name} has {len(one)}")
        read += len(one)
        kind = next((name for name in _KINDS if name in pro.name), "type1")
        for number, (a, b) in enumerate(zip(one, two, strict=True), start=1):
            example = _sentence(kind, f"{kind}-{pro.suffix.lstrip('.') or 'all'}-{number}", a, b)
            examples += [example] if example else []
            lost += example is None
    tests = {name: title for name, title in _KINDS.items() if any(e.test == name for e in examples)}
    return Parts(
        about=WINOBIAS,
        files=tuple(used),
        examples=tuple(examples),
        tests=tests,
        contrasts=tuple(
            Contrast(
                name,
                measure,
                "all",
                "",
                _UNITS[measure],
                f"the pronoun that fits the stereotype is {higher}",
                f"the pronoun that fits the stereotype is {lower}",
                design="mean",
                task=FILL_MASK,
                harm=WINOBIAS.harm,
                group_label="stereotyped pronouns",
            )
            for name, measure, higher, lower in (
                (
                    "stereotyped-pronoun",
                    "stereotype_word_excess",
                    "preferred {gap} more often than half of the time",
                    "preferred {gap} less often than half of the time",
                ),
                (
                    "pronoun-log-ratio",
                    "stereotype_log_ratio",
                    "{gap} more likely than the other",
                    "{gap} less likely than the other",
                ),
            )
        ),
        breakdowns=(
            Breakdown(
                "by-type", "stereotype_word", "test", "How often is the stereotyped pronoun preferred?", task=FILL_MASK
            ),
            Breakdown("by-gender", "stereotype_word", "feature:women", "And by whose job it is?", task=FILL_MASK),
            Breakdown("by-occupation", "stereotype_log_ratio", "filler", "And by occupation?", task=FILL_MASK),
        ),
        interval="Intervals are made from occupations, since each of them has many sentences.",
        notes=left_out(lost, "it has more than one pronoun, or the two files differ in more than the pronoun"),
        read=read,
        whole=WINOBIAS_LINES * len(files),
    )


def _pro_files(path: Path) -> list[Path]:
    if path.is_file():
        if "pro_stereotyped" not in path.name:
            raise mistake(path, "", "is no pro_stereotyped file. Its name tells which of the two it is")
        return [path]
    found = sorted(path.glob("pro_stereotyped*.txt*"))
    if not found:
        raise mistake(path, "", f"holds no pro_stereotyped file. Get {WINOBIAS.file} from {WINOBIAS.get}")
    return found


def _numbered(path: Path) -> list[str]:
    found = []
    for number, line in enumerate(text_of(path).splitlines(), start=1):
        if not line.strip():
            continue
        match = _LINE.match(line)
        if not match:
            raise mistake(
                path, f"line {number}", "does not begin with a number, as in: 1 [The cook] left when [he] ..."
            )
        found.append(match.group(1).strip())
    if not found:
        raise mistake(path, "", "is empty")
    return found


def _sentence(test: str, name: str, pro: str, anti: str) -> Example | None:
    """Make a blank of the pronoun of two sentences that differ in nothing else."""
    marked = [[m for m in _BRACKET.finditer(text) if m.group(1).lower() in PRONOUNS] for text in (pro, anti)]
    if any(len(found) != 1 for found in marked):
        return None
    first, second = (found[0] for found in marked)
    blank = [text[: m.start()] + MASK + text[m.end() :] for text, m in ((pro, first), (anti, second))]
    words = [m.group(1).lower() for m in (first, second)]
    others = [m.group(1) for m in _BRACKET.finditer(pro) if m.start() != first.start()]
    if _bare(blank[0]) != _bare(blank[1]) or PRONOUNS[words[0]] == PRONOUNS[words[1]] or len(others) != 1:
        return None
    occupation = re.sub(r"^(the|an?)\s+", "", others[0].strip().lower())
    return Example(
        id=f"{test}/{name}",
        test=test,
        text=_bare(blank[0]),
        group="all",
        template=name,
        fillers=(occupation,),
        choices=tuple(words),
        features={
            "stereotype": words[0],
            "anti-stereotype": words[1],
            "women": "mostly women's" if PRONOUNS[words[0]] == "female" else "mostly men's",
        },
    )


def _bare(text: str) -> str:
    """Take the brackets off, but not those of the blank."""
    return MASK.join(_BRACKET.sub(r"\1", part) for part in text.split(MASK))


def winogender(path: Path) -> Parts:
    """Read the 720 sentences of Winogender, three pronouns each, and the shares of women beside them."""
    sentences = path / "all_sentences.tsv" if path.is_dir() else path
    statistics = sentences.with_name("occupations-stats.tsv")
    if not statistics.is_file():
        raise mistake(sentences, "", f"occupations-stats.tsv is not beside it. Get both from {WINOGENDER.get}")
    women = _shares(statistics)
    triples: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    rows = table_of(sentences, ("sentid", "sentence"), WINOGENDER, "\t")
    for number, row in enumerate(rows, start=2):
        parts = row["sentid"].split(".")
        if len(parts) < 4 or parts[2] not in ("0", "1"):
            raise mistake(sentences, f"row {number}", f"sentid is {row['sentid']!r}, not like cook.guest.1.male.txt")
        triples[parts[0], parts[1], parts[2]][parts[3]] = row["sentence"]
    examples, lost = [], 0
    for key, texts in triples.items():
        example = _schema(key, texts, women)
        examples += [example] if example else []
        lost += example is None
    return Parts(
        about=WINOGENDER,
        files=(sentences, statistics),
        examples=tuple(examples),
        tests={"occupation": "The pronoun is of the one with the occupation", "other": "The pronoun is of the other"},
        contrasts=tuple(
            Contrast(
                name,
                "gender_log_ratio",
                "mostly women",
                "mostly men",
                "log-odds",
                f"{where}, the pronoun leans {{gap}} further toward the female one for occupations of mostly women "
                "than of mostly men",
                f"{where}, the pronoun leans {{gap}} further toward the male one for occupations of mostly women than "
                "of mostly men",
                design="unpaired",
                tests=(test,),
                task=FILL_MASK,
                harm=WINOGENDER.harm,
            )
            for name, test, where in (
                ("own-pronoun", "occupation", "where it is theirs"),
                ("other-pronoun", "other", "where it is somebody else's"),
            )
        ),
        breakdowns=(
            Breakdown(
                "by-share",
                "gender_log_ratio",
                "test+group",
                "Which way does the pronoun lean, by whose it is and by who holds the job?",
                task=FILL_MASK,
            ),
            Breakdown(
                "by-occupation", "gender_log_ratio", "filler", "And by occupation?", ("occupation",), task=FILL_MASK
            ),
        ),
        fillers={name: {"women": f"{share:g}"} for name, share in women.items()},
        interval="Intervals are made from occupations.",
        notes=left_out(lost, "its three sentences do not differ in one word, or no share of women is known"),
        read=len(rows),
        whole=WINOGENDER_ROWS,
        reference="mostly men",
    )


def _shares(path: Path) -> dict[str, float]:
    found = {}
    for number, row in enumerate(table_of(path, ("occupation", "bls_pct_female"), WINOGENDER, "\t"), start=2):
        try:
            found[row["occupation"]] = float(row["bls_pct_female"])
        except ValueError:
            raise mistake(path, f"row {number}", f"bls_pct_female is {row['bls_pct_female']!r}, not a number") from None
    return found


def _schema(key: tuple[str, str, str], texts: Mapping[str, str], women: Mapping[str, float]) -> Example | None:
    if not {"male", "female"} <= set(texts) or key[0] not in women:
        return None
    male, female = (texts[gender].split(" ") for gender in ("male", "female"))
    places = [at for at, (a, b) in enumerate(zip(male, female, strict=False)) if a != b]
    if len(male) != len(female) or len(places) != 1:
        return None
    he, she = (words[places[0]].strip(".,;!?") for words in (male, female))
    if PRONOUNS.get(he.lower()) != "male" or PRONOUNS.get(she.lower()) != "female":
        return None
    male[places[0]] = male[places[0]].replace(he, MASK, 1)
    share = women[key[0]]
    test = "occupation" if key[2] == "0" else "other"
    return Example(
        id=f"{test}/{'.'.join(key)}",
        test=test,
        text=" ".join(male),
        group="mostly women" if share >= WOMEN else "mostly men" if share <= MEN else "mixed",
        template=".".join(key),
        fillers=(key[0],),
        choices=(she.lower(), he.lower()),
        features={"female": she.lower(), "male": he.lower()},
    )
