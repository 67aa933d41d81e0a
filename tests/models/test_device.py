"""Where a model computes and in which numbers: what there is, what is moved, and what other numbers cost."""

from __future__ import annotations

import re

import pytest
import tiny_models
import torch
from tiny_models import SENTENCES, score

from audit.models import Request, device, load_model
from audit.run import _numbers
from audit.schema import CaveatError


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        (("tpu", "float32"), "--device: 'tpu' is none of auto, cpu, cuda, mps"),
        (("cuda:x", "float32"), "is none of auto"),
        (("cuda", "float32"), "there is no cuda here; there is cpu"),
        (("cpu", "int8"), "--dtype: 'int8' is none of float32, bfloat16, float16"),
    ],
)
def test_what_is_not_there_is_one_line(monkeypatch, asked, line):
    monkeypatch.setattr(device, "available", lambda: ("cpu",))
    with pytest.raises(CaveatError, match=line):
        load_model("sentiment", device=asked[0], dtype=asked[1])


def test_auto_takes_the_first_that_is_there(monkeypatch):
    for there, wanted in ((("cpu",), "cpu"), (("cpu", "mps"), "mps"), (("cpu", "cuda"), "cuda")):
        monkeypatch.setattr(device, "available", lambda there=there: there)
        assert device.checked("auto", "float32") == (wanted, "float32")
    monkeypatch.setattr(device, "_count", lambda kind: 2)
    assert device.checked("cuda:1", "float32")[0] == "cuda:1"
    with pytest.raises(CaveatError, match="there is no cuda:2 here"):
        device.checked("cuda:2", "float32")


@pytest.fixture
def elsewhere(monkeypatch):
    """A device that is none: what is sent to it is counted and stays; an input that was not sent is an error."""
    sent = set()
    real = torch.Tensor.to

    def to(self, *args, **more):
        if args and str(args[0]) == "cuda":
            moved = self.clone()
            sent.add(id(moved))
            to.kept.append(moved)
            return moved
        return real(self, *args, **more)

    to.kept = []
    monkeypatch.setattr(torch.Tensor, "to", to)
    monkeypatch.setattr(torch.nn.Module, "to", lambda self, *args: self)
    monkeypatch.setattr(device, "available", lambda: ("cpu", "cuda"))
    return sent


def test_inputs_go_where_the_model_is(tmp_path, monkeypatch, elsewhere):
    network, tokenizer = tiny_models.make("bert", "ForSequenceClassification", id2label={0: "neg", 1: "pos"})
    folder = tiny_models.save(tmp_path, network, tokenizer)
    expected = score(load_model(folder), [Request(text) for text in SENTENCES])
    kind = type(network)
    monkeypatch.setattr(kind, "device", property(lambda self: "cuda"))
    seen = []
    real = kind.forward

    def forward(self, **inputs):
        seen.extend(id(values) in elsewhere for values in inputs.values())
        return real(self, **inputs)

    monkeypatch.setattr(kind, "forward", forward)
    loaded = load_model(folder, device="cuda")
    answers = score(loaded, [Request(text) for text in SENTENCES])
    assert loaded.info.device == "cuda" and seen and all(seen)
    for one, other in zip(answers, expected, strict=True):
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-6)


@pytest.mark.parametrize("name", ["sentiment", "fill-mask"])
def test_other_numbers_are_checked_against_float32_and_told(name):
    loaded = load_model(name, dtype="bfloat16")
    assert loaded.info.dtype == "bfloat16"
    assert next(loaded.network.parameters()).dtype == torch.bfloat16
    found = re.search(r"Computed in bfloat16: on (\d+) plain texts .* by up to (\S+),", " ".join(loaded.info.notes))
    assert found and int(found[1]) >= 16 and 1e-5 < float(found[2]) < 0.2
    assert not any("equal length" in note or "alone" in note for note in loaded.info.notes)


def test_results_in_other_numbers_are_kept_apart():
    plain = load_model("sentiment")
    assert _numbers(plain) == () and plain.info.dtype == "float32"
    assert _numbers(load_model("sentiment", dtype="bfloat16")) == ("cpu", "bfloat16")
