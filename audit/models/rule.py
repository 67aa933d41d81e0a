"""Models that give a label by a rule and no probabilities: word lists such as VADER, classifiers without probabilities.

Their valence is a number of their own from -1 to 1, and their label has no share of anything: what needs log-odds,
calibration or confidence is not judged (`audit.store` writes those as undefined).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import version

from audit.models.base import Request, Response, Row, RowResult
from audit.schema import LABELS, RULE, TEXT_CLASSIFICATION, CaveatError, ModelInfo, ModelUnavailable, Operation

LEXICONS = ("vader", "textblob")
"""Word lists that are audited by name; the extra "lexicons" has their packages."""

Judge = Callable[[list[str]], Sequence[tuple[str, float]]]
"""Texts -> one (label, valence from -1 to 1) each."""

NOTE = (
    "It gives a label and a valence, and no probabilities: whatever needs log-odds, calibration or confidence is not "
    "judged."
)
VADER = (
    "VADER (Hutto & Gilbert 2014): valence is its compound score; by its authors' rule .05 and above is positive, "
    "-.05 and below negative, the rest neutral."
)
TEXTBLOB = (
    "TextBlob's pattern analyser: valence is its polarity; above 0 is positive, below 0 negative, 0 neutral (its "
    "authors give no other rule)."
)


class RuleModel:
    """A rule behind the `LoadedModel` protocol. A row's ids are the code points of its text."""

    operations: frozenset[Operation] = frozenset({"score"})
    max_length = 1_000_000

    def __init__(
        self,
        name: str,
        judge: Judge,
        revision: str,
        notes: Sequence[str] = (),
        labels: Sequence[str] = LABELS,
        architecture: str = "rule",
        own: dict[str, str] | None = None,
    ) -> None:
        """Wrap a rule.

        Args:
            name: what the audit calls the model.
            judge: labels some texts.
            revision: what tells this rule from another one of the same name.
            notes: what a reader must know of it.
            labels: those that it can give, in the order of `audit.schema.LABELS`.
            architecture: what it is made of.
            own: its own labels -> negative, neutral or positive; the same names when None.
        """
        self._judge, self._labels = judge, tuple(labels)
        self.info = ModelInfo(
            id=name,
            kind=RULE,
            revision=revision,
            tasks=(TEXT_CLASSIFICATION,),
            labels=own or {label: label for label in labels},
            dtype="float64",
            architecture=architecture,
            label_source="names",
            notes=(*notes, NOTE),
        )

    def prepare(self, requests: Sequence[Request]) -> list[list[Row]]:
        """Write each text as one row of code points."""
        wrong = next((request for request in requests if request.operation != "score"), None)
        if wrong is not None:
            raise CaveatError(f"{self.info.id} is a classifier: it has no {wrong.operation}, only score")
        return [[Row(tuple(map(ord, request.text)))] for request in requests]

    def forward(self, rows: Sequence[Row]) -> list[RowResult]:
        """Judge all texts at once; a result holds the place of the label, and the valence."""
        answers = self._judge(["".join(map(chr, row.ids)) for row in rows])
        if len(answers) != len(rows):
            raise CaveatError(f"{self.info.id}: {len(answers)} answers to {len(rows)} texts; give one a text, in order")
        return [RowResult(logits=(float(self._labels.index(label)), float(value))) for label, value in answers]

    def finish(self, request: Request, rows: Sequence[Row], results: Sequence[RowResult]) -> Response:
        """Give the label all of the probability, and say that it is none."""
        place, value = results[0].logits
        shares = tuple(float(at == place) for at in range(len(self._labels)))
        return Response(self._labels, shares, 1.0, value, len(request.text.split()), hard=True)


def lexicon(name: str) -> RuleModel:
    """Load a word list by name.

    Raises:
        ModelUnavailable: when its package is not installed.
    """
    try:
        return _vader() if name == "vader" else _textblob()
    except ImportError:
        package = {"vader": "vaderSentiment", "textblob": "textblob"}[name]
        raise ModelUnavailable(
            f'{name} needs the package {package}: pip install "caveat-audit[lexicons]", or pip install {package}'
        ) from None


def _vader() -> RuleModel:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyser = SentimentIntensityAnalyzer()

    def judge(texts: list[str]) -> list[tuple[str, float]]:
        scores = [float(analyser.polarity_scores(text)["compound"]) for text in texts]
        return [(_label(score, 0.05), score) for score in scores]

    return RuleModel("vader", judge, _version("vaderSentiment"), (VADER,), architecture="word list")


def _textblob() -> RuleModel:
    from textblob import TextBlob

    def judge(texts: list[str]) -> list[tuple[str, float]]:
        scores = [float(TextBlob(text).sentiment.polarity) for text in texts]
        return [(_label(score, 5e-324), score) for score in scores]

    return RuleModel("textblob", judge, _version("textblob"), (TEXTBLOB,), architecture="word list")


def _version(package: str) -> str:
    return f"{package} {version(package)}"


def _label(score: float, least: float) -> str:
    """Label a score by its distance from 0; `least` and beyond is a polarity."""
    return "positive" if score >= least else "negative" if score <= -least else "neutral"
