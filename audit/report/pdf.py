"""The report as a PDF, by WeasyPrint: an optional extra, because it needs Pango on the system."""

from __future__ import annotations

import re
from functools import cache

from audit.places import folder
from audit.report.words import SEVERITY_SIGNS
from audit.schema import CaveatError

INSTALL = (
    "--format pdf needs WeasyPrint and Pango. Install them with: pip install 'caveat-audit[pdf]' and, on Debian or "
    "Ubuntu, apt-get install libpango-1.0-0 libpangoft2-1.0-0. Or print report.html from a browser."
)
_NARROW = re.compile(r'<div class="narrow">.*?</div>', re.DOTALL)
_ICON = re.compile(r'<svg class="icon"[^>]*><use href="#icon-(\w+)"/></svg>')
_SYMBOLS = re.compile(r'<svg class="symbols".*?</svg>', re.DOTALL)
_SVG = re.compile(r"<svg\b[^>]*>")
_VARIABLE = re.compile(r"var\(--([\w-]+)\)")
_PAGE = (
    "<style>@page { size: A4; margin: 18mm 16mm; @bottom-right { content: counter(page); font: 9px sans-serif; } } "
    "h1 { font-size: 27px; } .wide { display: block !important; } .contents { display: none; } "
    "figure svg { width: 100% !important; }</style>"
)


def to_pdf(page: str) -> bytes:
    """Print a report.

    Args:
        page: HTML as `audit.report.html.render` or `audit.report.owndata.render_data` give it, without scripts.

    Returns:
        The PDF, with its text and no raster images.

    Raises:
        CaveatError: when WeasyPrint or Pango is missing.
    """
    try:
        from weasyprint import HTML
    except (ImportError, OSError):
        raise CaveatError(INSTALL) from None
    return bytes(HTML(string=prepared(page)).write_pdf())


def prepared(page: str) -> str:
    """Make the page fit a renderer that keeps the style sheet of a page out of its drawings."""
    style = f"<style>{drawing_style()}</style>"
    page = _SYMBOLS.sub("", _NARROW.sub("", page))
    page = _ICON.sub(lambda found: f"<span>{SEVERITY_SIGNS[found[1]]}</span>", page)
    page = _SVG.sub(lambda found: found[0] + style, page)
    return page.replace("</head>", _PAGE + "</head>", 1)


@cache
def drawing_style() -> str:
    """Give the rules of the style sheet that speak of drawings, colours put in."""
    sheet = folder("reports").joinpath("style.css").read_text(encoding="utf-8")
    light = dict(re.findall(r"--([\w-]+):\s*([^;]+);", sheet.split("@media")[0]))
    light |= {"sans": "sans-serif"}
    rules = []
    for line in sheet.splitlines():
        if line.startswith("svg ") and "currentColor" not in line:
            rules.append(re.sub(r"\bsvg ", "", line))
    for name, colour in re.findall(r"^\.s-(\w+) \{ color: var\(--([\w-]+)\); \}", sheet, re.MULTILINE):
        tone = light[colour]
        rules.append(f".whisker.s-{name} {{ stroke: {tone}; stroke-width: 1.8; }}")
        rules += [f".{kind}.s-{name} {{ fill: {tone}; stroke: {tone}; }}" for kind in ("mark", "sign", "arrow")]
        rules.append(f".mark.few.s-{name} {{ fill: {light['paper']}; }}")
    return _VARIABLE.sub(lambda found: light[found[1]], " ".join(rules))
