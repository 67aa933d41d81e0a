"""What comes after the rows: figures, baselines, rewritten texts, and the list of posts to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from audit.models.base import LoadedModel, Request
from audit.owndata.classes import CODES, classes_of
from audit.owndata.perturb import Outcome, Sample
from audit.owndata.review import FILE, write_review
from audit.owndata.survey import Survey
from audit.schema import Comparison, DataSettings, DataSource, Selection, Skipped
from audit.scoring import Progress, score


class Stages:
    """The stages of one run; each reads the rows from disk."""

    def __init__(
        self,
        model: LoadedModel,
        survey: Survey,
        rows: Any,
        source: DataSource,
        settings: DataSettings,
        folder: Path,
        tell: Callable[[Progress], None] | None = None,
    ) -> None:
        self.model, self.survey, self.rows, self.source = model, survey, rows, source
        self.settings, self.folder, self.tell = settings, folder, tell
        self.classes = classes_of(source.labels.values())

    def texts(self) -> Iterator[list[str]]:
        """Give the texts of the rows, in their order, chunk by chunk."""
        for chunk in self.survey.chunks():
            yield chunk.texts

    def analysis(self) -> Any:
        """Give estimates, findings and the rest, from the rows alone."""
        from audit.owndata.analysis import analyse

        return analyse(self.rows, self.source, self.model.info, self.settings)

    def baselines(self) -> tuple[Sequence[Comparison], Sequence[Skipped]]:
        """Compare with counting words on the same rows."""
        if not self.survey.options.baselines:
            return (), ()
        from audit.owndata.baselines import compare_baselines

        return compare_baselines(self.texts, self.rows, self.classes, self.settings.seed)

    def perturbations(self) -> Outcome | None:
        """Rewrite a sample of the texts and ask the model again."""
        if not self.survey.options.perturb:
            return None
        sample = Sample(seed=self.settings.seed)
        for chunk in self.survey.chunks():
            sample.add(chunk.rows, chunk.texts, self.survey.clusters(chunk.rows).tolist())
        return sample.measure(self._answers, self._progress("rewritten texts"))

    def _progress(self, name: str) -> Callable[[int, int], None] | None:
        tell = self.tell
        if tell is None:
            return None
        return lambda done, total: tell(Progress(name, done, total, done, total, float("nan")))

    def _answers(self, texts: Sequence[str]) -> tuple[list[int], list[float]]:
        codes: list[int] = []
        valences: list[float] = []
        for answer in score(self.model, [Request(text) for text in texts]):
            p = dict(zip(answer.labels, answer.probabilities, strict=True))
            codes.append(CODES[max(p, key=p.__getitem__)])
            valences.append(answer.value if answer.value == answer.value else p["positive"] - p["negative"])
        return codes, valences

    def perturbed(self, outcome: Outcome | None) -> tuple[str, ...]:
        """Name the kinds of rewriting that applied to some text."""
        return tuple(dict.fromkeys(estimate.by for estimate in outcome.estimates)) if outcome else ()

    def review(self, selections: Sequence[Selection], outcome: Outcome | None) -> None:
        """Write the list of rows for people to read, beside the rows."""
        answers = outcome.answers if outcome else ()
        write_review(
            self.folder / FILE,
            self.rows,
            selections,
            answers,
            include_texts=self.survey.options.include_texts,
            classes=self.classes,
            name=self.source.id,
        )
