"""Check: a snippet or a small project, and the findings that the code check should make in it.

Fields: `code`, one file (`filename`, by default `convex/snippet.ts`), or `files`, a mapping of
paths to contents; what is expected stands as a comment at the end of the line, `// expect: rule-id`
(several with commas), or in `expect`, a list of `rule`, `line` and `file`; `rules`, the rules that
are judged (findings of others don't count; without it all do).

The comments are taken out before the code is checked, so that the check can't see them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from agents.errors import CodeCheckError, SuiteError
from evals.checked_files import check_files
from evals.kinds.base import TEXT, TEXTS, Needs
from evals.metrics import findings
from evals.metrics.base import Metric
from evals.metrics.findings import Place
from evals.outcome import Json, Result
from evals.subject import Subject
from evals.yaml_lines import Entry, Table

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
class CheckTask:
    """The fields of a check case."""

    files: Mapping[str, str]
    """Contents by path, without marks."""
    expected: tuple[Place, ...]
    rules: frozenset[str] | None = None
    """The judged rules; None for all."""


class CheckKind:
    """See the module's text."""

    name = "check"
    fields = ("code", "filename", "files", "expect", "rules")

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
        for place in expected:
            if judged is not None and place.rule not in judged:
                raise SuiteError(
                    f"`{table.entry.key}` expects {place.rule}, which its `rules` leave out",
                    hint="add it to `rules`, or take the mark out",
                    path=table.entry.path,
                    line=table.entry.line,
                )
        files = {path: without_marks(source) for path, source in marked.items()}
        return CheckTask(files, tuple(sorted(expected)), judged)

    def needs(self, task: CheckTask) -> Needs:
        """No document: the rules are code."""
        return Needs(documents=())

    def run(self, task: CheckTask, subject: Subject) -> Result:
        """Write the files to a folder of their own, check them, compare the findings."""
        found = sorted(
            place
            for place in (Place(f.file, f.line, f.rule) for f in check_files(task.files))
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


def known_rules(entry: Entry) -> frozenset[str]:
    """The ids of a list. Raises SuiteError for one that no rule has: it would judge nothing."""
    from assistant.code.catalogue import require_known

    ids = entry.texts()
    try:
        require_known(ids)
    except CodeCheckError as error:
        raise SuiteError(
            f"`{entry.key}`: {error.message}", hint=error.hint, path=entry.path, line=entry.line
        ) from error
    return frozenset(ids)


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
    return Place(path, table.need("line").integer(1, last), rule.text())


def _as_json(place: Place) -> dict[str, Json]:
    return {"rule": place.rule, "file": place.file, "line": place.line}
