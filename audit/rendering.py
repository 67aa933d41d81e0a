"""Files that are made from a results folder: the report in its formats, and tables for spreadsheets."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from audit.cells import write_table
from audit.schema import AuditResult, CaveatError, DataResult

FORMATS = ("html", "json", "csv", "md", "card", "site", "pdf")
FORMAT_HELP = "Any of html, json, csv, md, card (a model card section), site (a static Space), pdf."


def render_page(result: AuditResult | None, own: DataResult | None, interactive: bool = False) -> str:
    """Give the report of suites, of own rows, or of both in one file.

    Raises:
        ValueError: when neither is given.
    """
    if result is not None:
        from audit.report.html import render

        return render(result, interactive, own)
    if own is None:
        raise ValueError("nothing to render")
    from audit.report.owndata import render_data

    return render_data(own)


def write_formats(
    folder: Path,
    result: AuditResult | None,
    own: DataResult | None,
    formats: Sequence[str],
    interactive: bool = False,
) -> list[Path]:
    """Write what is rendered from the results in a folder.

    Args:
        folder: a results folder.
        result: the audit of suites in it, if any.
        own: the audit of own rows in it, if any.
        formats: of `FORMATS`; "json" is there already.
        interactive: also a report with plotly charts.

    Returns:
        The files, in the order in which a person would open them.

    Raises:
        CaveatError: for "pdf" without WeasyPrint.
    """
    from audit.scoring import write_atomically
    from audit.store import REPORT, write_csv

    written: list[Path] = []

    def put(name: str, text: str) -> None:
        write_atomically(folder / name, lambda path: path.write_text(text, encoding="utf-8"))
        written.append(folder / name)

    page = render_page(result, own) if {"html", "site", "pdf"} & set(formats) else ""
    if "html" in formats:
        put(REPORT, page)
        if interactive and result is not None:
            put("report-interactive.html", render_page(result, own, True))
    if "md" in formats or "card" in formats:
        from audit.report.markdown import card_section, to_markdown

        if "md" in formats:
            put("report.md", to_markdown(result, own))
        if "card" in formats:
            put("model-card-section.md", card_section(result, own))
    if "pdf" in formats:
        from audit.report.pdf import to_pdf

        data = to_pdf(page)
        write_atomically(folder / "report.pdf", lambda path: path.write_bytes(data))
        written.append(folder / "report.pdf")
    subject = result or own
    if "site" in formats and subject is not None:
        from audit.report.site import write_site

        written.append(write_site(folder, subject.model, page))
    if "csv" in formats:
        written += write_csv(result, folder) if result is not None else []
        written += write_own_csv(own, folder) if own is not None else []
    return written


def write_files(
    folder: Path,
    formats: Sequence[str],
    result: AuditResult | None = None,
    own: DataResult | None = None,
    interactive: bool = False,
) -> list[Path]:
    """Write what is rendered from all that a results folder holds, suites and own rows in one report.

    Args:
        folder: with `result.json`, `data.json` or both.
        formats: of `FORMATS`.
        result: the audit of suites in it, where it is at hand; else it is read.
        own: the same of own rows.
        interactive: also a report with plotly charts.

    Returns:
        The files, in the order in which a person would open them.
    """
    from audit.owndata.store import DATA, load_data_result
    from audit.store import RESULT, load_result

    if own is None and (folder / DATA).exists():
        own = load_data_result(folder)
    if result is None and (own is None or (folder / RESULT).exists()):
        result = load_result(folder)
    return write_formats(folder, result, own, formats, interactive)


def results_in(folder: Path) -> list[Path]:
    """Find the results folders that a path means: itself, or those that a run made in it, one a model.

    Raises:
        CaveatError: when there is none.
    """
    from audit.compare.store import FILE as COMPARISON
    from audit.owndata.store import DATA
    from audit.store import RESULT

    def holds(place: Path) -> bool:
        return (place / RESULT).is_file() or (place / DATA).is_file()

    if holds(folder):
        return [folder]
    found = sorted(place for place in folder.iterdir() if holds(place)) if folder.is_dir() else []
    if not found and (folder / COMPARISON).is_file():
        raise CaveatError(
            f"{folder} holds a comparison, not an audit. Make its report again with: caveat compare DIR DIR"
        )
    if not found:
        why = "" if folder.is_dir() else " (a file)" if folder.exists() else " (no such folder)"
        raise CaveatError(
            f"No result.json in {folder}{why} or right below it. "
            f"Make one with: caveat run MODEL --out {shlex.quote(str(folder))}"
        )
    return found


def write_own_csv(own: DataResult, folder: Path) -> list[Path]:
    """Write figures and gaps of own rows as tables that a spreadsheet opens without running formulas."""
    from audit.store import converter

    plain = converter().unstructure
    tables: dict[str, list[Mapping[str, Any]]] = {
        "own-figures": [plain(estimate) for estimate in own.estimates],
        "own-gaps": [plain(finding) for finding in own.findings],
    }
    written = []
    for name, rows in tables.items():
        path = folder / f"{name}.csv"
        write_table(path, rows)
        written.append(path)
    return written
