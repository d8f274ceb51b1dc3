"""A field of a subagent's head holds the wrong kind of value.

Why: Claude Code wants text for `name` and `description` and drops the file where it finds
something else (`name: 42`, `description: [..]`); other fields of the wrong kind are passed over.

Bad:
    ---
    name: 404
    description: Handles missing pages. Use for broken links.
    skills:
      forms: true
    ---
    You mend links.
Good:
    ---
    name: "404"
    description: Handles missing pages. Use for broken links.
    skills: forms
    ---
    You mend links.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from agents.document import DocumentKind, YamlValue
from agents.finding import Edit, Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject


def _is_text(value: YamlValue) -> bool:
    return isinstance(value, str)


def _is_list_of_text(value: YamlValue) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    return isinstance(value, str)


def _is_list(value: YamlValue) -> bool:
    return isinstance(value, list)


_WANTED: dict[str, tuple[Callable[[YamlValue], bool], str]] = {
    "name": (_is_text, "text"),
    "description": (_is_text, "text"),
    "model": (_is_text, "text"),
    "initialPrompt": (_is_text, "text"),
    "tools": (_is_list_of_text, "a list of names, or names with commas between"),
    "disallowedTools": (_is_list_of_text, "a list of names, or names with commas between"),
    "skills": (_is_list_of_text, "a list of names, or names with commas between"),
    "mcpServers": (_is_list, "a list of server names or of `name: {…}`"),
}


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report each field whose value is of another kind than the client takes."""
    for key, (fits, wanted) in _WANTED.items():
        value = subject.value(key)
        lines = subject.key_lines(key)
        if value is None or lines is None or fits(value):
            continue
        drops = key in ("name", "description")
        yield RULE.at(
            subject,
            lines.start,
            message=f"`{key}` holds {_named(value)}, so Claude Code "
            + ("doesn't load the file" if drops else "passes it over"),
            hint=f"give it {wanted}",
            severity=None if drops else Severity.WARNING,
            edits=_quoted(subject, key, value) if wanted == "text" else (),
        )


def _named(value: YamlValue) -> str:
    if isinstance(value, bool):
        return "a yes or no"
    if isinstance(value, int | float):
        return "a number"
    return "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else "?"


def _quoted(subject: Subject, key: str, value: YamlValue) -> tuple[Edit, ...]:
    """Put a number or a yes or no in quotes."""
    lines = subject.key_lines(key)
    if isinstance(value, list | dict) or lines is None or lines.start != lines.end:
        return ()
    text = subject.line(lines.start)
    written = text.partition(":")[2].strip()
    if not written.replace(".", "").isalnum():
        return ()
    start = text.rindex(written)
    return (subject.edit(lines.start, start, start + len(written), f'"{written}"'),)


RULE = Rule(
    id="wrong-field-type",
    severity=Severity.ERROR,
    category="schema",
    kinds=frozenset({DocumentKind.SUBAGENT}),
    claude_only=True,
    check=check,
)
