"""How the page begins and ends as a process: ports that cannot be had, signals, and what is left on the disk."""

from __future__ import annotations

import asyncio
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from audit.__main__ import main
from audit.page import folders, serving, settings_for
from audit.page.door import App, Door, Message, Receive, Send
from audit.page.serving import check_address, greeting, launch_options, listening
from audit.page.settings import SHORTEST_PIN, checked, new_pin
from audit.schema import CaveatError, SystemFailure

ROOT = Path(__file__).resolve().parents[2]


def test_a_taken_port_is_one_line_and_a_problem_of_the_system() -> None:
    with listening("127.0.0.1", _free()) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemFailure, match=rf"cannot listen on 127.0.0.1 port {port} .*such as \d+") as caught:
            check_address("127.0.0.1", port)
    assert caught.value.exit_code == 74 and "\n" not in str(caught.value)


def test_the_command_ends_with_the_code_of_the_mistake(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with listening("127.0.0.1", _free()) as taken:
        port = str(taken.getsockname()[1])
        for options, code in ((["--port", port], 74), (["--port", "0"], 2), (["--host", "192.0.2.1"], 2)):
            monkeypatch.setattr(sys, "argv", ["caveat", "app", *options])
            with pytest.raises(SystemExit) as ended:
                main()
            out, err = capsys.readouterr()
            assert (ended.value.code, out, err.count("\n")) == (code, "", 1)
    for given in ("0x", "²3", "1" * 5000):
        monkeypatch.setenv("CAVEAT_PORT", given)
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(ROOT / "app.py"), run_name="__main__")
        err = capsys.readouterr().err
        assert ended.value.code == 2 and f"CAVEAT_PORT is '{given[:40]}'" in err and err.count("\n") == 1


def test_the_system_refusing_a_folder_is_one_line_of_the_spaces_file_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(folders, "_made", {})
    monkeypatch.setenv(folders.SHOWN, str(tmp_path / "file" / "folder"))
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "app.py"), run_name="__main__")
    out, err = capsys.readouterr()
    assert ended.value.code == 74 and err.startswith("caveat: ") and err.count("\n") == 1 and not out


def _free() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_a_port_that_asks_for_rights_is_a_problem_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(host: str, port: int) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(serving, "_bind", refused)
    with pytest.raises(SystemFailure, match="ports below 1024 need more rights"):
        check_address("127.0.0.1", 80)


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid", "", "127.0.0.1:7860", "a" * 300, "http://x"])
def test_an_address_that_there_is_not_is_a_mistake(host: str) -> None:
    with pytest.raises(CaveatError, match="this machine has no such address") as caught:
        check_address(host, 7860)
    assert caught.value.exit_code == 2


def test_the_page_is_served_without_a_look_at_itself() -> None:
    options = launch_options()
    assert not {"share", "quiet", "inbrowser", "prevent_thread_lock"} & set(options)
    assert options["ssr_mode"] is options["mcp_server"] is options["pwa"] is False


def test_signals_stop_the_page_and_ignored_ones_stay_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    handled: dict[int, object] = {}
    monkeypatch.setattr(serving.signal, "signal", handled.__setitem__)
    monkeypatch.setattr(
        serving.signal, "getsignal", lambda number: signal.SIG_IGN if number == signal.SIGHUP else signal.SIG_DFL
    )
    stopped = threading.Event()
    serving._stop_on_signals(stopped)
    assert set(handled) == {signal.SIGINT, signal.SIGTERM}
    handled[signal.SIGINT](signal.SIGINT, None)  # type: ignore[operator]
    assert stopped.is_set()


def test_a_server_that_ended_by_itself_is_told_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[object] = []
    monkeypatch.setattr(serving, "opened", lambda *_: SimpleNamespace(ended=True))
    monkeypatch.setattr(serving, "_stop_on_signals", lambda stopped: None)
    monkeypatch.setattr(serving, "close", closed.append)
    demo = SimpleNamespace(room=None)
    with pytest.raises(SystemFailure, match="The page ended by itself"):
        serving.serve(demo, "127.0.0.1", 7860)  # type: ignore[arg-type]
    assert closed == [demo]


def test_what_a_window_keeps_open_ends_when_the_page_closes() -> None:
    async def endless(scope: Message, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while (await receive())["type"] != "http.disconnect":
            pass

    async def stubborn(scope: Message, receive: Receive, send: Send) -> None:
        await asyncio.sleep(60)

    async def silent() -> Message:
        await asyncio.sleep(60)
        raise AssertionError

    async def close(app: App) -> list[Message]:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        door = Door(app)
        scope = {"type": "http", "method": "GET", "path": "/gradio_api/heartbeat/x", "headers": []}
        answer = asyncio.ensure_future(door(scope, silent, send))
        await asyncio.sleep(0.01)
        door.closing.set()
        await asyncio.sleep(0.01)
        if app is stubborn:
            # What uvicorn does when its patience ends.
            answer.cancel()
        await asyncio.wait_for(answer, 5)
        return sent

    assert asyncio.run(close(endless))[-1] == {"type": "http.response.body", "body": b""}
    assert asyncio.run(close(stubborn)) == []


def test_a_system_without_some_signals_is_none_the_worse(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = SimpleNamespace(SIGINT=2, SIG_IGN=1, getsignal=lambda number: None, signal=lambda number, handler: None)
    monkeypatch.setattr(serving, "signal", fake)
    serving._stop_on_signals(threading.Event())


def test_pins_are_long_enough_and_one_is_offered() -> None:
    assert len({new_pin() for _ in range(50)}) == 50 and all(len(new_pin()) >= SHORTEST_PIN == 6 for _ in range(5))
    for short in ("12345", " 12345 ", ""):
        with pytest.raises(CaveatError, match=r"Give at least 6 letters or digits, such as [2-9a-z]{6}, or"):
            checked(settings_for(pin=short), short)
    assert "One to set with --pin or CAVEAT_PIN: " in greeting(settings_for("0.0.0.0"), "0.0.0.0", 7860)
    assert "--pin" not in greeting(settings_for("127.0.0.1"), "127.0.0.1", 7860)


def test_a_closed_terminal_leaves_nothing_behind(tmp_path: Path) -> None:
    port = _free()
    (tmp_path / "tmp").mkdir()
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    env = os.environ | proxies | {"TMPDIR": str(tmp_path / "tmp"), "GRADIO_TEMP_DIR": str(tmp_path / "named")}
    env = {name: value for name, value in env.items() if name.lower() != "no_proxy"}
    line = [sys.executable, "-m", "audit", "app", "--port", str(port)]
    with subprocess.Popen(
        line, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{port}" in process.stdout.readline()
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            answer = client.post("/gradio_api/upload", files={"files": ("posts.csv", b"text\nzebra\n")})
            assert Path(answer.json()[0]).is_relative_to(tmp_path / "named")
            with client.stream("GET", "/gradio_api/heartbeat/window") as beat:
                next(beat.iter_lines())
                process.send_signal(signal.SIGHUP)
                out, err = process.communicate(timeout=60)
    assert process.returncode == 0 and "is closed" in out and not err
    left = [path.name for path in tmp_path.rglob("*") if path.name.startswith("caveat") or path.suffix == ".csv"]
    assert left == []
