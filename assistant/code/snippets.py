"""Code without a project: pasted sources, and the examples of a Markdown document.

Several files in one text are told apart by comments such as `// convex/messages.ts` or
`// ===== convex/schema.ts =====`, alone on their line.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from agents.document import Document
from agents.location import split_lines
from assistant.code.modules import (
    CODE_SUFFIXES,
    Category,
    CodeFile,
    Origin,
    category_in_functions,
    is_test_path,
)
from assistant.code.project import Project

LANGUAGES = {
    "typescript": False,
    "ts": False,
    "mts": False,
    "tsx": True,
    "javascript": True,
    "js": True,
    "mjs": True,
    "jsx": True,
}
"""Words after a fence that mean code for the check, and whether JSX is expected."""

_ENDINGS = "|".join(re.escape(suffix[1:]) for suffix in CODE_SUFFIXES)
_SEPARATOR = re.compile(
    rf"^[ \t]*//[ \t]*[=\-*#~─═]*[ \t]*(?:file:[ \t]*)?(\.?/?[\w@$.\-]+(?:/[\w@$.\-\[\]()]+)*"
    rf"\.(?:{_ENDINGS}))[ \t]*(?:[=\-*#~─═]*|[(:–—-].{{0,120}})[ \t]*$",
    re.IGNORECASE,
)
_CLIENT_FOLDERS = re.compile(r"^(src|app|pages|components|hooks|client|lib|web|apps|packages)/")


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a text that holds several."""

    path: str | None
    """As the separating comment names it; None where nothing does."""
    first_line: int
    """The 1-based line of the text on which the part begins."""
    code: str


def split_files(code: str) -> list[Part]:
    """Split a text at the comments that name files; without any it is one part."""
    lines = code.split("\n")
    starts: list[tuple[int, str | None]] = [(0, None)]
    for number, line in enumerate(lines):
        found = _SEPARATOR.match(line) if "//" in line else None
        if found is not None:
            starts.append((number, found[1].removeprefix("./").removeprefix("/")))
    parts: list[Part] = []
    for place, (start, path) in enumerate(starts):
        end = starts[place + 1][0] if place + 1 < len(starts) else len(lines)
        text = "\n".join(lines[start:end])
        if text.strip():
            parts.append(Part(path, start + 1, text))
    if len(parts) > 1 and parts[0].path is None and _only_comments(parts[0].code):
        parts = parts[1:]
    return parts


def _only_comments(code: str) -> bool:
    text = re.sub(r"/\*.*?\*/", "", code, flags=re.DOTALL)
    return all(not line.strip() or line.strip().startswith("//") for line in text.split("\n"))


def project_of_source(
    source: bytes, filename: str, *, small_tables: frozenset[str] = frozenset()
) -> Project:
    """A project of one pasted source (which may name several files)."""
    text = source.decode("utf-8", "replace")
    parts = split_files(text)
    if len(parts) < 2 or source.startswith(b"\xef\xbb\xbf"):
        named = parts[0].path if parts and "/" not in filename else None
        path = _inside_functions(named or filename)
        file = _code_file(path, source, Origin(filename), snippet=None)
        return Project([file], is_snippet=True, small_tables=small_tables)
    files = [
        _code_file(
            _inside_functions(part.path or filename),
            part.code.encode(),
            Origin(filename, part.first_line),
            snippet=0,
        )
        for part in parts
    ]
    return Project(files, is_snippet=True, small_tables=small_tables, documents={filename: source})


def project_of_sources(
    sources: Sequence[tuple[str, bytes]], *, small_tables: frozenset[str] = frozenset()
) -> Project:
    """A project of several sources by path, as on disk: nothing is taken to be missing."""
    files = [_code_file(path, raw, Origin(path), snippet=None) for path, raw in sources]
    return Project(files, small_tables=small_tables)


def project_of_document(
    document: Document, display: str, *, small_tables: frozenset[str] = frozenset()
) -> Project:
    """All code examples of a document as one small project; lines are the document's."""
    lines = split_lines(document.text)
    files: list[CodeFile] = []
    for number, block in enumerate(document.code):
        tsx = LANGUAGES.get(block.language)
        if tsx is None:
            continue
        for part in split_files(block.code):
            first_line = block.first_code_line + part.first_line - 1
            columns = _indentation(lines, first_line, part.code)
            path = _inside_functions(part.path or f"example_{number + 1}.ts")
            files.append(
                _code_file(
                    path,
                    part.code.encode(),
                    Origin(display, first_line, columns),
                    snippet=number,
                    tsx=tsx or None,
                )
            )
    return Project(
        files, is_snippet=True, small_tables=small_tables, documents={display: document.raw}
    )


def _indentation(lines: Sequence[str], first_line: int, code: str) -> tuple[int, ...]:
    """How many characters of the document stand before each line of an example."""
    before: list[int] = []
    for offset, line in enumerate(code.split("\n")):
        place = first_line - 1 + offset
        whole = lines[place] if place < len(lines) else line
        before.append(len(whole) - len(line) if whole.endswith(line) else 0)
    return tuple(before) if any(before) else ()


def _inside_functions(path: str) -> str:
    """A pasted file's path in the little project: in `convex/` unless it says otherwise."""
    clean = posixpath.normpath(path.replace("\\", "/")).lstrip("/")
    while clean.startswith("../"):
        clean = clean[3:]
    parts = clean.split("/")
    if "convex" in parts[:-1]:
        return "/".join(parts[parts.index("convex") :])
    if _CLIENT_FOLDERS.match(clean) or clean.endswith((".tsx", ".jsx")):
        return clean
    return f"convex/{clean}"


def _code_file(
    path: str, raw: bytes, origin: Origin, *, snippet: int | None, tsx: bool | None = None
) -> CodeFile:
    inner = path.removeprefix("convex/")
    if inner != path:
        category, module = category_in_functions(inner), posixpath.splitext(inner)[0]
    else:
        category = Category.TEST if is_test_path(path) else Category.CLIENT
        module = ""
    return CodeFile(
        path,
        lambda: raw,
        category=category,
        module=module,
        origin=origin,
        snippet=snippet,
        tsx=tsx,
    )
