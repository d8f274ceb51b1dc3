"""Claude Code subagents: one Markdown file each, told apart by `name`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from agents.document import Document
from agents.errors import ExportError
from agents.exporters.base import ExportFile, OnCollision, Scope, file_name
from agents.exporters.head import set_keys
from agents.registry.version import AgentVersion

_MAX_DESCRIPTION = 200


class ClaudeTarget:
    """Writes each version's exact bytes, unless Claude Code would not load or find them.

    Claude Code loads a file whose frontmatter has `name` and `description`, and knows a subagent
    by its `name` alone, case told: of two files with one name it keeps one.
    """

    name = "claude"
    summary = "Claude Code subagents (.claude/agents/*.md)"

    def folder(self, scope: Scope) -> str:
        """`.claude/agents`, in a project as in the user's home."""
        return ".claude/agents"

    def files(
        self, versions: Sequence[AgentVersion], on_collision: OnCollision
    ) -> list[ExportFile]:
        """One file per version, called by its handle."""
        ordered = sorted(versions, key=lambda version: version.handle)
        own = {version.handle: _text_of(version.document, "name") for version in ordered}
        names = _different_names(own)
        if on_collision is OnCollision.ERROR:
            _refuse_collisions(own, names)
        return [_file(version, own[version.handle], names) for version in ordered]


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


def _file(version: AgentVersion, own: str | None, names: Mapping[str, str]) -> ExportFile:
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
        values["description"] = _description(document, version.handle)
        notes.append("`description` added")
    return ExportFile(
        path=file_name(version.handle, ".md"),
        content=set_keys(document, values) if values else version.raw,
        handle=version.handle,
        version=version.number,
        digest=version.digest,
        notes=tuple(notes),
    )


def _text_of(document: Document, key: str) -> str | None:
    value = document.frontmatter.values.get(key)
    return value if isinstance(value, str) and value.strip() else None


def _description(document: Document, handle: str) -> str:
    text = " ".join(document.description.split())
    if not text:
        head = document.frontmatter.lines
        body = document.text.splitlines()[head.end if head else 0 :]
        lines = (line.strip().lstrip("#>*- ").strip() for line in body)
        text = next((line for line in lines if any(map(str.isalnum, line))), f"Agent {handle}")
    text = "".join(character for character in text if character.isprintable())
    return text if len(text) <= _MAX_DESCRIPTION else f"{text[: _MAX_DESCRIPTION - 1].rstrip()}…"
