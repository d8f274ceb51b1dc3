"""Characters that nobody sees, and letters that look like others."""

from __future__ import annotations

import re
import unicodedata

BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They change the order in which what follows is shown."""
TAGS = range(0xE0000, 0xE0080)
"""Copies of ASCII that no font shows."""
VARIATIONS = range(0xE0100, 0xE01F0)
"""Supplementary variation selectors, in which whole texts can be hidden byte by byte."""
_JOINERS = frozenset("\u200c\u200d")
"""They join and part letters of some scripts, and emoji."""
_FLAG = "\U0001f3f4"
_SUSPECT = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200d\u2060-\u2064\u3164\ufeff\uffa0"
    "\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
)


def invisible_runs(text: str) -> list[tuple[int, int]]:
    """Where a line holds characters that nobody sees and that no script needs there."""
    runs: list[tuple[int, int]] = []
    for found in _SUSPECT.finditer(text):
        place = found.start()
        if not _is_hidden(text, place):
            continue
        if runs and runs[-1][1] == place:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return runs


def _is_hidden(text: str, place: int) -> bool:
    character = text[place]
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    code = ord(character)
    if code in TAGS:
        # The flags of England, Scotland and Wales are written with tags.
        start = text.rfind(_FLAG, 0, place)
        return start < 0 or any(ord(other) not in TAGS for other in text[start + 1 : place])
    if code in VARIATIONS:
        return not _is_ideograph(before)
    if character in _JOINERS:
        return _is_plain(before) and _is_plain(after)
    if character == "\u200b":
        # Scripts without spaces part their words with it.
        return _is_plain(before) or _is_plain(after)
    return True


def _is_plain(character: str) -> bool:
    """Whether a character (or none) belongs to the Latin script or to none."""
    return not character or character.isascii() or "LATIN" in unicodedata.name(character, "")


def _is_ideograph(character: str) -> bool:
    return bool(character) and "CJK" in unicodedata.name(character, "")


def named(character: str) -> str:
    """`U+200B (zero width space)`."""
    name = unicodedata.name(character, "").lower()
    return f"U+{ord(character):04X}" + (f" ({name})" if name else "")


def hidden_ascii(text: str) -> str:
    """What tag characters of a text spell."""
    return "".join(chr(ord(c) - 0xE0000) for c in text if ord(c) in TAGS and ord(c) > 0xE001F)
