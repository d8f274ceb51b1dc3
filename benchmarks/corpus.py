"""Documents in any number for the benchmarks: the built-in ones, told apart by their words."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

DEFINITIONS = Path(__file__).parents[1] / "agents" / "definitions"

# Domain words of the examples; a copy talks about other things in the same way.
_WORDS = re.compile(
    r"\b(project|task|team|message|user|order|file|note|channel|member|comment|customer)(s?)\b"
)
_OTHERS = [
    "invoice",
    "shipment",
    "patient",
    "ticket",
    "recipe",
    "lesson",
    "booking",
    "sensor",
    "vehicle",
    "contract",
    "campaign",
    "playlist",
    "garden",
    "auction",
    "parcel",
    "tenant",
    "survey",
    "recipe",
    "match",
    "quiz",
    "stage",
    "vote",
    "badge",
    "permit",
]


def write_documents(folder: Path, count: int, *, seed: int = 1) -> None:
    """Write `count` documents to `folder`, the same ones for the same seed."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(_documents(count, seed), start=1):
        (folder / f"agent-{number:05}.md").write_text(text, encoding="utf-8")


def _documents(count: int, seed: int) -> Iterator[str]:
    chance = random.Random(seed)
    originals = [path.read_text(encoding="utf-8") for path in sorted(DEFINITIONS.glob("*.md"))]
    for number in range(count):
        words: dict[str, str] = {}

        def other(match: re.Match[str], words: dict[str, str] = words, n: int = number) -> str:
            word = words.setdefault(match[1], f"{chance.choice(_OTHERS)}{n % 97}")
            return word + match[2]

        text = originals[number % len(originals)]
        text = re.sub(r"^name: .*$", f"name: agent-{number}", text, count=1, flags=re.MULTILINE)
        yield _WORDS.sub(other, text)
