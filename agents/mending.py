"""Applies the edits of findings: to the bytes of one file, and to files on disk in rounds.

A finding's edits are applied all together or not at all. Where two findings touch the same bytes
the later one waits for the next round, which sees the file as it is then.
"""

from __future__ import annotations

import stat
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from agents.errors import ConvexpertError
from agents.finding import Edit, Finding
from agents.reporters.report import FindingsReport, FixedFile, NotFixed
from agents.whole_file import write_whole

MAX_ROUNDS = 10
"""A mend may bring up another; rules that undo each other must come to an end."""
_BOM = b"\xef\xbb\xbf"


def mended(source: bytes, findings: Iterable[Finding]) -> tuple[bytes, list[Finding]]:
    """A file's bytes with as many findings mended as don't touch each other, and these findings.

    Earlier ones come first. Line breaks and a byte order mark stay as they are in the file, unless
    an edit names them.
    """
    taken: list[Edit] = []
    applied: list[Finding] = []
    for finding in findings:
        edits = [_after_mark(edit, source) for edit in finding.edits]
        if edits and _fit(edits, len(source)) and not _touch(edits, taken):
            taken += edits
            applied.append(finding)
    crlf = b"\r\n" in source and source.count(b"\n") == source.count(b"\r\n")
    result = source
    for edit in sorted(taken, key=lambda edit: edit.start, reverse=True):
        text = edit.text.replace("\r\n", "\n").replace("\n", "\r\n") if crlf else edit.text
        result = result[: edit.start] + text.encode() + result[edit.end :]
    return result, applied


def _after_mark(edit: Edit, source: bytes) -> Edit:
    """The same edit, behind the byte order mark where it would come before it.

    An edit that deletes just the mark is meant to.
    """
    if edit.start >= len(_BOM) or not source.startswith(_BOM):
        return edit
    if edit == Edit(0, len(_BOM), ""):
        return edit
    return replace(edit, start=len(_BOM), end=max(edit.end, len(_BOM)))


def _fit(edits: list[Edit], size: int) -> bool:
    """Whether the edits lie in the file and don't touch each other."""
    inside = all(0 <= edit.start <= edit.end <= size for edit in edits)
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.end))
    return inside and not any(_overlap(one, other) for one, other in pairwise(ordered))


def _touch(edits: list[Edit], taken: list[Edit]) -> bool:
    return any(_overlap(edit, other) for edit in edits for other in taken)


def _overlap(one: Edit, other: Edit) -> bool:
    """Whether the order in which the two are applied could matter."""
    if one.start == one.end or other.start == other.end:
        return one.start <= other.end and other.start <= one.end
    return one.start < other.end and other.start < one.end


@dataclass
class Mending:
    """What was mended on disk so far, and which files are left alone."""

    is_broken: Callable[[str, bytes], bool]
    """Whether a file of that name with these bytes can't be read as what it is."""
    failure: type[ConvexpertError]
    """Raised, with the path, for a file that can't be written."""
    rules: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    refused: dict[str, str] = field(default_factory=dict)

    def round(self, report: FindingsReport) -> bool:
        """Mend each file once; whether any was changed."""
        fixable: dict[str, list[Finding]] = defaultdict(list)
        for finding in report.findings:
            if finding.fixable and finding.file in report.sources:
                fixable[finding.file].append(finding)
        changed = False
        for name, findings in fixable.items():
            if name not in self.refused:
                changed |= self._file(name, report.sources[name], findings)
        return changed

    def fixes(self) -> tuple[FixedFile | NotFixed, ...]:
        """What to report, by file."""
        fixed = [FixedFile(name, dict(counts)) for name, counts in self.rules.items()]
        left = [NotFixed(name, reason) for name, reason in self.refused.items()]
        return tuple(sorted((*fixed, *left), key=lambda fix: fix.file))

    def _file(self, name: str, source: bytes, findings: list[Finding]) -> bool:
        result, applied = mended(source, findings)
        if result == source:
            return False
        reason = self._why_not(name, source, result)
        if reason is not None:
            self.refused[name] = reason
            return False
        self._write(Path(name), result)
        self.rules[name].update(finding.rule for finding in applied)
        return True

    def _why_not(self, name: str, source: bytes, result: bytes) -> str | None:
        """Why a file is to be left as it is; None where it may be written."""
        path = Path(name)
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                return "it is a link to another file"
            if path.read_bytes() != source:
                return "it was changed meanwhile"
        except OSError as error:
            return f"it can't be read: {error.strerror or error}"
        if self.is_broken(name, source):
            return "it does not parse"
        if self.is_broken(name, result):
            return "it would no longer parse"
        return None

    def _write(self, path: Path, content: bytes) -> None:
        """Put a file's new content in its place at once, with the permissions that it had."""
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            write_whole(path, content, mode=mode)
        except OSError as error:
            raise self.failure(
                f"can't be written: {error.strerror or error}", path=str(path)
            ) from error
