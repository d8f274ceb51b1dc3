"""Claude Code's tools and models under the names of other tools.

A document names tools as Claude Code does. Each target has a table from those names to its own; a
limit in brackets (`Bash(git log:*)`) is lost where the target can't say it, and told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.document import Document
from agents.head_fields import ALL, tool_names

READ, EDIT, SEARCH, RUN, WEB, PLAN, DELEGATE, SKILL = (
    *("read", "edit", "search", "run"),
    *("web", "plan", "delegate", "skill"),
)
ABILITIES: Mapping[str, str] = {
    **dict.fromkeys(("Read", "NotebookRead", "LSP"), READ),
    **dict.fromkeys(("Edit", "Write", "MultiEdit", "NotebookEdit"), EDIT),
    **dict.fromkeys(("Grep", "Glob", "LS"), SEARCH),
    **dict.fromkeys(("Bash", "BashOutput", "KillShell", "KillBash", "PowerShell"), RUN),
    **dict.fromkeys(("WebFetch", "WebSearch"), WEB),
    **dict.fromkeys(
        ("TodoWrite", "TodoRead", "TaskCreate", "TaskUpdate", "TaskGet", "TaskList"), PLAN
    ),
    **dict.fromkeys(("Task", "Agent"), DELEGATE),
    "Skill": SKILL,
}
"""What each of Claude Code's tools lets an agent do."""

_MODELS = {
    "sonnet": "claude-sonnet-5",
    "opus": "claude-opus-4-8",
    "haiku": "claude-haiku-4-5",
    "fable": "claude-fable-5",
}
"""The models that Claude Code 2.1.197 asks for under these words."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What an agent may use, in a target's names."""

    names: tuple[str, ...] | None
    """None where it may use everything."""
    notes: tuple[str, ...]


def abilities_of(document: Document) -> frozenset[str] | None:
    """What a document's tools let it do; None where it may do everything.

    Tools of MCP servers count as nothing here.
    """
    names = tool_names(document.frontmatter.values.get("tools"))
    if names is None or ALL in names:
        return None
    found = {ABILITIES.get(_tool(name), "") for name in names}
    return frozenset(found - {""})


def granted(
    document: Document,
    table: Mapping[str, str | Sequence[str]],
    *,
    mcp: str | None = None,
    target: str,
) -> Granted:
    """A document's tools in a target's names.

    `table` has a tool's own name, or an ability for all tools that give it. `mcp` is how the
    target writes `mcp__SERVER__TOOL`, with `{server}` and `{tool}`; None where it can't.
    """
    names = tool_names(document.frontmatter.values.get("tools"))
    notes: list[str] = []
    if names is not None and ALL not in names:
        found, lost, limited = _translated(names, table, mcp)
        if lost:
            notes.append(f"{_quoted(lost)} left out of the tools, {target} has no such tool")
        if limited:
            notes.append(f"the limits of {_quoted(limited)} are lost in {target}")
        result: tuple[str, ...] | None = tuple(dict.fromkeys(found))
    else:
        result = None
    if tool_names(document.frontmatter.values.get("disallowedTools")):
        notes.append(f"`disallowedTools` can't be said in {target}")
    return Granted(result, tuple(notes))


def _translated(
    names: Sequence[str], table: Mapping[str, str | Sequence[str]], mcp: str | None
) -> tuple[list[str], list[str], list[str]]:
    found: list[str] = []
    lost: list[str] = []
    limited: list[str] = []
    for name in names:
        tool = _tool(name)
        theirs = table.get(tool, table.get(ABILITIES.get(tool, ""), ()))
        if tool.startswith("mcp__") and mcp is not None:
            _, server, *rest = tool.split("__", 2)
            theirs = mcp.format(server=server, tool=rest[0] if rest else "*")
        if not theirs:
            lost.append(name)
            continue
        if tool != name:
            limited.append(name)
        found.extend([theirs] if isinstance(theirs, str) else theirs)
    return found, lost, limited


def model_of(document: Document) -> str | None:
    """The full name of the model that a document asks for; None where it leaves that open."""
    value = document.frontmatter.values.get("model")
    if not isinstance(value, str) or value.strip().lower() in ("", "inherit", "default"):
        return None
    return _MODELS.get(value.strip().lower(), value.strip())


def unsaid(document: Document, known: Sequence[str], target: str) -> tuple[str, ...]:
    """A note on the head's fields that a target has no word for."""
    said = {"name", "description", "tools", "disallowedTools", *known}
    lost = [key for key, value in document.frontmatter.values.items() if key not in said and value]
    return (f"{_quoted(lost)} can't be said in {target}",) if lost else ()


def _tool(name: str) -> str:
    return name.partition("(")[0].strip()


def _quoted(names: Sequence[str]) -> str:
    shown = [f"`{name[:60]}`" for name in names[:8]]
    if len(names) > 8:
        shown.append(f"{len(names) - 8} more")
    return ", ".join(shown[:-1]) + f" and {shown[-1]}" if len(shown) > 1 else shown[0]
