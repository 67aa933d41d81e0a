"""An audit as one HTML file that needs nothing else."""

from __future__ import annotations

import json

from markupsafe import Markup

from audit.places import folder
from audit.report.owndata import own_sections
from audit.report.plots import to_plotly
from audit.report.sections import SECTIONS
from audit.report.view import View
from audit.schema import AuditResult, DataResult

STATIC_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
INTERACTIVE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)


def render(result: AuditResult, interactive: bool = False, own: DataResult | None = None) -> str:
    """Write an audit as a page.

    Args:
        result: the audit; without `predictions` the texts behind the findings are left out and the page says so.
        interactive: draw the charts with plotly, whose script is put in once. Otherwise the page has no script.
        own: an audit of somebody's own rows by the same model; its sections stand after the key findings.

    Returns:
        A complete HTML document that asks for nothing outside itself.
    """
    view = View(result, interactive)
    sections = [section for make in SECTIONS for section in make(view)]
    if own is not None:
        place = next(i for i, section in enumerate(sections) if section.id == "findings") + 1
        sections[place:place] = own_sections(own)
    return str(
        view.render(
            "report.html.j2",
            sections=sections,
            style=Markup(folder("reports").joinpath("style.css").read_text(encoding="utf-8")),
            policy=INTERACTIVE_POLICY if interactive else STATIC_POLICY,
            scripts=_scripts(view) if interactive else [],
        )
    )


def _scripts(view: View) -> list[Markup]:
    from plotly.offline import get_plotlyjs

    figures = {f"plot-{spec.name}": json.loads(to_plotly(spec).to_json()) for spec in view.drawn}
    data = json.dumps(figures).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    draw = folder("reports").joinpath("templates", "draw.js").read_text(encoding="utf-8")
    return [Markup(get_plotlyjs()), Markup(f"const FIGURES = {data};\n{draw}")]
