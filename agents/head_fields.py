"""What the fields of a head mean, in one form, however they are written.

`tools: Read, Grep`, `[Read, Grep]` and a list below each other are one list; `All tools` is `*`;
`globs: a,b` are two globs; `alwaysApply: "true"` is true.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from agents.claude_loading import split_tools
from agents.document import YamlValue

ALL = "*"
"""Stands for every tool."""

_ALL_IN_WORDS = re.compile(
    r"(?:\*|(?:all|any|every)(?:\s+(?:available|the))?(?:\s+tools?)?|everything)\.?\Z",
    re.IGNORECASE,
)
_TOOL_KEYS = frozenset({"tools", "disallowedTools", "allowed-tools", "disallowed-tools"})
_NAME_KEYS = frozenset({"skills", "tags", "keywords"})
_PATTERN_KEYS = frozenset({"globs", "paths", "applyTo", "fileMatchPattern"})
_SWITCHES = frozenset(
    {"alwaysApply", "background", "disable-model-invocation", "user-invocable", "hidden", "disable"}
)


def meant_fields(values: Mapping[str, YamlValue]) -> dict[str, YamlValue]:
    """The head's values in one form; keys that are not known here stay as they are written."""
    meant: dict[str, YamlValue] = {}
    for key, value in values.items():
        if key in _TOOL_KEYS:
            names = tool_names(value)
            meant[key] = None if names is None else list(names)
        elif key in _NAME_KEYS and isinstance(value, str | list):
            meant[key] = list(_entries(value))
        elif key in _PATTERN_KEYS and isinstance(value, str | list):
            meant[key] = list(patterns(value))
        elif key in _SWITCHES and isinstance(value, str) and value.lower() in ("true", "false"):
            meant[key] = value.lower() == "true"
        elif key == "hooks" and value in ([], None):
            meant[key] = {}
        else:
            meant[key] = value
    return meant


def tool_names(value: YamlValue) -> tuple[str, ...] | None:
    """The tools that a `tools` field names, `*` for all of them; None where it says nothing.

    A mapping as OpenCode has it (`read: true`) names what it switches on.
    """
    if value is None:
        return None
    if isinstance(value, dict):
        return tuple(name for name, on in value.items() if on is True)
    if says_all(value):
        return (ALL,)
    if isinstance(value, list):
        texts = [entry for entry in value if isinstance(entry, str)]
        return (ALL,) if any(says_all(text) for text in texts) else tuple(split_tools(texts))
    return tuple(split_tools([value])) if isinstance(value, str) else ()


def says_all(value: YamlValue) -> bool:
    """Whether a text means every tool (`*`, `All tools`)."""
    return isinstance(value, str) and bool(_ALL_IN_WORDS.match(value.strip()))


def patterns(value: YamlValue) -> tuple[str, ...]:
    """The globs of a field; commas inside braces part nothing."""
    texts = value if isinstance(value, list) else [value]
    found: list[str] = []
    for text in texts:
        if isinstance(text, str):
            found += _outside_braces(text)
    return tuple(found)


def _outside_braces(text: str) -> list[str]:
    parts, current, depth = [], "", 0
    for character in text:
        depth += (character == "{") - (character == "}")
        if character == "," and depth <= 0:
            parts.append(current)
            current = ""
        else:
            current += character
    return [part.strip().strip("\"'") for part in [*parts, current] if part.strip()]


def _entries(value: str | list[YamlValue]) -> list[str]:
    texts = (
        [part for part in value if isinstance(part, str)] if isinstance(value, list) else [value]
    )
    return [part.strip() for text in texts for part in text.split(",") if part.strip()]
