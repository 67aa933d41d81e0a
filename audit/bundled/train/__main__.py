"""`python -m audit.bundled.train`."""

from audit.bundled.train.cli import app

app()
