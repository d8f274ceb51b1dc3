"""Claude Code subagents: one Markdown file each, told apart by `name`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from agents.claude_loading import as_project_agent, read_claude_head
from agents.document import Document, DocumentKind
from agents.errors import ExportError
from agents.exporters.base import (
    Exported,
    ExportFile,
    OnCollision,
    Scope,
    Skipped,
    exported,
    file_name,
)
from agents.exporters.head import set_keys, with_clean_head
from agents.exporters.markdown import description_of
from agents.head_fields import says_all
from agents.registry.version import AgentVersion

_OTHERS = {
    DocumentKind.SKILL: "it is a skill; --to claude-plugin takes it",
    DocumentKind.COMMAND: "it is a command; --to claude-plugin takes it",
    DocumentKind.CURSOR_RULE: "it is a rule, not a subagent; --to agents-md takes it",
    DocumentKind.RULE: "it is a rule, not a subagent; --to agents-md takes it",
    DocumentKind.INSTRUCTIONS: "it holds for a whole folder, not for a subagent; --to agents-md"
    " takes it",
    DocumentKind.OTHER: "it tells about other files and is no subagent",
}


class ClaudeTarget:
    """Writes each version's exact bytes, unless Claude Code would not load or find them.

    Claude Code loads a file whose frontmatter has `name` and `description`, and knows a subagent
    by its `name` alone, case told: of two files with one name it keeps one.
    """

    name = "claude"
    summary = "Claude Code subagents (.claude/agents/*.md)"

    def folder(self, scope: Scope) -> str | None:
        """`.claude/agents`, in a project as in the user's home."""
        return ".claude/agents"

    def export(
        self, versions: Sequence[AgentVersion], on_collision: OnCollision, scope: Scope
    ) -> Exported:
        """One file per subagent, called by its handle."""
        taken = [v for v in versions if v.document.kind not in _OTHERS]
        skipped = [
            Skipped(v.handle, v.number, _OTHERS[v.document.kind])
            for v in versions
            if v.document.kind in _OTHERS
        ]
        return exported(subagents(taken, on_collision), skipped)


def subagents(
    versions: Sequence[AgentVersion], on_collision: OnCollision, *, strict: bool = False
) -> list[ExportFile]:
    """A file per version, which Claude Code loads under a name of its own.

    `strict` asks for heads that are YAML, as the validator of plugins does; Claude Code itself
    takes some that aren't.
    """
    ordered = sorted(versions, key=lambda version: version.handle)
    own = {version.handle: _name_of(version.document) for version in ordered}
    names = _different_names(own)
    if on_collision is OnCollision.ERROR:
        _refuse_collisions(own, names)
    return [_file(version, own[version.handle], names, strict=strict) for version in ordered]


def _different_names(own: Mapping[str, str | None]) -> dict[str, str]:
    """A name for each handle, all different: its document's own where no other has it."""
    names = {handle: name or handle for handle, name in own.items()}
    while True:
        times = Counter(names.values())
        # A handle that another agent has as its name makes that agent give way in the next round.
        shared = [h for h, name in names.items() if times[name] > 1 and name != h]
        if not shared:
            return names
        names.update((handle, handle) for handle in shared)


def _refuse_collisions(own: Mapping[str, str | None], names: Mapping[str, str]) -> None:
    for handle, name in own.items():
        if name is not None and names[handle] != name:
            same = sorted(other for other in own if own[other] == name or names[other] == name)
            raise ExportError(
                f"{', '.join(same[:5])} would have the same name {name[:80]!r}",
                hint="export fewer of them, or use `--on-collision rename`",
            )


def _file(
    version: AgentVersion, own: str | None, names: Mapping[str, str], *, strict: bool
) -> ExportFile:
    document = version.document
    wanted = names[version.handle]
    values: dict[str, str] = {}
    notes: list[str] = []
    if document.frontmatter.lines is None:
        notes.append("frontmatter added, Claude Code loads no file without")
    if own is None:
        values["name"] = wanted
        notes.append(f"`name: {wanted}` added")
    elif own != wanted:
        values["name"] = wanted
        notes.append(f"`name: {own}` changed to `{wanted}`, another exported agent has that name")
    if _text_of(document, "description") is None:
        values["description"] = description_of(document, version.handle)[0]
        notes.append("`description` added")
    content = set_keys(document, values) if values else version.raw
    head = read_claude_head(content.decode())
    if as_project_agent(head).name != wanted:
        content = with_clean_head(document, values)
        notes.append("frontmatter rewritten, Claude Code can't read it as it is")
    elif strict and head.repaired:
        content = with_clean_head(document, values)
        notes.append("frontmatter rewritten, as it is no YAML")
    if says_all(document.frontmatter.values.get("tools")) and not _loads_all_tools(document):
        notes.append("its `tools` name no tool of Claude Code, so it gets none")
    return ExportFile(
        path=file_name(version.handle, ".md"),
        content=content,
        handle=version.handle,
        version=version.number,
        digest=version.digest,
        notes=tuple(notes),
        original=version.raw,
    )


def _loads_all_tools(document: Document) -> bool:
    return document.frontmatter.values.get("tools") in ("*", ["*"])


def _name_of(document: Document) -> str | None:
    """The name that Claude Code takes; it drops files whose name begins with a dash."""
    name = _text_of(document, "name")
    return None if name is None or name.startswith("-") else name


def _text_of(document: Document, key: str) -> str | None:
    value = document.frontmatter.values.get(key)
    return value if isinstance(value, str) and value.strip() else None


TARGETS = (ClaudeTarget(),)
