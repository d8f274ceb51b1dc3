"""Findings for people: by file, with the line of code underlined and the item that asks for it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import groupby

from agents.finding import Confidence, DocumentedBy, Finding, Severity, telling_first
from agents.location import LineIndex, Lines
from agents.reporters.report import FindingsReport, Look

MAX_ITEMS = 2
"""How many of the documents' items are shown below a finding."""
MAX_ITEM_LENGTH = 100
LEAST_FINDINGS = 5
"""From so many on they are counted by rule."""
MAX_STALE = 10
_TAB = "    "
_SGR = {
    Severity.ERROR: "1;31",
    Severity.WARNING: "1;33",
    Severity.INFO: "1;36",
}
_BOLD, _DIM = "1", "2"


def render(report: FindingsReport, look: Look) -> str:
    """The findings by file, then one line that sums up."""
    paint = _Paint(look)
    lines: list[str] = []
    for name, findings in groupby(report.findings, key=lambda finding: finding.file):
        source = report.sources.get(name)
        excerpt = None if source is None else _Excerpt(source, look)
        lines.append(paint(look.safe(name), _BOLD))
        for finding in findings:
            lines.extend(_finding(finding, excerpt, look, paint))
        lines.append("")
    lines += _by_rule(report, paint)
    lines += _baseline(report, look)
    lines += _score(report, paint)
    lines += [look.safe(str(fix)) for fix in report.fixes or ()]
    lines.append(_summary(report, paint))
    return "\n".join(lines)


def _by_rule(report: FindingsReport, paint: _Paint) -> Iterator[str]:
    """How many findings each rule has, where there are several rules and many findings."""
    counts = report.count_by_rule()
    if report.score is None or len(counts) < 2 or len(report.findings) < LEAST_FINDINGS:
        return
    width = len(str(max(counts.values())))
    for rule, count in counts.items():
        yield f"{paint(f'{count:>{width}}', _BOLD)}  {rule}"
    yield ""


def _baseline(report: FindingsReport, look: Look) -> Iterator[str]:
    used = report.baseline
    if used is None:
        return
    if used.known:
        yield f"{_counted(used.known, 'finding')} of the baseline left out"
    if used.stale:
        entries = "1 entry" if len(used.stale) == 1 else f"{len(used.stale)} entries"
        yield f"{entries} of the baseline found no more; --update-baseline takes them out:"
        yield from (f"  {look.safe(one)}" for one in used.stale[:MAX_STALE])
        if len(used.stale) > MAX_STALE:
            yield f"  and {len(used.stale) - MAX_STALE} more"


def _score(report: FindingsReport, paint: _Paint) -> Iterator[str]:
    if report.score is not None:
        parts = ", ".join(f"{name} {part}" for name, part in report.score.categories.items())
        yield f"score {paint(str(report.score.total), _BOLD)} of 100 ({parts})"


def summary(report: FindingsReport) -> str:
    """The one line that sums up, without colour."""
    return _summary(report, _Paint(Look()))


class _Paint:
    def __init__(self, look: Look) -> None:
        self._colour = look.colour

    def __call__(self, text: str, sgr: str) -> str:
        return f"\x1b[{sgr}m{text}\x1b[0m" if self._colour and text else text


def _finding(
    finding: Finding, excerpt: _Excerpt | None, look: Look, paint: _Paint
) -> Iterator[str]:
    sgr = _SGR[finding.severity]
    place = f"{finding.span.line}:{finding.span.column}"
    doubt = "" if finding.confidence is Confidence.HIGH else f", {finding.confidence} confidence"
    head = f"  {place}  {paint(finding.severity, sgr)}  {look.safe(finding.message)}"
    yield f"{head}  {paint(f'[{finding.rule}{doubt}]', _DIM)}"
    margin = " " * len(str(finding.span.line))
    if excerpt is not None:
        code, marks = excerpt.underlined(finding)
        yield f"    {paint(f'{finding.span.line} |', _DIM)} {code}"
        yield f"    {paint(f'{margin} |', _DIM)} {paint(marks, sgr)}"
    for note in _notes(finding):
        yield f"    {margin} {paint('=', _DIM)} {look.safe(note)}"


def _notes(finding: Finding) -> Iterator[str]:
    if finding.hint:
        yield f"hint: {finding.hint}"
    shown = telling_first(finding.documented_by)[:MAX_ITEMS]
    for item in shown:
        yield f"asked for by {_reference(item)} “{_shortened(item.text)}”"
    more = len(finding.documented_by) - len(shown)
    if more:
        yield f"and by {more} more {'item' if more == 1 else 'items'}"


def _reference(item: DocumentedBy) -> str:
    return f"{item.agent}@{item.version}:{item.line}"


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_ITEM_LENGTH else f"{line[: MAX_ITEM_LENGTH - 1].rstrip()}…"


def _summary(report: FindingsReport, paint: _Paint) -> str:
    files = _counted(report.files, "file")
    if report.note is not None:
        summary = report.note
    elif not report.findings:
        summary = f"nothing found in {files}"
    else:
        parts = [
            paint(_counted(count, name), _SGR[severity])
            for severity, name in (
                (Severity.ERROR, "error"),
                (Severity.WARNING, "warning"),
                (Severity.INFO, "info"),
            )
            if (count := report.count(severity))
        ]
        summary = f"{', '.join(parts)} in {files}"
    if report.review:
        items = _counted(len(report.review), "item")
        verb = "needs" if len(report.review) == 1 else "need"
        summary += f"; {items} of the documents {verb} review, no rule decides them"
    return summary


def _counted(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"


class _Excerpt:
    """Lines of one source."""

    def __init__(self, source: bytes, look: Look) -> None:
        self._index = LineIndex(source)
        # A byte order mark is no character of the first line's code.
        self._look = look

    def underlined(self, finding: Finding) -> tuple[str, str]:
        """The finding's first line as it is shown, and the marks below it."""
        span = finding.span
        if span.line > self._index.line_count:
            return "", "^"
        line = self._index.cut(Lines(span.line, span.line)).decode("utf-8", "replace")
        start = min(span.column - 1, len(line))
        end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
        before, marked = self._shown(line[:start]), self._shown(line[start : max(end, start)])
        code = before + marked + self._shown(line[max(end, start) :])
        marks = " " * _cells(before) + "^" * max(_cells(marked), 1)
        return self._fitted(code, marks)

    def _shown(self, text: str) -> str:
        return self._look.safe(text.replace("\t", _TAB))

    def _fitted(self, code: str, marks: str) -> tuple[str, str]:
        indent = len(code) - len(code.lstrip(" "))
        mark = len(marks) - len(marks.lstrip(" "))
        cut = min(max(indent - 4, 0), mark)
        code, marks = code[cut:].rstrip(), marks[cut:]
        width = self._look.width
        surplus = mark - cut - (width or 0) // 2
        if width is not None and len(code) > width and surplus > 0:
            # The marked words stand far to the right: what is before them gives way.
            code, marks = f"…{code[surplus + 1 :]}", marks[surplus:]
        if width is not None and len(code) > width:
            code, marks = code[: width - 1] + "…", marks[:width]
        return code, marks


def _cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    flat = sum(unicodedata.combining(char) != 0 for char in text)
    return len(text) + wide - flat
