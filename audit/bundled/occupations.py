"""Words that name an occupation in US English, written down before the models were trained.

Used to count how many of a model's fills are occupations, never to train. Words that name a rank, a relation or any
person (man, boss, friend, member, volunteer) are left out.
"""

from __future__ import annotations

from pathlib import Path

OCCUPATIONS = frozenset((Path(__file__).parent / "occupations.txt").read_text(encoding="utf-8").split())
