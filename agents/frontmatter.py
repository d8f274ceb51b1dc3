"""The YAML head of a document: where it stands, what it says, and what is wrong with it.

Strict YAML first (`agents.yaml_head`), then a reading that keeps each key's value
(`agents.loose_head`), since people's clients load such files as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from agents.document import Diagnostic, Frontmatter, YamlValue
from agents.finding import Severity
from agents.location import Lines
from agents.loose_head import LooseKey, key_of, read_loosely
from agents.swallowed import take_out_keys
from agents.yaml_head import YamlRefused, plain_scalar, read_yaml

_FENCE = re.compile(r"---[ \t]*\Z")
_GLUED = re.compile(r"---(?=[^\s-])|---[ \t]+(?=#{1,6}[ \t]+\S)")
"""A closing fence with the body's first words on its line."""
_WORDY_ESCAPE = re.compile(r"\\r\\n|\\[nr]")
_SURE_ESCAPE = re.compile(r"\\n(?![a-z])")
_TYPOGRAPHIC = {"“": "”", "‘": "’", "„": "“", "«": "»"}
_MAX_STRAYS = 5
"""Lines that belong to no key are reported one by one up to this many."""


@dataclass(frozen=True, slots=True)
class Head:
    """The frontmatter, and where the body begins."""

    frontmatter: Frontmatter
    body: int
    """How many lines stand before the body."""
    diagnostics: tuple[Diagnostic, ...]
    body_column: int = 0
    """How many characters of the body's first line belong to the head: a fence glued to it."""


@dataclass(frozen=True, slots=True)
class _Key:
    name: str
    line: int
    value: YamlValue
    style: str


def read_frontmatter(lines: Sequence[str]) -> Head:
    """Read the head of a document given as its lines without line breaks; never fails.

    A head begins with `---` on the first line that is not blank and ends with the next line that
    says `---`. A head whose end is missing goes on as long as lines look like one. Where a key
    stands twice the later one counts, as in JSON.
    """
    opening = next((n for n, line in enumerate(lines) if line.strip()), None)
    if opening is None or not _FENCE.match(lines[opening]):
        return Head(Frontmatter(), 0, ())
    closing, column = _closing(lines, opening)
    diagnostics: list[Diagnostic] = []
    if closing is None:
        end = _end_of_unclosed(lines, opening + 1)
        if end == opening + 1:
            return Head(Frontmatter(), 0, ())
        indented = end < len(lines) and lines[end].strip() == "---"
        body = end + indented
        diagnostics.append(
            _warning(
                "frontmatter-unclosed",
                opening + 1,
                f"the frontmatter has no closing `---`; read up to line {end}",
                f"put `---` at the beginning of line {end + 1}"
                if indented
                else f"put `---` on a line of its own after line {end}",
            )
        )
    elif column:
        end = body = closing
        diagnostics.append(
            _warning(
                "frontmatter-unclosed",
                closing + 1,
                "text stands on the line of the closing `---`; read as the body's first line",
                "put a line break behind `---`",
            )
        )
    else:
        end, body = closing, closing + 1
        if any(map(str.strip, lines[opening + 1 : end])) and not _holds_keys(lines, opening, end):
            problem = _warning(
                "frontmatter-without-keys",
                opening + 1,
                "what stands between the `---` lines holds no keys; read as part of the body",
                "write `name:` and `description:` there, or begin the file with another line",
            )
            return Head(Frontmatter(), 0, (problem,))
    if opening:
        diagnostics.append(
            _warning(
                "frontmatter-not-first",
                opening + 1,
                "blank lines stand before the frontmatter, so clients do not see it",
                "begin the file with `---`",
            )
        )
    frontmatter = _read(lines, opening, end, body, diagnostics)
    return Head(frontmatter, body, tuple(diagnostics), column)


def _closing(lines: Sequence[str], opening: int) -> tuple[int | None, int]:
    """Where the head is closed, and how much of that line is the fence if text follows it."""
    has_key = False
    for number in range(opening + 1, len(lines)):
        line = lines[number]
        if _FENCE.match(line):
            return number, 0
        glued = _GLUED.match(line) if has_key else None
        if glued:
            return number, glued.end()
        has_key = has_key or key_of(line) is not None
    return None, 0


def _holds_keys(lines: Sequence[str], opening: int, end: int) -> bool:
    inner = [line for line in lines[opening + 1 : end] if not line.lstrip().startswith("#")]
    if any(key_of(line) for line in inner):
        return True
    try:
        return bool(read_yaml("\n".join(inner)).keys) or not any(map(str.strip, inner))
    except YamlRefused:
        return False


def _end_of_unclosed(lines: Sequence[str], start: int) -> int:
    """The line after the last one that reads like a head."""
    if start >= len(lines) or not key_of(lines[start]):
        return start
    end = start
    for number in range(start, len(lines)):
        line = lines[number]
        if number > start and line.strip() == "---":
            break
        if key_of(line) or (line[:1] in (" ", "\t") and line.strip()) or line.startswith("- "):
            end = number + 1
        else:
            break
    return end


def _read(
    lines: Sequence[str], opening: int, end: int, body: int, diagnostics: list[Diagnostic]
) -> Frontmatter:
    inner = lines[opening + 1 : end]
    text = "\n".join(inner)
    first = opening + 2
    try:
        head = read_yaml(text)
        keys = [
            _Key(key.name, first + text.count("\n", 0, key.offset), key.value, key.style)
            for key in head.keys
        ]
        starts = [key.line for key in keys]
        for tag, offset in head.tags:
            diagnostics.append(_tag(tag, first + text.count("\n", 0, offset)))
        strict = True
    except YamlRefused as refused:
        loose = read_loosely(inner)
        keys = [_Key(key.name, first + key.start, key.value, key.style) for key in loose.keys]
        starts = [key.line for key in keys]
        problems = [_broken(key, first) for key in loose.keys if key.problem is not None]
        diagnostics.extend(problems)
        diagnostics.extend(_stray(first + number) for number in loose.strays[:_MAX_STRAYS])
        if not problems and not loose.strays:
            line = min(first + text.count("\n", 0, refused.offset), max(first, end))
            diagnostics.append(_refused(refused, line))
        strict = False
    diagnostics.extend(_repeated(keys))
    values: dict[str, YamlValue] = {}
    spans: dict[str, Lines] = {}
    for number, key in enumerate(keys):
        stop = starts[number + 1] - 1 if number + 1 < len(starts) else end
        values.pop(key.name, None)
        values[key.name] = _as_meant(key, diagnostics)
        spans[key.name] = Lines(key.line, _last_line(lines, key.line, stop))
    _take_out_swallowed(lines, values, spans, diagnostics)
    return Frontmatter(
        MappingProxyType(values), MappingProxyType(spans), Lines(opening + 1, body), strict
    )


def _take_out_swallowed(
    lines: Sequence[str],
    values: dict[str, YamlValue],
    spans: dict[str, Lines],
    diagnostics: list[Diagnostic],
) -> None:
    """Give keys that stand inside the description their own values."""
    description = values.get("description")
    if not isinstance(description, str):
        return
    text, keys = take_out_keys(description)
    if any(key in values for key in keys):
        return
    span = spans.get("description")
    for key, value in keys.items():
        assert span is not None
        inside = range(span.end, span.start - 1, -1)
        line = next((n for n in inside if f"{key}:" in lines[n - 1]), span.start)
        diagnostics.append(
            _warning(
                "frontmatter-swallowed-key",
                line,
                f"`{key}: {value[:60]}` stands inside the description; read as a key of its own",
                f"begin a line of its own with `{key}:`",
            )
        )
        values[key] = plain_scalar(value)
        spans[key] = Lines(line, line)
    if keys and span is not None:
        values["description"] = text
        first = min(spans[key].start for key in keys)
        spans["description"] = Lines(span.start, max(span.start, first - 1))


def _last_line(lines: Sequence[str], start: int, stop: int) -> int:
    """The last line of a value, without the blank lines and comments that follow it."""
    stop = max(start, min(stop, len(lines)))
    while stop > start and (not lines[stop - 1].strip() or lines[stop - 1].startswith("#")):
        stop -= 1
    return stop


def _as_meant(key: _Key, diagnostics: list[Diagnostic]) -> YamlValue:
    """The value with typographic quotes and written-out line breaks taken as they are meant."""
    value = key.value
    if not isinstance(value, str):
        return value
    if len(value) > 1 and _TYPOGRAPHIC.get(value[0]) == value[-1]:
        diagnostics.append(
            _warning(
                "frontmatter-typographic-quotes",
                key.line,
                f"`{key.name}` stands in typographic quotes, which YAML takes as part of the value",
                'use straight quotes: "…"',
            )
        )
        value = value[1:-1]
    if key.name == "description" and key.style != '"' and _has_written_breaks(value):
        diagnostics.append(
            Diagnostic(
                "frontmatter-literal-line-breaks",
                Severity.INFO,
                key.line,
                "`description` spells line breaks as `\\n` outside double quotes; read as breaks",
                "write `description: |` and real lines below it, or use double quotes",
            )
        )
        value = _WORDY_ESCAPE.sub("\n", value).replace("\\t", "\t")
    return value


def _has_written_breaks(text: str) -> bool:
    # One `\n` before a small letter may be part of a path or a pattern.
    return text.count("\\n") > 1 or bool(_SURE_ESCAPE.search(text))


def _repeated(keys: Iterable[_Key]) -> Iterable[Diagnostic]:
    seen: dict[str, int] = {}
    for key in keys:
        if key.name in seen:
            yield _warning(
                "frontmatter-duplicate-key",
                key.line,
                f"`{key.name}` stands on line {seen[key.name]} already; the later value counts",
                "keep one of them",
            )
        seen[key.name] = key.line


def _broken(key: LooseKey, first: int) -> Diagnostic:
    problem = key.problem or ""
    if "mapping values" in problem:
        cause, mend = "holds `: ` without quotes", "put the value in double quotes"
        if key.end > key.start + 1:
            mend = f"write `{key.name}: |` and its text indented on the lines below"
    elif "\\t" in problem or "tab" in problem:
        cause, mend = "holds a tab where YAML wants spaces", "indent with spaces"
    elif "end of stream" in problem or "<stream end>" in problem:
        cause, mend = "opens a quote or a bracket that nothing closes", "close it"
    elif "alphabetic or numeric" in problem or "alias" in problem:
        cause, mend = "begins with `*` or `&`, which YAML takes as a reference", "put it in quotes"
    elif "cannot start any token" in problem:
        cause, mend = "begins with a character that YAML keeps for itself", "put it in quotes"
    elif "found '<scalar>'" in problem:
        cause, mend = "goes on after a closing quote or bracket", "put all of it in quotes"
    elif "not allowed here" in problem:
        cause, mend = "begins with `- ` or `? `, which YAML takes for structure", "put it in quotes"
    elif "expected a comment or a line break" in problem:
        cause, mend = "has text on the line of its `|` or `>`", "begin the text on the next line"
    else:
        cause, mend = f"is not YAML: {problem}", "put the value in quotes or under `|`, indented"
    return _warning(
        "frontmatter-not-yaml",
        first + key.problem_line,
        f"`{key.name}` {cause}; read as plain text",
        mend,
    )


def _refused(refused: YamlRefused, line: int) -> Diagnostic:
    return _warning(
        "frontmatter-not-yaml",
        line,
        f"the frontmatter is not YAML: {refused.problem}; each key was read by itself",
        "write one `key: value` on each line",
    )


def _stray(line: int) -> Diagnostic:
    return _warning(
        "frontmatter-stray-line",
        line,
        "this line of the frontmatter belongs to no key",
        "write it as `key: value`, or move it below the closing `---`",
    )


def _tag(tag: str, line: int) -> Diagnostic:
    return _warning(
        "frontmatter-tag",
        line,
        f"the YAML tag `{tag}` is not followed; its value is kept as plain data",
        "remove the tag",
    )


def _warning(code: str, line: int, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code, Severity.WARNING, line, message, hint)
