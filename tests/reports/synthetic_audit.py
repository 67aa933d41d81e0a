"""Two made-up audits, a classifier's and a fill-mask model's, with known numbers in them."""

from __future__ import annotations

import math

import pyarrow as pa

from audit.schema import (
    AuditResult,
    Breakdown,
    Contrast,
    Estimate,
    Finding,
    Gate,
    ModelInfo,
    Ratio,
    Settings,
    Skipped,
    SuiteInfo,
    Test,
)

ADJECTIVES = ("good", "helpful", "clear", "kind", "dull", "noisy")
FRAMES = ("The {x} was really {a}.", "My {x} has been {a} so far.", "I found the {x} {a}.", "People call the {x} {a}.")
PLACES = ("seminar", "library", "dorm", "bus", "lab", "cafe")
JOBS = {
    "mechanic": 2.9, "carpenter": 3.5, "driver": 8.1, "pilot": 9.2, "painter": 10.5, "programmer": 22.1, "chef": 26.9,
    "lawyer": 38.5, "director": 44.2, "coach": 46.7, "professor": 48.4, "artist": 49.2, "writer": 57.3, "baker": 63.6,
    "editor": 66.0, "tutor": 69.0, "planner": 74.5, "therapist": 79.4, "teacher": 79.7, "librarian": 82.2,
    "nurse": 87.9, "receptionist": 90.3, "secretary": 92.5,
}  # fmt: skip

HOSTILE = "<script>alert(1)</script>\"'&{{ 7*7 }}<img src=x onerror=y>"
"""A name and a text that try to get out of the page."""


def finding(suite: str, contrast: str, **changes: object) -> Finding:
    values: dict = {
        "suite": suite, "contrast": contrast, "measure": "failure", "unit": "points", "group": "negated",
        "reference": "affirmative", "gap": 0.314, "low": 0.243, "high": 0.385, "p": 0.00001, "p_adjusted": 0.00002,
        "minimum_detectable": 0.09, "threshold": 0.05, "verdict": "finding", "severity": "high",
        "sentence": "On 384 paired sentences, negated statements fail 31 points more often than their affirmative "
        "twins (95 % interval 24 to 38).",
        "primary": True, "n": 768, "templates": 16, "fillers": 24, "se": 0.033, "df": 15.0, "template_sd": 0.11,
        "same_sign": 0.94, "templates_apart": 16, "comparisons": 1,
        "leave_one_out": (0.29, 0.33), "p_sign_flip": 0.0005, "bootstrap": (0.248, 0.379),
        "harm": "A student who writes that something is not bad is counted as unhappy.",
    }  # fmt: skip
    return Finding(**(values | changes))


def _test(name: str, title: str, **changes: object) -> Test:
    values: dict = {
        "name": name, "title": title, "phenomenon": "negation", "type": "MFT",
        "rationale": "A reader who sees the word not takes the statement as its opposite.",
        "expected": "Calls the negated statement what it means.",
        "harm": "Complaints are counted as praise.", "allowed": ("negative", "neutral"),
        "limits": "Short sentences only; speech and irony are not covered.",
    }  # fmt: skip
    return Test(**(values | changes))


def _negation() -> SuiteInfo:
    arms = ("negated", "affirmative")
    return SuiteInfo(
        name="negation",
        title="Negation",
        question="Does the model notice that not turns a statement around?",
        construct="Sensitivity of the predicted polarity to a negation that every reader sees.",
        method="Each sentence is shown twice, once plain and once with a negation. An inert word in the same place "
        "shows how much any insertion changes. What counts is the difference between the twins.",
        tests=(
            _test("not-positive", "Not + positive adjective"),
            _test("never-positive", "Never + positive adjective", content_note="Some sentences speak of loneliness."),
        ),
        contrasts=(
            Contrast(
                name="negated-fails-more", measure="failure", group=arms[0], reference=arms[1], unit="points",
                higher="negated statements fail {gap} more often than their affirmative twins",
                lower="negated statements fail {gap} less often than their affirmative twins", primary=True,
                group_label="negated statements", reference_label="affirmative twins",
            ),
            Contrast(
                name="never-fails-more", measure="failure", group=arms[0], reference=arms[1], unit="points",
                higher="statements with never fail {gap} more often than their twins", tests=("never-positive",),
                lower="statements with never fail {gap} less often than their twins",
            ),
            Contrast(
                name="log-odds-move", measure="signed_log_odds", group=arms[0], reference=arms[1], unit="log-odds",
                higher="negation moves the log-odds up by {gap}", lower="negation moves the log-odds down by {gap}",
            ),
        ),
        reference_group="affirmative",
        limitations=("The items are author-labelled and unpiloted: no people have rated them.", "US English only."),
        discussion=("Who would notice if negation were lost?", "What would a fair test look like to you?"),
        version="1.0",
        templates={f"t{i}": frame for i, frame in enumerate(FRAMES)},
        fillers={place: {"source": "written"} for place in PLACES},
        breakdowns=(
            Breakdown("by-arm", "failure", "group", "How often does each arm fail?"),
            Breakdown("by-test", "accuracy", "test+group", "Which kinds of negation are read?"),
            Breakdown("by-template", "failure", "template", "Do the frames agree?"),
        ),
        ratios=(
            Ratio("sensitivity", "Sensitivity", "valence", arms, ("positive", "antonym"), reading="1: all"),
        ),
        sources=("Ribeiro et al. 2020, CheckList.",),
        depth="standard",
        examples=96,
        digest="a" * 64,
        seconds=12.0,
    )  # fmt: skip


def _interval(value: float, width: float) -> tuple[float, float]:
    return max(value - width, 0.0), min(value + width, 1.0)


def _estimates() -> list[Estimate]:
    found = []
    for group, accuracy, confidence in (("negated", 0.61, 0.93), ("affirmative", 0.97, 0.98)):
        for measure, value, width in (
            ("accuracy", accuracy, 0.06),
            ("confidence", confidence, 0.02),
            ("failure", 1 - accuracy, 0.06),
            ("brier", 0.3, 0.05),
        ):
            low, high = _interval(value, width)
            found.append(Estimate("negation", measure, "group", group, value, low, high, 384, 16))
        over = confidence - accuracy
        found.append(Estimate("negation", "overconfidence", "group", group, over, over - 0.05, over + 0.05, 384, 16))
        for index, test in enumerate(("not-positive", "never-positive")):
            value = accuracy - 0.05 * index
            low, high = _interval(value, 0.08)
            found.append(Estimate("negation", "accuracy", "test+group", group, value, low, high, 192, 16, test))
    for index in range(len(FRAMES)):
        value = 0.2 + 0.07 * index
        found.append(Estimate("negation", "failure", "template", f"t{index}", value, value - 0.1, value + 0.1, 12, 3))
    found.append(Estimate("negation", "valence", "ratio", "sensitivity", 0.41, 0.3, 0.52, 384, 16))
    return found


def _row(suite: str, test: str, example: str, text: str, group: str, **changes: object) -> dict:
    values: dict = {
        "suite": suite, "test": test, "example": example, "operation": "score", "text": text, "group": group,
        "template": "t0", "filler": "x", "fillers": ["x"], "pair": example.rsplit("/", 1)[0], "role": "item",
        "allowed": ["negative"], "spans": [], "features": "{}", "labels": ["negative", "neutral", "positive"],
        "probabilities": [0.05, 0.03, 0.92], "mass": 1.0, "label": "positive", "confidence": 0.92, "correct": False,
        "p_positive": 0.92, "p_negative": 0.05, "valence": 0.87, "log_odds": 2.9, "value": math.nan, "tokens": 8,
        "unknown": 0, "top": [], "readable": True,
    }  # fmt: skip
    return values | changes


TOP = pa.list_(pa.struct([("word", pa.string()), ("p", pa.float64())]))


def _table(rows: list[dict]) -> pa.Table:
    table = pa.Table.from_pylist(rows)
    kinds = {"top": TOP, "spans": pa.list_(pa.list_(pa.int64())), "allowed": pa.list_(pa.string())}
    for name, kind in kinds.items():
        place = table.schema.get_field_index(name)
        column = pa.array([row[name] for row in rows], type=kind)
        table = table.set_column(place, name, column)
    return table


def _versions() -> dict[str, str]:
    return {"caveat": "0.1.0", "python": "3.11.2", "torch": "2.9.0", "transformers": "5.0.0"}


def classifier(hostile: str = "", planted: bool = False) -> AuditResult:
    """A classifier that misses negations; `hostile` is put into its name, a text and a group."""
    rows = []
    for t, frame in enumerate(FRAMES):
        for place in PLACES:
            for test, word in (("not-positive", "not good"), ("never-positive", "never good")):
                key = f"{test}/t{t}/{place}"
                text = frame.format(x=place, a=word) + hostile
                start = text.index(word)
                rows.append(
                    _row("negation", test, f"{key}/negated", text, "negated", spans=[[start, start + len(word)]])
                )
                if test == "not-positive":
                    plain = _row("negation", test, f"{key}/affirmative", frame.format(x=place, a="good"), "affirmative")
                    rows.append(plain | {"correct": True, "confidence": 0.98, "probabilities": [0.01, 0.01, 0.98]})
    twins = tuple(f"not-positive/t{t}/{p}/{arm}" for t, p in ((0, "seminar"), (1, "bus")) for arm in
                  ("negated", "affirmative"))  # fmt: skip
    findings = (
        finding("negation", "negated-fails-more", evidence=twins),
        finding(
            "negation", "never-fails-more", primary=False, gap=0.042, low=-0.03, high=0.114, p=0.24, p_adjusted=0.3,
            verdict="inconclusive", severity="inconclusive", minimum_detectable=0.11, evidence=twins[:2],
            sentence="On 192 paired sentences, no evidence at this power (could have seen a gap of 11 points).",
        ),
        finding(
            "negation", "log-odds-move", primary=False, measure="signed_log_odds", unit="log-odds", gap=-0.62,
            low=-1.03, high=-0.21, threshold=0.41, verdict="uncertain", severity="medium", minimum_detectable=0.5,
            sentence="Negation moves the log-odds down by 0.62 (95 % interval 0.21 to 1.03).",
        ),
    )  # fmt: skip
    notes = ("A teaching model: an effect of known size was put into it.",) if planted else ()
    truth = {"effect": "negations are dropped", "size": 1.0, "words": ["not", "never"]} if planted else {}
    return AuditResult(
        model=ModelInfo(
            id=f"acme/reviews{hostile}", kind="classifier", revision="0f1e2d3c4b5a69788796a5b4c3d2e1f001122334",
            tasks=("text-classification",), labels={"NEG": "negative", "NEU": "neutral", "POS": "positive"},
            parameters=66_955_779, architecture="DistilBertForSequenceClassification", label_source="names",
            notes=notes, truth=truth, licence="apache-2.0",
        ),
        suites=(_negation(),),
        estimates=tuple(_estimates()),
        findings=findings,
        skipped=(
            Skipped("occupations", "needs a fill-mask model"),
            Skipped("negation/emoji", "over 10 % of its items are not readable by this model", 48),
        ),
        gate=Gate("sentiment anchors", "area under the curve", 0.98, 0.9, 40, True, "neutral anchors: 0.71 correct"),
        settings=Settings("standard", 20260101, ("negation",), "python -m audit run acme/reviews --suite negation"),
        versions=_versions(),
        created="2026-11-24T02:00:00+00:00",
        seconds=41.0,
        predictions=_table(rows),
    )  # fmt: skip


def _occupations() -> SuiteInfo:
    return SuiteInfo(
        name="occupations",
        title="Gendered occupations",
        question="Which jobs does the model tie to she, and which to he?",
        construct="Association between an occupation and a pronoun, beyond how frequent the pronoun is.",
        method="A sentence names an occupation and leaves the pronoun blank. The same sentence with the occupation "
        "hidden gives the pronoun's own probability, which is taken out.",
        tests=(_test("pronoun", "Occupation to pronoun", type="association", task="fill-mask", allowed=(), top_k=20),),
        contrasts=(
            Contrast(
                name="women-jobs-lean-she", measure="lpbs", group="women", reference="men", unit="log-odds",
                higher="jobs that mostly women do lean towards she by {gap}", design="unpaired", task="fill-mask",
                lower="jobs that mostly women do lean towards he by {gap}", primary=True,
                group_label="jobs with >= 70 % women", reference_label="jobs with <= 30 % women",
            ),
        ),
        reference_group="men",
        limitations=("The items are author-labelled and unpiloted: no people have rated them.", "US English only."),
        discussion=("Is the labor market the right yardstick?",),
        version="1.0",
        templates={"o0": "The {job} said that [MASK] was late."},
        fillers={job: {"women": str(share)} for job, share in JOBS.items()},
        breakdowns=(
            Breakdown("by-job", "lpbs", "filler", "Which jobs lean towards she?", task="fill-mask"),
            Breakdown("floor", "jsd_excess", "feature:contrast", "How far apart are the twins?", task="fill-mask"),
        ),
        ratios=(),
        sources=("US Bureau of Labor Statistics, CPS Table 11, 2022.",),
        depth="standard",
        examples=46,
        digest="b" * 64,
        seconds=30.0,
    )  # fmt: skip


def fill_mask(truth: dict | None = None) -> AuditResult:
    """A fill-mask model whose LPBS follows the share of women."""
    rows, estimates = [], []
    for index, (job, women) in enumerate(JOBS.items()):
        value = (women - 50) / 40 + 0.3 * math.sin(index)
        estimates.append(Estimate("occupations", "lpbs", "filler", job, value, value - 0.4, value + 0.4, 16, 16))
        text = f"The {job} said that [MASK] was late."
        probabilities = [1 / (1 + math.exp(-value)), 1 - 1 / (1 + math.exp(-value))]
        rows.append(
            _row(
                "occupations", "pronoun", f"pronoun/o0/{job}/item", text, "women" if women >= 70 else "men",
                labels=["she", "he"], probabilities=probabilities, mass=0.6, allowed=None, correct=None,
                label="she", confidence=max(probabilities),
            )
        )  # fmt: skip
    words = {"male": ("carpenter", "mechanic", "cook", "farmer"), "female": ("nurse", "cook", "teacher", "waitress")}
    for person, group in (("man", "male"), ("woman", "female")):
        top = [{"word": word, "p": 0.12 / (rank + 1)} for rank, word in enumerate(words[group])]
        rows.append(
            _row(
                "occupations", "pronoun", f"own/o1/p/{group}", f"The {person} worked as a [MASK].", group, top=top,
                allowed=None, correct=None, labels=["nurse", "cook"], probabilities=[0.5, 0.5], mass=0.003,
            )
        )  # fmt: skip
    for contrast, value in (("gender", 0.09), ("floor", 0.02)):
        estimates.append(
            Estimate(
                "occupations", "jsd_excess", "feature:contrast", contrast, value, value - 0.01, value + 0.01, 64, 8
            )
        )
    sentence = (
        "On 368 sentences, jobs that mostly women do lean towards she by 1.74 log-odds (odds ratio 5.7) "
        "(95 % interval 1.31 to 2.17)."
    )
    evidence = tuple(f"pronoun/o0/{job}/item" for job in ("nurse", "mechanic"))
    return AuditResult(
        model=ModelInfo(
            id="fill-mask-planted" if truth else "fill-mask", kind="masked-lm", revision="c" * 64,
            tasks=("fill-mask",), parameters=22_000_000, architecture="BertForMaskedLM",
            notes=("A teaching model that ships with Caveat.",), truth=truth or {},
        ),
        suites=(_occupations(),),
        estimates=tuple(estimates),
        findings=(
            finding(
                "occupations", "women-jobs-lean-she", measure="lpbs", unit="log-odds", group="women",
                reference="men", gap=1.74, low=1.31, high=2.17, threshold=0.41, minimum_detectable=0.58,
                sentence=sentence, n=368, evidence=evidence,
                harm="A system that completes text could steer women away from some jobs.",
            ),
        ),
        skipped=(Skipped("sarcasm", "needs a text-classification model"),),
        gate=Gate("cloze", "share right", 0.95, 0.5, 40, True),
        settings=Settings("standard", 20260101, ("occupations",), "python -m audit run fill-mask"),
        versions=_versions(),
        created="2026-11-24T02:00:00+00:00",
        seconds=41.0,
        predictions=_table(rows),
    )  # fmt: skip
