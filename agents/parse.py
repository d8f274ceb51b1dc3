"""From the bytes of a file to a `Document`: head, sections, checklist and code, all with lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.checklist import draw_items
from agents.document import CodeBlock, Diagnostic, Document, DocumentKind, Frontmatter, Section
from agents.errors import DocumentError
from agents.finding import Severity
from agents.kinds import kind_of, name_from_path, needs_head, needs_name
from agents.location import Lines, split_lines
from agents.markdown_blocks import Blocks, read_blocks
from agents.prescriptive import plain

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_BYTES = 2 * 1024 * 1024
"""The largest file that is taken as a document."""
MAX_LINES = 50_000
"""More than any text of that size has; files of nothing but list marks take seconds to read."""
_MAX_HEADING = 500
_MAX_DIAGNOSTICS = 100
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def parse_document(raw: bytes, *, filename: str = "document.md") -> Document:
    """Read a definition document; what is odd about it becomes a diagnostic.

    `filename` may be a path, with `/`: folders tell a document's kind, and its name where it gives
    none itself.

    Raises `DocumentError` only for what is no text of that kind: NUL bytes, bytes that aren't
    UTF-8 (UTF-16 too: its lines can't be quoted byte by byte), or more than `MAX_BYTES` or
    `MAX_LINES`.
    """
    parts = _read_parts(raw, filename)
    return Document(
        raw=raw,
        text=parts.text,
        frontmatter=parts.frontmatter,
        sections=tuple(parts.outline.sections),
        checklist=draw_items(parts.blocks.tokens, parts.lines, parts.blocks.tags),
        code=tuple(parts.outline.code),
        diagnostics=parts.diagnostics,
        name=parts.name,
        description=parts.description,
        kind=parts.kind,
    )


@dataclass(frozen=True, slots=True)
class DocumentHead:
    """What the registry records of a document, and what is odd about it."""

    name: str
    description: str
    diagnostics: tuple[Diagnostic, ...]


def parse_head(raw: bytes, *, filename: str = "document.md") -> DocumentHead:
    """As `parse_document`, without what only a closer look needs; raises the same."""
    parts = _read_parts(raw, filename)
    return DocumentHead(parts.name, parts.description, parts.diagnostics)


@dataclass(frozen=True, slots=True)
class _Parts:
    text: str
    lines: Sequence[str]
    frontmatter: Frontmatter
    blocks: Blocks
    outline: _Outline
    diagnostics: tuple[Diagnostic, ...]
    name: str
    description: str
    kind: DocumentKind


def _read_parts(raw: bytes, filename: str) -> _Parts:
    # These bring the YAML library.
    from agents.claude_diagnostics import claude_diagnostics, read_as_claude
    from agents.frontmatter import read_frontmatter

    text, diagnostics = _decode(raw, filename)
    lines = split_lines(text)
    if len(lines) > MAX_LINES:
        raise DocumentError(
            f"more than {MAX_LINES} lines ({len(lines)})",
            hint="an agent document is a text of some pages; split it",
            path=filename,
        )
    head = read_frontmatter(lines)
    diagnostics += head.diagnostics
    body = [""] * head.body + lines[head.body :]
    if head.body_column:
        body[head.body] = body[head.body][head.body_column :]
    blocks = read_blocks(body)
    diagnostics += [_indented(line) for line in blocks.indented]
    outline = _read_outline(blocks.tokens, lines, head.body)
    diagnostics += outline.diagnostics
    kind = kind_of(filename, head.frontmatter.values)
    name, description = _naming(head.frontmatter, filename, kind, diagnostics)
    if not any(map(str.strip, lines)):
        diagnostics = [_note("empty", 1, "the file is empty", "write what the agent is to do")]
    elif not any(map(str.strip, body)):
        diagnostics.append(
            _note("empty-body", len(lines), "the document has no body", "add the instructions")
        )
    seen = read_as_claude(raw, text, head.frontmatter, [d.code for d in diagnostics])
    diagnostics += list(
        claude_diagnostics(kind, filename, seen, text, head.frontmatter, diagnostics)
    )
    return _Parts(
        text,
        lines,
        head.frontmatter,
        blocks,
        outline,
        _in_order(diagnostics),
        name,
        description,
        kind,
    )


def _in_order(diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By line, and no more than anybody would read."""
    ordered = sorted(diagnostics, key=lambda d: (d.line, d.code, d.message))
    if len(ordered) <= _MAX_DIAGNOSTICS:
        return tuple(ordered)
    kept = ordered[:_MAX_DIAGNOSTICS]
    more = f"{len(ordered) - len(kept)} more like these are not listed"
    return (*kept, _note("more-diagnostics", kept[-1].line, more, "mend these first"))


def _decode(raw: bytes, filename: str) -> tuple[str, list[Diagnostic]]:
    if len(raw) > MAX_BYTES:
        raise DocumentError(
            f"larger than {MAX_BYTES // 1024} KiB ({len(raw) // 1024} KiB)",
            hint="an agent document is a text of some pages; split it",
            path=filename,
        )
    if raw.startswith(_UTF16):
        raise DocumentError(
            "the file is UTF-16, not UTF-8", hint="save it as UTF-8", path=filename, line=1
        )
    nul = raw.find(b"\0")
    if nul >= 0:
        raise DocumentError(
            "the file is binary: it holds a NUL byte",
            hint="import Markdown files",
            path=filename,
            line=_line_at(raw, nul),
        )
    has_bom = raw.startswith(_BOM)
    try:
        text = raw[len(_BOM) if has_bom else 0 :].decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start + (len(_BOM) if has_bom else 0)
        raise DocumentError(
            f"the file is not UTF-8: byte 0x{raw[offset]:02x} stands for no character",
            hint="save it as UTF-8",
            path=filename,
            line=_line_at(raw, offset),
        ) from None
    if not has_bom:
        return text, []
    return text, [
        _note("byte-order-mark", 1, "the file begins with a byte order mark", "save without it")
    ]


def _line_at(raw: bytes, offset: int) -> int:
    return len(raw[: offset + 1].splitlines()) if offset else 1


def _indented(line: int) -> Diagnostic:
    return _note(
        "code-too-far-in",
        line,
        "this code is indented so far that Markdown takes it for text; read as code",
        "begin its fence below the first letter of the entry's text",
    )


@dataclass(slots=True)
class _Outline:
    sections: list[Section] = field(default_factory=list)
    code: list[CodeBlock] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Heading:
    level: int
    line: int
    path: tuple[str, ...]


def _read_outline(tokens: Sequence[Token], lines: Sequence[str], body: int) -> _Outline:
    outline = _Outline()
    headings: list[_Heading] = []
    path: list[tuple[int, str]] = []
    for number, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            level = int(token.tag[1])
            while path and path[-1][0] >= level:
                path.pop()
            path.append((level, plain(tokens[number + 1].content)[:_MAX_HEADING]))
            heading = tuple(text for _, text in path)
            headings.append(_Heading(level, token.map[0] + 1, heading))
        elif token.type in ("fence", "code_block") and token.map:
            heading = headings[-1].path if headings else ()
            block = _code_block(token, heading, len(lines))
            outline.code.append(block)
            if token.type == "fence" and not _is_closed(token):
                outline.diagnostics.append(_unclosed(token, block))
    outline.sections.extend(_sections(headings, lines, body))
    return outline


def _sections(headings: Sequence[_Heading], lines: Sequence[str], body: int) -> Iterator[Section]:
    first = headings[0].line if headings else len(lines) + 1
    opening = next((n for n in range(body, first - 1) if lines[n].strip()), None)
    if opening is not None:
        span = Lines(opening + 1, first - 1)
        yield Section((), 0, span, span)
    ends = _section_ends(headings, len(lines))
    for number, heading in enumerate(headings):
        following = headings[number + 1].line if number + 1 < len(headings) else len(lines) + 1
        yield Section(
            heading.path,
            heading.level,
            Lines(heading.line, ends[number]),
            Lines(heading.line, following - 1),
        )


def _section_ends(headings: Sequence[_Heading], last_line: int) -> list[int]:
    """For each heading the line before the next one of its or a higher level."""
    ends = [last_line] * len(headings)
    open_ones: list[int] = []
    for number, heading in enumerate(headings):
        while open_ones and headings[open_ones[-1]].level >= heading.level:
            ends[open_ones.pop()] = heading.line - 1
        open_ones.append(number)
    return ends


def _code_block(token: Token, heading: tuple[str, ...], line_count: int) -> CodeBlock:
    assert token.map is not None
    start, end = token.map
    info = token.info.strip()
    first = start + 2 if token.type == "fence" else start + 1
    return CodeBlock(
        language=info.split(maxsplit=1)[0].lower() if info else "",
        info=info,
        code=token.content,
        lines=Lines(start + 1, max(start + 1, min(end, line_count))),
        first_code_line=min(first, line_count),
        heading=heading,
    )


def _is_closed(token: Token) -> bool:
    assert token.map is not None
    return token.map[1] - token.map[0] > token.content.count("\n") + 1


def _unclosed(token: Token, block: CodeBlock) -> Diagnostic:
    return Diagnostic(
        "code-unclosed",
        Severity.WARNING,
        block.lines.start,
        f"the code block that begins here is never closed; it runs to line {block.lines.end}",
        f"put `{token.markup}` on a line of its own where the code ends",
    )


def _naming(
    frontmatter: Frontmatter, path: str, kind: DocumentKind, diagnostics: list[Diagnostic]
) -> tuple[str, str]:
    """The document's name and description, and what is missing of them for its kind."""
    derived = name_from_path(path, kind)
    written = {key: _written(key, frontmatter) for key in ("name", "description")}
    name, description = (_as_text(frontmatter.values.get(written[key])) for key in written)
    if frontmatter.lines is None:
        said = any(d.code == "frontmatter-without-keys" for d in diagnostics)
        if needs_head(kind, path) and not said:
            diagnostics.append(_head_missing(kind, derived))
        return derived, ""
    for key, value, needed in (
        ("name", name, needs_name(kind)),
        ("description", description, _needs_description(kind, frontmatter)),
    ):
        spelled = written[key]
        if needed and (not value or spelled != key):
            keys = frontmatter.keys
            place = keys[spelled].start if spelled in keys else frontmatter.lines.start
            hint = f"add `{key}: …`" if spelled == key else f"write `{key}:` for `{spelled}:`"
            given = frontmatter.values.get(spelled)
            no_text = f"the `{key}` in the frontmatter is no text"
            message = f"the frontmatter gives no {key}" if given in (None, "") else no_text
            if kind is DocumentKind.CURSOR_RULE:
                message = "nothing says when the rule is applied, so it is by hand only"
                hint = "fill in `description:` or `globs:`, or write `alwaysApply: true`"
            diagnostics.append(_note(f"{key}-missing", place, message, hint))
    return name or derived, description


def _written(key: str, frontmatter: Frontmatter) -> str:
    """How the head spells a key: tools look for small letters, people mean `Name:` as well."""
    if key in frontmatter.values:
        return key
    return next((given for given in frontmatter.values if given.lower() == key), key)


def _head_missing(kind: DocumentKind, name: str) -> Diagnostic:
    if kind in (DocumentKind.CURSOR_RULE, DocumentKind.RULE):
        message = "there is no frontmatter, so the rule is applied by hand only"
        hint = "begin with `---`, `description: …`, `globs: …` or `alwaysApply: true`, `---`"
        if kind is DocumentKind.RULE:
            message = "there is no frontmatter that says which files the rule is for"
            hint = "begin with `---`, the key that your tool reads (`applyTo`, `paths`), `---`"
    else:
        source = "folder's" if kind is DocumentKind.SKILL else "file's"
        message = f"there is no frontmatter; the {source} name is taken as the name: {name}"
        hint = "begin with `---`, `name: …`, `description: …`, `---`"
    return _note("frontmatter-missing", 1, message, hint)


def _needs_description(kind: DocumentKind, frontmatter: Frontmatter) -> bool:
    """A Cursor rule needs one where neither globs nor `alwaysApply` say when it is applied.

    The editor itself leaves `description:` empty in a rule that is to be applied by hand.
    """
    if kind is DocumentKind.CURSOR_RULE:
        values = frontmatter.values
        by_hand = "description" in values and values.get("alwaysApply") is False
        return not values.get("globs") and values.get("alwaysApply") is not True and not by_hand
    return needs_name(kind)


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        return "\n".join(value).strip()
    return ""


def _note(code: str, line: int, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code, Severity.INFO, max(line, 1), message, hint)
