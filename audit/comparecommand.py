"""What `caveat compare` does and prints."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from audit.failon import Rule
from audit.schema import FOUND, CaveatError, CompareResult
from audit.terminal import ICONS, STYLES, consoles
from audit.terminal import tell_rules as tell

REPORT = "compare.html"
SHOWN = 5


def names_of(folders: Sequence[Path]) -> list[str]:
    """Name audits by their folders, with as much of the path as tells them apart.

    Raises:
        CaveatError: when one folder is given twice.
    """
    resolved = [folder.resolve() for folder in folders]
    if len(set(resolved)) < len(resolved):
        twice = next(folder for folder in folders if resolved.count(folder.resolve()) > 1)
        raise CaveatError(f"{twice} is given twice. A comparison needs different results folders.")
    for depth in range(1, max(len(path.parts) for path in resolved) + 1):
        names = ["/".join(path.parts[-depth:]) for path in resolved]
        if len(set(names)) == len(names):
            return names
    return [str(path) for path in resolved]


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


def compare_folders(folders: Sequence[Path], out: Path, formats: Sequence[str], command: str) -> CompareResult:
    """Compare results folders with the first of them, write what was asked for, and print the changes that tell.

    Args:
        folders: two or more, each with `result.json`, `data.json` or both.
        out: folder for `compare.json` and the report.
        formats: of "html", "json".
        command: what repeats this.
    """
    from audit.compare import compare, save_comparison
    from audit.owndata.store import DATA, load_data_result
    from audit.scoring import write_atomically
    from audit.store import RESULT, load_result
    from reports.comparison import render_comparison

    console, err = consoles()
    if len(folders) < 2:
        raise CaveatError("A comparison needs at least two results folders: caveat compare DIR DIR")
    named = dict(zip(names_of(folders), folders, strict=True))
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
    result = compare({name: load_result(folder) for name, folder in suites.items()}, command, rows)
    written = [save_comparison(result, out)]
    if "html" in formats:
        page = render_comparison(result)
        write_atomically(out / REPORT, lambda path: path.write_text(page, encoding="utf-8"))
        written.insert(0, out / REPORT)
    _print(console, result, written)
    return result


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


def tell_rules(rules: Sequence[Rule], result: CompareResult) -> bool:
    """Print what became of each --fail-on rule, and give whether one was crossed."""
    return tell(consoles()[0], rules, result)
