"""Check: a snippet or a small project, and the findings that the code check should make in it.

Fields: `code`, one file (`filename`, by default `convex/snippet.ts`), or `files`, a mapping of
paths to contents; what is expected stands as a comment at the end of the line, `// expect: rule-id`
(several with commas), or in `expect`, a list of `rule`, `line` and `file`; `rules`, the rules that
are judged (findings of others don't count; without it all do); `select`, `ignore`, `severity` and
`small_tables`, the settings of the check, which also turn on what is off by default.

The comments are taken out before the code is checked, so that the check can't see them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from agents.errors import CodeCheckError, SuiteError
from agents.finding import Severity
from evals.checked_files import check_files
from evals.kinds.base import TEXT, TEXTS, Needs
from evals.metrics import findings
from evals.metrics.base import Metric
from evals.metrics.findings import Place
from evals.outcome import Json, Result
from evals.subject import Subject
from evals.yaml_lines import Entry, Table

if TYPE_CHECKING:
    from assistant.code.check import CheckOptions

DEFAULT_FILENAME = "convex/snippet.ts"
MAX_FILES = 50
MAX_SOURCE = 100_000
SYNTAX_ERROR = "syntax-error"

_RULE = r"[a-z][a-z0-9-]{0,79}"
_RULE_ID = re.compile(_RULE)
# Horizontal space before and after is taken out with the comment.
_MARK = re.compile(
    r"[ \t]{0,200}(?://|/\*|<!--|\{/\*) {0,9}expect: {0,9}"
    rf"({_RULE}(?:, {{0,9}}{_RULE}){{0,19}})"
    r" {0,9}(?:\*/\}?|-->)?[ \t]{0,9}$",
    re.MULTILINE,
)
_SAFE_PATH = re.compile(r"[\w@.()\[\]-]+(?:/[\w@.()\[\]-]+){0,9}")

_METRICS = {metric.name: metric for metric in findings.METRICS}
_PER_RULE = (findings.PRECISION, findings.RECALL, findings.F1)


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """What `[check]` in a project's settings can say, by the same names."""

    select: tuple[str, ...] = ()
    """Rule ids to run; empty means all that are not off."""
    ignore: tuple[str, ...] = ()
    severity: tuple[tuple[str, str], ...] = ()
    """Rule id and severity, in place of the rule's default."""
    small_tables: tuple[str, ...] = ()

    def leave_out(self, rule: str) -> bool:
        """Whether no finding of this rule can come of them."""
        if rule == SYNTAX_ERROR:
            return False
        off = dict(self.severity).get(rule) == "off" and rule not in self.select
        return off or rule in self.ignore or bool(self.select and rule not in self.select)

    def options(self) -> CheckOptions:
        """The same as the check takes it."""
        from assistant.code.check import CheckOptions

        return CheckOptions(
            select=self.select,
            ignore=self.ignore,
            severity={rule: Severity(severity) for rule, severity in self.severity},
            small_tables=frozenset(self.small_tables),
        )


@dataclass(frozen=True, slots=True)
class CheckTask:
    """The fields of a check case."""

    files: Mapping[str, str]
    """Contents by path, without marks."""
    expected: tuple[Place, ...]
    rules: frozenset[str] | None = None
    """The judged rules; None for all."""
    settings: CheckSettings = CheckSettings()


class CheckKind:
    """See the module's text."""

    name = "check"
    fields = (
        *("code", "filename", "files", "expect", "rules"),
        *("select", "ignore", "severity", "small_tables"),
    )

    def schema(self) -> Mapping[str, Json]:
        """The JSON Schema of each field."""
        return {
            "code": {**TEXT, "description": "One file; `// expect: rule-id` marks its lines."},
            "filename": {**TEXT, "description": f"Of `code`; {DEFAULT_FILENAME} without it."},
            "files": {
                "type": "object",
                "description": "A project: paths and contents.",
                "additionalProperties": TEXT,
            },
            "expect": {
                "type": "array",
                "description": "Findings that must be made, in place of comments.",
                "items": {
                    "type": "object",
                    "required": ["rule", "line"],
                    "additionalProperties": False,
                    "properties": {
                        "rule": TEXT,
                        "line": {"type": "integer", "minimum": 1},
                        "file": TEXT,
                    },
                },
            },
            "rules": {**TEXTS, "description": "The rules that are judged; all without it."},
            "select": {**TEXTS, "description": "The rules that are run; all that are on without."},
            "ignore": {**TEXTS, "description": "Rules that are not run."},
            "severity": {
                "type": "object",
                "description": "Severity by rule: turns on what is off by default, or off.",
                "additionalProperties": {"enum": [one.value for one in Severity]},
            },
            "small_tables": {**TEXTS, "description": "Tables that may be read whole."},
        }

    def read(self, table: Table) -> CheckTask:
        """The kind's own fields of a case."""
        rules = table.get("rules")
        judged = known_rules(rules) if rules is not None else None
        marked = _files(table)
        expected = [
            Place(path, line, rule)
            for path, source in marked.items()
            for line, rule in marks(source)
        ]
        expect = table.get("expect")
        if expect is not None:
            expected += [_place(entry, marked) for entry in expect.items()]
        settings = _settings(table)
        _require_known(sorted({place.rule for place in expected}), table.entry)
        for place in expected:
            if settings.leave_out(place.rule):
                raise SuiteError(
                    f"`{table.entry.key}` expects {place.rule}, which its settings don't run",
                    hint="add it to `select`, take it out of `ignore`, or take the mark out",
                    path=table.entry.path,
                    line=table.entry.line,
                )
            if judged is not None and place.rule not in judged:
                raise SuiteError(
                    f"`{table.entry.key}` expects {place.rule}, which its `rules` leave out",
                    hint="add it to `rules`, or take the mark out",
                    path=table.entry.path,
                    line=table.entry.line,
                )
        files = {path: without_marks(source) for path, source in marked.items()}
        return CheckTask(files, tuple(sorted(expected)), judged, settings)

    def needs(self, task: CheckTask) -> Needs:
        """No document: the rules are code."""
        return Needs(documents=())

    def run(self, task: CheckTask, subject: Subject) -> Result:
        """Write the files to a folder of their own, check them, compare the findings."""
        found = sorted(
            place
            for place in _findings(task)
            if task.rules is None or place.rule in task.rules or place.rule == SYNTAX_ERROR
        )
        missing, noisy = findings.matched(task.expected, found)
        return Result(
            scores=findings.scores_of(task.expected, found),
            missed=(*(f"missing: {p}" for p in missing), *(f"noisy: {p}" for p in noisy)),
            output={
                "expected": [_as_json(place) for place in task.expected],
                "found": [_as_json(place) for place in found],
            },
        )

    def metric(self, name: str) -> Metric | None:
        """The metric of that name, also for one rule: `recall:n-plus-one`."""
        family, colon, rule = name.partition(":")
        if not colon:
            return _METRICS.get(name)
        known = next((metric for metric in _PER_RULE if metric.name == family), None)
        return findings.for_rule(known, rule) if known and _RULE_ID.fullmatch(rule) else None


KIND = CheckKind()


def marks(source: str) -> list[tuple[int, str]]:
    """The (line, rule) pairs that the `expect:` comments of a source name."""
    return [
        (source.count("\n", 0, match.end()) + 1, rule.strip())
        for match in _MARK.finditer(source)
        for rule in match[1].split(",")
    ]


def without_marks(source: str) -> str:
    """The source without its `expect:` comments; lines keep their numbers."""
    return _MARK.sub("", source)


def _findings(task: CheckTask) -> list[Place]:
    found = check_files(task.files, task.settings.options())
    return [Place(each.file, each.line, each.rule) for each in found]


def _settings(table: Table) -> CheckSettings:
    select, ignore = table.get("select"), table.get("ignore")
    severity, tables = table.get("severity"), table.get("small_tables")
    levels: list[tuple[str, str]] = []
    for rule, level in severity.table() if severity is not None else ():
        _require_known([rule], level)
        levels.append((rule, level.choice([one.value for one in Severity])))
    return CheckSettings(
        select=tuple(sorted(known_rules(select))) if select is not None else (),
        ignore=tuple(sorted(known_rules(ignore))) if ignore is not None else (),
        severity=tuple(sorted(levels)),
        small_tables=tuple(sorted(tables.texts())) if tables is not None else (),
    )


def known_rules(entry: Entry) -> frozenset[str]:
    """The ids of a list. Raises SuiteError for one that no rule has: it would judge nothing."""
    ids = entry.texts()
    _require_known(ids, entry)
    return frozenset(ids)


def _require_known(ids: Iterable[str], entry: Entry) -> None:
    from assistant.code.catalogue import require_known

    try:
        require_known(ids)
    except CodeCheckError as error:
        raise SuiteError(
            f"`{entry.key}`: {error.message}", hint=error.hint, path=entry.path, line=entry.line
        ) from error


def _files(table: Table) -> dict[str, str]:
    code, filename, files = table.get("code"), table.get("filename"), table.get("files")
    if (code is None) == (files is None):
        raise table.entry.wrong("given either `code` or `files`")
    if files is None and code is not None:
        path = safe_path(filename.text(), filename) if filename is not None else DEFAULT_FILENAME
        return {path: code.text(longest=MAX_SOURCE)}
    if filename is not None:
        raise filename.wrong("left out where `files` is given")
    contents = {
        safe_path(path, entry): entry.text(longest=MAX_SOURCE) for path, entry in _each(files)
    }
    if not contents or len(contents) > MAX_FILES:
        raise table.need("files").wrong(f"a mapping of 1 to {MAX_FILES} paths to their contents")
    return contents


def _each(files: Entry | None) -> Iterable[tuple[str, Entry]]:
    return files.table() if files is not None else ()


def safe_path(path: str, entry: Entry) -> str:
    """A relative path that stays in its folder. Raises SuiteError for any other."""
    parts = PurePosixPath(path).parts
    if not _SAFE_PATH.fullmatch(path) or ".." in parts or "." in path.split("/"):
        raise entry.wrong("named by a relative path such as `convex/messages.ts`")
    return path


def _place(entry: Entry, files: Mapping[str, str]) -> Place:
    table = entry.table()
    table.only("rule", "line", "file")
    file, rule = table.get("file"), table.need("rule")
    path = file.choice(files) if file is not None else next(iter(files))
    if not _RULE_ID.fullmatch(rule.text()):
        raise rule.wrong("a rule's id")
    last = files[path].count("\n") + 1
    line = table.need("line").integer(1, last)
    _require_known([rule.text()], rule)
    return Place(path, line, rule.text())


def _as_json(place: Place) -> dict[str, Json]:
    return {"rule": place.rule, "file": place.file, "line": place.line}
