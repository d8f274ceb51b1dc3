"""Comment directives that silence findings, and which of them silenced nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from agents.directive import WORD, DirectiveText, listed_rules, read_directive
from assistant.code import syntax

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from assistant.code.modules import CodeFile

_ESLINT = re.compile(r"^\s*eslint-(disable|enable)(-line|-next-line)?\b(.*)$", re.DOTALL)
_WHOLES = frozenset({"program", "statement_block", "class_body", "switch_body"})
_BLOCKS = ("class_body", "statement_block", "switch_body")
_LONGEST = 5_000
"""Lines of a statement that a directive reaches over; anything longer is no statement."""
_PEER_PREFIX = "@convex-dev/"


@dataclass(slots=True)
class Directive:
    """One comment that silences rules."""

    node: Node
    own: bool
    """Ours, not ESLint's."""
    rules: frozenset[str]
    """Rule ids; empty means all (ESLint's bare form)."""
    first_line: int
    last_line: int | None
    """The 1-based lines of the file's text that it silences; None means to the end."""
    scope: Literal["line", "range"]
    used: set[str] = field(default_factory=set)
    without: tuple[range, ...] = ()
    """Lines in between that it doesn't reach."""

    def covers(self, rule: str, lines: Iterable[int]) -> bool:
        """Whether it silences a finding of `rule` that stands on one of these lines."""
        if self.rules and rule not in self.rules:
            return False
        last = self.last_line
        return any(
            self.first_line <= line
            and (last is None or line <= last)
            and not any(line in gap for gap in self.without)
            for line in lines
        )


class Directives:
    """The directives of one file."""

    def __init__(self, file: CodeFile) -> None:
        self._file = file
        self.found: list[Directive] = []
        raw = file.raw
        if WORD.encode() in raw or b"eslint-" in raw:
            for comment in file.nodes("comment"):
                self._read(comment)

    def silence(self, rule: str, *, peer: bool, line: int, anchor_line: int | None) -> bool:
        """Whether a finding is silenced; marks the directive as used."""
        silenced = False
        for directive in self.found:
            lines = {line}
            if not directive.own:
                if not peer:
                    continue
                if anchor_line is not None:
                    lines.add(anchor_line)
            if directive.covers(rule, lines):
                directive.used.add(rule)
                silenced = True
        return silenced

    def unused(self, active: frozenset[str]) -> list[tuple[Directive, tuple[str, ...]]]:
        """Our directives with the rules that they silenced nothing of.

        `active`: the rules that were run; others can't show whether they are needed.
        """
        found: list[tuple[Directive, tuple[str, ...]]] = []
        for directive in self.found:
            idle = tuple(sorted((directive.rules & active) - directive.used))
            if directive.own and idle:
                found.append((directive, idle))
        return found

    def unknown(self, known: frozenset[str]) -> list[tuple[Directive, tuple[str, ...]]]:
        """Our directives with the names in them that are no rule's id; also those without any."""
        return [
            (directive, tuple(sorted(directive.rules - known)))
            for directive in self.found
            if directive.own and not (directive.rules and directive.rules <= known)
        ]

    def _read(self, comment: Node) -> None:
        text = syntax.text_of(comment)
        body = text[2:-2] if text.startswith("/*") else text[2:]
        own = read_directive(body)
        if own is not None:
            self._read_own(comment, own)
            return
        eslint = _ESLINT.match(body)
        if eslint is not None:
            self._read_eslint(comment, eslint[1], eslint[2] or "", eslint[3])

    def _read_own(self, comment: Node, text: DirectiveText) -> None:
        rules = text.rules
        if not rules:
            # It would silence everything, which nobody should write by leaving something out.
            self.found.append(Directive(comment, True, rules, 1, 0, "line"))
            return
        if text.whole_file:
            self.found.append(Directive(comment, True, rules, 1, None, "range"))
            return
        line = self._file.line(comment)
        last = line
        without: tuple[range, ...] = ()
        if self._stands_alone(comment):
            # It speaks for the next line of code; further comment lines may follow it.
            line = self._next_code_line(comment)
            last, without = self._reach(line)
        self.found.append(Directive(comment, True, rules, line, last, "line", without=without))

    def _read_eslint(self, comment: Node, word: str, where: str, rest: str) -> None:
        named = listed_rules(rest, separators=r",")
        rules = frozenset(
            name.removeprefix(_PEER_PREFIX) for name in named if name.startswith(_PEER_PREFIX)
        )
        if named and not rules:
            return
        line = self._file.line(comment)
        end_line = self._file.tree.index.line_of(max(comment.end_byte - 1, comment.start_byte))
        if word == "enable":
            for directive in self.found:
                ends_here = not rules or directive.rules == rules
                if not directive.own and directive.last_line is None and ends_here:
                    directive.last_line = line
        elif where == "-next-line":
            self.found.append(Directive(comment, False, rules, end_line + 1, end_line + 1, "line"))
        elif where == "-line":
            self.found.append(Directive(comment, False, rules, line, line, "line"))
        elif syntax.text_of(comment).startswith("/*"):
            self.found.append(Directive(comment, False, rules, line, None, "range"))

    def _stands_alone(self, comment: Node) -> bool:
        index, source = self._file.tree.index, self._file.tree.source
        line = index.line_of(max(comment.end_byte - 1, comment.start_byte))
        end = index.line_start(line + 1) if line < index.line_count else len(source)
        start = index.line_start(index.line_of(comment.start_byte))
        around = source[start : comment.start_byte] + source[comment.end_byte : end]
        return not around.strip()

    def _reach(self, line: int) -> tuple[int, tuple[range, ...]]:
        """The last line of the statement (or member) that begins on a line, and what isn't meant.

        Blocks inside it are not: a word above a function isn't one about all that it does.
        """
        tree = self._file.tree
        index, source = tree.index, tree.source
        if line > index.line_count:
            return line, ()
        start = index.line_start(line)
        end = index.line_start(line + 1) if line < index.line_count else len(source)
        start += len(source[start:end]) - len(source[start:end].lstrip())
        node = tree.root.descendant_for_byte_range(start, start)
        if node is None or node.start_byte != start:
            return line, ()
        while node.parent is not None and node.parent.start_byte == start:
            if node.parent.type in _WHOLES:
                break
            node = node.parent
        last = index.line_of(max(node.end_byte - 1, start))
        if last - line > _LONGEST:
            return line, ()
        blocks = [node] if node.type in _BLOCKS else syntax.descendants(node, *_BLOCKS)
        inside = (
            range(index.line_of(block.start_byte) + 1, index.line_of(block.end_byte - 1))
            for block in blocks
        )
        return last, tuple(gap for gap in inside if gap)

    def _next_code_line(self, comment: Node) -> int:
        index = self._file.tree.index
        line = index.line_of(max(comment.end_byte - 1, comment.start_byte)) + 1
        while line in self._comment_lines:
            line = self._comment_lines[line]
        return line

    @cached_property
    def _comment_lines(self) -> dict[int, int]:
        """For each line that is nothing but a `//` comment the first line behind the run."""
        ends: dict[int, int] = {}
        index, source = self._file.tree.index, self._file.tree.source
        for line in range(index.line_count, 0, -1):
            start = index.line_start(line)
            if source[start : start + 200].lstrip(b" \t").startswith(b"//"):
                ends[line] = ends.get(line + 1, line + 1)
        return ends
