"""A field of a subagent's head has a value that Claude Code drops.

Why: the client writes a line into its debug log and goes on without the field. A `permissionMode`
that it doesn't know is no protection, a `memory` that it doesn't know is none.

Bad:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    permissionMode: readonly
    color: teal
    maxTurns: unlimited
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    permissionMode: plan
    color: cyan
    maxTurns: 20
    ---
    You review changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.document import DocumentKind, YamlValue
from agents.errors import did_you_mean
from agents.finding import Edit, Severity
from agents.lint import claude
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

_CHOICES = {
    "color": claude.COLOURS,
    "permissionMode": claude.PERMISSION_MODES,
    "memory": claude.MEMORIES,
    "isolation": claude.ISOLATIONS,
    "background": ("true", "false"),
}
_COSMETIC = frozenset({"color"})
_WHOLE = re.compile(r"[+]?\d+")


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report each value that is none of those which the client takes."""
    values = subject.document.frontmatter.values
    for key, choices in _CHOICES.items():
        if key in values and values[key] is not None and not _is_one_of(values[key], choices):
            yield _report(subject, key, choices)
    if values.get("effort") is not None and not _is_effort(values["effort"]):
        yield _report(subject, "effort", (*claude.EFFORTS, "a whole number"))
    if values.get("maxTurns") is not None and not _is_positive(values["maxTurns"]):
        yield _report(subject, "maxTurns", ("a whole number from 1",))


def _is_one_of(value: YamlValue, choices: tuple[str, ...]) -> bool:
    if isinstance(value, bool):
        return str(value).lower() in choices
    return isinstance(value, str) and value.strip() in choices


def _is_effort(value: YamlValue) -> bool:
    if isinstance(value, bool):
        return False
    text = str(value).lower()
    return text in (*claude.EFFORTS, "med") or bool(_WHOLE.match(text))


def _is_positive(value: YamlValue) -> bool:
    if isinstance(value, bool):
        return False
    found = _WHOLE.match(str(value).strip())
    return found is not None and int(found[0]) > 0


def _report(subject: Subject, key: str, choices: tuple[str, ...]) -> Report:
    value = subject.value(key)
    shown = value if isinstance(value, str) else str(value)
    short = shown if len(shown) <= 40 else f"{shown[:39]}…"
    line, start, end = subject.in_key(key, shown.strip().split("\n")[0])
    meant = next((one for one in choices if one.lower() == shown.strip().lower()), None)
    edits: tuple[Edit, ...] = ()
    if meant is not None and subject.line(line)[start:end] == shown.strip():
        edits = (subject.edit(line, start, end, meant),)
    return RULE.at(
        subject,
        line,
        start,
        end,
        message=f"Claude Code drops `{key}: {' '.join(short.split())}`",
        hint=_hint(key, shown, choices),
        severity=Severity.INFO if key in _COSMETIC else None,
        edits=edits,
    )


def _hint(key: str, shown: str, choices: tuple[str, ...]) -> str:
    takes = f"it takes {', '.join(choices)}"
    if key in _COSMETIC and shown.strip().lower() not in choices:
        return takes  # `grey` is spelled like `green`, and nobody means it.
    return did_you_mean(shown, choices, takes)


RULE = Rule(
    id="invalid-field-value",
    severity=Severity.WARNING,
    category="schema",
    kinds=frozenset({DocumentKind.SUBAGENT}),
    claude_only=True,
    check=check,
)
