"""The Gradio page of Caveat: all that a Space needs.

Run it with `python app.py`. The environment decides what the page allows:

CAVEAT_HOST          address to listen on; 127.0.0.1, or 0.0.0.0 in a Space
CAVEAT_PORT          port to listen on; 7860
CAVEAT_PIN           opens audits beyond quick and models from the Hub; open to all when unset
CAVEAT_ALLOW_MODELS  Hub ids that visitors may load, with commas between, or "any";
                     all of them on this machine, none on a network when unset
CAVEAT_HELP_LINES    whom to turn to, shown with the note on what the page is not for

The same page with options instead of variables: `python -m audit app --help`.
"""

from __future__ import annotations

import sys

from audit.exits import tell
from audit.page import build_page, serve, settings_from_environment

try:
    settings, host, port = settings_from_environment()
    demo = build_page(settings, warm=__name__ == "__main__")
    if __name__ == "__main__":
        serve(demo, host, port, settings)
except KeyboardInterrupt:
    sys.exit(130)
except Exception as error:
    sys.exit(tell(error))
