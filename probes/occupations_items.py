"""Frames, people and words of the occupations suite, and the examples made from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from audit.places import folder
from audit.schema import DEPTHS, Depth, Example, Role
from audit.templates import article, render

LABOUR_SOURCE = "US BLS CPS Table 11, 2022 annual averages"
CENSUS_SOURCE = "US Census Bureau, full-time year-round workers by detailed occupation, 2016"
PRONOUNS = ("she", "he", "they")
MOSTLY_WOMEN, MIXED, MOSTLY_MEN = "mostly-women", "mixed", "mostly-men"

PRONOUN_TESTS = ("pronoun-said", "pronoun-reason", "pronoun-joined", "pronoun-before", "pronoun-present")
THEY_TESTS = PRONOUN_TESTS[:-1]
PERSON_TESTS = ("person-works-as", "person-job-title", "person-works-as-an")
LONG_TEST = "person-long-words"
ATTRIBUTE_TESTS = (
    "person-leadership",
    "person-competence",
    "person-emotion",
    "person-appearance",
    "person-home",
    "person-school",
    "person-free-time",
)
GENDERED_PERSON_TEST = "person-gendered-words"
GENDERED_PRONOUN_TEST = "pronoun-gendered-words"

GENDERED_WORDS = {
    "woman-word": (
        "waitress",
        "actress",
        "hostess",
        "nun",
        "saleswoman",
        "policewoman",
        "stewardess",
        "businesswoman",
    ),
    "man-word": ("salesman", "policeman", "businessman", "fisherman", "craftsman", "doorman", "mailman", "cameraman"),
}
"""Words that state the gender of whoever they name."""

_QUICK_WORDS: tuple[str, ...] = (
    "carpenter",
    "driver",
    "farmer",
    "mechanic",
    "pilot",
    "librarian",
    "nurse",
    "receptionist",
    "secretary",
)
_QUICK_WORDS += ("teacher",)


@dataclass(frozen=True, slots=True)
class Occupation:
    """A word for an occupation, with the share of women who hold it."""

    word: str
    women: float
    """Percent."""
    pieces: int
    """WordPiece tokens in the vocabulary of bert-base-uncased; 0 where they were not counted."""
    mapping: str
    """The row of the labour table that the word stands for; empty where they agree."""
    source: str = LABOUR_SOURCE
    year: str = "2022"

    @property
    def band(self) -> str:
        """Mostly women from 70 percent, mostly men up to 30 percent, else mixed."""
        return MOSTLY_WOMEN if self.women >= 70 else MOSTLY_MEN if self.women <= 30 else MIXED


@dataclass(frozen=True, slots=True)
class Frame:
    """A sentence with a slot and a blank."""

    id: str
    test: str
    depth: Depth
    text: str


@dataclass(frozen=True, slots=True)
class Persons:
    """Two people who differ in gender, or who do not (the floor)."""

    id: str
    kind: str
    contrast: str
    """"gender" or "floor"."""
    gender: str
    a: str
    b: str
    depth: Depth

    @property
    def arms(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """(group, wording) of the two people."""
        groups = ("male", "female") if self.contrast == "gender" else ("floor-a", "floor-b")
        return (groups[0], self.a), (groups[1], self.b)


def _rows(name: str) -> list[dict[str, str]]:
    lines = folder("probes").joinpath("data", name).read_text(encoding="utf-8").splitlines()
    body = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [dict(zip(body[0], row, strict=True)) for row in body[1:]]


def _depth(text: str) -> Depth:
    return DEPTHS[DEPTHS.index(text)]  # type: ignore[arg-type]


@cache
def occupations() -> tuple[Occupation, ...]:
    """Give the 76 occupations with labour figures, from the lowest share of women to the highest."""
    return tuple(
        Occupation(row["word"], float(row["women"]), int(row["pieces"]), row["mapping"])
        for row in _rows("occupations.tsv")
    )


@cache
def further_occupations() -> tuple[Occupation, ...]:
    """Give the occupations that only the full depth adds, from the lowest share of women to the highest.

    With 22 and 25 words in the two bands the words limit what can be seen, however many frames there are.
    """
    return tuple(
        Occupation(row["word"], float(row["women"]), 0, row["row"], CENSUS_SOURCE, "2016")
        for row in _rows("occupations_more.tsv")
    )


@cache
def frames() -> tuple[Frame, ...]:
    """Give all frames, test by test."""
    return tuple(Frame(r["id"], r["test"], _depth(r["depth"]), r["text"]) for r in _rows("occupations_frames.tsv"))


@cache
def persons() -> tuple[Persons, ...]:
    """Give all pairs of people."""
    return tuple(
        Persons(r["id"], r["kind"], r["contrast"], r["gender"], r["a"], r["b"], _depth(r["depth"]))
        for r in _rows("occupations_persons.tsv")
    )


@cache
def word_lists() -> tuple[tuple[str, str, str, tuple[str, ...]], ...]:
    """Give (band, test, source, words) of every list of words for a blank that is not an occupation."""
    return tuple((r["band"], r["test"], r["source"], tuple(r["words"].split())) for r in _rows("occupations_words.tsv"))


@cache
def choices(test: str) -> tuple[str, ...]:
    """Give the words that a person frame of a test offers for its blank.

    Occupations fit the article before the blank; words of several pieces have a test of their own, because
    probabilities of words of different lengths cannot be compared in one list.
    """
    if test == LONG_TEST:
        return tuple(job.word for job in occupations() if job.pieces > 1 and article(job.word) == "a")
    if test in PERSON_TESTS:
        fitting = {"person-works-as": {"a"}, "person-works-as-an": {"an"}}.get(test, {"a", "an"})
        return tuple(job.word for job in occupations() if job.pieces == 1 and article(job.word) in fitting)
    return tuple(word for _, owner, _, words in word_lists() if owner == test for word in words)


def reaches(at: Depth, depth: Depth) -> bool:
    """Tell whether material of depth `at` belongs to `depth`."""
    return DEPTHS.index(at) <= DEPTHS.index(depth)


def _frames_of(test: str, depth: Depth) -> Iterator[Frame]:
    return (frame for frame in frames() if frame.test == test and reaches(frame.depth, depth))


def _pronoun_pair(frame: Frame, word: str, group: str, role: Role, features: Mapping[str, str]) -> Iterator[Example]:
    filled = render(frame.text, job=word)
    given = PRONOUNS if frame.test != "pronoun-present" else PRONOUNS[:2]
    pair = f"{frame.id}/{word}"
    for arm, as_role in (("item", role), ("prior", "prior")):
        yield Example(
            id=f"{frame.test}/{frame.id}/{word}/{arm}",
            test=frame.test,
            text=filled.text,
            group=group,
            template=frame.id,
            fillers=(word,),
            pair=pair,
            choices=given,
            role=as_role,  # type: ignore[arg-type]
            spans=filled.of("job"),
            features=features,
        )


def _pronoun_examples(depth: Depth) -> Iterator[Example]:
    jobs = [job for job in occupations() if depth != "quick" or job.word in _QUICK_WORDS]
    jobs += further_occupations() if depth == "full" else ()
    for test in PRONOUN_TESTS:
        for frame in _frames_of(test, depth):
            for job in jobs:
                features = {"women": f"{job.women:.1f}", "band": job.band}
                if job.pieces:
                    features["pieces"] = str(job.pieces)
                yield from _pronoun_pair(frame, job.word, job.band, "item", features)
    for frame in _frames_of(GENDERED_PRONOUN_TEST, depth):
        for band, words in GENDERED_WORDS.items():
            for word in words:
                yield from _pronoun_pair(frame, word, band, "positive-control", {"band": band})


def _pairs_for(test: str, depth: Depth) -> Iterator[Persons]:
    for two in persons():
        if not reaches(two.depth, depth) or (two.contrast == "floor" and test not in PERSON_TESTS):
            continue
        # Extras beside the main design use fewer people at the standard depth.
        extra = test not in PERSON_TESTS and depth == "standard"
        if extra and two.id in ("husband-wife", "david-susan"):
            continue
        if test == GENDERED_PERSON_TEST and two.kind not in ("noun", "pronoun"):
            continue
        yield two


def _person_examples(depth: Depth) -> Iterator[Example]:
    for test in (*PERSON_TESTS, LONG_TEST, *ATTRIBUTE_TESTS, GENDERED_PERSON_TEST):
        for frame in _frames_of(test, depth):
            for two in _pairs_for(test, depth):
                for arm, wording in two.arms:
                    filled = render(frame.text, person=wording)
                    yield Example(
                        id=f"{test}/{frame.id}/{two.id}/{arm}",
                        test=test,
                        text=filled.text,
                        group=arm,
                        template=frame.id,
                        fillers=(two.id,),
                        pair=f"{frame.id}/{two.id}",
                        choices=choices(test),
                        role=_person_role(test, two),
                        spans=filled.of("person"),
                        features={
                            "contrast": two.contrast,
                            "person": two.kind,
                            "gender": arm if two.contrast == "gender" else two.gender,
                        },
                    )


def _person_role(test: str, two: Persons) -> Role:
    if test == GENDERED_PERSON_TEST:
        return "positive-control"
    return "control" if two.contrast == "floor" else "item"


def build(depth: Depth) -> Iterator[Example]:
    """Make the examples of a depth, in a fixed order."""
    yield from _pronoun_examples(depth)
    yield from _person_examples(depth)


def fillers() -> dict[str, dict[str, str]]:
    """Give what is known of every word and pair of people, by id."""
    known: dict[str, dict[str, str]] = {}
    for job in (*occupations(), *further_occupations()):
        known[job.word] = {
            "women": f"{job.women:.1f}",
            "band": job.band,
            "source": job.source,
            "year": job.year,
        }
        if job.pieces:
            known[job.word]["pieces"] = str(job.pieces)
        if job.mapping:
            known[job.word]["mapping"] = f"{job.word} stands for {job.mapping} in the labour figures"
    for band, _, source, words in word_lists():
        known.update({word: {"band": band, "source": source} for word in words})
    for band, listed in GENDERED_WORDS.items():
        known.update({word: {"band": band, "source": "Words whose meaning says the gender"} for word in listed})
    for two in persons():
        known[two.id] = {"kind": two.kind, "contrast": two.contrast, "gender": two.gender, "people": f"{two.a}/{two.b}"}
    return known


def templates() -> dict[str, str]:
    """Give the wording of every frame, by id."""
    return {frame.id: frame.text for frame in frames()}
