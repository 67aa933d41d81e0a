"""From public data to the two shipped models: `python -m audit.bundled.train --help`."""
