"""A result as a file to take away, in each format that the project has."""

from __future__ import annotations

import importlib.util
import re
import shutil
import tempfile
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from audit.schema import AuditResult, CaveatError

HTML = "html"
_ENDINGS = {
    HTML: ".html",
    "interactive": "-interactive.html",
    "pdf": ".pdf",
    "md": ".md",
    "card": "-model-card.md",
    "json": ".json",
    "csv": "-tables.zip",
    "site": "-site.zip",
    "folder": "-results.zip",
}
_WORDS = (
    ("The report, to read and to print (HTML)", HTML),
    ("The report with charts that answer to the mouse (HTML)", "interactive"),
    ("The report as PDF", "pdf"),
    ("The report as Markdown", "md"),
    ("A section for a model card (Markdown)", "card"),
    ("All numbers (JSON)", "json"),
    ("Tables for a spreadsheet (CSV, zipped)", "csv"),
    ("A static page to publish (zipped)", "site"),
    ("The results folder, for `caveat report` and `caveat compare` (zipped)", "folder"),
)


def offers() -> list[tuple[str, str]]:
    """Give the formats of this machine, with their words; PDF needs a package that is optional."""
    printer = importlib.util.find_spec("weasyprint") is not None
    return [(words, name) for words, name in _WORDS if name != "pdf" or printer]


def file_name(result: AuditResult, kind: str = HTML) -> str:
    """Give a file's name: model, day and ending, in letters that every system takes."""
    model = re.sub(r"[^A-Za-z0-9.-]+", "-", result.model.id).strip("-.")[-60:] or "model"
    part = "-partial" if result.partial else ""
    return f"caveat-{model}-{result.created[:10]}{part}{_ENDINGS[kind]}"


def write(result: AuditResult, kind: str, folder: Path) -> Path:
    """Write a result in one format.

    Args:
        result: with its predictions.
        kind: of `offers`, other than HTML, which the engine renders.
        folder: where the file goes.

    Returns:
        The file.

    Raises:
        CaveatError: for a format that there is not, and for PDF without what it needs.
    """
    from audit.rendering import write_formats
    from audit.store import RESULT, save

    if kind not in _ENDINGS:
        raise CaveatError("There is no such format. Choose one from the list.")
    path = folder / file_name(result, kind)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        draft = Path(name)
        save(result, draft)
        if kind == "json":
            return _moved(draft / RESULT, path)
        wanted = {"interactive": (HTML,), "folder": (HTML, "csv")}.get(kind, (kind,))
        written = write_formats(draft, result, None, wanted, interactive=kind == "interactive")
        if kind == "folder":
            return _zipped(draft, sorted(draft.iterdir()), path)
        if kind == "csv":
            return _zipped(draft, written, path)
        if kind == "site":
            return _zipped(written[0], sorted(written[0].iterdir()), path)
        return _moved(written[-1], path)


def _moved(source: Path, path: Path) -> Path:
    return Path(shutil.move(source, path))


def _zipped(root: Path, files: list[Path], path: Path) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as packed:
        for file in files:
            packed.write(file, file.relative_to(root))
    return path
