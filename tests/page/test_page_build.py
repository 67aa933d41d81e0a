"""The page is built as LOOK and privacy ask for, without being served."""

from __future__ import annotations

import re
import runpy
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from audit.page import build_page, launch, launch_options, serve, settings_for
from audit.page.engine import Engine
from audit.page.theme import css
from audit.report.spec import COLOURS
from audit.schema import CaveatError

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_is_recorded_and_nothing_calls_out(engine: Engine) -> None:
    demo = build_page(settings_for(), engine)
    assert demo.analytics_enabled is False
    options = launch_options()
    assert options["run_history"] is False and options["footer_links"] == [] and options["show_error"] is False
    assert options["ssr_mode"] is False and not isinstance(options["theme"], str)
    assert "http" not in css() and "@import" not in css()
    assert all("http" not in sheet for sheet in options["theme"]._stylesheets)


def test_no_rule_for_a_size_of_screen_is_lost() -> None:
    sheet = re.sub(r"/\*.*?\*/", "", launch_options()["css"], flags=re.DOTALL)
    inside = re.findall(r"@media[^{]*\{((?:[^{}]*\{[^{}]*\})*)\s*\}", sheet)
    selectors = [
        one.strip() for rules in inside for part in re.findall(r"([^{}]+)\{", rules) for one in part.split(",")
    ]
    assert len(selectors) > 20
    # Gradio sets ".gradio-container .contain" before each of them, so these would match nothing.
    assert not [one for one in selectors if one.startswith((".gradio-container", "html", "body", ":root", ".dark"))]


def test_a_mark_does_not_lie_on_its_word() -> None:
    sheet = css()
    hanging = re.findall(r"([^{}]+)\{[^}]*text-indent: -", sheet)
    assert [one.strip().split()[-2:] for one in hanging] == [["ul.marks", "li"]]
    # Boxes inside inherit the indent, and would draw the word over the shape.
    assert re.search(r"\.severity \{[^}]*text-indent: 0", sheet)


def test_plots_have_colours_for_a_dark_ground() -> None:
    sheet = css()
    for light, dark in COLOURS.values():
        written = f"rgb({', '.join(str(int(light[at : at + 2], 16)) for at in (1, 3, 5))})"
        for kind in ("fill", "stroke"):
            assert f'[style*="{kind}: {written}"] {{ {kind}: {dark} !important; }}' in sheet


def test_no_event_is_open_to_clients_and_models_share_a_pool(engine: Engine) -> None:
    demo = build_page(settings_for(pin="1"), engine)
    events = [event for event in demo.fns.values() if event.fn is not None]
    assert events and all(event.api_visibility == "private" for event in events)
    pools = {event.concurrency_id for event in events}
    assert {"model", "audit", "pin"} <= pools
    assert demo.max_threads and demo._queue.max_size == 60


def test_a_page_in_a_space_is_not_told_so(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYSTEM", "spaces")
    monkeypatch.setenv("SPACE_ID", "owner/name")
    assert build_page(settings_for(), engine).get_config_file()["space_id"] is None


def test_a_pin_brings_the_teachers_tab(engine: Engine) -> None:
    def labels(pin: str | None) -> list[str]:
        demo = build_page(settings_for(pin=pin), engine)
        return [block.label for block in demo.blocks.values() if type(block).__name__ == "Tab"]

    assert labels(None) == ["Lessons", "Audit", "Explore", "Threshold", "Your posts", "How to read"]
    assert labels("1234")[-1] == "Teacher"


def test_only_the_right_pin_opens(engine: Engine) -> None:
    from audit.page import teacher_tab
    from audit.page.room import Room

    here: Any = SimpleNamespace(headers={"host": "class.local"}, client=SimpleNamespace(host="10.0.0.1"))
    with gr.Blocks():
        tab = teacher_tab.TeacherTab(Room(settings_for(pin="1234"), engine), gr.State(False))
    opened = tab._enter(" 1234 ", here)
    assert opened[0] is True and "caveat-class-hour.zip" in str(opened[5].value)
    wrong = tab._enter("123", here)
    assert wrong[0] is not True and "not the PIN" in wrong[2] and "Try again in 1 second." in wrong[2]
    early = tab._enter("1234", here)
    assert early[0] is not True and "A wrong PIN was entered a moment ago" in early[2]
    assert "2 tries with a wrong PIN" in tab._tried() and "1 computer" in tab._tried()


def test_app_builds_the_same_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPACE_ID", raising=False)
    found = runpy.run_path(str(ROOT / "app.py"), run_name="app")
    assert found["demo"].title == "Caveat" and found["host"] == "127.0.0.1"


def test_launch_reads_the_list_of_models(monkeypatch: pytest.MonkeyPatch) -> None:
    import audit.page as page

    served: list[Any] = []
    monkeypatch.setattr(page, "build_page", lambda settings, warm=False: settings)
    monkeypatch.setattr(page, "serve", lambda demo, host, port, settings: served.append((demo, host, port)))
    launch("0.0.0.0", 8000, allow_models="a/b, c/d")
    assert served[0][0].allow_models == ("a/b", "c/d") and served[0][1:] == ("0.0.0.0", 8000)


def test_a_taken_port_is_one_line(engine: Engine) -> None:
    demo = build_page(settings_for(), engine)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CaveatError, match=rf"cannot listen on 127.0.0.1 port {port} .* Choose another port"):
            serve(demo, "127.0.0.1", port)
