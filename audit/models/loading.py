"""A folder -> a torch model with a trained head and its tokenizer, or one line that says why not."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from audit.models import hub
from audit.schema import FILL_MASK, TEXT_CLASSIFICATION, CaveatError, ModelUnavailable, ModelUnsupported

MASKED_LM = "masked-lm"
CLASSIFIER = "classifier"
CAUSAL_LM = "causal-lm"

TASKS = {MASKED_LM: (FILL_MASK,), CAUSAL_LM: (FILL_MASK,), CLASSIFIER: (TEXT_CLASSIFICATION,)}
"""Kind -> the tasks that suites can ask of it. A causal model fills blanks by comparing whole texts."""

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
        raise CaveatError(f"{name} has no config.json: give the folder that save_pretrained wrote, or a Hub id")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        config = None
    if not isinstance(config, dict):
        raise ModelUnavailable(f"config.json of {name} is damaged: delete that copy and fetch the model again")
    return config


def weight_files(folder: Path, name: str) -> list[str]:
    """Name the weight files of a folder.

    Raises:
        ModelUnavailable: when there are none, or a shard is missing.
    """
    files = hub.choose_weights(path.name for path in folder.iterdir())
    if not files:
        raise ModelUnavailable(
            f"{name} has no weights that PyTorch reads ({' or '.join((hub.WEIGHTS[0], hub.WEIGHTS[2]))}): "
            "save or fetch the model again"
        )
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
        raise _explain(error, name) from None
    _check_head(report, kind, name, str(model.base_model_prefix))
    size = model.get_input_embeddings().weight.shape[0]
    # Added tokens count: a text with one would stop the run in its middle with an index out of range.
    words = max(tokenizer.get_vocab().values()) + 1
    if words > size:
        raise ModelUnsupported(
            f"the tokenizer of {name} has more words ({words:,}) than the model ({size:,}): "
            "they do not belong together; save both again, the model after resize_token_embeddings"
        )
    if model.config.pad_token_id is None:
        # Decoders with a classification head look for the last piece that is not padding.
        known = (tokenizer.pad_token_id, tokenizer.eos_token_id)
        model.config.pad_token_id = next((id_ for id_ in known if id_ is not None), None)
    return model.eval(), tokenizer


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
    if not any((folder / file).is_file() for file in _TOKENIZER_FILES):
        raise ModelUnavailable(
            f"{name} has no tokenizer (no {', '.join(_TOKENIZER_FILES[:3])}): save it beside the model"
        )
    tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    if kind == MASKED_LM and tokenizer.mask_token_id is None:
        raise ModelUnsupported(f"the tokenizer of {name} has no mask token: it cannot fill blanks")
    if kind != CLASSIFIER and not getattr(tokenizer, "is_fast", False):
        raise ModelUnsupported(
            f"{name} has no fast tokenizer, which tells the pieces of a word apart: save it once with "
            "AutoTokenizer(..., use_fast=True), or choose another model"
        )
    return tokenizer


def _check_head(report: dict[str, Any], kind: str, name: str, prefix: str) -> None:
    """Refuse weights that were not in the files: transformers fills them with random numbers."""
    missing = {str(key) for key in report["missing_keys"]}
    missing |= {str(key[0] if isinstance(key, tuple) else key) for key in report["mismatched_keys"]}
    if kind == MASKED_LM:
        # The pooler reads one vector a text and has no part in filling blanks.
        missing = {key for key in missing if ".pooler." not in f".{key}"}
    if not missing:
        return
    head = sorted(key for key in missing if not key.startswith(f"{prefix}."))
    what = {MASKED_LM: "fill-mask", CAUSAL_LM: "language-model"}.get(kind, "classification")
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


def _explain(error: Exception, name: str) -> CaveatError:
    """Turn an error of the loading libraries into one line."""
    chain = hub.causes(error)
    kinds = {type(cause).__name__ for cause in chain}
    text = " ".join(str(cause) for cause in chain)
    if kinds & {"SafetensorError", "UnpicklingError", "EOFError", "BadZipFile"} or "PytorchStreamReader" in text:
        return ModelUnavailable(f"the weights of {name} are damaged: delete that copy and fetch it again")
    if "trust_remote_code" in text or "custom code" in text:
        return ModelUnsupported(f"{name} needs code from its repository, and Caveat runs none: choose another model")
    if "does not recognize this architecture" in text or "Unrecognized configuration class" in text:
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
    limit = getattr(config, "max_position_embeddings", None) or 512
    limit = 512 if limit <= 0 else int(limit)
    if config.model_type in _OFFSET_POSITIONS:
        limit -= (config.pad_token_id or 0) + 1
    return min(limit, int(min(tokenizer.model_max_length, 1_000_000)))
