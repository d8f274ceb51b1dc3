"""The weights that `benchmarks/fit_answers.py` fits and writes, by name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

FILE = Path(__file__).with_name("weights.json")

Part = Literal["statement", "coverage", "unsaid"]


def weights_of(part: Part) -> Mapping[str, float]:
    """The weights of a statement's merits, or of the decision whether the documents answer.

    `unsaid` belongs to that decision: what single words of a question tell, by their stems.
    """
    return _read()[part]


def forget() -> None:
    """Read the file again when weights are wanted next."""
    _read.cache_clear()


@cache
def _read() -> Mapping[Part, Mapping[str, float]]:
    found: Mapping[Part, Mapping[str, float]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
