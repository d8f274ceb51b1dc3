"""The tolerant reading of a head that is not valid YAML: every top-level key keeps its value.

People write heads that a strict parser drops with all that they say: an unquoted description with
`: ` in it, `globs: **/*`, examples over several unindented lines. Each key is read by itself here;
what is YAML by itself is read as YAML, the rest as the text that its author wrote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agents.document import YamlValue
from agents.yaml_head import YamlKey, YamlRefused, plain_scalar, read_yaml

_KEY = re.compile(r"([\"']?)([A-Za-z_][\w.-]{0,63})\1[ \t]*:(?=[ \t]|$)[ \t]*")
_TAG = re.compile(r"<(/?)([A-Za-z][\w-]{0,31})[^<>]{0,200}>")
_MAX_YAML_KEYS = 200
"""Keys past these are read as text only, since reading YAML takes its time."""
_KNOWN_KEYS = """
    name description tools disallowedTools model color skills globs alwaysApply paths hooks
    permissionMode mcpServers maxTurns memory background effort isolation initialPrompt version
    allowed-tools argument-hint disable-model-invocation user-invocable context agent license
    compatibility metadata applyTo category tags author target
"""
_KNOWN = frozenset(_KNOWN_KEYS.split())
"""Keys that clients know."""
_KNOWN_IN_ANY_CASE = frozenset(key.lower() for key in _KNOWN)
_SPEAKERS = frozenset(
    {"user", "assistant", "human", "context", "commentary", "example", "response"}
)
"""What stands before a colon in the examples of descriptions."""


@dataclass(frozen=True, slots=True)
class LooseKey:
    """A top-level key with the lines of its value, counted from 0 within the head."""

    name: str
    start: int
    end: int
    """The line after the value's last one."""
    value: YamlValue
    style: str
    problem: str | None
    """What keeps these lines from being YAML; None where they are."""
    problem_line: int


@dataclass(frozen=True, slots=True)
class LooseHead:
    """All keys, repeated ones included, and the lines that belong to none."""

    keys: tuple[LooseKey, ...]
    strays: tuple[int, ...]


def read_loosely(lines: Sequence[str]) -> LooseHead:
    """Read a head line by line; never fails."""
    starts = _key_lines(lines)
    keys = []
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else len(lines)
        keys.append(_read_key(lines, start, end, as_yaml=number < _MAX_YAML_KEYS))
    first = starts[0] if starts else len(lines)
    strays = tuple(n for n in range(first) if lines[n].strip() and not _is_comment(lines[n]))
    return LooseHead(tuple(keys), strays)


def key_of(line: str) -> str | None:
    """The key that an unindented line begins with, where it does."""
    match = _KEY.match(line)
    return match[2] if match else None


def _key_lines(lines: Sequence[str]) -> list[int]:
    closes = _last_closing_tags(lines)
    starts: list[int] = []
    open_tag: str | None = None
    talks = False
    for number, line in enumerate(lines):
        key = key_of(line)
        if key is not None and open_tag is None and (not talks or _is_key_after_prose(key)):
            starts.append(number)
            talks = key == "description"
        for closing, name in _TAG.findall(line):
            if open_tag is None and not closing and closes.get(name, -1) >= number:
                open_tag = name
            elif closing and name == open_tag:
                open_tag = None
    return starts


def _is_key_after_prose(key: str) -> bool:
    """Whether `key:` below a description is a key and not a line of its prose (`Examples:`)."""
    if key in _KNOWN:
        return True
    lower = key.lower()
    return lower not in _SPEAKERS and (key[0].islower() or lower in _KNOWN_IN_ANY_CASE)


def _last_closing_tags(lines: Sequence[str]) -> dict[str, int]:
    """By tag name, the last line that closes it; a tag that nothing closes hides no keys."""
    return {
        name: number
        for number, line in enumerate(lines)
        for closing, name in _TAG.findall(line)
        if closing
    }


def _read_key(lines: Sequence[str], start: int, end: int, *, as_yaml: bool) -> LooseKey:
    while end > start + 1 and not lines[end - 1].strip():
        end -= 1
    match = _KEY.match(lines[start])
    assert match is not None
    text = "\n".join(lines[start:end])
    problem: str | None = "one of too many keys"
    line = start
    if as_yaml:
        try:
            key = _only_key(text)
            return LooseKey(key.name, start, end, key.value, key.style, None, start)
        except YamlRefused as refused:
            problem, line = refused.problem, start + text.count("\n", 0, refused.offset)
        value = _value_with_spaces(text)
        if value is not None:
            return LooseKey(match[2], start, end, value, "", problem, min(line, end - 1))
    value = _loose_value(lines[start][match.end() :], lines[start + 1 : end])
    return LooseKey(match[2], start, end, value, "", problem, min(line, end - 1))


def _only_key(text: str) -> YamlKey:
    head = read_yaml(text)
    if len(head.keys) != 1 or head.tags:
        raise YamlRefused("more than one plain value", 0)
    return head.keys[0]


def _value_with_spaces(text: str) -> YamlValue:
    """The value of a key whose lines are indented with tabs, where nothing else is wrong."""
    if "\n\t" not in text:
        return None
    try:
        return _only_key("\n".join(line.expandtabs(2) for line in text.split("\n"))).value
    except YamlRefused:
        return None


def _loose_value(first: str, following: Sequence[str]) -> YamlValue:
    entries = [line.strip() for line in following if line.strip() and not _is_comment(line)]
    if not first.strip() and entries and all(line.startswith("- ") for line in entries):
        return [_loose_scalar(line[2:]) for line in entries]
    if not entries:
        # `| text` was to be a block; the client of today's tools reads the mark as text.
        return _loose_list(first.strip().removeprefix("| ").removeprefix("> "))
    body = _dedented(following)
    if first.strip() in ("|", "|-", "|+", ">", ">-", ">+"):
        return "\n".join(body).strip("\n")
    return _unquoted("\n".join([first.strip(), *body]).strip())


def _loose_list(text: str) -> YamlValue:
    """`[a, b(c, d)]` as its entries; commas inside brackets or quotes part nothing."""
    if text.startswith("[") and text.count("[") == 1 and "]" not in text and len(text) > 1:
        text += "]"
    if not (text.startswith("[") and text.endswith("]") and len(text) > 1):
        return _loose_scalar(text)
    entries: list[str] = []
    depth, quote, current = 0, "", ""
    for character in text[1:-1]:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'" and not current.strip():
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        if character == "," and depth <= 0 and not quote:
            entries.append(current)
            current = ""
        else:
            current += character
    return [_loose_scalar(entry) for entry in [*entries, current] if entry.strip()]


def _loose_scalar(text: str) -> YamlValue:
    text = text.strip()
    bare = _unquoted(text)
    return bare if bare != text else plain_scalar(text)


def _unquoted(text: str) -> str:
    """Without the quotes around it, if it has any; a quote that nothing closes goes too."""
    if len(text) > 1 and text[0] in "\"'" and text.endswith(text[0]):
        inner = text[1:-1]
        if text[0] == "'":
            return inner.replace("''", "'")
        return inner.replace('\\"', '"').replace("\\n", "\n").replace("\\t", "\t")
    if text[:1] in ('"', "'") and text.count(text[0]) == 1:
        return text[1:]
    return text


def _dedented(lines: Sequence[str]) -> list[str]:
    spaced = [line.expandtabs(2).rstrip() for line in lines]
    indent = min((len(line) - len(line.lstrip()) for line in spaced if line), default=0)
    return [line[indent:] for line in spaced]


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")
