"""Research mode in a browser, on the real engine: from a model of a Hub to reports, and no way out of this machine."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import ZipFile

import pytest
from conftest import PATIENCE, PHONE, opened
from models.loopback import LoopbackHub, Repository
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
SENTIMENT = ROOT / "audit" / "bundled" / "sentiment"
HERE = ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::")
LAPTOP = {"width": 1280, "height": 800}
UNNAMED = {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}
INFO = {
    "pipeline_tag": "text-classification",
    "cardData": {"license": "apache-2.0"},
    "safetensors": {"parameters": {"F16": 22_713_987}, "total": 22_713_987},
}
OWN = """text,allowed,group,pair,template,filler
The soup was wonderful.,positive,plain,1,was,soup
The soup was not wonderful.,negative|neutral,negated,1,was,soup
The tour was wonderful.,positive,plain,2,was,tour
The tour was not wonderful.,negative|neutral,negated,2,was,tour
I would call the soup wonderful.,positive,plain,3,call,soup
I would not call the soup wonderful.,negative|neutral,negated,3,call,soup
I would call the tour wonderful.,positive,plain,4,call,tour
I would not call the tour wonderful.,negative|neutral,negated,4,call,tour
"""


@dataclass
class Served:
    """A page in a process of its own."""

    url: str
    process: subprocess.Popen[str]
    hub: LoopbackHub
    folder: Path
    asked: Path
    """What the process connected to, as Python saw it."""
    reached: set[str] = field(default_factory=set)
    """The far ends of its connections, as the system saw them; code that is not Python shows here too."""

    def far_ends(self) -> set[str]:
        hosts = {line.split()[1] for line in self.asked.read_text().splitlines()}
        return (hosts | self.reached) - set(HERE)


def _watch(served: Served) -> None:
    import psutil

    process = psutil.Process(served.process.pid)
    try:
        while True:
            links = [link for one in (process, *process.children(True)) for link in one.net_connections("inet")]
            served.reached |= {link.raddr.ip for link in links if link.raddr}
            time.sleep(0.05)
    except psutil.Error:
        return


def _repository(folder: Path) -> Path:
    shutil.copytree(SENTIMENT, folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config |= {"id2label": UNNAMED, "label2id": {label: int(key) for key, label in UNNAMED.items()}}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    base = tmp_path_factory.mktemp("research")
    repository = _repository(base / "unnamed")
    (base / "tmp").mkdir()
    huge = {"safetensors": {"parameters": {"F32": 10**12}, "total": 10**12}}
    hub = LoopbackHub(
        {
            "o/unnamed": Repository(repository, info=INFO),
            "o/slow": Repository(repository, info=INFO, pause=0.02),
            "o/huge": Repository(repository, info=INFO | huge),
            "o/talks": Repository(repository, info={"config": {"architectures": ["T5ForConditionalGeneration"]}}),
        }
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {"HF_ENDPOINT": hub.url, "HF_HOME": str(base / "home"), "TMPDIR": str(base / "tmp")}
    for name in ("HF_HUB_OFFLINE", "HF_TOKEN", "GRADIO_TEMP_DIR", "GRADIO_ANALYTICS_ENABLED"):
        env.pop(name, None)
    line = [sys.executable, str(Path(__file__).with_name("watched_app.py")), str(base / "asked"), "--port", str(port)]
    process = subprocess.Popen(
        line, cwd=ROOT, env=env | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    served = Served(f"http://127.0.0.1:{port}", process, hub, base, base / "asked")
    threading.Thread(target=_watch, args=(served,), daemon=True).start()
    assert process.stdout is not None and process.stderr is not None
    first = process.stdout.readline()
    assert served.url in first, process.stderr.read()
    yield served
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=90)
    hub.close()
    assert process.returncode == 0 and "is closed" in out
    assert "Traceback" not in err
    # Nothing outlives the page: uploads, reports and results are gone.
    assert [path.name for path in (base / "tmp").iterdir() if path.name.startswith(("caveat", "gradio"))] == []


@pytest.fixture
def audit(browser: Browser, app: Served) -> Iterator[Page]:
    with opened(browser, app.url, LAPTOP) as page:
        page.get_by_role("tab", name="Audit").click()
        yield page
    assert not app.far_ends()


def ask_for(page: Page, name: str, meanings: str = "") -> None:
    page.locator("#audit-other textarea, #audit-other input").fill(name)
    if meanings:
        page.get_by_role("button", name="More about that model").click()
        page.locator("#audit-meanings textarea, #audit-meanings input").fill(meanings)
    page.locator("#audit-look").click()
    expect(page.get_by_role("heading", name=f"What is {name}?")).to_be_focused(timeout=PATIENCE)


def download(page: Page, kind: str, folder: Path) -> Path:
    page.locator("#audit-kind input").click()
    page.get_by_role("option", name=re.compile(kind)).click()
    expect(page.locator("#audit-download")).to_be_disabled(timeout=PATIENCE)
    return taken(page, folder)


def taken(page: Page, folder: Path) -> Path:
    expect(page.locator("#audit-download")).to_be_enabled(timeout=PATIENCE)
    with page.expect_download() as file:
        page.locator("#audit-download").click()
    path = folder / file.value.suggested_filename
    file.value.save_as(path)
    return path


def test_a_bundled_audit_asks_nothing_of_anybody(audit: Page, app: Served) -> None:
    audit.locator("#audit-bundled").get_by_text("sentiment:").click()
    audit.locator("#audit-look").click()
    audit.locator("#audit-ask").click()
    expect(audit.locator("#audit-count")).to_contain_text("Content notes.", timeout=PATIENCE)
    expect(audit.locator("#audit-count")).to_contain_text("not a screening, diagnostic or crisis tool")
    for suite in ("Sarcasm", "Slang and standard words", "Distress behind cheerful words", "Demographic paraphrases"):
        audit.get_by_role("checkbox", name=suite).uncheck()
    expect(audit.locator("#audit-count")).not_to_contain_text("Content notes.", timeout=PATIENCE)
    expect(audit.locator("#audit-count")).to_contain_text("caveat run sentiment --suite negation --depth quick")
    audit.locator("#audit-start").click()
    expect(audit.get_by_role("heading", name="What the audit of sentiment shows")).to_be_visible(timeout=2 * PATIENCE)
    assert app.hub.seen == [] and not app.far_ends()


def test_a_model_of_the_hub_from_its_card_to_its_reports(audit: Page, app: Served, tmp_path: Path) -> None:
    ask_for(audit, "o/unnamed")
    card = audit.locator("#audit-card")
    expect(card).to_contain_text("It cannot be audited like this.")
    expect(card).to_contain_text("LABEL_0=...,LABEL_1=...,LABEL_2=...")
    expect(audit.locator("#audit-load")).to_be_disabled()
    audit.locator("#audit-model-button").click()
    ask_for(audit, "o/unnamed", "LABEL_0=negative,LABEL_1=neutral,LABEL_2=positive")
    for fact in ("apache-2.0", "22.7 million parameters", "is free", "45 MB", "open to all"):
        expect(card).to_contain_text(fact)
    expect(audit.locator("#audit-fits")).to_contain_text("Gendered occupations: does not apply.")
    assert not [line for line in app.hub.seen if line.endswith("model.safetensors")]
    audit.get_by_role("button", name="Fetch 45 MB and load it").click()
    expect(card).to_contain_text("Plain items.", timeout=2 * PATIENCE)
    expect(card).to_contain_text("LABEL_2 = positive")
    audit.locator("#audit-ask").click()
    own = tmp_path / "twenty-soups.csv"
    own.write_text(OWN, encoding="utf-8")
    audit.get_by_role("button", name="More, for research").click()
    audit.locator("#audit-own-file input[type=file]").set_input_files(own)
    expect(audit.locator("#audit-own-added")).to_contain_text("8 sentences read", timeout=PATIENCE)
    assert not list((app.folder / "tmp").rglob(own.name))
    for suite in ("Sarcasm", "Slang and standard words", "Distress behind cheerful words", "Demographic paraphrases"):
        audit.get_by_role("checkbox", name=suite).uncheck()
    expect(audit.locator("#audit-count")).to_contain_text("--suite negation --suite twenty-soups.csv", timeout=PATIENCE)
    audit.locator("#audit-start").click()
    expect(audit.get_by_role("heading", name="What the audit of o/unnamed shows")).to_be_visible(timeout=2 * PATIENCE)
    report = taken(audit, tmp_path)
    assert report.suffix == ".html" and "Twenty soups" in report.read_text(encoding="utf-8")
    numbers = json.loads(download(audit, "All numbers", tmp_path).read_text(encoding="utf-8"))
    assert numbers["model"]["label_source"] == "user" and {"negation", "twenty-soups"} == {
        suite["name"] for suite in numbers["suites"]
    }
    assert "--labels LABEL_0=negative" in numbers["settings"]["command"]
    with ZipFile(download(audit, "The results folder", tmp_path)) as packed:
        assert {"result.json", "predictions.parquet", "report.html"} <= set(packed.namelist())
    assert download(audit, "Markdown$|as Markdown", tmp_path).read_text(encoding="utf-8").startswith("#")


def test_what_stands_in_the_way_is_said_before_a_download(audit: Page, app: Served) -> None:
    ask_for(audit, "o/huge", "LABEL_0=negative,LABEL_1=neutral,LABEL_2=positive")
    expect(audit.locator("#audit-card")).to_contain_text("GB of memory")
    expect(audit.locator("#audit-load")).to_be_disabled()
    audit.locator("#audit-model-button").click()
    audit.locator("#audit-other textarea, #audit-other input").fill("o/nowhere")
    audit.locator("#audit-look").click()
    expect(audit.get_by_role("alert")).to_contain_text("o/nowhere is not on the Hub", timeout=PATIENCE)


def test_a_download_stops_when_asked(audit: Page, app: Served) -> None:
    ask_for(audit, "o/slow", "LABEL_0=negative,LABEL_1=neutral,LABEL_2=positive")
    audit.locator("#audit-load").click()
    expect(audit.locator("#audit-loading")).to_contain_text("fetched so far", timeout=PATIENCE)
    audit.locator("#audit-halt").click()
    expect(audit.locator("#audit-loading")).to_contain_text("Nothing was loaded.", timeout=PATIENCE)
    expect(audit.locator("#audit-load")).to_be_enabled()


def test_a_stop_leaves_the_worker_idle_and_what_is_done_is_called_partial(browser: Browser, app: Served) -> None:
    import psutil

    with opened(browser, app.url, PHONE) as page:
        page.get_by_role("tab", name="Audit").click()
        page.locator("#audit-bundled").get_by_text("sentiment:").click()
        page.locator("#audit-look").click()
        page.locator("#audit-ask").click()
        page.locator("#audit-start").click()
        board = page.locator("#audit-board")
        expect(board.locator("li").first).to_contain_text("done", timeout=4 * PATIENCE)
        page.locator("#audit-cancel").click()
        expect(page.get_by_text("Partial result.")).to_be_visible(timeout=2 * PATIENCE)
        expect(page.locator("#audit-download")).to_be_enabled(timeout=PATIENCE)
        process = psutil.Process(app.process.pid)
        before = process.cpu_times().user
        time.sleep(1.5)
        assert process.cpu_times().user - before < 0.5
