"""Document: what an agent document must say, cost and be.

Fields: `document`; `section`, to look at one section's own text alone; `items`, checklist items
that must be there (reworded is fine, see `evals.statements`); `says` and `must_not`, phrases as in
answers; `mentions`, names of code with how often they occur at least; `sections`, headings that
must stand in this order; `rules`, code rules that an item must ask for; `max_tokens`;
`lint: clean`, no finding at or above `warning`, apart from those of `lint_ignore`; `loads: true`,
Claude Code loads it as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from agents.document import ChecklistItem, Document, Section
from agents.errors import LintError, SuiteError
from agents.finding import Severity
from agents.location import LineIndex
from evals.kinds.answer import read_ways
from evals.kinds.base import TEXT, TEXTS, Needs
from evals.metrics import documents
from evals.metrics.base import Measured, Measurement, Metric, NotMeasured, share
from evals.outcome import Json, Result
from evals.passages import version_named
from evals.phrases import Fact, contains, plain, states
from evals.statements import match_statements
from evals.subject import Subject
from evals.yaml_lines import Entry, Table

if TYPE_CHECKING:
    from agents.registry import AgentVersion

MAX_TOKENS = 10_000_000
MAX_MENTIONS = 100_000
_NAME = re.compile(r"\.?[A-Za-z_$@][\w$.@/-]{0,99}")
_METRICS = {metric.name: metric for metric in documents.METRICS}


@dataclass(frozen=True, slots=True)
class DocumentTask:
    """The fields of a document case."""

    document: str
    section: tuple[str, ...] | None = None
    items: tuple[str, ...] = ()
    says: tuple[Fact, ...] = ()
    must_not: tuple[str, ...] = ()
    mentions: tuple[tuple[str, int], ...] = ()
    sections: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    max_tokens: int | None = None
    lint: bool = False
    lint_ignore: tuple[str, ...] = ()
    loads: bool = False


class DocumentKind:
    """See the module's text."""

    name = "document"
    fields = (
        *("document", "section", "items", "says", "must_not", "mentions", "sections", "rules"),
        *("max_tokens", "lint", "lint_ignore", "loads"),
    )

    def schema(self) -> Mapping[str, Json]:
        """The JSON Schema of each field."""
        count: Mapping[str, Json] = {"type": "integer", "minimum": 1}
        return {
            "document": {**TEXT, "description": "A handle, a path, or a file's name."},
            "section": {**TEXT, "description": "Look at this section's own text: Rules > Never."},
            "items": {**TEXTS, "description": "Checklist items that it must still say."},
            "says": {
                "type": "array",
                "description": "What must be said: a phrase, or a list of which one must be.",
                "items": TEXTS,
            },
            "must_not": {**TEXTS, "description": "Phrases that must not be said."},
            "mentions": {
                "description": "Names of code, and how often they occur at least.",
                "anyOf": [TEXTS, {"type": "object", "additionalProperties": count}],
            },
            "sections": {**TEXTS, "description": "Headings that must stand in this order."},
            "rules": {**TEXTS, "description": "Code rules that an item must ask for."},
            "max_tokens": {**count, "description": "About how many tokens it may cost."},
            "lint": {"const": "clean", "description": "No finding at or above warning."},
            "lint_ignore": {**TEXTS, "description": "Lint rules that don't count."},
            "loads": {"type": "boolean", "description": "Whether Claude Code must load it."},
        }

    def read(self, table: Table) -> DocumentTask:
        """The kind's own fields of a case."""
        section, budget, lint = table.get("section"), table.get("max_tokens"), table.get("lint")
        says, loads = table.get("says"), table.get("loads")
        task = DocumentTask(
            document=table.need("document").text(),
            section=tuple(section.text().split(" > ")) if section is not None else None,
            items=_texts(table, "items"),
            says=tuple(Fact(read_ways(one)) for one in says.items()) if says is not None else (),
            must_not=_texts(table, "must_not"),
            mentions=_mentions(table.get("mentions")),
            sections=_texts(table, "sections"),
            rules=_rules(table.get("rules")),
            max_tokens=budget.integer(1, MAX_TOKENS) if budget is not None else None,
            lint=lint is not None and lint.choice(["clean"]) == "clean",
            lint_ignore=_lint_rules(table.get("lint_ignore")),
            loads=loads is not None and loads.flag(),
        )
        if task == DocumentTask(task.document, task.section, lint_ignore=task.lint_ignore):
            raise table.entry.wrong("given something to expect, such as `items` or `lint: clean`")
        return task

    def needs(self, task: DocumentTask) -> Needs:
        """Its document, and for lint whom it may name."""
        named = (task.document,)
        return Needs(documents=named, named=named, names=task.lint)

    def run(self, task: DocumentTask, subject: Subject) -> Result:
        """Look at the document as it is now. Raises PassageGone where it is not under test."""
        looked = _Looked(task, version_named(task.document, subject.versions), subject)
        return Result(scores=looked.scores(), missed=tuple(looked.missed()), output=looked.output())

    def metric(self, name: str) -> Metric | None:
        """The metric of that name, or None."""
        return _METRICS.get(name)


KIND = DocumentKind()


@dataclass
class _Looked:
    """A document beside what is expected of it."""

    task: DocumentTask
    version: AgentVersion
    subject: Subject
    document: Document = field(init=False)

    def __post_init__(self) -> None:
        self.document = self.version.document

    @cached_property
    def places(self) -> list[Section]:
        """The sections that the case looks at; empty where it is gone, or the case names none."""
        wanted = tuple(" ".join(part.split()).casefold() for part in self.task.section or ())
        return [
            section
            for section in self.document.sections
            if wanted and tuple(p.casefold() for p in section.heading[-len(wanted) :]) == wanted
        ]

    @cached_property
    def text(self) -> str:
        if self.task.section is None:
            return self.document.text
        index = LineIndex(self.document.raw)
        return b"\n".join(index.cut(place.own) for place in self.places).decode("utf-8", "replace")

    @cached_property
    def items(self) -> list[tuple[str, ChecklistItem | None]]:
        """Each expected item with the one that says it now."""
        there = [
            item
            for item in self.document.checklist
            if self.task.section is None or any(p.own.overlaps(item.lines) for p in self.places)
        ]
        found = match_statements(self.task.items, [item.text for item in there])
        return [
            (text, there[at] if at is not None else None)
            for text, at in zip(self.task.items, found, strict=True)
        ]

    @cached_property
    def unsaid(self) -> list[Fact]:
        text = plain(self.text)
        return [fact for fact in self.task.says if not states(fact, text)]

    @cached_property
    def forbidden(self) -> list[str]:
        text = plain(self.text)
        return [phrase for phrase in self.task.must_not if contains(text, phrase)]

    @cached_property
    def too_rare(self) -> list[tuple[str, int, int]]:
        """Name, how often it occurs and how often it should."""
        counts = [(name, occurrences(name, self.text), least) for name, least in self.task.mentions]
        return [one for one in counts if one[1] < one[2]]

    @cached_property
    def out_of_order(self) -> list[str]:
        """The expected headings that are gone, or stand before one that should come first."""
        titles = [s.heading[-1].casefold() for s in self.document.sections if s.heading]
        missing, at = [], 0
        for wanted in self.task.sections:
            try:
                at = titles.index(" ".join(wanted.split()).casefold(), at) + 1
            except ValueError:
                missing.append(wanted)
        return missing

    @cached_property
    def unasked(self) -> list[str]:
        from assistant.code.documented import rules_of_item

        if not self.task.rules:
            return []
        asked = {rule for item in self.document.checklist for rule in rules_of_item(item)}
        return [rule for rule in self.task.rules if rule not in asked]

    @cached_property
    def tokens(self) -> int:
        from agents.lint.tokens import estimated_tokens

        return estimated_tokens(self.text)

    @cached_property
    def findings(self) -> list[str]:
        return _lint(self.version, self.subject, self.task.lint_ignore) if self.task.lint else []

    @cached_property
    def loading(self) -> str | None:
        """Why Claude Code does not load it as it is written; None where it does."""
        from agents.claude_loading import Loading, as_project_agent, read_claude_head

        if not self.task.loads:
            return None
        text = self.version.raw.decode("utf-8", "replace")
        found = as_project_agent(read_claude_head(text))
        if found.loading is Loading.LOADS and found.reason is None:
            return None
        return f"{found.loading.value}: {found.reason or 'its head is not read'}"

    def scores(self) -> dict[str, Measurement]:
        task = self.task
        said = sum(item is not None for _, item in self.items)
        phrases = len(task.says) + len(task.must_not)
        unmet = len(self.unsaid) + len(self.forbidden)
        budget = task.max_tokens is not None
        return {
            documents.ITEMS.name: _share(said, len(task.items)),
            documents.SECTIONS.name: _share(
                len(task.sections) - len(self.out_of_order), len(task.sections)
            ),
            documents.PHRASES.name: _share(phrases - unmet, phrases),
            documents.MENTIONS.name: _share(
                len(task.mentions) - len(self.too_rare), len(task.mentions)
            ),
            documents.RULES.name: _share(len(task.rules) - len(self.unasked), len(task.rules)),
            documents.TOKENS.name: Measured(float(self.tokens), 1)
            if budget
            else NotMeasured("the case sets no budget"),
            documents.LINT.name: _share(int(not self.findings), int(task.lint)),
            documents.LOADS.name: _share(int(self.loading is None), int(task.loads)),
        }

    def missed(self) -> Sequence[str]:
        task = self.task
        if task.section is not None and not self.places:
            return [f"the section “{' > '.join(task.section)}” is gone"]
        over = task.max_tokens is not None and self.tokens > task.max_tokens
        return [
            *(f"no item says “{text}”" for text, item in self.items if item is None),
            *(f"the section “{title}” is gone or out of order" for title in self.out_of_order),
            *(f"does not say “{fact}”" for fact in self.unsaid),
            *(f"says “{phrase}”" for phrase in self.forbidden),
            *(
                f"mentions `{name}` {count} times, expected {least}"
                for name, count, least in self.too_rare
            ),
            *(f"no item asks for the rule {rule}" for rule in self.unasked),
            *([f"about {self.tokens} tokens, at most {task.max_tokens}"] if over else []),
            *(f"lint: {finding}" for finding in self.findings),
            *([f"Claude Code {self.loading}"] if self.loading is not None else []),
        ]

    def output(self) -> dict[str, Json]:
        return {
            "document": self.version.handle,
            "digest": self.version.digest,
            "section": list(self.task.section) if self.task.section is not None else None,
            "items": [
                {"expected": text, "line": item.line, "text": item.text}
                if item is not None
                else {"expected": text, "line": None, "text": None}
                for text, item in self.items
            ],
            "tokens": self.tokens,
            "unasked_rules": self.unasked,
            "lint": self.findings,
        }


def occurrences(name: str, text: str) -> int:
    """How often a name of code stands in a text; `.take` is that method of anything."""
    before = "" if name.startswith(".") else r"(?<![\w$])"
    return len(re.findall(rf"{before}{re.escape(name)}(?![\w$])", text))


def _share(part: int, whole: int) -> Measurement:
    return share(part, whole, nothing="the case expects none")


def _lint(version: AgentVersion, subject: Subject, ignore: Sequence[str]) -> list[str]:
    from agents.lint.linting import LintOptions, Target, lint
    from assistant.code.check import check_project
    from assistant.code.snippets import project_of_document

    target = Target(version.raw, version.path, handle=version.handle, kind_path=version.path)
    options = LintOptions(
        ignore=tuple(ignore),
        minimum=Severity.WARNING,
        agents=frozenset(name for v in subject.versions for name in (v.handle, v.name)),
        check_code=lambda document, file: (
            check_project(project_of_document(document, file)).findings
        ),
    )
    return [
        f"{f.rule} at line {f.span.line}: {f.message}" for f in lint([target], options).findings
    ]


def _texts(table: Table, key: str) -> tuple[str, ...]:
    entry = table.get(key)
    return entry.texts() if entry is not None else ()


def _mentions(entry: Entry | None) -> tuple[tuple[str, int], ...]:
    if entry is None:
        return ()
    if isinstance(entry.value, tuple | str):
        pairs = [(name, 1) for name in entry.texts()]
    else:
        pairs = [(name, count.integer(1, MAX_MENTIONS)) for name, count in entry.table()]
    for name, _ in pairs:
        if not _NAME.fullmatch(name):
            raise entry.wrong("names of code such as `withIndex` or `ctx.db`")
    return tuple(pairs)


def _rules(entry: Entry | None) -> tuple[str, ...]:
    from evals.kinds.check import known_rules

    return tuple(sorted(known_rules(entry))) if entry is not None else ()


def _lint_rules(entry: Entry | None) -> tuple[str, ...]:
    """The ids of a list. Raises SuiteError for one that no lint rule has."""
    if entry is None:
        return ()
    from agents.lint.catalogue import require_known

    try:
        require_known(entry.texts())
    except LintError as error:
        raise SuiteError(
            f"`{entry.key}`: {error.message}", hint=error.hint, path=entry.path, line=entry.line
        ) from error
    return entry.texts()
