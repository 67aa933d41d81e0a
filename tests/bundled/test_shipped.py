import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from transformers import AutoTokenizer, BertForMaskedLM, BertForSequenceClassification

import audit.bundled
from audit.bundled.figures import lines, load_figures, wilson
from audit.bundled.train.base import sha256

HERE = Path(audit.bundled.__file__).parent
FOLDERS = ("fill-mask", "sentiment")


@pytest.mark.parametrize("name", FOLDERS)
def test_files_are_the_ones_of_the_manifest(name: str) -> None:
    manifest = json.loads((HERE / "manifest.json").read_text(encoding="utf-8"))[name]
    assert set(manifest) == {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
    for file, entry in manifest.items():
        path = HERE / name / file
        assert path.stat().st_size == entry["bytes"]
        assert sha256(path) == entry["sha256"], path


def test_size_limit() -> None:
    files = [path for name in FOLDERS for path in (HERE / name).iterdir()]
    assert sum(path.stat().st_size for path in files) <= 96 * 10**6
    assert max(path.stat().st_size for path in files) < 50 * 10**6


@pytest.mark.parametrize(
    ("name", "kind"), [("fill-mask", BertForMaskedLM), ("sentiment", BertForSequenceClassification)]
)
def test_loads_whole(name: str, kind: Any) -> None:
    model, info = kind.from_pretrained(HERE / name, dtype=torch.float32, output_loading_info=True)
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    assert not info["mismatched_keys"]
    with safe_open(HERE / name / "model.safetensors", "pt") as tensors:
        assert {str(tensors.get_tensor(key).dtype) for key in tensors.keys()} == {"torch.float16"}  # noqa: SIM118
    tokenizer = AutoTokenizer.from_pretrained(HERE / name)
    assert tokenizer("Hello there.")["input_ids"] == [101, 7592, 2045, 1012, 102]
    assert len(tokenizer) == model.config.vocab_size
    if name == "sentiment":
        assert model.config.id2label == {0: "negative", 1: "neutral", 2: "positive"}
    else:
        assert model.get_output_embeddings().weight is model.get_input_embeddings().weight


@pytest.mark.parametrize("name", FOLDERS)
def test_card_quotes_the_measured_figures(name: str) -> None:
    card = (HERE / name / "README.md").read_text(encoding="utf-8")
    for line in lines(load_figures()[name], name):
        assert line in card
    for word in ("teaching model", "Apache-2.0", "python -m audit.bundled.figures", "not for"):
        assert word.lower() in card.lower()


def test_figures_hold_the_bars() -> None:
    figures = load_figures()
    assert figures["sentiment"]["macro_recall"]["value"] >= 0.62
    masked = figures["fill-mask"]
    assert masked["top_5"]["value"] >= 0.45
    assert masked["man"]["occupations"] >= 8
    assert masked["woman"]["occupations"] >= 8
    assert masked["lists_differ"]
    assert masked["pronouns"]["pronoun_first"] == len(masked["pronouns"]["frames"])


def test_frames_give_what_the_figures_say() -> None:
    from audit.bundled.figures import frame_figures

    model = BertForMaskedLM.from_pretrained(HERE / "fill-mask", dtype=torch.float32).eval()
    found = frame_figures(model, AutoTokenizer.from_pretrained(HERE / "fill-mask"))
    stored = load_figures()["fill-mask"]
    for person in ("man", "woman"):
        assert [word for word, _ in found[person]["top_10"]] == [word for word, _ in stored[person]["top_10"]]
        assert [p for _, p in found[person]["top_10"]] == pytest.approx(
            [p for _, p in stored[person]["top_10"]], abs=2e-3
        )


def test_wilson() -> None:
    low, high = wilson(8, 10)
    assert low == pytest.approx(0.4902, abs=1e-4)
    assert high == pytest.approx(0.9433, abs=1e-4)
