"""Comments in documents that silence findings, and which of them silenced nothing.

In the body they are HTML comments, in the head YAML comments:

    <!-- convexpert-ignore duplicate-item -- both lists are read alone -->
    # convexpert-ignore unknown-model -- our gateway knows it
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from agents.directive import WORD, DirectiveText, read_directive
from agents.lint.subject import Subject
from agents.location import Lines

_YAML_COMMENT = re.compile(rf"(?:^|\s)#\s*({WORD}.*)$")


@dataclass(slots=True)
class Directive:
    """One comment that silences rules."""

    line: int
    """The 1-based line on which it stands, and its 0-based column."""
    column: int
    rules: frozenset[str]
    lines: Lines | None
    """The lines that it silences; None means the whole file."""
    used: set[str] = field(default_factory=set)


class Directives:
    """The directives of one document."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        has_some = WORD in subject.document.text
        self.found = [*self._in_head(), *self._in_body()] if has_some else []

    def silence(self, rule: str, lines: Lines) -> bool:
        """Whether a finding that begins on the first of these lines is silenced."""
        silenced = False
        for directive in self.found:
            covers = directive.lines is None or lines.start in directive.lines
            if rule in directive.rules and covers:
                directive.used.add(rule)
                silenced = True
        return silenced

    def unused(self, active: frozenset[str]) -> list[tuple[Directive, tuple[str, ...]]]:
        """Directives with the rules that they silenced nothing of, of those that were run."""
        return [
            (directive, idle)
            for directive in self.found
            if (idle := tuple(sorted((directive.rules & active) - directive.used)))
        ]

    def unknown(self, known: frozenset[str]) -> list[tuple[Directive, tuple[str, ...]]]:
        """Directives with the names in them that are no rule's id; also those without any."""
        return [
            (directive, tuple(sorted(directive.rules - known)))
            for directive in self.found
            if not (directive.rules and directive.rules <= known)
        ]

    def _in_head(self) -> Iterator[Directive]:
        subject = self._subject
        for number in range(subject.head_line, subject.body_start):
            found = _YAML_COMMENT.search(subject.line(number))
            text = read_directive(found[1]) if found else None
            if found and text:
                alone = not subject.line(number)[: found.start()].strip()
                yield self._made(number, found.start(1), text, number + 1 if alone else number)

    def _in_body(self) -> Iterator[Directive]:
        for comment in self._subject.comments:
            text = read_directive(comment.text)
            if text:
                covered = self._next_line(comment.last_line) if comment.alone else comment.line
                yield self._made(comment.line, comment.column, text, covered)

    def _made(self, line: int, column: int, text: DirectiveText, covered: int) -> Directive:
        # One that names nothing would silence everything, which nobody should write by accident.
        lines = None if text.whole_file else self._block_at(covered)
        return Directive(line, column, text.rules, lines)

    def _next_line(self, line: int) -> int:
        """The next line that is neither blank nor another directive."""
        comments = {
            number
            for comment in self._subject.comments
            if comment.alone
            for number in range(comment.line, comment.last_line + 1)
        }
        number = line + 1
        while number <= len(self._subject.lines) and (
            number in comments or not self._subject.line(number).strip()
        ):
            number += 1
        return number

    def _block_at(self, line: int) -> Lines:
        """The line alone, or the whole code block that begins on it."""
        for block in self._subject.document.code:
            if block.lines.start == line:
                return block.lines
        return Lines(line, line)
