"""Masking positivity: does a classifier hear stated distress behind cheerful words?"""

from __future__ import annotations

from typing import Any

from audit.schema import Breakdown, Contrast, Ratio, Stratum, Suite, Unit

from .families import families
from .masking_items import COPING, COPING_FRAMES, MAIN, TIMES, TURNS, VISIT_FRAMES, VISITS, build, table
from .masking_tests import TESTS

_EXTRAS = {
    "fine-smileys": "under emoticons",
    "jokes": "told as a joke",
    "emoji-smiles": "under emoji",
    "hashtags": "beside grateful hashtags",
    "minimizing": "that is played down",
    "reassuring": "in a reassuring letter",
    "cheerful-email": "between cheerful greetings",
    "affirmations": "beside affirmations",
    "third-person": "behind a reported cheerful front",
    "overwork": "told as an achievement",
}
_MISS = "People who say that they are struggling, but say it brightly, are counted as doing well."
_FALSE = "People with good news are marked as distressed, and the signal loses its meaning for everybody."


def _contrast(name: str, measure: str, group: str, reference: str, unit: Unit, **more: Any) -> Contrast:
    return Contrast(name=name, measure=measure, group=group, reference=reference, unit=unit, **more)


def _missed(name: str, tests: tuple[str, ...], what: str, harm: str = _MISS) -> Contrast:
    return _contrast(
        name,
        "miss",
        "masked",
        "plain",
        "points",
        tests=tests,
        higher=f"distress {what} is missed {{gap}} more often than the same distress in plain words",
        lower=f"distress {what} is missed {{gap}} less often than the same distress in plain words",
        harm=harm,
        group_label="distress in cheerful words",
        reference_label="distress in plain words",
    )


CONTRASTS = (
    _contrast(
        "masking-cost",
        "side_score",
        "plain",
        "masked",
        "points",
        tests=MAIN[:1],
        strata=(
            Stratum("good-news", "on good news", "polarity", "plain-good", "sincere"),
            Stratum("distress", "on distress", "polarity", "plain", "masked"),
        ),
        primary=True,
        higher="mildly cheerful words around the news cost {gap} of balanced accuracy",
        lower="mildly cheerful words around the news raise the balanced accuracy by {gap}",
        harm=_MISS,
        group_label="news in plain words",
        reference_label="the same news in mildly cheerful words",
    ),
    _missed("missed-distress", MAIN, "under cheerful words"),
    _contrast(
        "false-alarms",
        "false_alarm",
        "sincere",
        "plain-good",
        "points",
        tests=MAIN,
        higher="good news in cheerful words is called negative {gap} more often than in plain words",
        lower="good news in cheerful words is called negative {gap} less often than in plain words",
        harm=_FALSE,
        group_label="good news in cheerful words",
        reference_label="good news in plain words",
    ),
    _missed("missed-mild", ("explicit-mild",), "under mild cheer"),
    _missed("missed-strong", ("explicit-strong",), "under strong cheer"),
    _missed("missed-extreme", ("explicit-extreme",), "under exaggerated cheer"),
    _contrast(
        "cheer-shift",
        "valence",
        "masked",
        "plain",
        "valence",
        tests=MAIN,
        higher="cheerful words lift the reading of stated distress by {gap}",
        lower="cheerful words lower the reading of stated distress by {gap}",
        harm=_MISS,
        group_label="distress in cheerful words",
        reference_label="distress in plain words",
    ),
    _contrast(
        "sure-and-wrong",
        "confident_error",
        "masked",
        "plain",
        "points",
        tests=MAIN,
        higher="distress under cheerful words is misread at 90 % confidence {gap} more often than in plain words",
        lower="distress under cheerful words is misread at 90 % confidence {gap} less often than in plain words",
        harm="A confident error is the kind that no threshold and no review list catches.",
        group_label="distress in cheerful words",
        reference_label="distress in plain words",
    ),
    _contrast(
        "sure-without-context",
        "confident",
        "no-context",
        "sincere",
        "points",
        tests=("bare-cheer", *MAIN),
        higher="bare cheer is judged at 90 % confidence {gap} more often than cheer with a good reason",
        lower="bare cheer is judged at 90 % confidence {gap} less often than cheer with a good reason",
        harm="Certainty about a text that leaves everything open hides the need to ask.",
        group_label="cheer without context",
        reference_label="cheer with good news",
    ),
    *(_missed(f"missed-{name}", (name,), what) for name, what in _EXTRAS.items()),
    _contrast(
        "coping-flagged",
        "false_alarm",
        "coping",
        "calm",
        "points",
        tests=("coping",),
        higher="ordinary stress that passed with help is called negative {gap} more often than a calm week",
        lower="ordinary stress that passed with help is called negative {gap} less often than a calm week",
        harm="Students who cope are flagged, and learn to keep a hard week to themselves.",
        group_label="stress with support",
        reference_label="calm week",
    ),
    _contrast(
        "burnout-separated",
        "valence",
        "coping",
        "burnout",
        "valence",
        tests=("coping",),
        higher="stress with support is read {gap} higher than burnout under the same opening",
        lower="stress with support is read {gap} lower than burnout under the same opening",
        harm="A tool that cannot tell the two apart flags everybody or nobody.",
        group_label="stress with support",
        reference_label="burnout",
    ),
    _contrast(
        "recovered-flagged",
        "failure",
        "over",
        "ongoing",
        "points",
        tests=("recovered",),
        higher="distress that is over is misread {gap} more often than distress that goes on",
        lower="distress that is over is misread {gap} less often than distress that goes on",
        harm="A person's past is held against them, or a turn for the worse is missed.",
        group_label="distress that is over",
        reference_label="distress that goes on",
    ),
    _contrast(
        "help-flagged",
        "false_alarm",
        "help-seeking",
        "errand",
        "points",
        tests=("help-seeking",),
        higher="good news about getting help is called negative {gap} more often than good news about an errand",
        lower="good news about getting help is called negative {gap} less often than good news about an errand",
        harm="Those who seek help are marked for saying so.",
        group_label="getting help",
        reference_label="running an errand",
    ),
)

_CHEERFUL = ("sincere", "no-context", "weak-cue", "masked")

BREAKDOWNS = (
    Breakdown(
        "slope",
        "valence",
        "feature:context",
        "Does the reading of cheerful words follow what is told between them?",
        tests=(*MAIN, "bare-cheer", "weak-cue"),
        groups=_CHEERFUL,
        order=("good", "none", "weak", "distress"),
    ),
    Breakdown(
        "misses-by-exaggeration",
        "miss",
        "feature:exaggeration",
        "Is distress missed more often the louder the cheer?",
        tests=MAIN,
        groups=("masked",),
        order=("mild", "strong", "extreme"),
    ),
    Breakdown(
        "accuracy-by-arm",
        "accuracy",
        "group",
        "How often is each kind of text read right?",
        tests=MAIN,
        groups=("masked", "plain", "sincere", "plain-good"),
        order=("plain", "masked", "plain-good", "sincere"),
    ),
    Breakdown(
        "confidence-by-context",
        "confidence",
        "feature:context",
        "How sure is the model, with and without context?",
        tests=(*MAIN, "bare-cheer", "weak-cue"),
        groups=_CHEERFUL,
        order=("good", "none", "weak", "distress"),
    ),
    Breakdown(
        "misses-by-setting",
        "miss",
        "feature:setting",
        "Is masked distress missed more in study, work, illness or at home?",
        tests=MAIN,
        groups=("masked",),
    ),
    Breakdown(
        "misses-by-test",
        "miss",
        "test",
        "Which cover hides distress most?",
        tests=(*MAIN, *_EXTRAS),
        groups=("masked",),
    ),
)

RATIOS = (
    Ratio(
        "fact-sensitivity",
        "How much of the difference between good and bad news survives cheerful words",
        "valence",
        numerator=("sincere", "masked"),
        denominator=("plain-good", "plain"),
        tests=MAIN,
        reading="1: facts count as much under cheerful words as in plain ones. 0: only the wording counts.",
    ),
)


def _templates() -> dict[str, str]:
    wordings = {row["id"]: row["cheerful"] for row in table("masking_frames.tsv")}
    wordings |= {frame: stress for frame, (stress, _) in COPING_FRAMES.items()}
    wordings |= {frame: f"{then}, {{before}}. {now}, {{after}}." for frame, (then, now) in TIMES.items()}
    return wordings | VISIT_FRAMES


def _fillers() -> dict[str, dict[str, str]]:
    scenarios = {
        row["id"]: {"topic": row["topic"], "setting": row["setting"], "source": "Written for this project"}
        for row in table("masking_scenarios.tsv")
    }
    facts = {
        row["id"]: {"setting": row["test"], "source": "Written for this project"} for row in table("masking_facts.tsv")
    }
    sides = {
        filler: {"setting": test, "source": "Written for this project"}
        for test, fillers in (("coping", COPING), ("recovered", TURNS), ("help-seeking", VISITS))
        for filler in fillers
    }
    return scenarios | facts | sides


SUITE = Suite(
    name="masking",
    place=5,
    title="Distress behind cheerful words",
    question="When somebody writes that everything is wonderful and that they cried all night, what does a model hear?",
    tasks=("text-classification",),
    construct=(
        "Masking positivity: wording that is cheerful on the surface around a fact that the writer states and that is "
        "plainly bad. The suite asks whether a sentiment classifier reads the polarity of the stated fact, as far as "
        "the text gives it away. It says nothing about the person behind a text."
    ),
    method=(
        "Each wording frame exists in cheerful and in plain words, and each scenario has a distressing fact, a good "
        "fact, a hint and no fact at all. The primary number is what mildly cheerful words cost: balanced accuracy on "
        "good news and distress in plain words minus that on the same news in mild cheer; calling everything negative, "
        "or positive, is 50 % in both. Missed distress at all levels stands beside the false alarms on sincere twins. "
        "Where a text gives no context, only the "
        "confidence of the model is reported."
    ),
    tests=TESTS,
    contrasts=CONTRASTS,
    build=build,
    reference_group="plain",
    limitations=(
        "This is not a screening, diagnostic or crisis tool, for models or for people. A low score does not mean that "
        "someone is safe. If someone may be at risk, contact a trained person or the local emergency number (in the "
        "United States and Canada: 988).",
        "Items are author-labelled and unpiloted: no people have rated them. A label says what the text states, not "
        "how anybody is.",
        "US English, mostly of students. How openly people speak of trouble, and how cheerfully, differs between "
        "cultures, ages and families.",
        "Distress is stated in these items because a label needs something to rest on. Real masking often leaves it "
        "out, and no text alone can then reveal it: the suite cannot measure that.",
        "Sentiment is not distress. A model may be right to call a mixed text mixed in another use; negative is asked "
        "for here because the stated fact is bad.",
        "Cheerful frames also differ from plain ones in punctuation, capitals and length. The contrast is of whole "
        "wordings, and does not tell which part a model reacted to.",
        "The three levels of exaggeration use different frames, so differences between levels mix the level with its "
        "wording.",
    ),
    discussion=(
        'What would you answer a friend who wrote "everything is wonderful!!" and nothing else? What would you need to '
        "know?",
        "Which is worse in a campus tool: to miss somebody who is struggling, or to flag somebody who is not? Who pays "
        "in each case, and who should decide?",
        "Would you want your messages read by such a tool, even one that makes few mistakes? What would consent mean?",
        "Why could a model learn from reviews of films and products that exclamation marks mean joy?",
        "Pick one cheerful frame and add good news, then bad news. Which words made you sure, and could a machine use "
        "the same ones?",
        "Is pride in sleeping two hours good news? Who would say so, where, and why might a group of readers disagree?",
        "If a model were perfect on this suite, what would you still not know about using it with real people?",
    ),
    version="1.2.0",
    templates=_templates(),
    fillers=_fillers(),
    families=families("masking"),
    breakdowns=BREAKDOWNS,
    ratios=RATIOS,
    sources=("All frames, scenarios and facts were written for this project.",),
)
