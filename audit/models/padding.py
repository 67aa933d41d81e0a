"""How texts of unequal length share a forward pass, found out by asking the model rather than by its name.

Most models hide padding with the attention mask, and then it does not matter who shares a batch. Some do not: they mix
all places (FNet), look at neighbours (MobileBERT, ConvBERT), sample places (Nystromformer), or read the last place
whatever stands there (XLNet). So at load a few texts are asked alone, and then together with padding on the side that
the tokenizer names, with padding on the other side, and with no padding at all; the first that gives the answers of the
texts alone is how the model is asked from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from audit.schema import ModelUnsupported

TOLERANCE = 1e-4
"""Largest difference of a log-probability, in nats, between a text alone and the same text in a batch."""
ROUNDING = 2e-6
"""What float32 adds to that, as a share of the largest score: scores of 100 are exact to about 1e-5 each."""

SAMPLES = (
    "It is late.",
    "She said that the train was late, so they walked home along the river and talked about the film.",
    "We read it.",
    "The shop on the corner sells bread and milk.",
)
"""Texts of several lengths; the first two differ most."""

NO_TOKEN = -1
"""An id that no text has: a decoder with this padding id reads the last place of each row."""

Ask = Callable[[Mapping[str, Any], Sequence[tuple[int, int]]], Any]
"""Input tensors and places (row, column) -> scores (places, classes); a classifier has the same in all columns."""


@dataclass(frozen=True, slots=True)
class Padding:
    """How rows are put together for one model."""

    pad: int = 0
    """Piece that fills a row up."""
    side: str = "right"
    """"right" or "left"; "" where rows of one length only share a pass, and "alone" where none do."""
    length: int = 0
    """Every row is filled up to this many pieces; 0 for the longest of a batch."""
    types: Mapping[int, int] = field(default_factory=dict)
    """Segment of the pieces whose segment is not 0; empty for models that are not told."""
    pad_type: int = 0
    masked: bool = True
    """Whether the model takes an attention mask."""
    device: str = "cpu"
    """Where the model is."""

    def groups(self, lengths: Sequence[int]) -> list[list[int]]:
        """Say which rows of a batch share a pass, by their places."""
        if self.side == "alone":
            return [[at] for at in range(len(lengths))]
        if self.side:
            return [list(range(len(lengths)))]
        found: dict[int, list[int]] = {}
        for at, length in enumerate(lengths):
            found.setdefault(length, []).append(at)
        return list(found.values())

    def offset(self, length: int, longest: int) -> int:
        """Say at which column a row of some length begins."""
        return self.width(longest) - length if self.side == "left" else 0

    def width(self, longest: int) -> int:
        """Say how many pieces a batch has whose longest row has so many."""
        return max(self.length, longest)

    def inputs(self, rows: Sequence[Sequence[int]]) -> dict[str, Any]:
        """Make the tensors of one pass, each (rows, width)."""
        import torch

        width = self.width(max(map(len, rows)))

        def filled(values: Sequence[int], with_: int) -> list[int]:
            more = [with_] * (width - len(values))
            return [*more, *values] if self.side == "left" else [*values, *more]

        made = {"input_ids": torch.tensor([filled(row, self.pad) for row in rows])}
        if self.masked:
            made["attention_mask"] = torch.tensor([filled([1] * len(row), 0) for row in rows])
        if self.types:
            segments = [[self.types.get(id_, 0) for id_ in row] for row in rows]
            made["token_type_ids"] = torch.tensor([filled(row, self.pad_type) for row in segments])
        return made if self.device == "cpu" else {name: values.to(self.device) for name, values in made.items()}


def notes(padding: Padding, model: Any) -> tuple[str, ...]:
    """Say what a reader must know of how a model is asked; nothing of most."""
    kind = getattr(model.config, "model_type", "")
    told = []
    if padding.length:
        told.append(f"Each text is filled up to {padding.length} pieces: without that, this model does not answer.")
    elif padding.side == "":
        told.append("Padding changes the answers of this model, so only texts of equal length are asked together.")
    elif padding.side == "alone":
        told.append("Texts in the same batch change the answers of this model, so each text is asked alone.")
    if kind == "fnet":
        told.append("It was trained on texts filled up to 512 pieces, and is asked without: it may do better with.")
    if kind == "reformer":
        told.append("It sorts places by random hashes; the same ones are drawn each time, so that figures repeat.")
    return tuple(told)


def measured(
    name: str, model: Any, tokenizer: Any, samples: Sequence[Sequence[int]], ask: Ask, sides: Sequence[str] = ()
) -> Padding:
    """Find out how a model is asked.

    Args:
        name: for the message.
        model: its config may get a padding id, where that makes batches right.
        tokenizer: says which side and which piece.
        samples: pieces of `SAMPLES`.
        ask: asks the model once.
        sides: in the order in which they are tried; the tokenizer's own first where empty.

    Returns:
        The first way that gives each text the answer that it has alone.

    Raises:
        ModelUnsupported: for a model that cannot be asked at all, or answers the same text differently each time.
    """
    own = "left" if getattr(tokenizer, "padding_side", "right") == "left" else "right"
    sides = sides or (own, "left" if own == "right" else "right")
    settings = text_config(model)
    known = getattr(settings, "pad_token_id", None)
    base = Padding(
        pad=pad_of(settings, tokenizer),
        types=_types(model, tokenizer, samples),
        pad_type=int(getattr(tokenizer, "pad_token_type_id", 0) or 0),
        masked=hasattr(model, "masked_logits") or _takes(model, "attention_mask"),
        device=str(getattr(model, "device", "cpu")),
    )
    try:
        alone = [_Answer.of(ask, base, [row])[0] for row in samples]
    except Exception as error:
        return _filled(name, settings, base, samples, ask, error)
    if not _Answer.of(ask, base, [samples[0]])[0].equals(alone[0]):
        raise ModelUnsupported(
            f"{name} gives another answer each time it is asked the same text, so its figures would not repeat: "
            "choose another model"
        )
    unknown = known is None or not 0 <= int(known) < _vocabulary(settings)
    for way in [*(replace(base, side=side) for side in sides), replace(base, side="")]:
        for id_ in (way.pad, NO_TOKEN) if unknown else (known,):
            _set_pad(model, id_)
            if _agrees(ask, way, samples, alone):
                return way
    _set_pad(model, known)
    return replace(base, side="alone")


def exact(values: Any) -> Any:
    """Give numbers in float64 on the CPU; some devices have no float64 of their own."""
    return (values if values.dtype.itemsize >= 4 else values.float()).cpu().double()


def pad_of(settings: Any, tokenizer: Any) -> int:
    """Choose a piece to fill rows up with: that of the config, of the tokenizer, its end of text, or the first."""
    size = _vocabulary(settings)
    asked = (getattr(settings, "pad_token_id", None), tokenizer.pad_token_id, tokenizer.eos_token_id, 0)
    return next(int(id_) for id_ in asked if isinstance(id_, int) and 0 <= id_ < size)


def text_config(model: Any) -> Any:
    """Give the settings of the part that reads text; a model of several parts keeps them one level down."""
    settings = model.config
    return settings.get_text_config() if hasattr(settings, "get_text_config") else settings


def settle(model: Any) -> None:
    """Switch off what makes an answer depend on anything but the text."""
    for settings in (model.config, text_config(model)):
        # Nothing is generated, and models without attention layers do not start with an empty cache.
        if hasattr(settings, "use_cache"):
            settings.use_cache = False
    # A model of many languages reads a text in the one that is set; the suites are English.
    if getattr(model.config, "default_language", "") is None and "en_XX" in getattr(model.config, "languages", ()):
        model.set_default_language("en_XX")
    for module in model.modules():
        if getattr(module, "hash_seed", 0) is None:
            module.hash_seed = 0


def _vocabulary(settings: Any) -> int:
    return int(getattr(settings, "vocab_size", 0) or 1 << 31)


def _set_pad(model: Any, id_: int | None) -> None:
    for settings in (model.config, text_config(model)):
        settings.pad_token_id = id_


def _takes(model: Any, argument: str) -> bool:
    import inspect

    parameters = inspect.signature(model.forward).parameters
    return argument in parameters or any(one.kind is one.VAR_KEYWORD for one in parameters.values())


def _types(model: Any, tokenizer: Any, samples: Sequence[Sequence[int]]) -> dict[int, int]:
    """Learn which pieces the tokenizer puts into another segment: XLNet and Funnel do so with the one for the text."""
    import inspect

    if "token_type_ids" not in inspect.signature(model.forward).parameters:
        return {}
    found: dict[int, int] = {}
    for text in SAMPLES[: len(samples)]:
        encoded = tokenizer(text, return_token_type_ids=True)
        pairs = zip(encoded["input_ids"], encoded.get("token_type_ids") or (), strict=False)
        found |= {id_: kind for id_, kind in pairs if kind}
    return found


def language_model(vocabulary: Any) -> Ask:
    """Ask a model with a vocabulary head (`audit.models.heads.Vocabulary`)."""
    import torch

    def ask(inputs: Mapping[str, Any], places: Sequence[tuple[int, int]]) -> Any:
        where = torch.tensor(places)
        with torch.inference_mode():
            return torch.cat(list(vocabulary.each(inputs, where[:, 0], where[:, 1])))

    return ask


def classifier(model: Any) -> Ask:
    """Ask a model that gives one row of scores a text."""
    import torch

    def ask(inputs: Mapping[str, Any], places: Sequence[tuple[int, int]]) -> Any:
        with torch.inference_mode():
            return model(**inputs).logits[[row for row, _ in places]]

    return ask


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a model said to one row: scores (places, classes)."""

    values: Any

    @classmethod
    def of(cls, ask: Ask, way: Padding, rows: Sequence[Sequence[int]]) -> list[_Answer]:
        """Ask some rows in one pass."""
        longest = max(map(len, rows))
        places = []
        for at, row in enumerate(rows):
            begin = way.offset(len(row), longest)
            places += [(at, begin + column) for column in (0, 1, len(row) // 2, len(row) - 1)]
        values = exact(ask(way.inputs(rows), places))
        return [cls(values[4 * at : 4 * at + 4]) for at in range(len(rows))]

    def equals(self, other: _Answer) -> bool:
        """Compare log-probabilities; where both are no numbers there is nothing to tell apart."""
        import torch

        finite = torch.isfinite(self.values)
        if not bool((finite == torch.isfinite(other.values)).all()):
            return False
        scale = float(self.values[finite].abs().max()) if bool(finite.any()) else 0.0
        # One class has no probability of its own: its score is compared as it is.
        one, two = self.values, other.values
        apart = one - two if one.shape[-1] == 1 else one.log_softmax(-1) - two.log_softmax(-1)
        apart = apart[finite].abs()
        return not len(apart) or bool(apart.nan_to_num(0.0).max() <= TOLERANCE + ROUNDING * scale)


def _agrees(ask: Ask, way: Padding, samples: Sequence[Sequence[int]], alone: Sequence[_Answer]) -> bool:
    """Say whether texts that share a pass have the answers that they have alone."""
    try:
        if not way.side:
            # The same text twice, and a shorter beginning of another one beside it.
            size = min(map(len, samples))
            rows = [row[:size] for row in samples]
            alone = [_Answer.of(ask, way, [row])[0] for row in rows]
        else:
            rows = list(samples)
        found = _Answer.of(ask, way, rows)
    except Exception:
        return False
    return all(one.equals(other) for one, other in zip(found, alone, strict=True))


def _filled(
    name: str, settings: Any, base: Padding, samples: Sequence[Sequence[int]], ask: Ask, error: Exception
) -> Padding:
    """Fill every row up to the one length that some models insist on."""
    for length in _lengths(settings):
        way = replace(base, length=length)
        try:
            _Answer.of(ask, way, samples[:1])
        except Exception:
            continue
        together = _Answer.of(ask, way, samples)
        alone = [_Answer.of(ask, way, [row])[0] for row in samples]
        if all(one.equals(other) for one, other in zip(together, alone, strict=True)):
            return way
    first = (str(error).strip().splitlines() or [""])[0]
    raise ModelUnsupported(
        f"{name} loads, and cannot be asked a plain text ({type(error).__name__}: {first[:160]}): choose another model"
    ) from None


def _lengths(settings: Any) -> Iterator[int]:
    for setting in ("segment_means_seq_len", "max_position_embeddings"):
        value = getattr(settings, setting, None)
        if isinstance(value, int) and 0 < value <= 4096:
            yield value
