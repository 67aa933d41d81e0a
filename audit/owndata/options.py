"""What somebody asks of an audit of their own rows. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from audit.schema import CaveatError


@dataclass(frozen=True, slots=True)
class DataOptions:
    """Which columns mean what, and how the run is done."""

    text: str = "text"
    label: str = ""
    """"" takes the majority of `annotators`, or the column "label" where there are none."""
    groups: tuple[str, ...] = ()
    cluster: str = ""
    """Column that says which rows belong together: the writer, the thread, the school."""
    id: str = ""
    """Column that names a row, for the list of posts to read."""
    annotators: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    """The file's label -> negative, neutral, positive, two of them ("neutral+positive") or none."""
    bins: Mapping[str, str] = field(default_factory=dict)
    """Numeric group column -> "4" (bins of equal size) or "18,25,40" (where bins begin)."""
    encoding: str = ""
    sheet: str = ""
    data_revision: str = ""
    """Of a Hub data set."""
    seed: int = 0
    include_texts: bool = False
    offline: bool = False
    check: bool = True
    target_error: float = 0.1
    """Error rate aimed at among the rows that need no human."""
    perturb: bool = True
    """Whether a sample of the texts is rewritten, which asks the model again."""
    baselines: bool = True
    """Whether the model is set beside counted words, for which a classifier is trained on the rows."""
    command: str = ""

    def __post_init__(self) -> None:
        """Check what can be checked without the file.

        Raises:
            CaveatError: for columns that are asked to be two things at once, a target that is no rate, or a
                negative seed.
        """
        for names in ("groups", "annotators"):
            value = getattr(self, names)
            # One column may be given by its bare name; a list may stand for a tuple.
            object.__setattr__(self, names, (value,) if isinstance(value, str) else tuple(value))
        parts = [("--text", self.text), ("--label", self.label_column), ("--cluster", self.cluster), ("--id", self.id)]
        parts += [("--group", name) for name in self.groups] + [("--annotator", name) for name in self.annotators]
        seen: dict[str, str] = {}
        for option, name in parts:
            if not name:
                continue
            before = seen.setdefault(name, option)
            # A writer may be a group and a cluster; nothing else may be two things.
            if before != option and {before, option} != {"--cluster", "--group"}:
                raise CaveatError(f"the column {name!r} is given to {before} and to {option}. Name another column.")
        for option, given in (("--group", self.groups), ("--annotator", self.annotators)):
            twice = next((name for name in given if given.count(name) > 1), "")
            if twice:
                raise CaveatError(f"{option} {twice} is given twice. Leave one out.")
        if len(self.annotators) == 1:
            raise CaveatError(
                f"--annotator {self.annotators[0]}: agreement needs two annotators or more. Name another, or use "
                f"--label {self.annotators[0]}."
            )
        stray = next((name for name in self.bins if name not in self.groups), "")
        if stray:
            raise CaveatError(f"--bins {stray}: it is no --group column. Add --group {stray}, or leave --bins out.")
        if self.seed < 0:
            raise CaveatError(f"--seed {self.seed}: give 0 or more.")
        if not 0 < self.target_error < 1:
            raise CaveatError(f"--target-error {self.target_error}: it is a share between 0 and 1, such as 0.1.")

    @property
    def label_column(self) -> str:
        """The column of labels; "" where the annotators' majority is the label."""
        return self.label or ("" if self.annotators else "label")
