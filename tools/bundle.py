"""One folder that installs without a network: `make bundle`.

It holds the wheels of Caveat and of everything in requirements.txt for this platform and this Python, a script that
installs them and serves the page, and a note. The folder fits on a USB stick and goes to machines of the same kind.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOTE = (
    "Needs Python {python} on {system} ({machine}), and no network. Start: {start}. The page opens at "
    "http://127.0.0.1:7860.\nOthers in the room: {start} --host 0.0.0.0 --pin SIX-CHARACTERS. "
    "Made with Caveat {version}.\n"
)
SHELL = """#!/bin/sh
# Installs Caveat beside this file, once, from the wheels in it, and serves the page.
set -e
cd "$(dirname "$0")"
if [ ! -e caveat/ready ]; then
  "${PYTHON:-python3}" -m venv caveat
  caveat/bin/python -m pip install --quiet --no-index --find-links wheels -r requirements.txt caveat-audit
  : > caveat/ready
fi
exec caveat/bin/caveat app "$@"
"""
BATCH = """@echo off
rem Installs Caveat beside this file, once, from the wheels in it, and serves the page.
cd /d "%~dp0"
if not exist caveat\\ready (
  py -3 -m venv caveat || exit /b 1
  caveat\\Scripts\\python -m pip install -q --no-index -f wheels -r requirements.txt caveat-audit || exit /b 1
  type nul > caveat\\ready
)
caveat\\Scripts\\caveat app %*
"""


def start_script(system: str) -> tuple[str, str]:
    """Give the name and the text of the script that starts the page on a system, as `platform.system()` names it."""
    return ("start.bat", BATCH.replace("\n", "\r\n")) if system == "Windows" else ("start.sh", SHELL)


def make(out: Path) -> Path:
    """Fill a folder.

    Args:
        out: the folder; made where missing, files in it are kept.
    """
    from audit.run import versions

    wheels = out / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    needs = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    (out / "requirements.txt").write_text(needs, encoding="utf-8")
    quiet = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--wheel-dir", str(wheels)]
    subprocess.run([*quiet, "-r", str(out / "requirements.txt")], check=True)
    subprocess.run([*quiet, "--no-deps", str(ROOT)], check=True)
    name, text = start_script(platform.system())
    (out / name).write_text(text, encoding="utf-8", newline="")
    (out / name).chmod(0o755)
    note = NOTE.format(
        python=".".join(platform.python_version_tuple()[:2]),
        system=platform.system(),
        machine=platform.machine(),
        start=name if name.endswith("bat") else f"sh {name}",
        version=versions()["caveat-audit"],
    )
    (out / "READ-ME.txt").write_text(note, encoding="utf-8")
    return out


def main() -> None:
    """Make the folder that the command line asks for, and say how large it is."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.bundle", description="Caveat for machines without a network."
    )
    parser.add_argument("--out", type=Path, default=Path("bundle"), help="folder to fill")
    out = make(parser.parse_args().out)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) / 1e6
    sys.stdout.write(f"{out}: {size:,.0f} MB. Copy the folder; then follow READ-ME.txt in it.\n")


if __name__ == "__main__":
    main()
