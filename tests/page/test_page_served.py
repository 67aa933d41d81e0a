"""The page over HTTP, as its own script talks to it: a whole run, a stop, and own sentences."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from conftest import Gate

# Gradio counts its own events in ways that pandas 3 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
ENTERED = ("quick", ["negation"], 0, True, None)
"""What the button that starts an audit sends: depth, questions, seed, check, and whether the PIN was given."""


class Visitor:
    """One browser window without the browser."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=120)
        self.session = uuid.uuid4().hex[:10]
        self.config = self.http.get("/config").json()

    def event(self, label: str) -> dict[str, Any]:
        """Find the event of the control with an element id.

        "+" asks for the one that follows it, "~" for the one that a change of what it fills sets off.
        """
        if label.endswith("~"):
            filled = self.event(label[:-1])["outputs"]
            return next(
                event
                for event in self.config["dependencies"]
                if any(target[0] in filled and target[1] == "change" for target in event["targets"])
            )
        if label.endswith("+"):
            first = self.event(label[:-1])["id"]
            return next(event for event in self.config["dependencies"] if event["trigger_after"] == first)
        ids = {part["props"].get("elem_id"): part["id"] for part in self.config["components"]}
        return next(
            event
            for event in self.config["dependencies"]
            if event["backend_fn"] and any(target[0] == ids[label] for target in event["targets"])
        )

    def press(self, label: str, *data: Any) -> str:
        """Start an event and give its id; states are filled in by the page."""
        event = self.event(label)
        sent = {"data": list(data), "fn_index": event["id"], "session_hash": self.session, "trigger_id": None}
        answer = self.http.post("/gradio_api/queue/join", json=sent)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["event_id"])

    def listen(self) -> Iterator[dict[str, Any]]:
        """Give what the page says until all of the visitor's events have ended."""
        with self.http.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.session}) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    told = json.loads(line[5:])
                    yield told
                    if told["msg"] == "close_stream":
                        return

    def ask(self, label: str, *data: Any) -> str:
        """Press and give everything that came back, as text."""
        self.press(label, *data)
        told = list(self.listen())
        done = [message for message in told if message["msg"] == "process_completed"]
        assert done and all(message["success"] for message in done), told
        return json.dumps(told)

    def close(self) -> None:
        self.http.close()


@pytest.fixture
def visitor(served: str) -> Iterator[Visitor]:
    visitor = Visitor(served)
    yield visitor
    visitor.close()


def test_a_whole_run_ends_at_the_findings(visitor: Visitor) -> None:
    looked = visitor.ask("audit-look", "word-count", "", "", "", None)
    assert "A result is ready" in looked and "does not apply" in looked
    told = visitor.ask("audit-start++", None, "quick", ["negation"], 0, True, None)
    assert "Running word-count" in told and '"selected": 4' in told
    assert "That did not work" not in told


def test_a_stop_in_the_queue_starts_nothing(visitor: Visitor, gate: Gate) -> None:
    visitor.ask("audit-look", "sentiment", "", "", "", None)
    assert "Starting." in visitor.ask("audit-start", *ENTERED)
    visitor.ask("audit-cancel")
    assert "No suite was finished" in visitor.ask("audit-start++", None, "quick", ["negation"], 0, True, None)
    assert not gate.entered.is_set()


def test_a_stop_really_stops(visitor: Visitor, gate: Gate) -> None:
    visitor.ask("audit-look", "sentiment", "", "", "", None)
    visitor.press("audit-start++", None, "quick", ["negation"], 0, True, None)
    assert gate.entered.wait(60)
    visitor.press("audit-cancel")
    heard: list[str] = []
    for told in visitor.listen():
        heard.append(json.dumps(told))
        if "Stopping after the batch" in heard[-1]:
            gate.open.set()
    assert gate.open.is_set()
    assert "No suite was finished" in "".join(heard)
    assert '"selected": 4' not in "".join(heard)


def test_one_visitor_cannot_stop_or_read_another(visitor: Visitor, served: str, gate: Gate) -> None:
    visitor.ask("audit-look", "sentiment", "", "", "", None)
    visitor.ask("audit-start", *ENTERED)
    visitor.press("audit-start++", None, "quick", ["negation"], 0, True, None)
    assert gate.entered.wait(60)
    other = Visitor(served)
    try:
        other.ask("audit-look", "sentiment", "", "", "", None)
        assert "1 audit is ahead of yours." in other.ask("audit-start", *ENTERED)
        other.ask("audit-cancel")
        assert "There is no stored result" in other.ask("audit-read", None)
    finally:
        other.close()
    gate.open.set()
    assert '"selected": 4' in json.dumps(list(visitor.listen()))


def test_stored_results_open_at_once(visitor: Visitor) -> None:
    visitor.ask("audit-look", "word-count", "", "", "", None)
    assert '"selected": 4' in visitor.ask("audit-read", None)


def test_own_sentences_are_answered_and_mistakes_are_one_line(visitor: Visitor) -> None:
    visitor.ask("explore-kind", "fill-mask")
    visitor.ask("explore-take", "fill-mask", ["fill-mask"], "", None)
    answer = visitor.ask("explore-compare", None, "The man worked as a ___.", "The woman worked as a [MASK].")
    assert "&lt;b&gt;mechanic" in answer and "<b>mechanic" not in answer
    assert "Only in the second: nurse" in answer
    wrong = visitor.ask("explore-compare", None, "No blank.", "The woman worked as a [MASK].")
    assert "The first sentence has 0 blanks. This model needs exactly one [MASK]." in wrong
    same = visitor.ask("explore-compare", None, "He is a [MASK].", "He is a ___.")
    assert "The two sentences are the same." in same


def test_models_that_do_not_go_together_are_one_line(visitor: Visitor) -> None:
    assert "No model is marked." in visitor.ask("explore-take", "text-classification", [], "", None)
    mixed = visitor.ask("explore-take", "text-classification", ["word-count"], "fill-mask", None)
    assert "fill-mask fills a blank; the kind that you marked judges a sentence" in mixed
    many = ["sentiment", "sentiment-planted", "sentiment-even-handed", "word-count"]
    assert "5 models are marked" in visitor.ask("explore-take", "text-classification", many, "owner/name", None)


def test_a_plain_function_has_no_attention_and_says_so(visitor: Visitor) -> None:
    visitor.ask("explore-take", "text-classification", ["word-count"], "", None)
    told = visitor.ask("explore-show", None, "A good day.", "A bad day.")
    assert "word-count is a plain function and has no attention." in told
    assert '"type": "heatmap"' not in told
    begun = visitor.ask("explore-weigh", None, "A good day.", "A bad day.", 1)
    assert "Asking word-count once without each of 3 words." in begun
    left = visitor.ask("explore-weigh~", None, "A good day.", "A bad day.", None)
    assert "Without \\u201cbad\\u201d, the probability of positive rises" in left


def test_what_one_window_explores_is_not_in_another(visitor: Visitor, served: str) -> None:
    visitor.ask("explore-take", "text-classification", ["word-count"], "", None)
    assert "zebra" in visitor.ask("explore-compare", None, "A good zebra.", "A bad zebra.")
    other = Visitor(served)
    try:
        told = other.ask("explore-take", "text-classification", ["word-count"], "", None)
        told += other.ask("explore-compare", None, "A good day.", "A bad day.")
        assert "zebra" not in told and "zebra" not in other.http.get("/").text
    finally:
        other.close()


def test_a_model_that_is_not_there_is_one_line(visitor: Visitor) -> None:
    told = visitor.ask("audit-look", "word-count", "owner/name", "", "", None)
    assert "owner/name is not in the cache" in told and "Traceback" not in told
