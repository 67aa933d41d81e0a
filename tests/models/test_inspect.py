"""`caveat inspect` of a folder or a model on the Hub reads no weights."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiny_models

from audit import terminal
from audit.models import loading
from audit.schema import CaveatError


def test_a_folder_is_described_without_its_weights(tmp_path, monkeypatch, capsys):
    made = tiny_models.make("bert", "ForSequenceClassification", id2label={0: "neg", 1: "pos"})
    folder = tiny_models.save(tmp_path / "model", *made)
    monkeypatch.setattr(loading, "load_torch", lambda *args: pytest.fail("the weights were read"))
    terminal.inspect_model(folder, revision=None, labels=None, offline=True)
    told = " ".join(capsys.readouterr().out.split())
    assert "classifier" in told and "neg = negative, pos = positive" in told and "nothing, it is here" in told
    assert "no weights are read" in told and "occupations needs a model for fill-mask" in told
    terminal.inspect_model(folder, revision=None, labels="neg=pos,pos=neg", offline=True)
    assert "neg = positive" in " ".join(capsys.readouterr().out.split())
    with pytest.raises(CaveatError, match="no folder"):
        terminal.inspect_model(str(Path(folder) / "no" / "such"), revision=None, labels=None, offline=True)
