"""The examples in the texts of lint rules, as files.

`>>> NAME` alone on a line begins a file of that name; without one the example is one file. What
can't be seen is spelled out: `⟨U+200B⟩` is that character, `␍` a carriage return, `⟨900 tokens⟩` a
text of that length.
"""

from __future__ import annotations

import re

from agents.lint.linting import Target

EXAMPLE_NAME = "example.md"
_FILE = re.compile(r"^>>> (\S+)$", re.MULTILINE)
_FILLING = re.compile(r"⟨(\d{1,6}) tokens⟩")
_CHARACTER = re.compile(r"⟨U\+([0-9A-F]{4,6})⟩")


def example_targets(example: str) -> list[Target]:
    """The files of an example."""
    parts = _FILE.split(example)
    named = list(zip(parts[1::2], parts[2::2], strict=True))
    if not named:
        return [_target(EXAMPLE_NAME, f"{example}\n")]
    # The line break after the name belongs to it.
    return [_target(name, f"{text[1:].rstrip()}\n") for name, text in named]


def _target(name: str, text: str) -> Target:
    raw = _CHARACTER.sub(lambda found: chr(int(found[1], 16)), text).replace("␍", "\r")
    raw = _FILLING.sub(lambda found: "word " * int(found[1]), raw)
    group = name.rpartition("/")[0]
    return Target(raw.encode(), name, group=group)
