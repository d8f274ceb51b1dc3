"""What Claude Code makes of a document, said where that is not what its author meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from agents.claude_loading import (
    INFINITE,
    AgentLoading,
    ClaudeHead,
    Loading,
    as_plugin_agent,
    as_project_agent,
    as_skill,
    read_claude_head,
)
from agents.document import Diagnostic, Document, DocumentKind, Frontmatter, YamlValue
from agents.finding import Severity
from agents.head_fields import says_all
from agents.location import Lines

_CHANGING = frozenset(
    {
        *("frontmatter-typographic-quotes", "frontmatter-literal-line-breaks"),
        *("frontmatter-swallowed-key", "frontmatter-not-first", "byte-order-mark"),
    }
)
"""Diagnostics of heads that are YAML and yet are not read by the client as by us."""
_OTHER_TOOLS = (".agent.md", ".chatmode.md")
_OUR_BOUNDS = ("more than", "longer than", "values are nested")
"""Where we stop reading, the client may go on."""
_COMPARED = ("name", "description", "tools", "model")


def read_as_claude(
    raw: bytes, text: str, frontmatter: Frontmatter, codes: Iterable[str]
) -> ClaudeHead:
    """The head of a file as the client reads it; `codes` are the diagnostics of our own reading."""
    if raw.startswith(b"\xef\xbb\xbf"):
        return ClaudeHead()
    head = frontmatter.lines
    if head is not None and frontmatter.strict and _CHANGING.isdisjoint(codes):
        closing = _offset_of_line(text, head.end)
        # Where the first `---` is the closing fence and all is YAML, both readings are one.
        if (
            text.startswith("---\n")
            and text.find("---", 4) == closing
            and "<<" not in text[:closing]
            and not any(map(_is_infinite, frontmatter.values.values()))
        ):
            return ClaudeHead(frontmatter.values, found=True, end=closing + 3)
    return read_claude_head(text)


def _is_infinite(value: YamlValue) -> bool:
    return isinstance(value, str) and bool(INFINITE.fullmatch(value))


def claude_diagnostics(
    kind: DocumentKind,
    path: str,
    head: ClaudeHead,
    text: str,
    frontmatter: Frontmatter,
    said: Sequence[Diagnostic],
) -> Iterator[Diagnostic]:
    """What to say of a subagent or a skill that the client does not take as it is meant.

    `said` are the diagnostics of our own reading; where they tell the cause, so do these.
    """
    if path.lower().endswith(_OTHER_TOOLS) or (head.problem or "").startswith(_OUR_BOUNDS):
        return
    if kind is DocumentKind.SUBAGENT:
        project = as_project_agent(head)
        if project.loading is Loading.DROPS:
            yield _dropped(project, head, text, frontmatter, said)
            return
    elif kind is DocumentKind.SKILL:
        skill = as_skill(head)
        if skill.loading is Loading.EMPTY:
            yield _emptied(skill, head, text, frontmatter, said)
            return
    else:
        return
    yield from _all_in_words(frontmatter)
    yield from _otherwise(head, text, frontmatter, said)


def claude_loadings(document: Document, path: str) -> dict[str, AgentLoading]:
    """What becomes of the file at `path`, by the places that fit its kind.

    `project` is an agents folder, `plugin` a plugin's, `skill` a skill's folder; empty for kinds
    that Claude Code reads otherwise or not at all.
    """
    codes = [diagnostic.code for diagnostic in document.diagnostics]
    head = read_as_claude(document.raw, document.text, document.frontmatter, codes)
    if document.kind is DocumentKind.SUBAGENT:
        stem = PurePosixPath(path).name.removesuffix(".md")
        return {"project": as_project_agent(head), "plugin": as_plugin_agent(head, stem)}
    return {"skill": as_skill(head)} if document.kind is DocumentKind.SKILL else {}


def _dropped(
    found: AgentLoading,
    head: ClaudeHead,
    text: str,
    frontmatter: Frontmatter,
    said: Sequence[Diagnostic],
) -> Diagnostic:
    line, hint = _cause(head, text, frontmatter, said, found.reason or "")
    severity = Severity.WARNING if frontmatter.lines is not None else Severity.INFO
    plugin = as_plugin_agent(head, "")
    beside = "with empty metadata" if plugin.loading is Loading.EMPTY else "all the same"
    message = f"Claude Code drops this file, since {found.reason}; as part of a plugin it is loaded"
    return Diagnostic("claude-drops", severity, line, f"{message} {beside}", hint)


def _emptied(
    found: AgentLoading,
    head: ClaudeHead,
    text: str,
    frontmatter: Frontmatter,
    said: Sequence[Diagnostic],
) -> Diagnostic:
    line, hint = _cause(head, text, frontmatter, said, found.reason or "")
    message = f"Claude Code loads this skill with empty metadata: {found.reason}"
    return Diagnostic("claude-empty-metadata", Severity.WARNING, line, message, hint)


def _cause(
    head: ClaudeHead, text: str, frontmatter: Frontmatter, said: Sequence[Diagnostic], reason: str
) -> tuple[int, str]:
    """Line and mend of what keeps the client from reading the file."""
    if head.cut is not None and not head.problem:
        return _line_of(
            text, head.cut
        ), "the first `---` after the beginning ends the head; write another dash there"
    for key in ("name", "description"):
        if f"`{key}`" in reason and key in frontmatter.values and "no text" in reason:
            return frontmatter.keys[key].start, f"put the value of `{key}` in quotes"
        if f"`{key}` begins" in reason:
            return frontmatter.keys[key].start, "begin the name with a letter"
    causes = _causes(said)
    if causes:
        return causes[0].line, causes[0].hint or ""
    if head.problem is not None:
        return _line_of(text, head.problem_offset), "put the values in double quotes"
    if "\r" in text and "\n" not in text:
        return 1, "save the file with LF line breaks"
    missing = [d for d in said if d.code in ("name-missing", "description-missing")]
    if missing:
        return missing[0].line, missing[0].hint or ""
    line = frontmatter.lines.start if frontmatter.lines else 1
    return line, "begin the file with `---`, `name: …`, `description: …`, `---`"


def _all_in_words(frontmatter: Frontmatter) -> Iterator[Diagnostic]:
    value = frontmatter.values.get("tools")
    if isinstance(value, str) and says_all(value) and value.strip() != "*":
        yield Diagnostic(
            "tools-in-words",
            Severity.WARNING,
            frontmatter.keys["tools"].start,
            f"`tools: {value.strip()}` names no tool of Claude Code, so the agent gets none;"
            " read as all tools",
            "leave `tools` out, then the agent has all of them",
        )


def _otherwise(
    head: ClaudeHead, text: str, frontmatter: Frontmatter, said: Sequence[Diagnostic]
) -> Iterator[Diagnostic]:
    """Say which keys the client reads otherwise than they are meant."""
    ours, theirs = frontmatter.values, head.values
    keys = [key for key in (*_COMPARED, *ours) if _differs(ours, theirs, key)]
    if not keys:
        return
    names = ", ".join(f"`{key}`" for key in dict.fromkeys(keys))
    if head.cut is not None:
        line = _line_of(text, head.cut)
        hint = "write another dash; the first `---` after the beginning ends the head"
    else:
        causes = _causes(said)
        spans: Mapping[str, Lines] = frontmatter.keys
        line = causes[0].line if causes else spans[keys[0]].start if keys[0] in spans else 1
        hint = (causes[0].hint if causes else None) or f"put the value of `{keys[0]}` in quotes"
    yield Diagnostic(
        "claude-reads-otherwise",
        Severity.WARNING,
        line,
        f"Claude Code loads the file, but does not read {names} as meant",
        hint,
    )


def _differs(ours: Mapping[str, YamlValue], theirs: Mapping[str, YamlValue], key: str) -> bool:
    if key not in ours:
        return False
    return key not in theirs or _comparable(ours[key]) != _comparable(theirs[key])


def _comparable(value: YamlValue) -> str:
    """Spaces, and breaks that are written out, make no difference."""
    if isinstance(value, str):
        return " ".join(value.replace("\\r", "").replace("\\n", " ").replace("\\t", " ").split())
    return repr(value)


def _line_of(text: str, offset: int) -> int:
    before = text[:offset]
    return before.count("\n") + before.count("\r") - before.count("\r\n") + 1


def _offset_of_line(text: str, line: int) -> int:
    """Where the 1-based `line` of a text with LF breaks begins."""
    offset = 0
    for _ in range(line - 1):
        offset = text.find("\n", offset) + 1
        if not offset:
            return -1
    return offset


def _causes(said: Sequence[Diagnostic]) -> list[Diagnostic]:
    """What our own reading found wrong with the head, the most telling first."""
    found = [d for d in said if d.code.startswith(("frontmatter-", "byte-order")) and d.hint]
    return sorted(found, key=lambda d: d.code != "frontmatter-swallowed-key")
