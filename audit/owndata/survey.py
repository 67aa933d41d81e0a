"""The first reading of a source: every mistake is found, and every kind of row counted, before a model is asked."""

from __future__ import annotations

import re
import shutil
import string
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from unicodedata import normalize

from audit.owndata.bins import Bins
from audit.owndata.classes import NONE
from audit.owndata.decimals import typed
from audit.owndata.firsts import Firsts
from audit.owndata.labels import DataLabels, LabelBook, checked
from audit.owndata.options import DataOptions
from audit.owndata.reading import SIZE, Reader, need_column, written
from audit.owndata.table import MISSING
from audit.owndata.tally import Tally
from audit.schema import Count, DataSource
from audit.schema.errors import listed, mistake

MOST_GROUPS = 50
_EMPTY_GROUP = frozenset({"", "nan", "#n/a"})
_INVISIBLE = string.whitespace + "\u00a0\u200b\u200c\u200d\u2060\ufeff"
"""What a text may consist of and still be empty: spaces, and characters without width."""
_RETWEET = re.compile(r"^(rt @\w+\s*:?\s*)+")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of one chunk that have a text; lists of one length, but `groups` and `annotators`: one list a column."""

    number: int
    """From 0; the same rows have the same chunk in every run."""
    rows: list[int]
    """1-based."""
    texts: list[str]
    labels: list[int]
    groups: list[list[str]]
    annotators: list[list[int]]
    ids: list[str]
    """What the owner calls each row; empty where no column says it."""


class Survey:
    """A source that was read once and is known to be whole. Use it as a context: it keeps temporary files."""

    def __init__(self, reader: Reader, options: DataOptions) -> None:
        """Read the source.

        Raises:
            CaveatError: for the first mistake.
        """
        self.reader, self.options = reader, options
        self._names = self._wanted()
        self._book = LabelBook(
            DataLabels(checked(options.labels) if options.labels else {}, reader.meanings(self._labelling[0])),
            ", ".join(self._labelling),
            reader.name,
        )
        self.groups: dict[str, dict[str, None]] = {name: {} for name in options.groups}
        self._bins = {name: Bins(name, spec) for name, spec in options.bins.items()}
        self._meanings = {name: reader.meanings(name) for name in options.groups}
        self._tally = Tally(options, reader, self._book)
        self._folder = Path(tempfile.mkdtemp(prefix="caveat-"))
        self._done = False
        try:
            self._read()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Survey:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the temporary files."""
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _labelling(self) -> tuple[str, ...]:
        """Columns that hold labels."""
        options = self.options
        return ((options.label_column,) if options.label_column else ()) + options.annotators

    def _wanted(self) -> tuple[str, ...]:
        o = self.options
        asked = [("--text", o.text)] + [
            ("--label" if n == o.label_column else "--annotator", n) for n in self._labelling
        ]
        asked += [("--group", name) for name in o.groups] + ([("--cluster", o.cluster)] if o.cluster else [])
        asked += [("--id", o.id)] if o.id else []
        for option, name in asked:
            need_column(self.reader.name, name, self.reader.columns, option)
        return tuple(dict.fromkeys(name for _, name in asked))

    def place(self, row: int) -> str:
        """Say where a row stands, as a person would look it up."""
        first = self.reader.first_row
        return f"{self.reader.name}, row {row + first - 1:,}" + (" (the heading is row 1)" if first == 2 else "")

    def chunks(self) -> Iterator[Chunk]:
        """Give the rows with a text, chunk by chunk, the same each time."""
        start = 1
        for number, cells in enumerate(self.reader.chunks(self._names)):
            yield self._chunk(number, start, cells)
            start += len(cells)

    @property
    def parts(self) -> int:
        """How many chunks there are."""
        return -(-self._tally.read // SIZE)

    def clusters(self, rows: Sequence[int]) -> Any:
        """Give the number of the first row of each row's cluster, (n,) int32; the row itself where it is alone.

        Copies of a text are one cluster, that of the writer of the first of them: whoever posts a copy did not write
        it. So no cluster grows by chains of people who share texts, and no copy is in two clusters.
        """
        import numpy as np

        numbers = np.asarray(rows, dtype="i8")
        original = np.asarray(self._texts.first[numbers - 1]).astype("i8")
        original = np.where(original == 0, numbers, original)
        if not self.options.cluster:
            return original.astype("i4")
        first = np.asarray(self._clusters.first[original - 1])
        return np.where(first == 0, original, first).astype("i4")

    def duplicates(self, rows: Sequence[int]) -> Any:
        """Say of each row whether its text stood before, (n,) bool."""
        import numpy as np

        numbers = np.asarray(rows, dtype="i8")
        return np.asarray(self._texts.first[numbers - 1]) != numbers

    def source(self, extra: Sequence[Count] = ()) -> DataSource:
        """Describe the source for the result; `extra` is what the scoring counted."""
        o, tally = self.options, self._tally
        return DataSource(
            name=self.reader.name,
            format=self.reader.format,
            digest=self.reader.digest,
            read=tally.read,
            used=tally.used,
            labelled=tally.labelled,
            text=o.text,
            label=o.label_column,
            groups=o.groups,
            cluster=o.cluster,
            id=o.id,
            annotators=o.annotators,
            labels=self._book.known(),
            counts=(*self._tally.counts(), *extra),
            encoding=self.reader.encoding,
        )

    def private_counts(self) -> tuple[Count, ...]:
        """Give counts that could give a small group away: for the owner of the rows, not for the report."""
        alone = [name for name in self.options.groups if len(self.groups[name]) == 1]
        same = (Count(f"one and the same {name!r}", self._tally.used, "kept; no groups to compare") for name in alone)
        return (*self._tally.missing_groups(), *same)

    def remarks(self) -> tuple[str, ...]:
        """Say how the source was read, as sentences for the person who made it."""
        stray = self._book.unused()
        said = (
            f"--data-labels names {listed([repr(one) for one in stray])}, which no row has: nothing is changed by it."
        )
        return (*self.reader.notes, *([said] if stray else []), *(bins.note() for bins in self._bins.values()))

    def _chunk(self, number: int, start: int, cells: Sequence[tuple[Any, ...] | None]) -> Chunk:
        o = self.options
        at = {name: place for place, name in enumerate(self._names)}
        chunk = Chunk(number, [], [], [], [[] for _ in o.groups], [[] for _ in o.annotators], [])
        for row, values in enumerate(cells, start):
            if values is None:
                self._tally.blank += not self._done
                continue
            text = written(values[at[o.text]], f"{self.place(row)}, column {o.text!r}")
            if text is None or not text.strip(_INVISIBLE):
                self._tally.empty += not self._done
                continue
            if "\0" in text:
                raise mistake(self.place(row), "holds a NUL character: the file is damaged. Export it again")
            given = [self._code(values[at[name]], row, name) for name in o.annotators]
            label = self._code(values[at[o.label_column]], row, o.label_column) if o.label_column else _majority(given)
            chunk.rows.append(row)
            chunk.texts.append(text)
            chunk.labels.append(label)
            for column, name in zip(chunk.groups, o.groups, strict=True):
                column.append(self._group(name, values[at[name]], row))
            for codes, code in zip(chunk.annotators, given, strict=True):
                codes.append(code)
            if o.id:
                chunk.ids.append((written(values[at[o.id]], f"{self.place(row)}, column {o.id!r}") or "").strip())
            if not self._done:
                self._tally.add(text, values[at[o.text]], label, given)
                self._tally.broken += text != values[at[o.text]] and "\ufffd" in text
        return chunk

    def _code(self, value: Any, row: int, name: str) -> int:
        cell = written(value, f"{self.place(row)}, column {name!r}")
        if self._done:
            return self._book.again(cell)
        return self._book.code(cell)

    def _group(self, name: str, value: Any, row: int) -> str:
        where = f"{self.place(row)}, column {name!r}"
        cell = (written(value, where) or "").strip()
        if cell.lower() in _EMPTY_GROUP:
            if not self._done:
                self._tally.missing[name] += 1
                self.groups[name][MISSING] = None
            return MISSING
        if name in self._bins:
            number = typed(value, cell)
            if not self._done:
                self._bins[name].add(number, where)
                return cell
            return self._bins[name].name(number)
        cell = self._meanings[name].get(cell, cell)
        known = self.groups[name]
        if cell not in known:
            known[cell] = None
            if len(known) - (MISSING in known) > MOST_GROUPS:
                raise self._too_many(name)
        return cell

    def _too_many(self, name: str) -> Exception:
        values = [value for value in self.groups[name] if value != MISSING]
        numeric = all(value.replace(".", "", 1).lstrip("-").isdigit() for value in values)
        how = (
            f"Put its numbers into ranges with --bins {name}=4"
            if numeric
            else f"Name a column with fewer values, or use it as --cluster {name} if it says who wrote a row"
        )
        return mistake(
            self.reader.name,
            f"the group column {name!r} has more than {MOST_GROUPS} different values ({listed(values[:3])}, ...). "
            f"{how}",
        )

    def _read(self) -> None:
        self._texts = Firsts(self._folder, "text")
        self._clusters = Firsts(self._folder, "cluster")
        cluster = self._names.index(self.options.cluster) if self.options.cluster else -1
        start = 1
        for number, cells in enumerate(self.reader.chunks(self._names)):
            chunk = self._chunk(number, start, cells)
            at = {row: place for place, row in enumerate(chunk.rows)}
            places = [at.get(row, -1) for row in range(start, start + len(cells))]
            texts = [plain(chunk.texts[place]) if place >= 0 else None for place in places]
            labels = [chunk.labels[place] if place >= 0 else NONE for place in places]
            self._texts.add(start, texts, labels)
            if cluster >= 0:
                found = [
                    self._cluster(values[cluster], row) if values is not None and place >= 0 else None
                    for row, values, place in zip(range(start, start + len(cells)), cells, places, strict=True)
                ]
                self._clusters.add(start, found, labels)
            start += len(cells)
        self._tally.read = start - 1
        self._texts.finish()
        self._clusters.finish()
        self._tally.repeated, self._tally.conflicts = self._texts.repeated, self._texts.conflicts
        self._tally.one_cluster = cluster >= 0 and not self._tally.no_cluster and self._clusters.all_equal()
        for name, bins in self._bins.items():
            bins.finish()
            self.groups[name] = dict.fromkeys([*bins.names, *self.groups[name]])
        self._tally.check()
        self._done = True

    def _cluster(self, value: Any, row: int) -> str | None:
        cell = (written(value, f"{self.place(row)}, column {self.options.cluster!r}") or "").strip()
        if cell.lower() in _EMPTY_GROUP:
            self._tally.no_cluster += 1
            return None
        return cell


def plain(text: str) -> str:
    """Give what copies of a text have in common: not case, spaces, width of letters, or a leading "RT @name:"."""
    found = " ".join(normalize("NFKC", text).casefold().split())
    return _RETWEET.sub("", found) or found


def _majority(codes: Sequence[int]) -> int:
    """Give the label that more annotators gave than any other; none at a tie."""
    counts: Mapping[int, int] = Counter(code for code in codes if code != NONE)
    best = [code for code, n in counts.items() if n == max(counts.values())]
    return best[0] if len(best) == 1 else NONE
