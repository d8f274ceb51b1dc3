"""Findings that a project has known since before it took the check on.

A finding is known again by its rule, its file and the words of the code's first line, so that
lines put in above it, or another indentation, don't bring it back. Of several alike as many are
known as the file lists.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from agents.errors import CodeCheckError
from agents.location import LineIndex, Lines
from agents.reporters.report import BaselineUse
from agents.whole_file import write_whole

if TYPE_CHECKING:
    from agents.finding import Finding
    from agents.reporters.report import FindingsReport

VERSION = 1
MAX_BYTES = 50_000_000
_ADVICE = "write it anew with --update-baseline"


class Entry(NamedTuple):
    """What findings are known by."""

    file: str
    """Relative to the baseline's folder, with `/`."""
    rule: str
    code: str
    """The words of the first line of code; the message where there is no such line."""

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.file} {self.rule}: {self.code[:80]}"


@dataclass(frozen=True)
class Baseline:
    """The entries of one file, each with how many findings it stands for."""

    path: Path
    entries: Mapping[Entry, int]

    @classmethod
    def of(cls, report: FindingsReport, path: Path) -> Baseline:
        """All findings of a report; what an older file says of files not checked now stays."""
        old = cls.read(path).entries if path.exists() else {}
        checked = {_relative(name, path) for name in report.checked}
        kept = {entry: n for entry, n in old.items() if entry.file not in checked}
        here = {file: (path.parent / file).exists() for file in {entry.file for entry in kept}}
        kept = {entry: n for entry, n in kept.items() if here[entry.file]}
        return cls(path, {**kept, **Counter(_entries(report, path))})

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """Read a file. Raises CodeCheckError where it is none of ours."""
        try:
            with path.open("rb") as stream:
                raw = stream.read(MAX_BYTES + 1)
        except FileNotFoundError as error:
            raise CodeCheckError(
                "there is no such baseline", hint=_ADVICE, path=str(path)
            ) from error
        except OSError as error:
            raise CodeCheckError(
                f"can't be read: {error.strerror or error}", path=str(path)
            ) from error
        return cls(path, _parsed(raw, path))

    def write(self) -> None:
        """Put the entries in the file's place at once. Raises CodeCheckError."""
        listed = [
            {"file": entry.file, "rule": entry.rule, "code": entry.code, "count": count}
            for entry, count in sorted(self.entries.items())
        ]
        text = json.dumps({"version": VERSION, "findings": listed}, indent=1, ensure_ascii=False)
        try:
            write_whole(self.path, f"{text}\n".encode(errors="surrogateescape"))
        except OSError as error:
            raise CodeCheckError(
                f"can't be written: {error.strerror or error}", path=str(self.path)
            ) from error

    def applied_to(self, report: FindingsReport) -> FindingsReport:
        """The report without the known findings, and with the entries that nothing matches."""
        left = Counter(self.entries)
        new: list[Finding] = []
        entries = _entries(report, self.path)
        for finding, entry in zip(report.findings, entries, strict=True):
            if left[entry] > 0:
                left[entry] -= 1
            else:
                new.append(finding)
        checked = {_relative(name, self.path) for name in report.checked}
        stale = [
            str(entry)
            for entry, count in sorted(left.items())
            if count > 0 and (entry.file in checked or not (self.path.parent / entry.file).exists())
        ]
        known = len(report.findings) - len(new)
        return replace(report, findings=tuple(new), baseline=BaselineUse(known, tuple(stale)))


def _entries(report: FindingsReport, path: Path) -> list[Entry]:
    indexes = {name: LineIndex(source) for name, source in report.sources.items()}
    names = {name: _relative(name, path) for name in {f.file for f in report.findings}}
    return [
        Entry(names[finding.file], finding.rule, _code(finding, indexes.get(finding.file)))
        for finding in report.findings
    ]


def _code(finding: Finding, index: LineIndex | None) -> str:
    line = finding.span.line
    if index is None or line > index.line_count:
        return finding.message
    text = index.cut(Lines(line, line)).decode("utf-8", "replace")
    return " ".join(text.removeprefix("\ufeff").split())[:1000]


def _relative(name: str, path: Path) -> str:
    return Path(os.path.relpath(name, path.absolute().parent)).as_posix()


def _parsed(raw: bytes, path: Path) -> dict[Entry, int]:
    try:
        plain = json.loads(raw) if len(raw) <= MAX_BYTES else None
        if not isinstance(plain, dict) or plain.get("version") != VERSION:
            raise ValueError
        return dict(_listed(plain["findings"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise CodeCheckError("this is no baseline", hint=_ADVICE, path=str(path)) from error


def _listed(findings: Iterable[Mapping[str, object]]) -> Iterable[tuple[Entry, int]]:
    for one in findings:
        parts, count = [one[name] for name in Entry._fields], one["count"]
        if not all(isinstance(part, str) for part in parts) or not isinstance(count, int):
            raise TypeError
        yield Entry(*map(str, parts)), count
