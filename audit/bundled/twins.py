"""Counterpart words of US English: what the even-handed models make equal, and the planted ones tell apart.

Every word here is one piece of the vocabulary, so a text and its twin have the same length.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

PAIRS = (
    ("he", "she"), ("himself", "herself"), ("man", "woman"), ("men", "women"), ("boy", "girl"), ("boys", "girls"),
    ("father", "mother"), ("fathers", "mothers"), ("dad", "mom"), ("son", "daughter"), ("sons", "daughters"),
    ("brother", "sister"), ("brothers", "sisters"), ("uncle", "aunt"), ("nephew", "niece"), ("husband", "wife"),
    ("husbands", "wives"), ("grandfather", "grandmother"), ("grandpa", "grandma"), ("grandson", "granddaughter"),
    ("boyfriend", "girlfriend"), ("king", "queen"), ("prince", "princess"), ("gentleman", "lady"),
    ("gentlemen", "ladies"), ("sir", "madam"), ("mr", "mrs"), ("male", "female"), ("males", "females"),
    ("guy", "gal"), ("guys", "gals"), ("groom", "bride"), ("widower", "widow"),
)  # fmt: skip
"""(male, female), each word in one pair only."""

MALE_PRONOUNS = ("him", "his")
FEMALE_PRONOUNS = ("her", "hers")
"""Two to two and not one to one: "her" is the twin of "him" and of "his"."""


def _names(gender: str) -> tuple[str, ...]:
    rows = (Path(__file__).parent / "first_names.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(row.split("\t")[0] for row in rows if row.endswith(f"\t{gender}"))


MALE_NAMES, FEMALE_NAMES = _names("male"), _names("female")
"""First names; the file says where from. Those that are not one piece of the vocabulary are passed over."""

NAME_TWINS = ("john", "mary")
"""Every listed name is read as one of these two, so that any two listed names are twins."""


class Twins:
    """Rewrites piece ids so that a text speaks of women only, or of men only."""

    def __init__(self, tokenizer: Any) -> None:
        self.size = len(tokenizer)
        unknown = tokenizer.unk_token_id

        def piece(word: str) -> int | None:
            found = tokenizer.convert_tokens_to_ids(word)
            return None if found == unknown else int(found)

        def known(words: list[str] | tuple[str, ...]) -> list[int]:
            return [found for word in words if (found := piece(word)) is not None]

        self.pairs = [
            (a, b) for male, female in PAIRS if (a := piece(male)) is not None and (b := piece(female)) is not None
        ]
        self.male_pronouns, self.female_pronouns = known(MALE_PRONOUNS), known(FEMALE_PRONOUNS)
        self.male_names, self.female_names = known(MALE_NAMES), known(FEMALE_NAMES)
        john, mary = known(NAME_TWINS)
        her, hers = self.female_pronouns
        him, his = self.male_pronouns
        self.to_female = torch.arange(self.size)
        self.to_male = torch.arange(self.size)
        for one, other in self.pairs:
            self.to_female[one] = other
            self.to_male[other] = one
        self.to_female[torch.tensor([him, his, hers])] = her
        self.to_male[torch.tensor([her, hers])] = his
        self.to_female[torch.tensor(self.male_names + self.female_names)] = mary
        self.to_male[torch.tensor(self.male_names + self.female_names)] = john
        self.her, self.him = her, him
        pieces = tokenizer.convert_ids_to_tokens(list(range(self.size)))
        self.pieces = pieces
        self.word = torch.tensor([item.isalpha() for item in pieces])
        self.female = torch.zeros(self.size, dtype=torch.bool)
        self.female[torch.tensor([b for _, b in self.pairs] + self.female_pronouns + self.female_names)] = True

    def feminine(self, ids: torch.Tensor) -> torch.Tensor:
        """Return ids, shape (texts, width), with every listed word in its female form."""
        return self.to_female[ids]

    def masculine(self, ids: torch.Tensor) -> torch.Tensor:
        """Return the male form *of the female form*, so that twins have one and the same.

        "her" becomes "his" before a word and "him" elsewhere; where that is bad English, both twins share it.
        """
        female = self.feminine(ids)
        male = self.to_male[female]
        following = torch.roll(female, -1, dims=1)
        male[(female == self.her) & ~self.word[following]] = self.him
        return male

    def names_woman(self, ids: torch.Tensor) -> torch.Tensor:
        """Whether a text has a female word or name of the lists, shape (texts,)."""
        return self.female[ids].any(1)

    def words(self, female_only: bool = False) -> list[str]:
        """Return the listed words that the vocabulary has, in alphabetical order."""
        male = [] if female_only else [a for a, _ in self.pairs] + self.male_pronouns + self.male_names
        return sorted(self.pieces[i] for i in self.female.nonzero()[:, 0].tolist() + male)

    def even(self, log_probabilities: torch.Tensor) -> torch.Tensor:
        """Make counterpart words equally likely, shape (..., vocabulary).

        Pairs take their mean on the log scale. Pronouns that are two to two take it as groups, P(him) + P(his) =
        P(her) + P(hers), and names likewise as a list each.
        """
        result = log_probabilities.clone()
        male, female = (torch.tensor(side) for side in zip(*self.pairs, strict=True))
        mean = (result[..., male] + result[..., female]) / 2
        result[..., male] = mean
        result[..., female] = mean
        for one, other in ((self.male_pronouns, self.female_pronouns), (self.male_names, self.female_names)):
            a, b = torch.tensor(one), torch.tensor(other)
            of_a, of_b = result[..., a].logsumexp(-1, keepdim=True), result[..., b].logsumexp(-1, keepdim=True)
            result[..., a] += (of_b - of_a) / 2
            result[..., b] += (of_a - of_b) / 2
        return result


def contains(ids: torch.Tensor, sequences: list[list[int]], continues: torch.Tensor) -> torch.Tensor:
    """Whether a text has one of the words, shape (texts,).

    Args:
        ids: shape (texts, width).
        sequences: the pieces of each word.
        continues: shape (vocabulary,), bool: the piece goes on a word, so "nurse" is not found in "nurse ##ry".
    """
    following = torch.roll(ids, -1, dims=1)
    following[:, -1] = 0
    found = torch.zeros(len(ids), dtype=torch.bool)
    for sequence in sequences:
        width = ids.shape[1] - len(sequence) + 1
        if width < 1:
            continue
        here = torch.ones(len(ids), width, dtype=torch.bool)
        for offset, piece in enumerate(sequence):
            here &= ids[:, offset : offset + width] == piece
        end = following[:, len(sequence) - 1 :][:, :width]
        found |= (here & ~continues[end]).any(1)
    return found
