"""Tiny random checkpoints of every architecture that transformers knows for the heads that are audited.

A checkpoint is the config class with its own defaults, made small by the names of its settings, with weights large
enough that padding, masks and positions show in the answers. `TUNED` has what single architectures need beyond that,
`NOT_BUILT` those for which no tiny checkpoint could be made, each with the reason.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HEADS: Mapping[str, str] = {
    "fill-mask": "MODEL_FOR_MASKED_LM_MAPPING_NAMES",
    "text-generation": "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES",
    "text-classification": "MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES",
}
"""Task -> transformers' own map from model types to classes."""

WIDTH, LAYERS, ATTENTION_HEADS = 32, 2, 4

TOLERANCE = 1e-4
"""Largest difference from a plain pass that counts as right."""

LARGEST = 20_000_000
"""Parameters of a checkpoint that still counts as tiny."""

_SMALL: Mapping[str, Any] = {
    **dict.fromkeys(("hidden_size", "d_model", "n_embd", "dim", "embed_dim", "n_embed", "emb_dim"), WIDTH),
    **dict.fromkeys(("num_hidden_layers", "n_layer", "n_layers", "num_layers", "encoder_layers"), LAYERS),
    **dict.fromkeys(("decoder_layers", "num_encoder_layers", "num_decoder_layers", "num_blocks"), LAYERS),
    **dict.fromkeys(
        ("num_attention_heads", "n_head", "n_heads", "num_heads", "decoder_attention_heads"), ATTENTION_HEADS
    ),
    **dict.fromkeys(("encoder_attention_heads", "num_encoder_attention_heads"), ATTENTION_HEADS),
    **dict.fromkeys(("num_decoder_attention_heads", "num_key_value_heads", "n_head_kv"), ATTENTION_HEADS),
    **dict.fromkeys(("intermediate_size", "d_inner", "d_ff", "ffn_dim", "encoder_ffn_dim", "decoder_ffn_dim"), 64),
    **dict.fromkeys(("ffn_hidden_size", "n_inner", "hidden_dim", "dff", "moe_intermediate_size"), 64),
    **dict.fromkeys(("shared_expert_intermediate_size", "mlp_intermediate_size", "expert_ffn_hidden_size"), 64),
    **dict.fromkeys(("head_dim", "d_head", "d_kv", "qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim"), 8),
    **dict.fromkeys(("num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts"), 4),
    **dict.fromkeys(("num_experts_per_tok", "moe_k", "num_experts_per_token", "moe_topk"), 2),
    **dict.fromkeys(("n_group", "topk_group"), 1),
    **dict.fromkeys(("kv_lora_rank", "q_lora_rank"), 16),
    **dict.fromkeys(("max_position_embeddings", "n_positions", "max_seq_len"), 256),
    "embedding_size": 16,
    "rotary_dim": 4,
    "mamba_d_head": 16,
    "mamba_n_heads": 4,
}
"""Setting -> its value in a tiny checkpoint, wherever a config has one of that name."""

_TWO_KINDS = {"attn_layers": ["local", "lsh"], "local_attn_chunk_length": 16, "lsh_attn_chunk_length": 16}
_PICTURES = {"image_size": 28, "patch_size": 14, "num_channels": 3, "num_hidden_layers": 1}
_SIGLIP = {"model_type": "siglip_vision_model", "hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 4}

TUNED: Mapping[str, dict[str, Any]] = {
    "gemma4_text": {"hidden_size_per_layer_input": 8, "vocab_size_per_layer_input": 79},
    "dots1": {"n_shared_experts": 1},
    "falcon_h1": {"mamba_d_ssm": 64},
    "gemma3": {"vision_config": {**_SIGLIP, **_PICTURES}},
    "gpt_neo": {"attention_types": [[["global", "local"], 1]]},
    "lfm2_moe": {"layer_types": ["conv", "full_attention"], "num_dense_layers": 1},
    "layoutlmv3": {"coordinate_size": 6, "shape_size": 4, "visual_embed": False},
    "lilt": {"hidden_size": 48},
    "luke": {"entity_vocab_size": 10, "entity_emb_size": 16},
    "mamba2": {"head_dim": 16, "n_groups": 1},
    "neomme": {"head_dim": 16},
    "perceiver": {"d_latents": 32, "num_latents": 16, "num_self_attends_per_block": 2, "num_self_attention_heads": 4},
    "reformer": {"axial_pos_shape": (16, 16), "axial_pos_embds_dim": (16, 16), "num_buckets": 4, **_TWO_KINDS},
    "squeezebert": {"embedding_size": WIDTH},
    "zamba": {"num_hidden_layers": 3, "layers_block_type": ["mamba", "hybrid", "hybrid"]},
    "zamba2": {"layers_block_type": ["mamba", "hybrid"]},
    "zaya": {"num_experts_per_tok": 1},
    "xmod": {"languages": ["en_XX", "de_DE"]},
    "t5": {"decoder_start_token_id": 0},
}
"""What single model types need beyond `_SMALL`."""

DECODERS = frozenset(
    (
        *("bert", "bert-generation", "big_bird", "camembert", "data2vec-text", "electra", "ernie", "megatron-bert"),
        *("reformer", "rembert", "roberta", "roberta-prelayernorm", "roc_bert", "roformer", "xlm-roberta"),
        *("xlm-roberta-xl", "xmod"),
    )
)
"""Model types that are told by a setting that they read from left to right."""

_PARTS = "its class builds a part for pictures or sound whose settings have no common names"
_LAYERS = "its settings refer to layers by number, which two layers do not have"

NOT_BUILT: Mapping[str, str] = {
    "blt": "it takes bytes, cut into patches by a second model of about 100 million parameters",
    "cohere_compass_text": "its default settings lack the rotary angles of its own kinds of layers",
    "dbrx": "its settings lack the rotary angles that its model reads",
    "dots3_note": _LAYERS,
    "fuyu": _PARTS,
    "gemma3n": "its part for pictures needs the package timm",
    "gemma3n_text": _LAYERS,
    "gemma4": _PARTS,
    "gemma4_assistant": "it only drafts for a second model and reads that model's layers",
    "gemma4_unified": _PARTS,
    "gemma4_unified_assistant": "it only drafts for a second model and reads that model's layers",
    "got_ocr2": _PARTS,
    "layoutlmv2": "it needs the package detectron2 and reads pages, not texts",
    "mimo_v2_flash": "a plain pass of transformers over so small a one ends in an error",
    "modernvbert": _PARTS,
    "moss_transcribe_diarize": _PARTS,
    "musicgen": _PARTS,
    "musicgen_melody": _PARTS,
    "t5gemma2": _PARTS,
    "ultravbert": _PARTS,
}
"""Model type -> why no tiny checkpoint of it could be made."""

_LATER = "lets what comes later in a text change what it expects before"

REFUSED: Mapping[tuple[str, str], str] = {
    **{("fill-mask", name): "turns one text into another" for name in ("bart", "mbart", "mvp")},
    **{("text-generation", name): _LATER for name in ("cpmant", "prophetnet", "reformer", "xlnet")},
    **{("text-generation", name): "has no language-model head for models" for name in ("emu3", "mllama")},
    ("text-generation", "xlm"): "has no mask token",
    # Their tokenizer adds a token of its own to this small vocabulary, and the model has no row for it.
    **{("text-classification", name): "has more words" for name in ("qwen2", "qwen3_5")},
}
"""(task, model type) -> words of the line that refuses it."""

TEXTS = (
    "The man worked as a nurse.",
    "She said that the paralegal is not a teacher, and he worked.",
    "They love this book!",
    "A librarian said that the man and the woman love this book, and the teacher said that she is not a nurse!",
)
"""Of four lengths, so that a batch of them is padded."""
WORDS = (
    *("the", "man", "woman", "worked", "as", "a", "nurse", "teacher", "she", "he", "they", "said", "that", "is"),
    *("not", "love", "this", "book", "i", "and", "car", ".", ",", "!"),
)


def names(task: str) -> dict[str, str]:
    """Give model type -> class of a task, as transformers maps them."""
    from transformers.models.auto import modeling_auto

    return dict(getattr(modeling_auto, HEADS[task]))


def tokenizer(task: str) -> Any:
    """Make a small tokenizer: WordPiece with letters as a last resort, framed as BERT does it, or begun only."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"}
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    words = list(dict.fromkeys([*special.values(), *WORDS, *letters, *("##" + letter for letter in letters)]))
    backend = Tokenizer(models.WordPiece({word: at for at, word in enumerate(words)}, unk_token="[UNK]"))
    backend.normalizer = normalizers.BertNormalizer(lowercase=True)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.decoder = decoders.WordPiece()
    causal = task == "text-generation"
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A" if causal else "[CLS] $A [SEP]",
        special_tokens=[(name, words.index(name)) for name in ("[CLS]", "[SEP]")],
    )
    if causal:
        return PreTrainedTokenizerFast(
            tokenizer_object=backend, bos_token="[CLS]", eos_token="[SEP]", unk_token="[UNK]", pad_token="[PAD]"
        )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend, **{f"{key}_token": value for key, value in special.items()}
    )


def config(name: str, vocabulary: int, ids: Mapping[str, int | None]) -> Any:
    """Make the small config of a model type.

    Args:
        name: the model type.
        vocabulary: pieces.
        ids: ids of special tokens, by the name of their setting.
    """
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    given = {**ids, "vocab_size": vocabulary}
    return _small(CONFIG_MAPPING[name], given, TUNED.get(name, {}))


def _small(kind: Any, given: Mapping[str, Any], own: Mapping[str, Any]) -> Any:
    """Fill a config class with what is small, down to the configs inside it."""
    fields = {field.name for field in dataclasses.fields(kind)}
    known = {key: value for key, value in {**_SMALL, **given, **own}.items() if key in fields or key in own}
    for part, inner in getattr(kind, "sub_configs", {}).items():
        if part not in fields:
            continue
        if dataclasses.is_dataclass(inner):
            known[part] = _small(inner, given, own.get(part, {}))
    return kind(**known)


def build(task: str, name: str, folder: Path) -> Any:
    """Write a tiny random checkpoint with its tokenizer, the way people do.

    Args:
        task: of `HEADS`.
        name: model type.
        folder: is made.

    Returns:
        The model.
    """
    import torch

    made = tokenizer(task)
    ids = {
        "pad_token_id": made.pad_token_id,
        "bos_token_id": made.bos_token_id if made.bos_token_id is not None else made.cls_token_id,
        "eos_token_id": made.eos_token_id if made.eos_token_id is not None else made.sep_token_id,
    }
    ids |= {"cls_token_id": ids["bos_token_id"], "sep_token_id": ids["eos_token_id"]}
    torch.manual_seed(5)
    settings = config(name, len(made), ids)
    if task == "text-classification":
        settings.id2label = {0: "negative", 1: "neutral", 2: "positive"}
        settings.label2id = {"negative": 0, "neutral": 1, "positive": 2}
    if task == "text-generation" and name in DECODERS:
        settings.is_decoder = True
    make = _maker(task).from_config
    with torch.device("meta"):
        size = sum(parameter.numel() for parameter in make(settings).parameters())
    if size > LARGEST:
        raise ValueError(f"the smallest checkpoint has {size / 1e6:.0f} million parameters")
    model = make(settings, dtype=torch.float32).eval()
    enlarge(model)
    model.save_pretrained(folder)
    made.save_pretrained(folder)
    return model


def _maker(task: str) -> Any:
    import transformers

    return {
        "fill-mask": transformers.AutoModelForMaskedLM,
        "text-generation": transformers.AutoModelForCausalLM,
        "text-classification": transformers.AutoModelForSequenceClassification,
    }[task]


def enlarge(model: Any) -> None:
    """Draw the weights anew, large enough that what a model reads shows in its answer."""
    import torch

    with torch.no_grad():
        for parameter in model.parameters():
            if not parameter.is_floating_point():
                continue
            if parameter.dim() >= 2:
                parameter.normal_(0.0, 0.2)
            else:
                parameter.add_(torch.randn_like(parameter) * 0.1)


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one checkpoint."""

    task: str
    name: str
    verdict: str
    """"right", "wrong", "refused", "not built" or "traceback"."""
    detail: str = ""
    """The line of the refusal or of the error; of a right one, the notes on how it is asked."""
    difference: float = 0.0
    """Largest difference of a log-probability a piece, or of a probability of a class."""


def cases() -> list[tuple[str, str]]:
    """List (task, model type) for every name in transformers' maps of these heads."""
    return [(task, name) for task in HEADS for name in names(task)]


def outcome(task: str, name: str, folder: Path) -> Outcome:
    """Make a checkpoint in an empty folder and ask it.

    Raises:
        Exception: what transformers raised, where a checkpoint cannot be made and `NOT_BUILT` does not say why.
    """
    if name in NOT_BUILT:
        return Outcome(task, name, "not built", NOT_BUILT[name])
    build(task, name, folder)
    return ask(task, name, folder)


def ask(task: str, name: str, folder: Path) -> Outcome:
    """Ask a checkpoint through Caveat, all texts together, and set each answer beside a plain unpadded pass."""
    from audit.models import load_model
    from audit.models.base import Request
    from audit.schema import CaveatError
    from audit.scoring import score

    operation: Any = "score" if task == "text-classification" else "log_likelihood"
    try:
        model = load_model(str(folder))
        answers = score(model, [Request(text, operation) for text in TEXTS])
    except CaveatError as error:
        return Outcome(task, name, "refused", str(error))
    except Exception as error:
        return Outcome(task, name, "traceback", f"{type(error).__name__}: {error}")
    expected = plain(task, folder)
    if task == "text-classification":
        found = [list(answer.probabilities) for answer in answers]
    else:
        found = [[answer.value / answer.tokens] for answer in answers]
    difference = max(
        abs(one - other)
        for here, there in zip(found, expected, strict=True)
        for one, other in zip(here, there, strict=True)
    )
    # A number that is not one is no agreement either.
    right = difference <= TOLERANCE
    notes = " ".join(model.info.notes)
    return Outcome(task, name, "right" if right else "wrong", notes, difference)


def plain(task: str, folder: Path) -> list[list[float]]:
    """Ask transformers alone, one text at a time, without padding: probabilities, or the mean log-probability."""
    import torch
    from transformers import AutoTokenizer

    model = _maker(task).from_pretrained(folder, dtype=torch.float32).eval()
    for settings in (model.config, model.config.get_text_config()):
        if hasattr(settings, "use_cache"):
            settings.use_cache = False
    if getattr(model.config, "default_language", "") is None:
        model.set_default_language("en_XX")
    for module in model.modules():
        if getattr(module, "hash_seed", 0) is None:
            # A plain pass of a Reformer is random; with the same hashes it can be compared.
            module.hash_seed = 0
    made = AutoTokenizer.from_pretrained(folder)
    out = []
    for text in TEXTS:
        given = made(text, return_tensors="pt")
        kept = {key: value for key, value in given.items() if key != "token_type_ids" or bool(value.any())}
        with torch.inference_mode():
            logits = model(**kept).logits[0]
        if task == "text-classification":
            out.append(logits.softmax(-1).tolist())
            continue
        logs, ids = logits.log_softmax(-1), given["input_ids"][0]
        if task == "text-generation":
            logs, ids = logs[:-1], ids[1:]
        else:
            logs, ids = logs[1:-1], ids[1:-1]
        out.append([float(logs.gather(1, ids[:, None]).mean())])
    return out
