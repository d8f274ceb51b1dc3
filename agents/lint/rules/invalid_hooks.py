"""The `hooks` of a subagent's head are not what Claude Code takes.

Why: one fault in them and the client drops all hooks of the file, with a line in its debug log:
what they were to forbid is allowed then.

Bad:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    hooks:
      PreToolCall:
        - matcher: Write
          hooks:
            - type: command
              command: exit 2
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    hooks:
      PreToolUse:
        - matcher: Write
          hooks:
            - type: command
              command: exit 2
    ---
    You review changes.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.document import DocumentKind, YamlValue
from agents.errors import did_you_mean
from agents.finding import Edit, Severity
from agents.lint.claude import HOOK_EVENTS, HOOK_TYPES
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report the faults of the hooks, each where its words stand."""
    if "hooks" not in subject.document.frontmatter.values:
        return
    value = subject.value("hooks")
    if value is None or value == {}:
        return
    if not isinstance(value, dict):
        edits: tuple[Edit, ...] = ()
        lines = subject.key_lines("hooks")
        if value == [] and lines is not None:
            edits = (subject.without_lines(lines),)
        line, start, end = subject.in_key("hooks", "")
        yield RULE.at(
            subject,
            line,
            start,
            end,
            message="`hooks` is no mapping of events, so Claude Code drops it",
            hint="remove it, or write `PreToolUse:` and the like below it",
            edits=edits,
        )
        return
    for words, message, hint in _faults(value):
        line, start, end = subject.in_key("hooks", words)
        yield RULE.at(subject, line, start, end, message=message, hint=hint)


def _faults(events: dict[str, YamlValue]) -> Iterator[tuple[str, str, str]]:
    for event, matchers in events.items():
        if event not in HOOK_EVENTS:
            hint = did_you_mean(event, sorted(HOOK_EVENTS), "PreToolUse, PostToolUse, Stop, …")
            yield event, f"there is no hook event `{event}`, so all hooks are dropped", hint
        elif not isinstance(matchers, list):
            yield event, f"`{event}` holds no list, so all hooks are dropped", "write `- matcher:`"
        else:
            for matcher in matchers:
                yield from _faults_of_matcher(event, matcher)


def _faults_of_matcher(event: str, matcher: YamlValue) -> Iterator[tuple[str, str, str]]:
    hooks = matcher.get("hooks") if isinstance(matcher, dict) else None
    if not isinstance(hooks, list):
        message = f"an entry of `{event}` has no list of `hooks`, so all hooks are dropped"
        yield event, message, "write `hooks:` below `matcher:`, and `- type: command` below it"
        return
    for hook in hooks:
        kind = hook.get("type") if isinstance(hook, dict) else None
        if not isinstance(hook, dict) or not isinstance(kind, str) or kind not in HOOK_TYPES:
            message = f"a hook of `{event}` has no known `type`, so all hooks are dropped"
            yield event, message, f"it takes {', '.join(HOOK_TYPES)}"
        elif not hook.get(HOOK_TYPES[kind]):
            message = f"a hook of `{event}` has no `{HOOK_TYPES[kind]}`, so all hooks are dropped"
            yield event, message, f"say `{HOOK_TYPES[kind]}:`"


RULE = Rule(
    id="invalid-hooks",
    severity=Severity.WARNING,
    category="schema",
    kinds=frozenset({DocumentKind.SUBAGENT}),
    claude_only=True,
    check=check,
)
