"""What `caveat compare` does and prints."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from audit.exits import code_of
from audit.failon import Figure, Names, Rule, check_names, figures, names_of_comparison
from audit.rendering import results_in
from audit.schema import FOUND, AuditResult, CaveatError, CompareResult, DataResult
from audit.terminal import ICONS, STYLES, consoles, tell_rules

REPORT = "compare.html"
SHOWN = 5


def names_of(folders: Sequence[Path]) -> list[str]:
    """Name audits by their folders, so that no report tells where somebody keeps them.

    Where two have one name, folders above it that were typed below the working folder tell them apart; of others
    nothing is told, and they are numbered.

    Raises:
        CaveatError: when one folder is given twice.
    """
    resolved = [folder.resolve() for folder in folders]
    if len(set(resolved)) < len(resolved):
        twice = next(folder for folder in folders if resolved.count(folder.resolve()) > 1)
        raise CaveatError(f"{twice} is given twice. A comparison needs different results folders.")
    names = [path.name for path in resolved]
    if len(set(names)) == len(names):
        return names
    if not any(folder.is_absolute() or ".." in folder.parts for folder in folders):
        for depth in range(2, max(len(folder.parts) for folder in folders) + 1):
            longer = ["/".join(folder.parts[-depth:]) for folder in folders]
            if len(set(longer)) == len(longer):
                return longer
    return [f"{name} {names[: at + 1].count(name)}" if names.count(name) > 1 else name for at, name in enumerate(names)]


def command_of(
    folders: Sequence[Path],
    out: Path,
    formats: Sequence[str],
    rules: Sequence[str],
    defaults: tuple[Path, Sequence[str]],
) -> str:
    """Give the command as it was given; of a path that leads out of the present folder, its end alone.

    A report that is passed on would name the folders of whoever made it otherwise.

    Args:
        folders: as given.
        out: of --out.
        formats: of --format.
        rules: of --fail-on.
        defaults: of --out and --format, which are not repeated.
    """
    names = dict(zip(folders, names_of(folders), strict=True))

    def shown(path: Path) -> str:
        inside = not path.is_absolute() and ".." not in path.parts
        return path.as_posix() if inside else names.get(path, path.name)

    words = ["caveat", "compare", *map(shown, folders)]
    words += ["--out", shown(out)] if out != defaults[0] else []
    words += ["--format", ",".join(formats)] if list(formats) != list(defaults[1]) else []
    for rule in rules:
        words += ["--fail-on", rule]
    return shlex.join(words)


def _one_in(folder: Path) -> Path:
    """Give the results folder that a path means: itself, or the only one in it."""
    found = results_in(folder)
    if len(found) > 1:
        raise CaveatError(f"{folder} holds {len(found)} audits. Name one: {', '.join(str(one) for one in found)}.")
    return found[0]


def compare_folders(
    folders: Sequence[Path], out: Path, formats: Sequence[str], command: str, rules: Sequence[Rule] = ()
) -> int:
    """Compare results folders with the first of them, write what was asked for, and print the changes that tell.

    Args:
        folders: two or more, each with `result.json`, `data.json` or both, or with one such folder in it.
        out: folder for `compare.json` and the report.
        formats: of "html", "json".
        command: what to type to repeat it, for the report.
        rules: of --fail-on.

    Returns:
        The exit code, of `audit.exits`.
    """
    from audit.compare import compare, save_comparison
    from audit.owndata.store import DATA, load_data_result
    from audit.report.comparison import render_comparison
    from audit.scoring import write_atomically
    from audit.store import RESULT, load_result

    console, _ = consoles()
    if len(folders) < 2:
        raise CaveatError("A comparison needs at least two results folders: caveat compare DIR DIR")
    names = names_of(folders)
    named = {name: _one_in(folder) for name, folder in zip(names, folders, strict=True)}
    rows = {name: load_data_result(folder) for name, folder in named.items() if (folder / DATA).exists()}
    suites = {name: folder for name, folder in named.items() if (folder / RESULT).exists() or name not in rows}
    if rows and len(rows) < len(named) and len(suites) < len(named):
        raise CaveatError(
            f"{next(name for name in named if name not in rows)} is an audit of suites and "
            f"{next(name for name in named if name not in suites)} one of own data: they have nothing in common. "
            "Compare audits of the same kind."
        )
    if rows and len(suites) < len(named):
        suites = {}
    audits = {name: load_result(folder) for name, folder in suites.items()}
    if rules:
        check_names(rules, _names(names, audits, rows))
    result = compare(audits, command, rows)
    written = [save_comparison(result, out)]
    if "html" in formats:
        page = render_comparison(result)
        write_atomically(out / REPORT, lambda path: path.write_text(page, encoding="utf-8"))
        written.insert(0, out / REPORT)
    _print(console, result, written)
    outcomes = tell_rules(console, rules, result, _owner(result, rows) if rules and rows else None)
    crossed, unjudged = (any(one.state == state for one in outcomes) for state in ("crossed", "not judged"))
    return code_of((), 1, crossed, unjudged)


def _names(sides: Sequence[str], audits: Mapping[str, AuditResult], rows: Mapping[str, DataResult]) -> Names:
    """Give what rules may name: the contrasts and accuracies of suites, and accuracies of own rows."""
    first = sides[0]
    found: dict[str, list[str]] = {}
    if first in audits:
        for suite in audits[first].suites:
            tests = [f"accuracy:{test.name}" for test in suite.tests]
            found[suite.name] = ["accuracy", *tests, *(contrast.name for contrast in suite.contrasts)]
    if first in rows and any(side in rows for side in sides[1:]):
        groups = sorted(
            {f"accuracy:{e.by} is {e.group}" for e in rows[first].estimates if e.by in rows[first].source.groups}
        )
        found["data"] = ["accuracy", "macro_f1", *groups]
    return names_of_comparison(found, sides[1:])


def _owner(result: CompareResult, rows: Mapping[str, DataResult]) -> Iterator[Figure]:
    """Give all figures of a comparison, those of groups that it hides included."""
    from audit.compare.rows import compare_rows

    yield from figures(result)
    first = result.base.name
    for other in result.others:
        if first in rows and other.side.name in rows:
            changes, _, _ = compare_rows(rows[first], rows[other.side.name], (first, other.side.name), for_owner=True)
            yield from figures(replace(result, others=(replace(other, changes=tuple(changes)),)))


def _print(out: object, result: CompareResult, written: Sequence[Path]) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    assert isinstance(out, Console)
    for other in result.others:
        out.print()
        out.print(Text(f"{result.base.name} and {other.side.name}", style="bold"))
        for counted in other.answers:
            out.print(
                f"  {counted.suite:<13} {counted.changed:,} of {counted.n:,} answers differ: "
                f"{counted.mended:,} now right, {counted.broken:,} now wrong"
            )
        telling = [c for c in other.changes if c.verdict in FOUND]
        telling.sort(key=lambda c: (c.verdict != "finding", not c.primary, -abs(c.change) / c.threshold))
        if not other.changes:
            out.print("  Nothing could be compared.")
        elif not telling:
            out.print("  No change was told apart from chance; the report says what could have been seen.")
        for change in telling[:SHOWN]:
            line = Text(f"{ICONS[change.severity]} {change.severity:<6} ", style=STYLES[change.severity])
            line.append(f"{change.suite}  ", style="bold default")
            line.append(change.sentence, style="default")
            out.print(Padding(line, (0, 0, 0, 2)))
        if len(telling) > SHOWN:
            out.print(f"  {len(telling) - SHOWN} more changes are in the report.")
        for skipped in other.skipped:
            count = f" ({skipped.n:,})" if skipped.n else ""
            out.print(
                Padding(Text(f"Not compared: {skipped.what}: {skipped.reason}{count}.", style="dim"), (0, 0, 0, 2))
            )
    out.print("  " + "  ".join(str(path) for path in written), soft_wrap=True)
