"""Attention weights: those of transformers' own eager model, without touching the loaded one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from audit import load_model
from audit.models.attention import LONGEST, attention
from audit.models.function import word_count
from audit.schema import CaveatError


def test_weights_are_those_of_a_model_loaded_eager() -> None:
    model = load_model("sentiment")
    found = attention(model, "The film was not good.")
    folder = "audit/bundled/sentiment"
    plain = AutoModelForSequenceClassification.from_pretrained(
        folder, attn_implementation="eager", dtype=torch.float32
    ).eval()
    asked = AutoTokenizer.from_pretrained(folder)("The film was not good.", return_tensors="pt")
    with torch.inference_mode():
        expected = plain(**asked, output_attentions=True).attentions
    assert found.weights.shape == (6, 12, len(found.pieces), len(found.pieces))
    np.testing.assert_allclose(found.weights, torch.cat(expected).numpy(), atol=1e-6)
    np.testing.assert_allclose(found.weights.sum(-1), 1, atol=1e-5)
    assert found.pieces[0] == "[CLS]" and found.pieces[-1] == "[SEP]"
    network = model.network  # type: ignore[attr-defined]
    assert network.config._attn_implementation == "sdpa" and not network.config.output_attentions


def test_a_blank_is_read_as_the_models_mask() -> None:
    found = attention(load_model("fill-mask"), "The nurse said [MASK] was late.")
    assert found.pieces[4] == "[MASK]"


def test_variants_say_whose_attention_it_is() -> None:
    planted = attention(load_model("sentiment-planted"), "She was late.")
    assert "its attention is that of sentiment" in planted.note
    with pytest.raises(CaveatError, match="reads a text twice"):
        attention(load_model("sentiment-even-handed"), "She was late.")


def test_what_has_no_attention_says_so() -> None:
    with pytest.raises(CaveatError, match="plain function and has no attention"):
        attention(word_count(), "A text.")
    with pytest.raises(CaveatError, match=f"the picture holds {LONGEST}"):
        attention(load_model("sentiment"), "word " * 80)
