"""YAML with the line of every key: the reader of suite files, strict and bounded.

Only what a suite needs is understood: mappings, lists, text, numbers, `true`, `false`, `null`.
Anchors, aliases and tags are refused (an alias can blow a small file up, a tag can construct
objects), and words such as `no` or `on` stay text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.errors import SuiteError

if TYPE_CHECKING:
    import yaml

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 32

Scalar = None | bool | int | float | str

_WORDS: Mapping[str, Scalar] = {"": None, "~": None, "null": None, "true": True, "false": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A value with its place: where it stands in the file and which keys lead to it."""

    value: Scalar | tuple[Entry, ...] | Mapping[str, Entry]
    path: str
    """The file as the user named it."""
    key: str
    """Such as `cases[2].question`; empty for the file's outermost mapping."""
    line: int
    """1-based line of the key, or of the value where it has no key."""
    text_line: int
    """1-based line on which the value's text begins; below `line` for block text."""

    def wrong(self, expected: str, *, hint: str | None = None) -> SuiteError:
        """The error that says what was expected here."""
        what = f"`{self.key}`" if self.key else "the file"
        return SuiteError(f"{what} must be {expected}", hint=hint, path=self.path, line=self.line)

    def text(self, *, longest: int = 4_000) -> str:
        """A non-empty text of at most `longest` characters."""
        if not isinstance(self.value, str) or not self.value.strip():
            # A phrase such as 16 or true is a number to YAML and a text to whoever wrote it.
            hint = "put it in quotes" if isinstance(self.value, bool | int | float) else None
            raise self.wrong("a text", hint=hint)
        if len(self.value) > longest:
            raise self.wrong(f"at most {longest} characters long")
        return self.value

    def flag(self) -> bool:
        """`true` or `false`."""
        if not isinstance(self.value, bool):
            raise self.wrong("true or false")
        return self.value

    def integer(self, lowest: int, highest: int) -> int:
        """A whole number from `lowest` to `highest`."""
        value = self.value
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            raise self.wrong(f"a whole number from {lowest} to {highest}")
        return value

    def number(self) -> float:
        """A number."""
        if not isinstance(self.value, int | float) or isinstance(self.value, bool):
            raise self.wrong("a number")
        return float(self.value)

    def choice(self, choices: Iterable[str]) -> str:
        """One of `choices`."""
        known = list(choices)
        if not isinstance(self.value, str) or self.value not in known:
            raise self.wrong(f"one of {', '.join(known)}", hint=_near(self.value, known))
        return self.value

    def items(self, *, most: int = 1_000, least: int = 0) -> tuple[Entry, ...]:
        """A list of `least` to `most` entries."""
        if not isinstance(self.value, tuple):
            raise self.wrong("a list")
        if not least <= len(self.value) <= most:
            raise self.wrong(f"a list of {least} to {most} entries")
        return self.value

    def texts(self) -> tuple[str, ...]:
        """A list of texts; a single text counts as a list of one."""
        if isinstance(self.value, str):
            return (self.text(),)
        return tuple(item.text() for item in self.items())

    def table(self) -> Table:
        """A mapping."""
        if not isinstance(self.value, Mapping):
            raise self.wrong("a mapping of keys to values")
        return Table(self, self.value)


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping of a suite file."""

    entry: Entry
    entries: Mapping[str, Entry]

    def __iter__(self) -> Iterator[tuple[str, Entry]]:
        return iter(self.entries.items())

    def only(self, *known: str) -> None:
        """Raise SuiteError for the first key that is not `known`."""
        for key, entry in self.entries.items():
            if key not in known:
                raise SuiteError(
                    f"unknown key `{entry.key}`",
                    hint=_near(key, known) or f"known are {', '.join(known)}",
                    path=entry.path,
                    line=entry.line,
                )

    def get(self, key: str) -> Entry | None:
        """The entry of `key`; None where it is absent or null."""
        entry = self.entries.get(key)
        return None if entry is None or entry.value is None else entry

    def need(self, key: str) -> Entry:
        """The entry of `key`. Raises SuiteError where there is none."""
        entry = self.get(key)
        if entry is None:
            where = f"`{self.entry.key}`" if self.entry.key else "the file"
            raise SuiteError(
                f"{where} needs the key `{key}`", path=self.entry.path, line=self.entry.line
            )
        return entry

    def over(self, defaults: Table | None) -> Table:
        """The table itself, with what it does not say taken from `defaults`."""
        if defaults is None:
            return self
        return Table(self.entry, {**defaults.entries, **self.entries})


def _near(wanted: object, known: Iterable[str]) -> str | None:
    near = get_close_matches(wanted, list(known), n=1) if isinstance(wanted, str) else []
    return f"did you mean {near[0]}?" if near else None


def suite_bytes(path: Path) -> bytes:
    """The bytes of a file for `read_yaml`, which refuses one that is too long to be read whole.

    Raises SuiteError where it can't be read.
    """
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise SuiteError(f"can't read it: {error.strerror or error}", path=str(path)) from error


def read_yaml(raw: bytes, *, path: str) -> Entry:
    """The one document of a YAML file.

    Raises SuiteError with the line for whatever is not plain YAML: broken syntax, a key that
    stands twice, anchors, aliases, tags, several documents, too deep, too large.
    """
    import yaml

    if len(raw) > MAX_BYTES:
        raise SuiteError(f"larger than {MAX_BYTES // 1024 // 1024} MiB", path=path)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SuiteError("not UTF-8 text", path=path, line=line) from error
    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        return _Builder(path).build(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context or "broken"
        raise SuiteError(
            f"not valid YAML: {problem}",
            path=path,
            line=mark.line + 1 if mark is not None else None,
        ) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise SuiteError("holds a control character", path=path, line=line) from error


@dataclass
class _Open:
    """A collection whose end has not come yet."""

    key: str
    line: int
    items: list[Entry] | None
    """The entries of a list; None for a mapping."""
    entries: dict[str, Entry]
    pending: tuple[str, int] | None = None
    """The key that waits for its value, and its line."""


class _Builder:
    """Turns parser events into entries, without recursion."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._open: list[_Open] = []
        self._root: Entry | None = None

    def build(self, events: Iterable[yaml.Event]) -> Entry:
        import yaml

        for event in events:
            match event:
                case yaml.DocumentStartEvent() if self._root is not None:
                    raise self._refuse("a second document", event)
                case yaml.AliasEvent():
                    raise self._refuse("an alias (`*name`)", event)
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self._start(event, is_list=isinstance(event, yaml.SequenceStartEvent))
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self._end()
                case yaml.ScalarEvent():
                    self._scalar(event)
        if self._root is None:
            raise SuiteError("is empty", path=self._path)
        return self._root

    def _refuse(self, what: str, event: Any) -> SuiteError:
        line = event.start_mark.line + 1
        return SuiteError(f"{what} is not allowed here", path=self._path, line=line)

    def _plain(self, event: Any) -> None:
        if event.anchor is not None:
            raise self._refuse("an anchor (`&name`)", event)
        if event.tag is not None:
            raise self._refuse("a tag (`!name`)", event)

    def _start(self, event: Any, *, is_list: bool) -> None:
        self._plain(event)
        if len(self._open) >= MAX_DEPTH:
            raise self._refuse(f"nesting deeper than {MAX_DEPTH}", event)
        if self._awaits_key():
            raise self._refuse("a list or mapping as a key", event)
        key, line = self._place(event.start_mark.line + 1)
        self._open.append(_Open(key, line, [] if is_list else None, {}))

    def _end(self) -> None:
        done = self._open.pop()
        value = done.entries if done.items is None else tuple(done.items)
        self._add(Entry(value, self._path, done.key, done.line, done.line))

    def _scalar(self, event: Any) -> None:
        self._plain(event)
        line = event.start_mark.line + 1
        if self._awaits_key():
            top = self._open[-1]
            if event.value in top.entries:
                raise SuiteError(
                    f"the key `{_join(top.key, event.value)}` stands twice",
                    hint=f"first on line {top.entries[event.value].line}",
                    path=self._path,
                    line=line,
                )
            top.pending = (event.value, line)
            return
        key, key_line = self._place(line)
        is_block = event.style in ("|", ">")
        value = _resolved(event.value) if event.implicit[0] else event.value
        self._add(Entry(value, self._path, key, key_line, line + 1 if is_block else line))

    def _awaits_key(self) -> bool:
        return bool(self._open) and self._open[-1].items is None and self._open[-1].pending is None

    def _place(self, line: int) -> tuple[str, int]:
        """The key that leads to the value that begins now, and its line."""
        if not self._open:
            return "", line
        top = self._open[-1]
        if top.items is not None:
            return f"{top.key}[{len(top.items)}]", line
        if top.pending is None:
            raise AssertionError("a value without a key")
        return _join(top.key, top.pending[0]), top.pending[1]

    def _add(self, entry: Entry) -> None:
        if not self._open:
            self._root = entry
        elif (top := self._open[-1]).items is not None:
            top.items.append(entry)
        elif top.pending is not None:
            top.entries[top.pending[0]] = entry
            top.pending = None


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _resolved(text: str) -> Scalar:
    """What an unquoted word means."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
