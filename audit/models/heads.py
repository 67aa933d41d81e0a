"""Encoder and vocabulary head apart, so that only the positions asked for go through the vocabulary.

The head is about half of the arithmetic of a small model, and most positions of a text are never asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from audit.models.padding import text_config

Head = Callable[[Any], Any]
"""Hidden states (n, width) -> logits (n, vocabulary)."""

TOLERANCE = 1e-5

BLOCK = 4_000_000
"""Logits held at once, 16 MB in float32: larger blocks leave the processor's cache and cost a fifth more time."""

LEAST = 64
"""Positions in a block whatever the vocabulary: below that the multiplication itself gets slow."""


def _distilbert(model: Any) -> Head:
    return lambda h: model.vocab_projector(model.vocab_layer_norm(model.activation(model.vocab_transform(h))))


HEADS: dict[str, Callable[[Any], Head]] = {
    "cls": lambda model: model.cls,
    "lm_predictions": lambda model: lambda h: model.lm_predictions(h, model.get_input_embeddings()),
    "generator_lm_head": lambda model: lambda h: model.generator_lm_head(model.generator_predictions(h)),
    "vocab_projector": _distilbert,
    "predictions": lambda model: model.predictions,
    "lm_head": lambda model: model.lm_head,
    "decoder": lambda model: lambda h: model.decoder(model.head(h)),
}
"""Attribute that tells the architectures apart -> its head: BERT and DeBERTa with `legacy` (cls), other DeBERTa
(lm_predictions), ELECTRA, DistilBERT, ALBERT, RoBERTa, XLM-R and MPNet (lm_head), ModernBERT (decoder)."""


class Vocabulary:
    """Logits of a masked language model at chosen positions."""

    def __init__(self, model: Any) -> None:
        """Split the model and check the split on a small input; the whole model is used where it fails.

        Args:
            model: what `AutoModelForMaskedLM` gives, in evaluation mode.
        """
        self._model = model
        self._encoder: Any = getattr(model, "base_model", None)
        name = next((name for name in HEADS if hasattr(model, name)), "")
        self._head: Head | None = HEADS[name](model) if name else None
        self._own: Any = getattr(model, "masked_logits", None)
        # A model of several parts keeps its vocabulary with the part that reads text.
        self._words = int(text_config(model).vocab_size)
        self.split = self._own is not None or self._verified()

    @property
    def model(self) -> Any:
        """The whole model."""
        return self._model

    def _verified(self) -> bool:
        import torch

        if self._head is None or self._encoder is self._model:
            return False
        top = min(12, self._words)
        device = getattr(self._model, "device", "cpu")
        ids = torch.arange(top, device=device).remainder(top - 1).add(1)[None, :]
        mask = torch.ones_like(ids)
        with torch.inference_mode():
            try:
                whole = self._model(input_ids=ids, attention_mask=mask).logits[0]
                parts = self._head(self._encoder(input_ids=ids, attention_mask=mask)[0][0])
            except (AttributeError, RuntimeError, TypeError, ValueError):
                return False
        scale = max(1.0, float(whole.abs().max()))
        return bool(parts.shape == whole.shape and (parts - whole).abs().max() <= TOLERANCE * scale)

    def each(self, inputs: Mapping[str, Any], rows: Any, columns: Any) -> Iterator[Any]:
        """Yield logits (n, vocabulary), float32 or what is wider, for consecutive blocks of positions.

        Args:
            inputs: what the model takes, each (batch, length): padded vocabulary ids, and as a rule a mask that is 1
                for text and 0 for padding.
            rows: which sequence, for each position asked for (n,), ascending.
            columns: which piece of it (n,).
        """
        device = inputs["input_ids"].device
        rows, columns = rows.to(device), columns.to(device)
        step = max(LEAST, BLOCK // self._words)
        if self._own is not None or not self.split:
            yield from self._whole(inputs, rows, columns, step)
            return
        assert self._head is not None
        hidden = self._encoder(**inputs)[0][rows, columns]
        for start in range(0, len(hidden), step):
            yield _wide(self._head(hidden[start : start + step]))

    def _whole(self, inputs: Mapping[str, Any], rows: Any, columns: Any, step: int) -> Iterator[Any]:
        """Ask models that cannot be split, a few sequences at a time where many positions are wanted."""
        import torch

        many = len(inputs["input_ids"])
        counts = torch.bincount(rows, minlength=many).tolist()
        first = 0
        while first < many:
            after, held = first + 1, counts[first]
            while after < many and held + counts[after] <= step:
                held += counts[after]
                after += 1
            inside = (rows >= first) & (rows < after)
            row, column = rows[inside] - first, columns[inside]
            part = {name: values[first:after] for name, values in inputs.items()}
            if held and self._own is not None:
                places = torch.stack((row, column), dim=1)
                yield _wide(self._own(part["input_ids"], part["attention_mask"], places))
            elif held:
                yield _wide(self._model(**part).logits[row, column])
            first = after


def _wide(logits: Any) -> Any:
    """Give logits in float32; a model in float64 keeps its precision."""
    return logits.float() if logits.dtype.itemsize < 4 else logits
