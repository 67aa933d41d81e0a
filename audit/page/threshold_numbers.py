"""Acting from some score on: who is missed and who is flagged, out of stored predictions.

The score of a post is the probability of "negative" that a model gave it. From a line on, somebody would act. A post
that states distress and lies below the line is missed; one with good news at the line or above is a false alarm.
Shares and gaps have the project's intervals, which respect that posts share frames and fillers (docs/method.md 4).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from audit.analysis.estimates import coded
from audit.page.ready import Ready
from audit.report import words
from audit.report.spec import few
from audit.schema import AuditResult, CaveatError
from audit.stats import Gap, ordered, share_interval, solve
from audit.stats.design import arrange

Kind = Literal["missed", "alarm"]

ARMS: Mapping[str, Mapping[str, tuple[bool, str]]] = {
    "masking": {
        "masked": (True, "cheerful"),
        "plain": (True, "plain"),
        "sincere": (False, "cheerful"),
        "plain-good": (False, "plain"),
    }
}
"""Suite -> arm -> whether it states distress, and how it is worded."""
MAIN = ("explicit-mild", "explicit-strong", "explicit-extreme")
STUDENTS = {"student-masked-distress": True, "student-doing-well": False}
"""Tests of posts by students of many kinds -> whether they state distress."""


@dataclass(frozen=True, slots=True)
class Look:
    """One way to part the posts."""

    key: str
    label: str
    column: str
    groups: tuple[tuple[str, str], ...]
    """Value of the column, and what it is called."""
    gap: str = ""
    """"paired" or "unpaired" where the first two groups are compared."""
    all: str = ""
    """What all posts together are called."""


LOOKS = (
    Look(
        "wording",
        "How it is told",
        "wording",
        (("cheerful", "in cheerful words"), ("plain", "in plain words")),
        "paired",
        "all posts",
    ),
    Look(
        "setting",
        "What it is about",
        "setting",
        (("student", "about studying"), ("work", "about work"), ("illness", "about illness")),
        "",
        "all posts",
    ),
    Look(
        "writer",
        "Who writes",
        "writer",
        (("named-identity", "naming an identity"), ("plain-student", "naming a year or subject")),
        "unpaired",
        "all student posts",
    ),
)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some posts, with the interval of the share."""

    count: int
    n: int
    value: float
    low: float
    high: float
    few: bool

    @property
    def words(self) -> str:
        """The share and its interval, rounded to what the interval supports."""
        amount = words.amount(self.value, "share", self.low, self.high)
        return f"{amount} ({words.interval(self.low, self.high, 'share')})"


@dataclass(frozen=True, slots=True)
class Group:
    """Misses and false alarms of some posts; always both."""

    label: str
    missed: Share
    alarm: Share


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a line does."""

    at: float
    """From this score on somebody acts."""
    look: Look
    overall: Group
    groups: tuple[Group, ...]
    gaps: Mapping[Kind, Gap]
    """First group minus second; empty where nothing is compared."""


class Posts:
    """The posts of one stored result, each with its score."""

    def __init__(self, result: AuditResult) -> None:
        """Read the posts.

        Raises:
            CaveatError: when the result has none with a score for distress.
        """
        self.result = result
        self._lock = threading.Lock()
        self._outcomes: dict[tuple[str, int], Outcome] = {}
        if self._rows.empty:
            raise CaveatError(f"The stored result of {result.model.id} has no posts that speak of distress.")

    @cached_property
    def _rows(self) -> pd.DataFrame:
        """One row a post: where it comes from, whether it states distress, its score and its groups."""
        import pyarrow.dataset as ds

        names = ["suite", "test", "example", "group", "template", "filler", "pair", "features", "p_negative"]
        data = self.result.predictions
        if data is None:
            return pd.DataFrame(columns=names)
        chosen = (ds.field("suite").isin(["masking", "demographics"])) & (ds.field("operation") == "score")
        if not isinstance(data, ds.Dataset):
            data = ds.InMemoryDataset(data)
        rows = data.to_table(filter=chosen, columns=names).to_pandas()
        rows = rows[[_known(*key) for key in zip(rows["suite"], rows["test"], rows["group"], strict=True)]].copy()
        more = [json.loads(text) if text else {} for text in rows["features"]]
        masking = (rows["suite"] == "masking").to_numpy()
        arms = [ARMS["masking"].get(group, (False, "")) for group in rows["group"]]
        told = [STUDENTS.get(test, arm[0]) for test, arm in zip(rows["test"], arms, strict=True)]
        rows["distress"] = np.array(told, dtype=bool)
        rows["wording"] = [arm[1] for arm in arms]
        rows["setting"] = [str(one.get("setting", "")) for one in more]
        rows["writer"] = np.where(masking, "", rows["group"])
        rows["identity"] = [str(one.get("identity", "")) for one in more]
        return rows.sort_values(["suite", "example"], kind="stable", ignore_index=True)

    @property
    def looks(self) -> tuple[Look, ...]:
        """The ways to part the posts for which the stored result has any."""
        return tuple(look for look in LOOKS if self._of(look)["distress"].any())

    def _of(self, look: Look) -> pd.DataFrame:
        return self._rows[(self._rows[look.column] != "").to_numpy()]

    def outcome(self, look: Look, at: float) -> Outcome:
        """Say what a line does; worked out once for everybody.

        Args:
            look: how the posts are parted.
            at: 0 to 1, rounded to whole hundredths.
        """
        key = (look.key, round(100 * at))
        with self._lock:
            if key not in self._outcomes:
                self._outcomes[key] = self._work_out(look, key[1] / 100)
            return self._outcomes[key]

    def _work_out(self, look: Look, at: float) -> Outcome:
        rows = self._of(look)
        groups = tuple(_group(label, rows[(rows[look.column] == key).to_numpy()], at) for key, label in look.groups)
        gaps: dict[Kind, Gap] = {}
        if look.gap:
            names = tuple(key for key, _ in look.groups[:2])
            gaps = {kind: _gap(rows, look, names, kind, at) for kind in ("missed", "alarm")}
        return Outcome(at, look, _group(look.all, rows, at), groups, gaps)

    def identities(self, at: float) -> list[tuple[str, int, int, int, int]]:
        """Give (identity, missed, of, false alarms, of) of each student: counts, for they are too few for shares."""
        rows = self._rows[(self._rows["identity"] != "").to_numpy()]
        found = []
        for name, own in rows.groupby("identity", sort=True):
            missed, alarm = (_cells(own, kind, at)["value"] for kind in ("missed", "alarm"))
            found.append((str(name), int(missed.sum()), len(missed), int(alarm.sum()), len(alarm)))
        return found


def _known(suite: str, test: str, group: str) -> bool:
    return test in STUDENTS if suite == "demographics" else test in MAIN and group in ARMS["masking"]


def _cells(rows: pd.DataFrame, kind: Kind, at: float) -> pd.DataFrame:
    """Give one 0 or 1 a post of the kind that can be missed, or that can be a false alarm."""
    kept = rows[rows["distress"].to_numpy() == (kind == "missed")]
    below = kept["p_negative"].to_numpy() < at
    return kept.assign(value=(below if kind == "missed" else ~below).astype("float64"))


def _share(rows: pd.DataFrame, kind: Kind, at: float) -> Share:
    cells = ordered(_cells(rows, kind, at))
    n = len(cells)
    if not n:
        return Share(0, 0, float("nan"), float("nan"), float("nan"), True)
    gap = coded(cells).mean(np.arange(n), rate=True)
    low, high = share_interval(gap, n)
    return Share(int(cells["value"].sum()), n, gap.value, low, high, few(n, gap.clusters))


def _group(label: str, rows: pd.DataFrame, at: float) -> Group:
    return Group(label, _share(rows, "missed", at), _share(rows, "alarm", at))


def _gap(rows: pd.DataFrame, look: Look, names: tuple[str, ...], kind: Kind, at: float) -> Gap:
    """Give the first group's share minus the second's, as the suite's own contrast would."""
    cells = _cells(rows, kind, at)
    cells = ordered(cells.assign(group=cells[look.column]))
    design: Any = look.gap
    return solve(arrange(cells, names[0], names[1], design), rate=True)


class Lines:
    """The posts of the page's stored results, read when first asked for."""

    def __init__(self, ready: Ready) -> None:
        self._ready = ready
        self._lock = threading.Lock()
        self._posts: dict[str, Posts] = {}

    def names(self) -> tuple[str, ...]:
        """Give the models whose stored result has the suite on distress, without reading any predictions."""
        found = []
        for name in self._ready.names():
            result = self._ready.get(name)
            if result and any(suite.name == "masking" for suite in result.suites):
                found.append(name)
        return tuple(found)

    def get(self, name: str) -> Posts:
        """Give the posts of a model.

        Raises:
            CaveatError: when there is no stored result with such posts.
        """
        with self._lock:
            if name not in self._posts:
                result = self._ready.get(name)
                if result is None:
                    raise CaveatError(f"This page has no stored result of {name}. Choose another model.")
                self._posts[name] = Posts(result)
            return self._posts[name]
