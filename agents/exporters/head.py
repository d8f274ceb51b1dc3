"""Setting frontmatter keys without touching any other byte of a document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from agents.document import Document
from agents.errors import ExportError
from agents.location import LineIndex, Lines

_BOM = b"\xef\xbb\xbf"
_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9._ -]*[A-Za-z0-9._-])?")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
# What YAML 1.1 or 1.2 reads as something else than a string.
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def set_keys(document: Document, values: Mapping[str, str]) -> bytes:
    """The document with these frontmatter keys set to these texts.

    A key that is there loses its lines to one new line; a new key comes after the opening fence; a
    document without frontmatter gets one. Where a key can't be told from its neighbours by line
    (`{name: a, model: b}`), the whole frontmatter is written anew. The result reads back as
    asked, and the frontmatter's other keys as before; otherwise ExportError is raised.
    """
    if document.frontmatter.lines is None:
        edited = _with_new_head(document.raw, values)
    else:
        edited = _with_lines_replaced(document, document.frontmatter.lines, values)
        if not _reads_back(edited, document, values):
            edited = _with_head_rewritten(document, document.frontmatter.lines, values)
    if not _reads_back(edited, document, values):
        raise ExportError(
            f"can't set {' and '.join(values)} in the frontmatter of {document.name[:80]!r}",
            hint="mend its frontmatter and import it again",
        )
    return edited


def with_clean_head(document: Document, values: Mapping[str, str]) -> bytes:
    """The document with its frontmatter written anew, so that every reader understands it.

    All fields keep the value that their author meant, those of `values` get theirs; a document
    without frontmatter gets one. No `---` stands inside: some readers end the head there.
    """
    head = document.frontmatter.lines
    merged: dict[str, Any] = {**document.frontmatter.values, **values}
    lines = ["---"]
    for key, value in merged.items():
        lines += _clean_lines(key, value)
    lines += ["---", ""]
    raw = document.raw
    index = LineIndex(raw)
    body = raw.removeprefix(_BOM) if head is None else raw[_end_of(index, raw, head.end) :]
    return "\n".join(lines).encode() + body


def _clean_lines(key: str, value: Any) -> list[str]:
    if isinstance(value, str) and _KEY.fullmatch(key):
        line = key_line(key, value)
        if "---" in line:
            line = f'{key}: "{"".join(_escaped(character) for character in value)}"'
        return [line.replace("---", "\\x2d--")]
    import yaml

    dumped = yaml.safe_dump({key: value}, sort_keys=False, allow_unicode=True, width=10_000)
    return str(dumped).rstrip("\n").split("\n")


def key_line(key: str, value: str) -> str:
    """`key: value` as one line of YAML, quoted where it has to be."""
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return f"{key}: {value}"
    return f'{key}: "{"".join(_escaped(character) for character in value)}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character in "\n\t":
        return "\\n" if character == "\n" else "\\t"
    if character.isprintable():
        return character
    code = ord(character)
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else f"\\U{code:08x}"
    )


def _line_break(raw: bytes) -> bytes:
    first = re.search(rb"\r\n|\n|\r", raw)
    return first[0] if first else b"\n"


def _with_new_head(raw: bytes, values: Mapping[str, str]) -> bytes:
    body = raw.removeprefix(_BOM)
    lines = ["---", *(key_line(key, value) for key, value in values.items()), "---", "", ""]
    return _line_break(body).join(line.encode() for line in lines) + body


def _with_lines_replaced(document: Document, head: Lines, values: Mapping[str, str]) -> bytes:
    raw = document.raw
    index = LineIndex(raw)
    line_break = _line_break(raw)
    after_fence = _end_of(index, raw, head.start)
    edits = []
    for key, value in values.items():
        line = key_line(key, value).encode() + line_break
        lines = document.frontmatter.keys.get(key)
        if lines is None:
            edits.append((after_fence, after_fence, line))
        else:
            edits.append((index.line_start(lines.start), _end_of(index, raw, lines.end), line))
    # From the end backwards, so that earlier offsets stay true; where a line is replaced at the
    # place of an insertion, the replacement comes first.
    edits.reverse()
    edits.sort(key=lambda edit: (-edit[0], edit[0] == edit[1]))
    for start, end, line in edits:
        raw = raw[:start] + line + raw[end:]
    return raw


def _end_of(index: LineIndex, raw: bytes, line: int) -> int:
    return index.line_start(line + 1) if line < index.line_count else len(raw)


def _with_head_rewritten(document: Document, head: Lines, values: Mapping[str, str]) -> bytes:
    import yaml

    merged: dict[str, Any] = {**document.frontmatter.values, **values}
    dumped = yaml.safe_dump(merged, sort_keys=False, allow_unicode=True, width=10_000)
    raw = document.raw
    index = LineIndex(raw)
    body = raw[_end_of(index, raw, head.end) :]
    line_break = _line_break(raw)
    lines = ["---", *dumped.splitlines(), "---", ""]
    return line_break.join(line.encode() for line in lines) + body


def _reads_back(edited: bytes, document: Document, values: Mapping[str, str]) -> bool:
    from agents.parse import parse_document

    found = parse_document(edited).frontmatter.values
    return _comparable(found) == _comparable({**document.frontmatter.values, **values})


def _comparable(values: Mapping[str, object]) -> dict[str, str]:
    # By their text, since a YAML `.nan` is not equal to itself.
    return {key: repr(value) for key, value in values.items()}
