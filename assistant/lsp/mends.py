"""What can be done about findings: the rules' own mends, and comments that silence a rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agents.directive import WORD
from agents.finding import Edit, Finding
from agents.location import LineIndex, Lines
from agents.mending import mended
from assistant.code.catalogue import ENGINE_RULES, rule_ids
from assistant.code.modules import CODE_SUFFIXES, Category, CodeFile
from assistant.code.suppress import Directives

_INDENTATION = re.compile(rb"[ \t]*")


@dataclass(frozen=True, slots=True)
class Mend:
    """A change of one file."""

    title: str
    edits: tuple[Edit, ...]
    about: tuple[Finding, ...]
    """What it makes go away."""


def fixes(findings: Iterable[Finding], raw: bytes) -> list[Mend]:
    """The sure mend of each finding that has one."""
    found: list[Mend] = []
    for finding in findings:
        if finding.edits and mended(raw, [finding])[1]:
            title = f"{finding.hint or 'mend it'} ({finding.rule})"
            found.append(Mend(title[:1].upper() + title[1:], _as_in(raw, [finding]), (finding,)))
    return found


def fix_all(findings: Sequence[Finding], raw: bytes) -> Mend | None:
    """As many sure mends of a file as don't touch each other; None without any."""
    applied = mended(raw, findings)[1]
    if not applied:
        return None
    return Mend("Mend all that convexpert can mend", _as_in(raw, applied), tuple(applied))


def silences(findings: Iterable[Finding], raw: bytes, path: str) -> list[Mend]:
    """A comment for each finding: above its line, in JSX at the end of it, where one can stand."""
    if not path.endswith(CODE_SUFFIXES):
        return []
    known = frozenset(rule_ids()) - ENGINE_RULES
    found: dict[tuple[str, int], Mend] = {}
    for finding in findings:
        key = (finding.rule, finding.span.line)
        if finding.rule not in known or key in found:
            continue
        edit = _silence(finding, raw, path)
        if edit is not None:
            title = f"Silence {finding.rule} on this line"
            found[key] = Mend(title, (edit,), (finding,))
    return list(found.values())


def _silence(finding: Finding, raw: bytes, path: str) -> Edit | None:
    """The comment that silences a finding, tried out; None where none of them does."""
    index = LineIndex(raw)
    start = index.line_start(finding.span.line)
    line = index.cut(Lines(finding.span.line, finding.span.line))
    text = f"{WORD} {finding.rule}"
    indentation = _INDENTATION.match(line)
    assert indentation is not None
    ending = "\r\n" if raw[start + len(line) :].startswith(b"\r\n") else "\n"
    end = start + len(line)
    above = Edit(start, start, f"{indentation[0].decode('ascii')}// {text}{ending}")
    behind = (Edit(end, end, f"{{/* {text} */}}"), Edit(end, end, f" // {text}"))
    was_whole = not _parsed(raw, path).tree.root.has_error
    for edit, further in ((above, 1), *((one, 0) for one in behind)):
        file = _parsed(raw[: edit.start] + edit.text.encode() + raw[edit.start :], path)
        line_then = finding.span.line + further
        if was_whole and file.tree.root.has_error:
            continue
        if Directives(file).silence(finding.rule, peer=False, line=line_then, anchor_line=None):
            return edit
    return None


def _parsed(raw: bytes, path: str) -> CodeFile:
    return CodeFile(path, lambda: raw, category=Category.DEPLOYED)


def _as_in(raw: bytes, findings: Sequence[Finding]) -> tuple[Edit, ...]:
    """The findings' edits, each with the line breaks of the file and behind its mark."""
    crlf = b"\r\n" in raw and raw.count(b"\n") == raw.count(b"\r\n")
    mark = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    found: list[Edit] = []
    for edit in (edit for finding in findings for edit in finding.edits):
        text = edit.text.replace("\r\n", "\n")
        takes_mark = edit == Edit(0, mark, "")
        start = edit.start if takes_mark else max(edit.start, mark)
        found.append(
            Edit(start, max(edit.end, start), text.replace("\n", "\r\n") if crlf else text)
        )
    return tuple(sorted(found, key=lambda edit: (edit.start, edit.end)))
