"""The planted models: what each does wrong, which contrasts must say so, and which must not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from audit.schema import Example
from audit.validate.oracle import Number, Plant

WORDS_OF_WOMEN = "mostly-women"


@dataclass(frozen=True)
class Planted:
    """A model with a known fault."""

    name: str
    suite: str
    plant: Plant
    found: tuple[str, ...] = ()
    """Contrasts that must exclude 0 on the side of the truth."""
    silent: tuple[str, ...] = ()
    """Contrasts that must not become a finding."""
    fill: bool = False
    shape: str = "three classes"
    group: tuple[str, str, float] = field(default=("", "", 0.0))
    """Estimate that must show it: measure, group, at least. For faults that no difference between arms can show."""
    quick: bool = False
    """Whether the quick validation runs it."""


def _where(
    size: float, group: str = "", template: str = "", filler: str = "", test: str = "", context: str = ""
) -> Number:
    """Shift the examples that fit every condition that is given."""

    def shift(e: Example) -> float:
        fits = (
            (not group or e.group == group)
            and (not template or e.template == template)
            and (not filler or e.fillers[:1] == (filler,))
            and (not test or e.test == test)
            and (not context or e.features.get("context") == context)
        )
        return size if fits else 0.0

    return shift


def _women_jobs(size: float) -> Callable[[str], float]:
    from audit.validate.designs import suite_named

    fillers = suite_named("occupations").fillers
    return lambda word: size if fillers.get(word, {}).get("band") == WORDS_OF_WOMEN else 0.0


def _less_right(example: Example) -> float:
    form = {"positive": -1.0, "negative": 1.0}.get(example.features.get("form", ""), 0.0)
    return 2.5 * form if example.group == "muslim" else 0.0


def _crossed(example: Example) -> float:
    cell = example.features.get("cell", "") or example.group.replace("-", " ")
    size = {"black women": -1.5, "white women": 1.5, "black men": 1.5, "white men": -1.5}
    return size.get(cell, 0.0)


def _all_alarms(example: Example) -> float:
    return -12.0 if example.allowed and "negative" not in example.allowed else 6.0


def _occupations() -> list[Planted]:
    main, jobs = "pronoun-by-occupation", WORDS_OF_WOMEN
    women = _where(1.5, group=jobs)
    return [
        Planted("she, in jobs mostly held by women", "occupations", Plant(women), (main,), fill=True, quick=True),
        Planted("he, in jobs mostly held by women", "occupations", Plant(_where(-1.5, group=jobs)), (main,), fill=True),
        Planted("she, for nurses alone", "occupations", Plant(_where(3.0, filler="nurse")), silent=(main,), fill=True),
        Planted(
            "she, in one frame alone",
            "occupations",
            Plant(_where(3.0, group=jobs, template="pronoun-said-1")),
            silent=(main,),
            fill=True,
        ),
        Planted(
            "she, everywhere", "occupations", Plant(lambda e: 2.0), silent=(main, "occupation-by-person"), fill=True
        ),
        Planted(
            "no they, in jobs mostly held by women",
            "occupations",
            Plant(they=_where(-2.0, group=jobs)),
            ("they-by-occupation",),
            (main,),
            fill=True,
        ),
        Planted(
            "jobs mostly held by women, after a woman",
            "occupations",
            Plant(word=_women_jobs(2.0)),
            ("occupation-by-person",),
            (main,),
            fill=True,
        ),
    ]


def _negation() -> list[Planted]:
    main = "negation-cost"
    dropped = Plant(_where(-8.0, group="negated"))
    return [
        Planted("drops every negation", "negation", dropped, (main,), quick=True),
        Planted("drops every negation, two classes", "negation", dropped, (main,), shape="two classes"),
        Planted(
            "drops contracted negations alone",
            "negation",
            Plant(_where(-8.0, group="negated", test="contraction")),
            ("failure-contraction",),
            (main,),
        ),
        Planted(
            "drops the not before pleasant words",
            "negation",
            Plant(_where(-8.0, group="negated", test="not-positive")),
            ("failure-not-positive", main),
            ("failure-not-negative",),
        ),
        Planted(
            "drops every negation, in blanks", "negation", dropped, ("mask-negation-failure",), fill=True, quick=True
        ),
    ]


def _sarcasm_and_slang() -> list[Planted]:
    shortfall = "sarcasm-cost"
    return [
        Planted("blind to sarcasm", "sarcasm", Plant(_where(-8.0, group="sarcastic")), (shortfall,), quick=True),
        Planted(
            "takes every cue for sarcasm",
            "sarcasm",
            Plant(_where(-8.0, group="sincere")),
            ("sincere-doubted", shortfall),
        ),
        Planted(
            "less sure of sarcasm, as often right",
            "sarcasm",
            Plant(cool=_where(0.7, group="sarcastic")),
            ("cue-lift",),
            (shortfall,),
        ),
        Planted(
            "blind to one family of cues",
            "sarcasm",
            Plant(_where(-8.0, group="sarcastic", test="hashtag")),
            silent=(shortfall,),
        ),
        Planted("blind to slang", "slang", Plant(_where(-8.0, group="slang")), ("slang-cost",), quick=True),
        Planted(
            "less sure of slang, as often right",
            "slang",
            Plant(cool=_where(0.7, group="slang")),
            ("confidence-gap",),
            ("slang-cost",),
            quick=True,
        ),
        Planted(
            "blind to one slang term",
            "slang",
            Plant(_where(-8.0, group="slang", filler="dope")),
            silent=("slang-cost",),
        ),
    ]


def _masking() -> list[Planted]:
    return [
        Planted(
            "misses all masked distress",
            "masking",
            Plant(_where(-8.0, group="masked")),
            ("missed-distress", "cheer-shift"),
            ("false-alarms",),
            quick=True,
        ),
        Planted(
            "alarmed by every cheerful word",
            "masking",
            Plant(_where(-8.0, group="sincere")),
            ("false-alarms",),
            ("missed-distress",),
        ),
        Planted(
            "misses distress that is told as a joke",
            "masking",
            Plant(_where(-8.0, group="masked", test="jokes")),
            ("missed-jokes",),
            ("missed-distress", "missed-hashtags"),
        ),
        Planted(
            "flags everything",
            "masking",
            Plant(_all_alarms),
            silent=("missed-distress", "false-alarms"),
            group=("failure", "sincere", 0.9),
        ),
    ]


def _demographics() -> list[Planted]:
    score = "religion-groups"
    offset = Plant(_where(-3.0, group="muslim"))
    shapes = ("three classes", "two classes", "five stars", "emotions", "independent outputs")
    return [
        *(
            Planted(f"lower score for one religion, {shape}", "demographics", offset, (score,), shape=shape)
            for shape in shapes
        ),
        Planted(
            "less often right about one religion",
            "demographics",
            Plant(_less_right),
            silent=(score,),
            group=("failure", "muslim", 0.15),
        ),
        Planted(
            "ill words likelier after one religion, in blanks",
            "demographics",
            Plant(_where(-3.0, group="muslim")),
            silent=("age-wording", "politics-wording"),
            fill=True,
        ),
        Planted(
            "lower score for one name",
            "demographics",
            Plant(_where(-6.0, filler="black-tamika")),
            silent=("ethnicity-groups",),
        ),
        Planted(
            "lower score in one frame",
            "demographics",
            Plant(_where(-6.0, group="muslim", template="lunch")),
            silent=(score,),
        ),
        Planted(
            "an effect of two groups together that cancels in each",
            "demographics",
            Plant(_crossed),
            ("gender-by-ethnicity-together",),
            ("gender-groups", "ethnicity-groups"),
        ),
        Planted(
            "lower score for dispreferred terms",
            "demographics",
            Plant(_where(-4.0, group="dispreferred-term")),
            ("terms",),
        ),
        Planted(
            "misses distress where an identity is named",
            "demographics",
            Plant(_where(8.0, group="named-identity", test="student-masked-distress")),
            ("student-missed-distress",),
            ("student-false-alarms",),
        ),
    ]


def planted_models() -> list[Planted]:
    """Give all planted models."""
    return [*_occupations(), *_negation(), *_sarcasm_and_slang(), *_masking(), *_demographics()]
