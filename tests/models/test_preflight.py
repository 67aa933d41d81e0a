"""What is said of a model before its weights are fetched, and a download that is watched and stopped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import tiny_models
from loopback import SHA, LoopbackHub, Repository

from audit.models.preflight import preflight
from audit.schema import CaveatError

ROOT = Path(__file__).parent.parent.parent
SCRIPT = """
import json, sys
from dataclasses import asdict
from audit.models import load_model
from audit.models.preflight import preflight
from audit.schema import CaveatError
out = {}
for name, given in json.loads(sys.argv[1]):
    try:
        out[name] = asdict(preflight(name, given=given))
    except CaveatError as error:
        out[name] = str(error)
told = []
load_model("o/ok", watch=told.append)
out["bytes"] = told
def stop(done):
    if done > 1000:
        raise CaveatError("that is enough")
try:
    load_model("o/named", watch=stop)
except CaveatError as error:
    out["stopped"] = str(error)
print(json.dumps(out))
"""
CLASSES = {"0": "LABEL_0", "1": "LABEL_1"}


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    base = tmp_path_factory.mktemp("preflight")
    model, tokenizer = tiny_models.make("bert")
    for name in ("ok", "named"):
        tiny_models.save(base / name, model, tokenizer)
    config = {"architectures": ["BertForSequenceClassification"], "id2label": CLASSES, "auto_map": {"AutoModel": "x.y"}}
    for name in ("bare", "silent"):
        (base / name).mkdir()
    (base / "bare" / "config.json").write_text(json.dumps(config))
    (base / "silent" / "config.json").write_text("{}")
    good = {
        "pipeline_tag": "fill-mask",
        "cardData": {"license": "mit"},
        "safetensors": {"parameters": {"F16": 1000, "I8": 10}, "total": 1010},
    }
    huge = {"safetensors": {"parameters": {"F16": 10**12}, "total": 10**12}}
    server = LoopbackHub(
        {
            "o/ok": Repository(base / "ok", info=good),
            "o/named": Repository(base / "named"),
            "o/bare": Repository(base / "bare"),
            "o/gated": Repository(
                base / "ok", files_status=403, files_error="GatedRepo", info={"gated": "manual", **good}
            ),
            "o/huge": Repository(base / "ok", info=huge),
            "o/speech": Repository(base / "silent", info={"pipeline_tag": "automatic-speech-recognition"}),
        }
    )
    cases = [[name, None] for name in (*server.repositories, "o/missing") if name != "o/named"]
    env = {**os.environ, "HF_ENDPOINT": server.url, "HF_HOME": str(base / "home"), "HF_HUB_OFFLINE": "0"}
    env.pop("HF_TOKEN", None)
    try:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, json.dumps(cases)],
            cwd=ROOT, env=env, capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        server.close()
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), server.seen


def test_the_entry_and_the_config_say_it_all(asked):
    found, seen = asked
    ok = found["o/ok"]
    assert (ok["kind"], ok["tasks"], ok["licence"], ok["revision"]) == ("masked-lm", ["fill-mask"], "mit", SHA)
    assert ok["size"] == 2010 and ok["needs"] == int(1010 * 4 * 1.2) and not ok["here"] and not ok["problem"]
    assert not [line for line in seen if "o/bare" in line and "config.json" not in line and "/api/" not in line]


def test_what_stands_in_the_way_is_known_before(asked):
    found, _ = asked
    assert "accept its terms" in found["o/gated"]["problem"] and found["o/gated"]["gated"]
    assert "GB of memory" in found["o/huge"]["problem"]
    assert "made for automatic-speech-recognition" in found["o/speech"]["problem"] and not found["o/speech"]["tasks"]
    assert "is not on the Hub" in found["o/missing"]


def test_labels_without_a_meaning_are_asked_for(asked):
    found, _ = asked
    assert found["o/bare"]["labels"] == ["LABEL_0", "LABEL_1"]
    assert "--labels LABEL_0=...,LABEL_1=..." in found["o/bare"]["problem"]
    assert "never run here" in found["o/bare"]["notes"][0]


def test_a_download_is_told_and_can_be_stopped(asked):
    found, _ = asked
    assert found["bytes"] == sorted(found["bytes"]) and found["bytes"][-1] > 10_000
    assert found["stopped"] == "that is enough"


def test_a_folder_is_looked_at_too(tmp_path):
    (tmp_path / "config.json").write_text(
        json.dumps({"architectures": ["BertForSequenceClassification"], "id2label": CLASSES})
    )
    (tmp_path / "pytorch_model.bin").write_bytes(b"0" * 4000)
    meaning = {"LABEL_0": "negative", "LABEL_1": "positive"}
    found = preflight(str(tmp_path), given=meaning)
    assert found.here and found.parameters == 1000 and not found.problem
    assert "LABEL_0 = negative" in found.notes[0]
    with pytest.raises(CaveatError, match="no folder"):
        preflight("/nowhere/at/all")
