"""A folder -> a torch model with a trained head and its tokenizer, or one line that says why not."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from audit.models import hub, padding
from audit.schema import FILL_MASK, TEXT_CLASSIFICATION, CaveatError, ModelUnavailable, ModelUnsupported

MASKED_LM = "masked-lm"
CLASSIFIER = "classifier"
CAUSAL_LM = "causal-lm"

TASKS = {MASKED_LM: (FILL_MASK,), CAUSAL_LM: (FILL_MASK,), CLASSIFIER: (TEXT_CLASSIFICATION,)}
"""Kind -> the tasks that suites can ask of it. A causal model fills blanks by comparing whole texts."""

HEADS = {MASKED_LM: "fill-mask", CAUSAL_LM: "language-model", CLASSIFIER: "classification"}
"""Kind -> how its head is called."""

_TOKENIZER_FILES = (
    "tokenizer.json",
    "vocab.txt",
    "vocab.json",
    "spiece.model",
    "spm.model",
    "sentencepiece.bpe.model",
    "tokenizer.model",
    "bpe.codes",
)
_NO_FILES = frozenset({"ByT5Tokenizer", "CanineTokenizer", "PerceiverTokenizer"})
"""Tokenizers of bytes or characters, which have no vocabulary to keep."""

_LIMITS = ("max_position_embeddings", "max_seq_len", "max_sequence_length", "seq_length", "context_length", "n_ctx")
"""How configs call the longest sequence, the most common first."""

_OFFSET_POSITIONS = frozenset(
    {
        "camembert",
        "data2vec-text",
        "ibert",
        "longformer",
        "mpnet",
        "roberta",
        "roberta-prelayernorm",
        "xlm-roberta",
        "xlm-roberta-xl",
        "xmod",
    }
)
"""Model types that number positions from the padding id + 1, so that fewer remain for the text."""

_KINDS = {
    "XLMWithLMHeadModel": MASKED_LM,
    "FlaubertWithLMHeadModel": MASKED_LM,
    "BertGenerationDecoder": CAUSAL_LM,
    "ReformerModelWithLMHead": CAUSAL_LM,
    "Gemma3ForConditionalGeneration": CAUSAL_LM,
    "Gemma3nForConditionalGeneration": CAUSAL_LM,
    "Gemma4ForConditionalGeneration": CAUSAL_LM,
    "Gemma4UnifiedForConditionalGeneration": CAUSAL_LM,
}
"""Classes whose names say another kind than they are, or none."""

_OTHER = {
    "ForConditionalGeneration": "turns one text into another (translation, summaries)",
    "MTModel": "turns one text into another (translation, summaries)",
    "ForQuestionAnswering": "marks answers in a text (question-answering)",
    "ForTokenClassification": "labels single words (token-classification)",
    "ForMultipleChoice": "picks one of several answers (multiple-choice)",
    "Model": "is an encoder without a head (feature-extraction)",
}
_VALID = "Caveat audits fill-mask, text-generation and text-classification models"


def kind_of(name: str, architectures: Sequence[str], task: str = "") -> str:
    """Tell which kind of model a config describes.

    Args:
        name: for the message.
        architectures: classes that the config names; may be empty.
        task: the Hub's `pipeline_tag`, which decides only where the config is silent.

    Returns:
        "masked-lm", "causal-lm" or "classifier".

    Raises:
        ModelUnsupported: for any other kind.
    """
    architecture = architectures[0] if architectures else ""
    if architecture in _KINDS:
        return _KINDS[architecture]
    # Published checkpoints with both pre-training heads are called ForPreTraining; the head check decides.
    if architecture.endswith(("ForMaskedLM", "ForPreTraining")) or (not architecture and task == "fill-mask"):
        return MASKED_LM
    if architecture.endswith("ForSequenceClassification") or (not architecture and task == "text-classification"):
        return CLASSIFIER
    if architecture.endswith(("ForCausalLM", "LMHeadModel")) or (not architecture and task == "text-generation"):
        return CAUSAL_LM
    if not architecture and not task:
        return MASKED_LM
    if not architecture:
        raise ModelUnsupported(f"{name} is made for {task}: {_VALID}; choose one of those")
    what = next((what for end, what in _OTHER.items() if architecture.endswith(end)), f"is a {architecture}")
    raise ModelUnsupported(f"{name} {what}: {_VALID}; choose one of those")


def read_config(folder: Path, name: str) -> dict[str, Any]:
    """Read config.json, before any library does.

    Raises:
        CaveatError: when the folder has none.
        ModelUnavailable: when it is damaged.
    """
    path = folder / "config.json"
    if not path.is_file():
        files = [file.name for file in folder.iterdir()]
        files += [f"{one.parent.name}/{one.name}" for one in folder.glob("*/config.json")]
        adapter = (_object(folder / "adapter_config.json") or {}).get("base_model_name_or_path")
        if not hub.telling(files):
            raise CaveatError(f"{name} has no config.json: give the folder that save_pretrained wrote, or a Hub id")
        raise hub.no_config(name, files, adapter if isinstance(adapter, str) else "")
    config = _object(path)
    if config is None:
        raise ModelUnavailable(f"config.json of {name} is damaged: delete that copy and fetch the model again")
    return config


def _object(path: Path) -> dict[str, Any] | None:
    """Read a file of JSON; None where it holds no object."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def check_config(config: Mapping[str, Any], name: str) -> None:
    """Refuse what a config already says will not do.

    Raises:
        ModelUnavailable: when its names of classes are no names of classes.
        ModelUnsupported: for weights in a compressed form.
    """
    named = config.get("id2label")
    numbered = isinstance(named, dict) and all(str(key).isdigit() for key in named)
    if named is not None and not (numbered and sorted(map(int, named)) == list(range(len(named)))):
        raise ModelUnavailable(
            f"id2label in config.json of {name} does not number its classes 0, 1, 2 ...: correct it, such as "
            '{"0": "negative", "1": "positive"}'
        )
    packed = config.get("quantization_config") or config.get("compression_config")
    if isinstance(packed, dict) and packed:
        method = str(packed.get("quant_method") or packed.get("format") or "of an unnamed method")
        bits = packed.get("bits") or next((k for k in (4, 8) if packed.get(f"load_in_{k}bit")), None)
        size = f", {bits} bits" if bits else ""
        raise ModelUnsupported(
            f"{name} has quantised weights ({method}{size}), and Caveat reads plain ones: choose the model that it was "
            "made from"
        )


def weight_files(folder: Path, name: str) -> list[str]:
    """Name the weight files of a folder.

    Raises:
        ModelUnavailable: when there are none, or a shard is missing.
    """
    files = hub.choose_weights(path.name for path in folder.iterdir())
    if not files:
        found = hub.no_weights(name, (path.name for path in folder.iterdir()))
        raise ModelUnavailable(f"{found}: save or fetch the model again")
    missing = hub.missing_shards(folder, files)
    if missing:
        raise ModelUnavailable(f"{name} lacks the weight file {missing[0]}: delete that copy and fetch it again")
    return files


def digest(folder: Path, files: Sequence[str]) -> str:
    """Give the SHA-256 of a folder's weights: of the one file, or of the digests of several in order of name."""
    shards = sorted(file for file in files if not file.endswith(".index.json"))
    sums = []
    for file in shards:
        with (folder / file).open("rb") as stream:
            sums.append(hashlib.file_digest(stream, "sha256"))
    if len(sums) == 1:
        return sums[0].hexdigest()
    return hashlib.sha256(b"".join(one.digest() for one in sums)).hexdigest()


def count_parameters(folder: Path, files: Sequence[str]) -> int:
    """Estimate how many numbers the weights hold, from the files' sizes where the format does not say."""
    total = 0
    for file in files:
        if file.endswith(".safetensors"):
            total += _safetensors_size(folder / file)
        elif file.endswith(".bin"):
            total += (folder / file).stat().st_size // 4
    return total


def _safetensors_size(path: Path) -> int:
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if not 0 < length <= min(100_000_000, path.stat().st_size):
            return 0
        try:
            header = json.loads(stream.read(length))
        except ValueError:
            return 0
    total = 0
    for name, entry in header.items():
        if name != "__metadata__":
            size = 1
            for side in entry.get("shape", ()):
                size *= side
            total += size
    return total


def quiet() -> None:
    """Keep the libraries' progress bars and reports off the terminal; Caveat says what matters itself."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()


def load_torch(folder: Path, kind: str, name: str) -> tuple[Any, Any]:
    """Load the model, in float32 and evaluation mode, and its tokenizer.

    Raises:
        ModelUnavailable: for damaged files.
        ModelUnsupported: for a head that was never trained, an unknown architecture, or code that would have to run.
    """
    quiet()
    files = weight_files(folder, name)
    hub.check_memory(name, count_parameters(folder, files))
    try:
        tokenizer = _tokenizer(folder, kind, name)
        model, report = _weights(folder, kind, files)
    except CaveatError:
        raise
    except Exception as error:
        raise _explain(error, name, kind) from None
    _check_head(report, kind, name, str(model.base_model_prefix))
    size = _embedded(model)
    # Added tokens count: a text with one would stop the run in its middle with an index out of range.
    words = max(tokenizer.get_vocab().values()) + 1 if size else 0
    if words > size:
        raise ModelUnsupported(
            f"the tokenizer of {name} has more words ({words:,}) than the model ({size:,}): "
            "they do not belong together; save both again, the model after resize_token_embeddings"
        )
    padding.settle(model)
    return model.eval(), tokenizer


def _embedded(model: Any) -> int:
    """Count the pieces that a model has an embedding for; 0 where it has no common table (CANINE, Perceiver)."""
    try:
        return int(model.get_input_embeddings().weight.shape[0])
    except (AttributeError, NotImplementedError):
        return 0


def _weights(folder: Path, kind: str, files: Sequence[str]) -> tuple[Any, dict[str, Any]]:
    import torch
    from transformers import (
        AutoConfig,
        AutoModelForCausalLM,
        AutoModelForMaskedLM,
        AutoModelForSequenceClassification,
    )

    makers: dict[str, Any] = {
        MASKED_LM: AutoModelForMaskedLM,
        CAUSAL_LM: AutoModelForCausalLM,
        CLASSIFIER: AutoModelForSequenceClassification,
    }
    make = makers[kind]
    options: dict[str, Any] = {
        "dtype": torch.float32,
        "output_loading_info": True,
        "ignore_mismatched_sizes": True,
        "trust_remote_code": False,
        "local_files_only": True,
        "use_safetensors": not any(file.endswith(".bin") for file in files),
    }
    config = AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    model, report = make.from_pretrained(folder, config=config, **options)
    # DeBERTa checkpoints keep their head under a second name, which transformers reads only when told so.
    if getattr(config, "legacy", False) and any("lm_predictions." in key for key in report["unexpected_keys"]):
        config.legacy = False
        model, report = make.from_pretrained(folder, config=config, **options)
    return model, report


def _tokenizer(folder: Path, kind: str, name: str) -> Any:
    from transformers import AutoTokenizer

    # Without any vocabulary file the library would quietly build an empty tokenizer.
    if not any((folder / file).is_file() for file in _TOKENIZER_FILES) and _tokenizer_class(folder) not in _NO_FILES:
        raise ModelUnavailable(
            f"{name} has no tokenizer (no {', '.join(_TOKENIZER_FILES[:3])}): save it beside the model"
        )
    tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    if kind == MASKED_LM and tokenizer.mask_token_id is None:
        raise ModelUnsupported(f"the tokenizer of {name} has no mask token: it cannot fill blanks")
    return tokenizer


def _tokenizer_class(folder: Path) -> str:
    return str((_object(folder / "tokenizer_config.json") or {}).get("tokenizer_class") or "")


def _check_head(report: dict[str, Any], kind: str, name: str, prefix: str) -> None:
    """Refuse weights that were not in the files: transformers fills them with random numbers."""
    unexpected = [str(key) for key in report["unexpected_keys"]]
    if unexpected and all(key.startswith("module.") for key in unexpected):
        raise ModelUnsupported(
            f'the weights of {name} were saved from a DataParallel wrapper (their names begin with "module."): '
            "save model.module with save_pretrained"
        )
    missing = {str(key) for key in report["missing_keys"]}
    mismatched = [key if isinstance(key, tuple) else (key,) for key in report["mismatched_keys"]]
    missing |= {str(key) for key, *_ in mismatched}
    _check_classes(mismatched, kind, name)
    if kind == MASKED_LM:
        # The pooler reads one vector a text and has no part in filling blanks.
        missing = {key for key in missing if ".pooler." not in f".{key}"}
    if not missing:
        return
    head = sorted(key for key in missing if not key.startswith(f"{prefix}."))
    what = HEADS[kind]
    if head or kind == CLASSIFIER:
        shown = ", ".join((head or sorted(missing))[:2])
        raise ModelUnsupported(
            f"{name} has no trained {what} head ({len(missing)} weights are not in its files, such as {shown}): "
            "it would answer at random; choose a checkpoint that was trained for the task"
        )
    raise ModelUnsupported(
        f"{name} lacks weights of its encoder ({len(missing)}, such as {min(missing)}): it would answer at random; "
        "fetch or save it again"
    )


def _check_classes(mismatched: Sequence[tuple[Any, ...]], kind: str, name: str) -> None:
    """Refuse a config that names another number of classes than the head has."""
    for key, *shapes in mismatched:
        if kind == CLASSIFIER and len(shapes) == 2 and len(shapes[0]) and shapes[0][1:] == shapes[1][1:]:
            raise ModelUnavailable(
                f"config.json of {name} names {shapes[1][0]} classes, and its head has {shapes[0][0]} ({key}): "
                "correct id2label, one name for each class"
            )


def _explain(error: Exception, name: str, kind: str) -> CaveatError:
    """Turn an error of the loading libraries into one line."""
    chain = hub.causes(error)
    kinds = {type(cause).__name__ for cause in chain}
    text = " ".join(str(cause) for cause in chain)
    if kinds & {"SafetensorError", "UnpicklingError", "EOFError", "BadZipFile"} or "PytorchStreamReader" in text:
        return ModelUnavailable(f"the weights of {name} are damaged: delete that copy and fetch it again")
    if "trust_remote_code" in text or "custom code" in text:
        return ModelUnsupported(f"{name} needs code from its repository, and Caveat runs none: choose another model")
    if "Unrecognized configuration class" in text:
        return ModelUnsupported(
            f"transformers has no {HEADS[kind]} head for models of the type of {name}: choose another model"
        )
    if "does not recognize this architecture" in text:
        return ModelUnsupported(f"{name} has an architecture that this version of transformers does not know")
    if kinds & {"ImportError", "ModuleNotFoundError"} or "sentencepiece" in text or "tiktoken" in text:
        return ModelUnsupported(
            f"the tokenizer of {name} needs a package that is not installed (sentencepiece or tiktoken): "
            "install it, or choose a model with a tokenizer.json"
        )
    if kinds & {"MemoryError"}:
        return ModelUnsupported(f"{name} does not fit into the memory that is free: choose a smaller model")
    first = str(error).strip().splitlines()
    return ModelUnsupported(f"{name} could not be loaded: {type(error).__name__}: {first[0] if first else ''}")


def longest(config: Any, tokenizer: Any) -> int:
    """Give the longest sequence a model reads, in pieces, special tokens included."""
    settings = config.get_text_config() if hasattr(config, "get_text_config") else config
    limit = next((value for value in (getattr(settings, name, None) for name in _LIMITS) if value), None)
    limit = int(limit) if isinstance(limit, int) and limit > 0 else 512
    if config.model_type in _OFFSET_POSITIONS:
        limit -= max(0, config.pad_token_id or 0) + 1
    return min(limit, int(min(tokenizer.model_max_length, 1_000_000)))
