"""Strict YAML of a document's head: plain data only, bounded, with the place of every key.

Works on PyYAML's events and never on its constructors, so a tag can't build an object. Scalars
follow the YAML 1.2 core schema, as in the JavaScript clients that read the same files: `on`, `yes`
and dates are text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml  # noqa: TID253 - the one module that knows YAML

from agents.document import YamlValue

MAX_CHARACTERS = 64 * 1024
MAX_DEPTH = 32
MAX_VALUES = 10_000
"""How many values a head may hold after its aliases are written out."""

_NULL = re.compile(r"(?:~|null|Null|NULL|)\Z")
_TRUE = re.compile(r"(?:true|True|TRUE)\Z")
_FALSE = re.compile(r"(?:false|False|FALSE)\Z")
_INTEGER = re.compile(r"[-+]?[0-9]{1,100}\Z")
_BASED = re.compile(r"0(?:o[0-7]{1,100}|x[0-9a-fA-F]{1,100})\Z")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]{1,100}|[0-9]{1,100}(?:\.[0-9]{0,100})?)(?:[eE][-+]?[0-9]+)?\Z"
)
_TABS_AFTER_KEY = re.compile(r"^([A-Za-z_][\w.-]{0,63}:)(\t+)", re.MULTILINE)
_NO_BREAKS = str.maketrans("\x85\u2028\u2029", "\ufdd0\ufdd1\ufdd2")
_BREAKS_AGAIN = str.maketrans("\ufdd0\ufdd1\ufdd2", "\x85\u2028\u2029")
"""YAML 1.2 takes these for text, PyYAML for line breaks."""
_NOT_BROKEN = re.compile("[\ufdd0-\ufdd2]")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_CORE = "tag:yaml.org,2002:"
_RESOLVED_TAGS = frozenset(_CORE + name for name in ("int", "float", "bool", "null"))
_SILENT_TAGS = frozenset(_CORE + name for name in ("str", "map", "seq")) | {"!"}


class YamlRefused(Exception):
    """The text is not YAML, or more than we take; `offset` counts characters from its start."""

    def __init__(self, problem: str, offset: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.offset = offset


@dataclass(frozen=True, slots=True)
class YamlKey:
    """One key of the outermost mapping, in the order of the text."""

    name: str
    offset: int
    """Characters before the key."""
    value: YamlValue
    style: str
    """How its scalar is written: `'`, `"`, `|`, `>`, or the empty string for plain and others."""


@dataclass(frozen=True, slots=True)
class YamlHead:
    """The outermost mapping, repeated keys included."""

    keys: tuple[YamlKey, ...]
    tags: tuple[tuple[str, int], ...]
    """Tags that ask for more than plain data, each with its offset; their values are kept plain."""


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been reached."""

    value: list[YamlValue] | dict[str, YamlValue]
    anchor: str | None
    size: int = 1
    key: str | None = None
    key_offset: int = 0


@dataclass(slots=True)
class _Composer:
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[YamlValue, int]] = field(default_factory=dict)
    keys: list[YamlKey] = field(default_factory=list)
    tags: list[tuple[str, int]] = field(default_factory=list)
    root: YamlValue = None
    count: int = 0

    def take(self, event: Any) -> None:
        offset = event.start_mark.index
        if isinstance(event, yaml.ScalarEvent):
            self._note_tag(event.tag, offset)
            value = _scalar(event)
            if event.anchor:
                self.anchors[event.anchor] = (value, 1)
            self._add(value, 1, offset, event.style or "", text=event.value)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise YamlRefused(f"the alias *{event.anchor} stands for nothing", offset)
            value, size = self.anchors[event.anchor]
            self._add(value, size, offset, "", text=None)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._note_tag(event.tag, offset)
            self._open({} if isinstance(event, yaml.MappingStartEvent) else [], event, offset)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            closed = self.stack.pop()
            if closed.anchor:
                self.anchors[closed.anchor] = (closed.value, closed.size)
            self._add(closed.value, closed.size, offset, "", text=None)

    def _open(self, value: list[YamlValue] | dict[str, YamlValue], event: Any, offset: int) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise YamlRefused(f"values are nested more than {MAX_DEPTH} deep", offset)
        if self.stack and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None:
            raise YamlRefused("a key has to be plain text", offset)
        self.stack.append(_Open(value, event.anchor))

    def _add(
        self, value: YamlValue, size: int, offset: int, style: str, *, text: str | None
    ) -> None:
        self.count += size
        if self.count > MAX_VALUES:
            raise YamlRefused(f"more than {MAX_VALUES} values, aliases written out", offset)
        if not self.stack:
            self.root = value
            return
        parent = self.stack[-1]
        parent.size += size
        if isinstance(parent.value, list):
            parent.value.append(value)
        elif parent.key is None:
            if text is None:
                raise YamlRefused("a key has to be plain text", offset)
            parent.key, parent.key_offset = _storable(text), offset
        else:
            parent.value[parent.key] = value
            if len(self.stack) == 1:
                self.keys.append(YamlKey(parent.key, parent.key_offset, value, style))
            parent.key = None

    def _note_tag(self, tag: str | None, offset: int) -> None:
        if tag and tag not in _SILENT_TAGS and tag not in _RESOLVED_TAGS:
            self.tags.append((tag.replace(_CORE, "!!"), offset))


def read_yaml(text: str) -> YamlHead:
    """Read a mapping of keys to plain data.

    Raises `YamlRefused` where the text is not YAML, not a mapping, or past one of the bounds.
    """
    if len(text) > MAX_CHARACTERS:
        raise YamlRefused(f"longer than {MAX_CHARACTERS} characters", 0)
    if not _NOT_BROKEN.search(text):
        text = text.translate(_NO_BREAKS)
    try:
        return _composed(text)
    except YamlRefused:
        # YAML lets a tab stand after a key, PyYAML does not.
        spaced = _TABS_AFTER_KEY.sub(lambda key: key[1] + " " * len(key[2]), text)
        if spaced == text:
            raise
        return _composed(spaced)


def _composed(text: str) -> YamlHead:
    composer = _Composer()
    try:
        for event in _events(text):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlRefused(error.problem or "not YAML", mark.index if mark else 0) from None
    except yaml.reader.ReaderError as error:
        raise YamlRefused("a control character", error.position) from None
    except yaml.YAMLError as error:
        raise YamlRefused(str(error).partition("\n")[0] or "not YAML", 0) from None
    if composer.root is not None and not isinstance(composer.root, dict):
        raise YamlRefused("not a mapping of keys to values", 0)
    return YamlHead(tuple(composer.keys), tuple(composer.tags))


def _events(text: str) -> Iterator[Any]:
    # The loader in Python, not libyaml's: the two disagree on some broken heads, and a head is
    # read in a quarter of a millisecond either way.
    return iter(yaml.parse(text, Loader=yaml.SafeLoader))


def _scalar(event: Any) -> YamlValue:
    text: str = event.value
    if event.tag in _RESOLVED_TAGS or (not event.tag and event.implicit[0]):
        return plain_scalar(text)
    return _storable(text)


def plain_scalar(text: str) -> YamlValue:
    """An unquoted scalar by the YAML 1.2 core schema; what JSON can't hold stays text."""
    if _NULL.match(text):
        return None
    if _TRUE.match(text):
        return True
    if _FALSE.match(text):
        return False
    if _INTEGER.match(text):
        return int(text)
    if _BASED.match(text):
        return int(text, 0)
    if _FLOAT.match(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return _storable(text)


def _storable(text: str) -> str:
    """Without NUL and lone surrogates, which escapes can spell and no database can store."""
    return _UNSTORABLE.sub("�", text).translate(_BREAKS_AGAIN)
