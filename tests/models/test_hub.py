"""Finding and fetching models, against a small Hub on this machine. HF_ENDPOINT is read at import: own processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import tiny_models
import torch
from loopback import SHA, LoopbackHub, Repository

from audit.models import hub
from audit.schema import CaveatError, ModelUnavailable, ModelUnsupported

ROOT = Path(__file__).parent.parent.parent
SCRIPT = """
import json, sys, time
from audit.models import load_model
from audit.schema import CaveatError
for cases in sys.stdin:
    out = []
    for name, options in json.loads(cases):
        start = time.perf_counter()
        try:
            info = load_model(name, **options).info
            answer = ["loaded", 0, info.revision, info.licence, list(info.notes)]
        except CaveatError as error:
            answer = [type(error).__name__, error.exit_code, str(error)]
        out.append([*answer, time.perf_counter() - start])
    print(json.dumps(out), flush=True)
"""


@contextmanager
def asker(endpoint, home):
    """Start one interpreter that asks for models until it is let go: what it is given are lists of cases."""
    env = {
        **os.environ,
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(home),
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DOWNLOAD_TIMEOUT": "1",
        "PYTHONWARNINGS": "error",
    }
    env.pop("HF_TOKEN", None)
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen([sys.executable, "-c", SCRIPT], cwd=ROOT, env=env, text=True, **pipes) as process:

        def ask(cases):
            print(json.dumps(cases), file=process.stdin, flush=True)
            return json.loads(process.stdout.readline() or pytest.fail(process.stderr.read()))

        yield ask
        _, told = process.communicate()
    assert process.returncode == 0, told
    assert told == ""


@pytest.fixture(scope="module")
def online(tmp_path_factory):
    """Ask the loopback Hub everything once, then without it: name -> answer, what was asked, the last answers."""
    base = tmp_path_factory.mktemp("hub")
    model, tokenizer = tiny_models.make("bert")
    tiny_models.save(base / "ok", model, tokenizer)
    tiny_models.save(base / "bin", model, tokenizer)
    (base / "bin" / "model.safetensors").unlink()
    torch.save(model.state_dict(), base / "bin" / "pytorch_model.bin")
    for name, file in (("bare", "README.md"), ("flax", "config.json")):
        (base / name).mkdir()
        (base / name / file).write_text("{}")
    good = {
        "pipeline_tag": "fill-mask",
        "config": {"architectures": ["BertForMaskedLM"]},
        "cardData": {"license": "mit"},
        "safetensors": {"parameters": {"F32": 30_000}, "total": 30_000},
    }
    huge = {"safetensors": {"parameters": {"F16": 10**12}, "total": 10**12}}
    server = LoopbackHub(
        {
            "o/ok": Repository(base / "ok", info=good),
            "o/bin": Repository(base / "bin"),
            "o/private": Repository(status=401, error="RepoNotFound"),
            "o/closed": Repository(status=403, error="GatedRepo"),
            "o/gated": Repository(base / "ok", files_status=403, files_error="GatedRepo", info={"gated": "manual"}),
            "o/bare": Repository(base / "bare"),
            "o/flax": Repository(base / "flax"),
            "o/huge": Repository(base / "ok", info=huge),
            "o/t5": Repository(base / "ok", info={"config": {"architectures": ["T5ForConditionalGeneration"]}}),
            "o/down": Repository(status=503),
            "o/halted": Repository(base / "ok", weights="500"),
            "o/cut": Repository(base / "ok", weights="cut"),
            "o/stalled": Repository(base / "ok", weights="stalled"),
            "o/changed": Repository(base / "ok", weights="changed"),
            "o/many": Repository(status=429, headers={"Retry-After": "37"}),
            "o/disabled": Repository(status=403, headers={"X-Error-Message": "Access to this resource is disabled."}),
            "o/token": Repository(
                status=401, headers={"X-Error-Message": "Invalid credentials in Authorization header"}
            ),
            "o/portal": Repository(portal=True),
        }
    )
    home = base / "home"
    cases = [["o/ok", {"offline": True}]] + [[name, {}] for name in (*server.repositories, "o/missing")]
    cases += [["o/ok", {"revision": "dev"}], ["o/ok", {"revision": SHA}], ["o/ok", {"offline": True}]]
    alone = [["o/ok", {}], ["o/other", {}], ["o/other", {"offline": True}], ["bert-base-uncased", {"revision": "v1"}]]
    with asker(server.url, home) as ask:
        try:
            answers = ask(cases)
        finally:
            server.close()
        without = ask(alone)
    found = {name: answer for (name, options), answer in zip(cases, answers, strict=True) if not options}
    found["cold"], found["dev"], found["sha"], found["warm"] = answers[0], *answers[-3:]
    return found, server.seen, without


def test_a_model_is_fetched_and_its_commit_recorded(online):
    found, seen, _ = online
    assert found["o/ok"][:5] == ["loaded", 0, SHA, "mit", []]
    assert seen.count(f"GET /o/ok/resolve/{SHA}/model.safetensors") == 1


def test_bin_weights_are_read_without_asking_for_a_conversion(online):
    found, seen, _ = online
    assert found["o/bin"][:3] == ["loaded", 0, SHA]
    assert not [line for line in seen if line.startswith("POST") or "discussions" in line or "refs" in line]


def test_a_known_commit_and_offline_use_need_no_request(online):
    found, seen, _ = online
    assert found["sha"][:3] == found["warm"][:3] == ["loaded", 0, SHA]
    assert f"GET /api/models/o/ok/revision/{SHA}" not in seen


@pytest.mark.parametrize(
    ("name", "kind", "code", "line"),
    [
        ("o/missing", "ModelUnavailable", 3, "is not on the Hub, or is private: check the spelling"),
        ("o/private", "ModelUnavailable", 3, "is not on the Hub, or is private"),
        ("o/gated", "ModelUnavailable", 3, "is gated: accept its terms"),
        ("o/closed", "ModelUnavailable", 3, "is gated: accept its terms"),
        ("o/down", "ModelUnavailable", 3, "answered 503"),
        ("dev", "ModelUnavailable", 3, "has no revision 'dev': give a branch"),
        ("cold", "ModelUnavailable", 3, "offline: o/ok is not in the cache (which is empty)"),
        ("o/halted", "ModelUnavailable", 3, "answered 500 for o/halted"),
        ("o/cut", "ModelUnavailable", 3, "was lost while o/cut was fetched: what has arrived is kept"),
        ("o/stalled", "ModelUnavailable", 3, "was lost while o/stalled was fetched"),
        ("o/changed", "ModelUnavailable", 3, "is not what the Hub names (its digest differs): nothing of it was kept"),
        ("o/many", "ModelUnavailable", 3, "so o/many must wait: again in 37 seconds"),
        ("o/disabled", "ModelUnavailable", 3, "o/disabled was disabled on the Hub"),
        ("o/token", "ModelUnavailable", 3, "does not accept your token"),
        ("o/portal", "ModelUnavailable", 3, "such as the login page of a network"),
        ("o/bare", "ModelUnsupported", 4, "has no config.json"),
        ("o/flax", "ModelUnsupported", 4, "has no weights that PyTorch reads"),
        ("o/huge", "ModelUnsupported", 4, "GB of memory"),
        ("o/t5", "ModelUnsupported", 4, "turns one text into another"),
    ],
)
def test_each_refusal_is_one_line(online, name, kind, code, line):
    answer = online[0][name]
    assert answer[:2] == [kind, code]
    assert line in answer[2] and "\n" not in answer[2]


def test_too_large_and_wrong_models_are_not_downloaded(online):
    assert not [line for line in online[1] if "/o/huge/resolve" in line or "/o/t5/resolve" in line]


def test_a_download_that_was_killed_goes_on_where_it_was(tmp_path):
    model, tokenizer = tiny_models.make("bert")
    tiny_models.save(tmp_path / "slow", model, tokenizer)
    size = (tmp_path / "slow" / "model.safetensors").stat().st_size
    repository = Repository(tmp_path / "slow", pause=0.3)
    server = LoopbackHub({"o/slow": repository})
    home = tmp_path / "home"
    env = {**os.environ, "HF_ENDPOINT": server.url, "HF_HOME": str(home), "HF_HUB_OFFLINE": "0"}
    # The client writes in pieces that are larger than this whole file.
    code = "from audit.models import hub, load_model; hub.PIECE = 16_384; load_model('o/slow')"
    try:
        first = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
        for _ in range(600):
            parts = list(home.rglob("*.caveat-part"))
            if parts and parts[0].stat().st_size >= 16_384:
                break
            time.sleep(0.1)
        first.kill()
        first.wait()
        kept = parts[0].stat().st_size
        assert 16_384 <= kept < size
        repository.pause = 0
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    finally:
        server.close()
    assert f"RANGE {kept} /o/slow/model.safetensors" in server.seen
    assert not list(home.rglob("*.caveat-part*"))


def test_without_a_network_the_cache_is_used_and_the_rest_known_at_once(online):
    known, other, flag, fresh = online[2]
    assert known[:3] == ["loaded", 0, SHA]
    assert known[4] == ["The Hub was out of reach; the copy in the cache was used."]
    assert other[:2] == flag[:2] == ["ModelUnavailable", 3]
    assert other[2].startswith("the Hub cannot be reached: o/other is not in the cache (o/bin, o/ok).")
    assert flag[2].startswith("offline: o/other is not in the cache (o/bin, o/ok).")
    assert "bert-base-uncased at v1 is not in the cache" in fresh[2]
    assert all(answer[-1] < 10 for answer in (other, flag, fresh))


@pytest.mark.parametrize("name", ["a b/c", "owner/-name", "näme", "x" * 120])
def test_malformed_ids_are_a_usage_error(name):
    with pytest.raises(CaveatError, match="is no Hub id: .*as in owner/model") as found:
        hub.find(name)
    assert found.value.exit_code == 2


@pytest.mark.parametrize("name", ["./missing", "/no/such/folder", "~/nothing-here-at-all", "a/b/c"])
def test_missing_folders_are_not_looked_up(name):
    with pytest.raises(CaveatError, match="no folder .*: give an existing folder, or a Hub id"):
        hub.find(name)


def test_weights_are_chosen_once():
    shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    index = "model.safetensors.index.json"
    assert hub.choose_weights(["pytorch_model.bin", "model.safetensors", "tf_model.h5"]) == ["model.safetensors"]
    assert hub.choose_weights(["pytorch_model.bin", *shards, index, "model-x.safetensors"]) == [index, *shards]
    assert hub.choose_weights(["pytorch_model.bin", "flax_model.msgpack"]) == ["pytorch_model.bin"]
    assert hub.choose_weights(["tf_model.h5", "model.onnx"]) == []


def test_memory_is_compared_with_what_is_free():
    hub.check_memory("small", 10_000_000, free=100_000_000)
    with pytest.raises(ModelUnsupported, match=r"big needs about 4\.5 GB .*\(1,000 million .*2\.0 GB is free: close"):
        hub.check_memory("big", 1_000_000_000, free=2 * 2**30)
    measured = hub.free_memory()
    assert measured is None or measured > 2**20


def test_an_interrupted_download_is_not_taken_for_a_copy(tmp_path, monkeypatch):
    import huggingface_hub

    folder = tmp_path / SHA
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda *a, **k: str(folder / "config.json"))
    assert hub.in_cache("o/m") is None
    one, two = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": one, "b": two}}))
    (folder / one).write_bytes(b"")
    assert hub.in_cache("o/m") is None
    (folder / two).write_bytes(b"")
    assert hub.in_cache("o/m") == hub.Source("o/m", SHA, folder)


def test_an_unforeseen_error_is_still_one_line():
    error = hub.explain(RuntimeError("first line\nsecond line"), "o/m")
    assert isinstance(error, ModelUnavailable)
    assert str(error) == "o/m could not be fetched: RuntimeError: first line"
