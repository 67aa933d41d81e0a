"""A folder that works as a static site, for instance as a free static Space."""

from __future__ import annotations

import shutil
from pathlib import Path

from audit.schema import ModelInfo

SITE = "site"
SHARED = ("result.json", "predictions.parquet", "data.json")
"""Files of a results folder that may be shared; rows of own data and the secret are not among them."""


def write_site(folder: Path, model: ModelInfo, page: str) -> Path:
    """Write `site/`: the report as `index.html`, the results beside it, and the front matter of a static Space.

    Args:
        folder: a results folder.
        model: what was audited.
        page: the report without scripts.

    Returns:
        The folder of the site.
    """
    site = folder / SITE
    site.mkdir(exist_ok=True)
    (site / "index.html").write_text(page, encoding="utf-8")
    for name in SHARED:
        if (folder / name).exists():
            shutil.copyfile(folder / name, site / name)
    (site / "README.md").write_text(front_matter(model), encoding="utf-8")
    return site


def front_matter(model: ModelInfo) -> str:
    """Give the README of a static Space."""
    title = "".join(c for c in f"Audit of {model.id}" if c.isprintable() and c not in '"\\')
    return (
        "---\n"
        f'title: "{title}"\n'
        "colorFrom: gray\ncolorTo: blue\nsdk: static\napp_file: index.html\npinned: false\n"
        "tags:\n  - bias\n  - evaluation\n"
        "---\n\n"
        f"The report of an audit of {title.removeprefix('Audit of ')}, made with Caveat. `index.html` opens offline; "
        "the numbers behind it stand beside it.\n"
    )
