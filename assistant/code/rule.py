"""What a rule is, and what it reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from agents.finding import Confidence, Edit, Severity
from assistant.code.modules import Category, CodeFile

if TYPE_CHECKING:
    from tree_sitter import Node

    from agents.location import Span
    from assistant.code.contexts import ContextCall
    from assistant.code.functions import RegisteredFunction
    from assistant.code.project import Project
    from assistant.code.queries import DbQuery
    from assistant.code.schema import Table

PEER_FILES = frozenset({Category.DEPLOYED, Category.TEST, Category.CONFIG})
"""Where the official plugin looks as well: all files of the functions folder, tests included."""

CALL_KINDS = frozenset({"call_expression", "new_expression"})
"""The nodes that have a callee."""

RuleCategory = Literal["reading", "writing", "validation", "access", "layout"]


@dataclass(frozen=True, slots=True)
class Report:
    """A finding as a rule gives it; the engine adds what the settings and the documents say."""

    rule: Rule
    file: CodeFile
    node: Node
    """The identifier that names the offence: the finding's span covers it."""
    message: str
    hint: str | None
    severity: Severity
    confidence: Confidence
    end: Node | None
    """Where given, the span runs to the end of this node."""
    anchor: Node | None
    """What the peer's rule of this name reports; an ESLint directive counts against its line."""
    edits: tuple[Edit, ...]
    within: tuple[int, int] | None = None
    """Where given, these bytes of the file are the finding's span: a part of a text or comment."""

    @property
    def span(self) -> Span:
        """Where it stands for the user."""
        if self.within is None:
            return self.file.span(self.node, self.end)
        return self.file.origin.span(self.file.tree.index.span(*self.within))

    @property
    def line(self) -> int:
        """The 1-based line of the file's own text on which it begins."""
        start = self.node.start_byte if self.within is None else self.within[0]
        return self.file.tree.index.line_of(start)


Reports = Iterable[Report]


@dataclass(frozen=True)
class Rule:
    """One rule. It has one or more of the `check` functions; each is called with what it names.

    `check_query` is called once for each way on of a query: findings at a shared step are merged.
    """

    id: str
    severity: Severity
    """The default; `OFF` for rules that have to be switched on."""
    category: RuleCategory
    peer: bool = False
    """Whether the official ESLint plugin has a rule of this name."""
    when_enabled: Severity = Severity.WARNING
    """The severity of a rule that is off by default, once it is selected."""
    in_components: Severity | None = None
    """The default inside a component, where it differs."""
    files: frozenset[Category] = frozenset({Category.DEPLOYED})
    """In which files it looks; reports elsewhere are dropped.

    Tests beside the functions count as TEST; those outside the functions folder only together
    with CLIENT.
    """
    yields_to: frozenset[str] = frozenset()
    """Rules of which a report with high confidence at the same place makes this one needless."""
    kinds: frozenset[str] = frozenset()
    """The node kinds with which `check` is called."""
    names: frozenset[str] = frozenset()
    """Where given, `check` is only called with calls whose callee's last name is one of these."""
    check: Callable[[Node, CodeFile, Project], Reports] | None = None
    check_file: Callable[[CodeFile, Project], Reports] | None = None
    check_function: Callable[[RegisteredFunction, Project], Reports] | None = None
    check_query: Callable[[DbQuery, Project], Reports] | None = None
    check_call: Callable[[ContextCall, Project], Reports] | None = None
    """Called with every call of a part of the context: `ctx.db.insert(…)`."""
    check_table: Callable[[Table, Project], Reports] | None = None
    check_project: Callable[[Project], Reports] | None = None

    def __post_init__(self) -> None:
        if (self.check is None) != (not self.kinds):
            raise ValueError(f"{self.id}: `check` and `kinds` go together")
        if self.names and not self.kinds <= CALL_KINDS:
            raise ValueError(f"{self.id}: `names` are those of calls")

    def looks_at(self, file: CodeFile) -> bool:
        """Whether the rule has anything to say about a file."""
        if file.category not in self.files:
            return False
        return bool(file.module) or Category.CLIENT in self.files

    def at(
        self,
        file: CodeFile,
        node: Node,
        message: str,
        *,
        hint: str | None = None,
        severity: Severity | None = None,
        confidence: Confidence = Confidence.HIGH,
        end: Node | None = None,
        anchor: Node | None = None,
        edits: tuple[Edit, ...] = (),
        within: tuple[int, int] | None = None,
    ) -> Report:
        """A report at `node`. `severity` only where it is lower or higher than the rule's own."""
        own = self.when_enabled if self.severity is Severity.OFF else self.severity
        return Report(
            self, file, node, message, hint, severity or own, confidence, end, anchor, edits, within
        )
