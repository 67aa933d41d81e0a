"""An audit of somebody's own rows as a page, or as sections of the report of an audit of suites."""

from __future__ import annotations

from audit.report.owndata.page import own_sections, render_data

__all__ = ["own_sections", "render_data"]
