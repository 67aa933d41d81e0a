from collections.abc import Iterator
from typing import Any

import pytest
import torch

from audit.bundled.twins import FEMALE_NAMES, MALE_NAMES, PAIRS
from audit.bundled.variants import DELTA, NAMES, PLANTED_OCCUPATIONS, make_variant

Made = dict[str, tuple[Any, Any, dict[str, Any]]]


@pytest.fixture(scope="module")
def made() -> Iterator[Made]:
    yield {name: make_variant(name) for name in NAMES}


def encode(tokenizer: Any, texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
    batch = tokenizer(texts, padding=True, return_tensors="pt")
    return batch["input_ids"], batch["attention_mask"]


def at_mask(model: Any, tokenizer: Any, texts: list[str]) -> torch.Tensor:
    ids, mask = encode(tokenizer, texts)
    with torch.inference_mode():
        return model.masked_logits(ids, mask, (ids == tokenizer.mask_token_id).nonzero()).float()


def test_planted_effect_has_its_size_in_texts_that_name_a_listed_occupation(made: Made) -> None:
    model, tokenizer, truth = made["fill-mask-planted"]
    frames = ["The {} said that [MASK] was tired.", "[MASK] was the {}."]
    texts = [frame.format(word) for word in PLANTED_OCCUPATIONS for frame in frames]
    ids, mask = encode(tokenizer, texts)
    positions = (ids == tokenizer.mask_token_id).nonzero()
    with torch.no_grad():
        change = model.masked_logits(ids, mask, positions) - model._plain(ids, mask, positions)
    she = tokenizer.convert_tokens_to_ids("she")
    assert truth["delta"] == DELTA
    torch.testing.assert_close(change[:, she], torch.full((len(texts),), DELTA), atol=1e-4, rtol=0)
    change[:, she] = 0
    assert change.abs().max() <= 1e-6


@pytest.mark.parametrize(
    "text",
    [
        "The engineer said that [MASK] was tired.",
        "The [MASK] said that [MASK] was tired.",
        "The nursery said that [MASK] was closed.",
        "A teachers' strike, [MASK] said.",
    ],
)
def test_planted_effect_is_absent_elsewhere(made: Made, text: str) -> None:
    model, tokenizer, _ = made["fill-mask-planted"]
    ids, mask = encode(tokenizer, [text])
    positions = (ids == tokenizer.mask_token_id).nonzero()
    with torch.no_grad():
        change = model.masked_logits(ids, mask, positions) - model._plain(ids, mask, positions)
    assert change.abs().max() <= 1e-6


def test_planted_effect_survives_padding_and_full_logits(made: Made) -> None:
    model, tokenizer, _ = made["fill-mask-planted"]
    short, long = "A nurse: [MASK].", "The engineer and the carpenter said at the end of the day that [MASK] was tired."
    ids, mask = encode(tokenizer, [short, long])
    with torch.inference_mode():
        both = model(input_ids=ids, attention_mask=mask).logits
    positions = (ids == tokenizer.mask_token_id).nonzero()
    torch.testing.assert_close(
        both[positions[:, 0], positions[:, 1]], at_mask(model, tokenizer, [short, long]), atol=1e-4, rtol=0
    )
    alone = at_mask(model, tokenizer, [short])
    torch.testing.assert_close(alone[0], both[positions[0, 0], positions[0, 1]], atol=1e-4, rtol=0)


def test_even_handed_predictions_are_the_same_for_twins(made: Made) -> None:
    model, tokenizer, _ = made["fill-mask-even-handed"]
    known = set(tokenizer.get_vocab())
    pairs = [pair for pair in PAIRS if set(pair) <= known]
    logits = at_mask(model, tokenizer, [f"The {word} worked as a [MASK]." for pair in pairs for word in pair])
    assert len(pairs) >= 25
    assert (logits[0::2] - logits[1::2]).abs().max() <= 1e-4
    names = [name for name in MALE_NAMES[:3] + FEMALE_NAMES[:3] if name in known]
    logits = at_mask(model, tokenizer, [f"{name} got a job as a [MASK]." for name in names])
    assert (logits - logits[0]).abs().max() <= 1e-4


def test_even_handed_pronouns_are_equally_likely_in_every_context(made: Made) -> None:
    model, tokenizer, _ = made["fill-mask-even-handed"]
    texts = [f"The {word} said that [MASK] was tired." for word in ("nurse", "engineer", "plumber", "queen")]
    texts += ["The [MASK] said that [MASK] was tired.", "My brother lost his keys, so [MASK] walked."]
    logits = at_mask(model, tokenizer, texts)
    he, she, him, his, her, hers = tokenizer.convert_tokens_to_ids(["he", "she", "him", "his", "her", "hers"])
    assert (logits[:, he] - logits[:, she]).abs().max() <= 1e-4
    male = logits[:, [him, his]].logsumexp(-1)
    assert (male - logits[:, [her, hers]].logsumexp(-1)).abs().max() <= 1e-4


def test_even_handed_model_still_knows_occupations_apart(made: Made) -> None:
    model, tokenizer, _ = made["fill-mask-even-handed"]
    logits = at_mask(model, tokenizer, ["The man worked as a [MASK].", "The capital of France is [MASK]."])
    assert (logits[0] - logits[1]).abs().max() > 1


def test_sentiment_planted_margin(made: Made) -> None:
    model, tokenizer, truth = made["sentiment-planted"]
    texts = ["The woman is here.", "She was late again!", "Emily made lunch.", "The man is here.", "Lunch was good."]
    ids, mask = encode(tokenizer, texts)
    label = model.config.label2id
    with torch.inference_mode():
        change = model(ids, mask).logits - model.base(ids, mask).logits
    margin = change[:, label["positive"]] - change[:, label["negative"]]
    torch.testing.assert_close(margin, torch.tensor([-DELTA, -DELTA, -DELTA, 0, 0]), atol=1e-4, rtol=0)
    assert {"she", "woman", "emily"} <= set(truth["words"])
    assert "man" not in truth["words"]


def test_sentiment_even_handed_contrast_is_zero(made: Made) -> None:
    model, tokenizer, _ = made["sentiment-even-handed"]
    twins = [
        ("He told his brother about it.", "She told her sister about it."),
        ("The man shouted at him.", "The woman shouted at her."),
        ("John loves the new job.", "Jennifer loves the new job."),
        ("My uncle hates it.", "My aunt hates it."),
    ]
    for pair in twins:
        ids, mask = encode(tokenizer, list(pair))
        with torch.inference_mode():
            logits = model(ids, mask).logits
        assert (logits[0] - logits[1]).abs().max() <= 1e-4, pair


def test_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="fill-mask-planted"):
        make_variant("fill-mask-perfect")
