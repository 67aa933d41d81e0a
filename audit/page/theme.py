"""How the page looks: the report's quiet letter, in Gradio's terms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from audit.report.spec import COLOURS

CSS = Path(__file__).with_name("page.css")
FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")

_VALUES = {
    # Theme value -> (light, dark). Colours are the variables of page.css, so that both kinds of element agree.
    "body_background_fill": "var(--cv-paper)",
    "body_text_color": "var(--cv-ink)",
    "body_text_color_subdued": "var(--cv-muted)",
    "background_fill_primary": "var(--cv-paper)",
    "background_fill_secondary": "var(--cv-soft)",
    "border_color_primary": "var(--cv-line)",
    "border_color_accent": "var(--cv-accent)",
    "color_accent": "var(--cv-accent)",
    "color_accent_soft": "var(--cv-soft)",
    "link_text_color": "var(--cv-accent)",
    "link_text_color_hover": "var(--cv-accent)",
    "link_text_color_visited": "var(--cv-accent)",
    "link_text_color_active": "var(--cv-accent)",
    "block_background_fill": "transparent",
    "block_border_color": "transparent",
    "block_info_text_color": "var(--cv-muted)",
    "block_label_background_fill": "transparent",
    "block_label_text_color": "var(--cv-ink)",
    "block_title_text_color": "var(--cv-ink)",
    "block_title_background_fill": "transparent",
    "panel_background_fill": "transparent",
    "input_background_fill": "var(--cv-paper)",
    "input_background_fill_focus": "var(--cv-paper)",
    "input_border_color": "var(--cv-control)",
    "input_border_color_focus": "var(--cv-accent)",
    "input_placeholder_color": "var(--cv-muted)",
    "checkbox_background_color": "var(--cv-paper)",
    "checkbox_background_color_selected": "var(--cv-accent)",
    "checkbox_border_color": "var(--cv-control)",
    "checkbox_border_color_selected": "var(--cv-accent)",
    "checkbox_border_color_focus": "var(--cv-accent)",
    "checkbox_label_background_fill": "transparent",
    "checkbox_label_background_fill_hover": "var(--cv-soft)",
    "checkbox_label_background_fill_selected": "var(--cv-soft)",
    "checkbox_label_border_color": "var(--cv-line)",
    "checkbox_label_border_color_selected": "var(--cv-accent)",
    "checkbox_label_text_color": "var(--cv-ink)",
    "checkbox_label_text_color_selected": "var(--cv-ink)",
    "button_primary_background_fill": "var(--cv-accent)",
    "button_primary_background_fill_hover": "var(--cv-accent-strong)",
    "button_primary_border_color": "var(--cv-accent)",
    "button_primary_text_color": "var(--cv-on-accent)",
    "button_secondary_background_fill": "transparent",
    "button_secondary_background_fill_hover": "var(--cv-soft)",
    "button_secondary_border_color": "var(--cv-control)",
    "button_secondary_text_color": "var(--cv-ink)",
    "loader_color": "var(--cv-accent)",
    "stat_background_fill": "var(--cv-accent)",
}
_PLAIN = {
    "body_text_size": "*text_lg",
    "block_border_width": "0px",
    "block_padding": "0px",
    "block_shadow": "none",
    "block_title_text_weight": "600",
    "block_title_text_size": "*text_lg",
    "block_label_text_size": "*text_md",
    "block_info_text_size": "*text_md",
    "input_border_width": "1.5px",
    "input_text_size": "*text_lg",
    "input_shadow": "none",
    "checkbox_label_text_size": "*text_lg",
    "checkbox_label_shadow": "none",
    "checkbox_label_padding": "0.4rem 0.9rem",
    "checkbox_border_width": "1.5px",
    "button_border_width": "1.5px",
    "button_large_padding": "0.7rem 1.4rem",
    "button_large_text_size": "*text_lg",
    "button_transition": "none",
    "layout_gap": "1.25rem",
}


def theme() -> Any:
    """Give the theme object that `launch` takes; a name would be looked up outside."""
    from gradio.themes.base import Base
    from gradio.themes.utils.sizes import Size

    text = Size(
        name="caveat",
        xxs="0.8rem",
        xs="0.85rem",
        sm="0.9rem",
        md="0.95rem",
        lg="1.0625rem",
        xl="1.3rem",
        xxl="1.75rem",
    )
    base = Base(text_size=text, radius_size="sm", spacing_size="md", font=FONTS, font_mono=MONO)
    accepted = Base.set.__code__.co_varnames[: Base.set.__code__.co_kwonlyargcount + 1]
    values = dict(_PLAIN)
    for name, value in _VALUES.items():
        values[name] = value
        if name + "_dark" in accepted:
            values[name + "_dark"] = value
    if "block_shadow_dark" in accepted:
        values["block_shadow_dark"] = "none"
    return base.set(**values)


def css() -> str:
    """Give the page's own style sheet, and the colours that plots take on a dark ground."""
    return CSS.read_text(encoding="utf-8") + _dark_plots()


def _dark_plots() -> str:
    """Give each colour of a plot its counterpart on a dark ground; plotly writes colours into the elements."""
    rules = []
    for light, dark in COLOURS.values():
        red, green, blue = (int(light[at : at + 2], 16) for at in (1, 3, 5))
        for kind in ("fill", "stroke"):
            drawn = f'.dark .gradio-container .js-plotly-plot [style*="{kind}: rgb({red}, {green}, {blue})"]'
            rules.append(f"{drawn} {{ {kind}: {dark} !important; }}")
    return "\n".join(rules) + "\n"
