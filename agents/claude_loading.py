"""What Claude Code makes of a file: loads it, loads it with empty metadata, or drops it.

A model of the client's own reading, learned from version 2.1.197 and held to what it was seen to
do (`tests/fixtures/claude`). It differs from YAML's rules: the head ends at the next `---`, where
ever that stands; a head that is not YAML gets a second try in which values with special characters
are put in quotes line by line; what fails then is dropped by a project's agents folder, while
plugins and skills load the file without any of its head.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from agents.document import YamlValue
from agents.yaml_head import YamlRefused, read_yaml

MAX_BYTES = 1024 * 1024
"""Larger files are not read."""
MAX_SKILL_DESCRIPTION = 1_536
"""Characters of a skill's description that the model is told."""

_SPACE = " \t\n\v\f\r\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_KEY = re.compile(rf"([A-Za-z_-]+):[{_SPACE}]+")
_BREAK = re.compile("[\n\r\u2028\u2029]")
_SPECIAL = re.compile(r"[{}\[\]*&#!|>%@`]|: ")
INFINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
"""Numbers to the client, which JSON can't hold; to us text."""
_LEADING_TABS = re.compile(r"(?<![^\n\r\u2028\u2029])\t+")


class Loading(StrEnum):
    """What becomes of a file."""

    LOADS = "loads"
    EMPTY = "loads with empty metadata"
    DROPS = "drops"


@dataclass(frozen=True, slots=True)
class ClaudeHead:
    """A head as the client reads it."""

    values: Mapping[str, YamlValue] = field(default_factory=dict)
    found: bool = False
    """Whether the client sees a head at all."""
    repaired: bool = False
    """Whether it took the second try."""
    problem: str | None = None
    """Why both tries failed."""
    problem_offset: int = 0
    """Where, in characters of the file."""
    end: int = 0
    """Where the body begins, in characters of the file."""
    cut: int | None = None
    """Where the head was cut short by a `---` that is no line of its own, in characters."""


@dataclass(frozen=True, slots=True)
class AgentLoading:
    """What becomes of a subagent's file."""

    loading: Loading
    name: str | None = None
    """The name that it can be called by; None where it is dropped."""
    description: str | None = None
    tools: tuple[str, ...] | None = None
    """Those that it may use; None where these are all but those of `without`."""
    without: tuple[str, ...] = ()
    """What `disallowedTools` names; of `tools` only entries of the very same text are taken out."""
    reason: str | None = None
    """Why it is not loaded as it is written."""


def read_claude_head(text: str) -> ClaudeHead:
    """Read the head of a file, given with its byte order mark, as the client does."""
    start = _head_start(text)
    closing = -1 if start is None else text.find("---", start)
    if start is None or closing < 0:
        return ClaudeHead()
    inner = text[start:closing]
    end = closing + 3
    while end < len(text) and text[end] in _SPACE:
        end += 1
    after = text[closing + 3 :].split("\n", 1)[0].strip(_SPACE)
    own_line = (closing == start or text[closing - 1] == "\n") and not after
    cut = None if own_line else closing
    try:
        return ClaudeHead(_mapping(inner), found=True, end=end, cut=cut)
    except YamlRefused:
        pass
    try:
        values = _mapping(_second_try(inner))
    except YamlRefused as refused:
        offset = start + min(refused.offset, len(inner))
        return ClaudeHead(
            found=True, problem=refused.problem, problem_offset=offset, end=end, cut=cut
        )
    return ClaudeHead(values, found=True, repaired=True, end=end, cut=cut)


def as_project_agent(head: ClaudeHead) -> AgentLoading:
    """What becomes of a file in `.claude/agents`: without name and description it is dropped."""
    name, description = head.values.get("name"), head.values.get("description")
    if not head.found:
        reason = "it sees no frontmatter"
    elif head.problem is not None:
        reason = "it can't read the frontmatter"
    elif not isinstance(name, str) or not name:
        reason = "it finds no `name`" if name in (None, "") else "`name` is no text"
    elif name.startswith("-"):
        reason = "`name` begins with `-`"
    elif not isinstance(description, str) or not description:
        missing = description in (None, "")
        reason = "it finds no `description`" if missing else "`description` is no text"
    else:
        text = description.replace("\\n", "\n")
        return AgentLoading(
            Loading.LOADS, name, text, _tools(head.values), _disallowed(head.values)
        )
    return AgentLoading(Loading.DROPS, reason=reason)


def as_plugin_agent(head: ClaudeHead, stem: str) -> AgentLoading:
    """What becomes of a file in a plugin's `agents`; `stem` is its name without `.md`.

    It is always loaded; without a description it gets one that says nothing.
    """
    name = head.values.get("name")
    description = _plain_text(head.values.get("description"))
    loaded = Loading.LOADS if head.values else Loading.EMPTY
    reason = None
    if not head.found:
        reason = "it sees no frontmatter"
    elif head.problem is not None:
        reason = "it can't read the frontmatter"
    elif not head.values:
        reason = "the frontmatter holds no keys"
    elif description is None:
        loaded, reason = Loading.EMPTY, "it finds no `description`"
    called = stem if name in (None, "") else _javascript_text(name)
    tools, without = _tools(head.values), _disallowed(head.values)
    return AgentLoading(loaded, called, description, tools, without, reason)


def as_skill(head: ClaudeHead) -> AgentLoading:
    """What becomes of a `SKILL.md`: called by its folder, described by its body at need."""
    description = _plain_text(head.values.get("description"))
    if head.found and head.values and description is not None:
        if len(description) > MAX_SKILL_DESCRIPTION:
            description = f"{description[: MAX_SKILL_DESCRIPTION - 1]}…"
        return AgentLoading(Loading.LOADS, description=description)
    reason = "it finds no `description`, and takes the body's first line"
    if not head.found:
        reason = "it sees no frontmatter, and takes the body's first line as description"
    elif head.problem is not None:
        reason = "it can't read the frontmatter, and takes the body's first line as description"
    return AgentLoading(Loading.EMPTY, reason=reason)


def split_tools(texts: list[str]) -> list[str]:
    """Tool names parted by commas and spaces outside brackets, as the client parts them."""
    found: list[str] = []
    for text in texts:
        current, inside = "", False
        for character in text:
            if character in "()":
                inside = character == "("
            if character in ", " and not inside:
                found.append(current)
                current = ""
            else:
                current += character
        found.append(current)
    return [name.strip() for name in found if name.strip()]


def _tools(values: Mapping[str, YamlValue]) -> tuple[str, ...] | None:
    if "tools" not in values:
        return None
    names = _tool_names(values["tools"])
    without = _disallowed(values)
    return None if "*" in names else tuple(name for name in names if name not in without)


def _disallowed(values: Mapping[str, YamlValue]) -> tuple[str, ...]:
    return tuple(_tool_names(values.get("disallowedTools")))


def _tool_names(given: YamlValue) -> list[str]:
    texts = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    return split_tools([text for text in texts if isinstance(text, str)])


def _head_start(text: str) -> int | None:
    """Where the head's text begins: after `---` and the last line break of the space after it."""
    if not text.startswith("---"):
        return None
    position, after_break = 3, None
    while position < len(text) and text[position] in _SPACE:
        position += 1
        if text[position - 1] == "\n":
            after_break = position
    return after_break


def _mapping(text: str) -> dict[str, YamlValue]:
    """The keys of a head; what is YAML but no mapping counts as no keys."""
    try:
        read = read_yaml(text)
    except YamlRefused as refused:
        if refused.problem == "not a mapping of keys to values":
            return {}
        raise
    values: dict[str, YamlValue] = {}
    for key in read.keys:
        if key.name == "<<" and isinstance(key.value, dict | list):
            for merged in key.value if isinstance(key.value, list) else [key.value]:
                values = {**merged, **values} if isinstance(merged, dict) else values
        elif key.style == "" and isinstance(key.value, str) and INFINITE.fullmatch(key.value):
            values[key.name] = float(key.value.replace(".", ""))
        else:
            values[key.name] = key.value
    return values


def _second_try(text: str) -> str:
    lines = []
    for line in text.split("\n"):
        key = _KEY.match(line)
        value = line[key.end() :] if key else ""
        # A carriage return keeps the client from seeing a key on the line.
        if key and _SPECIAL.search(value) and not _BREAK.search(value) and not _stays(value):
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            line = f'{key[1]}: "{escaped}"'
        lines.append(line)
    return _LEADING_TABS.sub(lambda tabs: "  " * len(tabs[0]), "\n".join(lines))


def _stays(value: str) -> bool:
    if value[0] in "\"'" and value.endswith(value[0]):
        return True
    if not (value.startswith("[") and value.endswith("]")):
        return False
    try:
        return isinstance(read_yaml(f"list: {value}").keys[0].value, list)
    except (YamlRefused, IndexError):
        return False


def _plain_text(value: YamlValue) -> str | None:
    if isinstance(value, str):
        return value.strip(_SPACE) or None
    if isinstance(value, bool | int | float):
        return _javascript_text(value)
    return None


def _javascript_text(value: YamlValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join("" if part is None else _javascript_text(part) for part in value)
    if isinstance(value, dict):
        return "[object Object]"
    return str(value) if value is None or isinstance(value, str) else _javascript_number(value)


def _javascript_number(value: float) -> str:
    """A number as JavaScript writes it, which knows no others than doubles."""
    try:
        number = float(value)
    except OverflowError:
        number = math.inf if value > 0 else -math.inf
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number and not 1e-6 <= abs(number) < 1e21:
        mantissa, _, exponent = f"{Decimal(repr(number)):e}".partition("e")
        return f"{mantissa}e{exponent}"
    digits = f"{Decimal(repr(number)):f}"
    return digits.removesuffix(".0") if number else "0"
