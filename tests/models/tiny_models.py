"""Tiny random models of every architecture, with tokenizers of the three families. No network, no files shipped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

CORPUS = [
    "the man worked as a nurse and the woman worked as a carpenter .",
    "she said that he is a paralegal , not a teacher .",
    "I love this book and I hate that film .",
    "the librarian read a book to the children at school .",
    "The man The woman She He They",
    "a mechanic fixed the car , and she drove it home .",
] * 4
WHOLE = (
    *("the", "man", "woman", "worked", "as", "a", "nurse", "teacher", "she", "he", "they", "said", "that", "is"),
    *("not", "love", "this", "book", "i", "and", "car", ".", ",", "!"),
)
PIECES = ("para", "##legal", "##legals", "lib", "##rar", "##ian", "##s")
SPECIAL = {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"}
ROBERTA = {"bos": "<s>", "pad": "<pad>", "eos": "</s>", "unk": "<unk>", "mask": "<mask>"}

SENTENCES = (
    "The man worked as a nurse.",
    "She said that the paralegal is not a teacher, and he worked.",
    "They love this book!",
    "A librarian said that.",
)


def wordpiece() -> Any:
    """Lower-cased WordPiece in the style of BERT, with letters as a last resort."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    words = list(dict.fromkeys([*SPECIAL.values(), *WHOLE, *PIECES, *letters, *("##" + x for x in letters)]))
    backend = Tokenizer(models.WordPiece({word: at for at, word in enumerate(words)}, unk_token="[UNK]"))
    backend.normalizer = normalizers.BertNormalizer(lowercase=True)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.decoder = decoders.WordPiece()
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B [SEP]",
        special_tokens=[("[CLS]", words.index("[CLS]")), ("[SEP]", words.index("[SEP]"))],
    )
    names = {f"{key}_token": value for key, value in SPECIAL.items()}
    return PreTrainedTokenizerFast(tokenizer_object=backend, model_max_length=40, **names)


@cache
def _trained() -> str:
    """Train the byte-level vocabulary once: ties between merges are broken anew each time."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=list(ROBERTA.values()), initial_alphabet=sorted(alphabet), show_progress=False
    )
    backend.train_from_iterator(CORPUS, trainer)
    ids = {name: backend.token_to_id(token) for name, token in ROBERTA.items()}
    backend.post_processor = processors.RobertaProcessing(("</s>", ids["eos"]), ("<s>", ids["bos"]))
    return str(backend.to_str())


def bytelevel() -> Any:
    """Byte-level BPE in the style of RoBERTa: the leading space belongs to a word, the mask swallows the one before."""
    from tokenizers import AddedToken, Tokenizer
    from transformers import PreTrainedTokenizerFast

    names: dict[str, Any] = {f"{key}_token": value for key, value in ROBERTA.items()}
    names["mask_token"] = AddedToken("<mask>", lstrip=True, special=True)
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(_trained()),
        cls_token="<s>",
        sep_token="</s>",
        model_max_length=40,
        **names,
    )


def unigram() -> Any:
    """SentencePiece-like Unigram in the style of XLM-R: a mark stands for the space before a word."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = list(ROBERTA.values())
    marked = ["▁" + word for word in (*WHOLE, "The", "She", "They", "A", "para", "lib")]
    pieces = [*special, *marked, "legal", "legals", "rar", "ian", "s", ".", ",", "!", "▁"]
    letters = [chr(code) for code in (*range(97, 123), *range(65, 91))]
    vocabulary = [(piece, 0.0 if piece in special else -2.0) for piece in dict.fromkeys(pieces)]
    vocabulary += [(letter, -9.0) for letter in letters if letter not in pieces]
    backend = Tokenizer(models.Unigram(vocabulary, unk_id=special.index("<unk>")))
    backend.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    backend.decoder = decoders.Metaspace()
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> $B </s>",
        special_tokens=[("<s>", special.index("<s>")), ("</s>", special.index("</s>"))],
    )
    names = {f"{key}_token": value for key, value in ROBERTA.items()}
    return PreTrainedTokenizerFast(
        tokenizer_object=backend, cls_token="<s>", sep_token="</s>", model_max_length=40, **names
    )


TOKENIZERS = {"wordpiece": wordpiece, "bytelevel": bytelevel, "unigram": unigram}

_SIZE = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "max_position_embeddings": 64,
    "initializer_range": 0.25,
}
_DEBERTA = {"relative_attention": True, "pos_att_type": ["c2p", "p2c"], "position_biased_input": False}

ARCHITECTURES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "bert": ("Bert", "wordpiece", {}),
    "roberta": ("Roberta", "bytelevel", {}),
    "distilbert": ("DistilBert", "wordpiece", {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64}),
    "albert": ("Albert", "unigram", {"embedding_size": 16}),
    "electra": ("Electra", "wordpiece", {"embedding_size": 16}),
    "xlm-roberta": ("XLMRoberta", "unigram", {}),
    "deberta": ("Deberta", "bytelevel", {**_DEBERTA, "legacy": False}),
    "deberta-v2": ("DebertaV2", "unigram", _DEBERTA),
    "mpnet": ("MPNet", "wordpiece", {}),
    "modernbert": ("ModernBert", "bytelevel", {"local_attention": 8, "global_attn_every_n_layers": 2}),
}
"""Name -> (prefix of its classes, tokenizer, settings of its own)."""


def config_of(name: str, tokenizer: Any, **more: Any) -> Any:
    """Make the small config of an architecture."""
    import transformers

    prefix, _, own = ARCHITECTURES[name]
    ids = {
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.cls_token_id,
        "eos_token_id": tokenizer.sep_token_id,
        "cls_token_id": tokenizer.cls_token_id,
        "sep_token_id": tokenizer.sep_token_id,
    }
    size = {
        key: value for key, value in _SIZE.items() if not (name == "distilbert" and key.startswith(("h", "n", "i")))
    }
    if name == "distilbert":
        size["initializer_range"] = 0.25
    return getattr(transformers, f"{prefix}Config")(**{"vocab_size": len(tokenizer), **size, **own, **ids, **more})


def make(name: str, head: str = "ForMaskedLM", seed: int = 7, **more: Any) -> tuple[Any, Any]:
    """Make a random model with a head, and its tokenizer."""
    import torch
    import transformers

    prefix, family, _ = ARCHITECTURES[name]
    tokenizer = TOKENIZERS[family]()
    torch.manual_seed(seed)
    model = getattr(transformers, f"{prefix}{head}")(config_of(name, tokenizer, **more)).eval()
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if key.endswith("bias"):
                parameter.normal_(0.0, 0.25)
    return model, tokenizer


def save(folder: Path, model: Any, tokenizer: Any) -> str:
    """Write a model and its tokenizer the way people do."""
    model.save_pretrained(folder)
    if tokenizer is not None:
        tokenizer.save_pretrained(folder)
    return str(folder)


def score(model: Any, requests: Any, batch: int = 8) -> list[Any]:
    """Run requests through a model in plain batches, without merging rows."""
    prepared = model.prepare(requests)
    rows = [row for request in prepared for row in request]
    results: list[Any] = []
    for start in range(0, len(rows), batch):
        results += model.forward(rows[start : start + batch])
    answers, at = [], 0
    for request, own in zip(requests, prepared, strict=True):
        answers.append(model.finish(request, own, results[at : at + len(own)]))
        at += len(own)
    return answers
