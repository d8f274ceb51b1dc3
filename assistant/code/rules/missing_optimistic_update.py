"""A toggle, a reordering, a message and the like is sent with no optimistic update.

Why: the result shows only after the server has answered, and what feels like a switch lags behind
the finger. `.withOptimisticUpdate` changes the local queries at once and is undone by itself.
Silent when: the mutation has an optimistic update, or its name speaks of nothing of the kind: an
e-mail or a signal that is sent shows nowhere here.

Bad:
    // src/Star.tsx
    import { useMutation } from "convex/react";
    import { api } from "../convex/_generated/api";

    export function Star() {
      const toggle = useMutation(api.stars.toggle);
      return <button onClick={() => void toggle({})}>star</button>;
    }
Good:
    // src/Star.tsx
    import { useMutation } from "convex/react";
    import { api } from "../convex/_generated/api";

    export function Star() {
      const toggle = useMutation(api.stars.toggle).withOptimisticUpdate((store) => {
        const on = store.getQuery(api.stars.mine, {});
        if (on !== undefined) store.setQuery(api.stars.mine, {}, !on);
      });
      return <button onClick={() => void toggle({})}>star</button>;
    }

Intent:
    optimistic | withOptimisticUpdate & update | ui | mutation | toggle | withOptimisticUpdate &
        not concurrency | conflict;
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._clients import CLIENT_FILES, ClientCall, ClientCalls, Verb
from assistant.code.rules._words import words_of

_AT_ONCE = frozenset(
    {"add", "archive", "check", "complete", "like", "move", "remove", "rename", "reorder"}
    | {"send", "star", "toggle", "vote"}
)

_FOR_OTHERS = frozenset(
    {"code", "email", "emails", "heartbeat", "invitation", "invite", "mail", "notification"}
    | {"notifications", "otp", "ping", "reminder", "reminders", "reset", "signal", "sms"}
    | {"test", "verification"}
)
"""What is sent to somebody else, with nothing of it to be shown to who sends it."""


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report each such `useMutation`."""
    for call in project.once(ClientCalls).in_file(file):
        if not call.is_hook or call.verb is not Verb.MUTATION or call.reference is None:
            continue
        words = words_of(call.reference.path[-1] if call.reference.path else "")
        if _AT_ONCE.isdisjoint(words) or _is_optimistic(file, call):
            continue
        if "send" in words and not _FOR_OTHERS.isdisjoint(words):
            continue
        yield RULE.at(
            file,
            call.name_node,
            f"`{call.reference.text}` shows its effect only when the server has answered",
            hint="add `.withOptimisticUpdate(…)`",
            confidence=Confidence.MEDIUM,
        )


def _is_optimistic(file: CodeFile, call: ClientCall) -> bool:
    """Whether an update follows at once, or where the variable is used."""
    parent = syntax.wrapped(call.node).parent
    if parent is None:
        return False
    if syntax.member_name(parent) == "withOptimisticUpdate":
        return True
    name = syntax.field(parent, "name") if parent.type == "variable_declarator" else None
    binding = file.names.resolve(name) if name is not None and name.type == "identifier" else None
    return binding is not None and any(
        use.parent is not None and syntax.member_name(use.parent) == "withOptimisticUpdate"
        for use in file.names.uses(binding)
    )


RULE = Rule(
    id="missing-optimistic-update",
    severity=Severity.OFF,
    when_enabled=Severity.INFO,
    category="writing",
    files=CLIENT_FILES,
    check_file=check_file,
)
