"""Cursor: rules (`.mdc`), and skills and commands in folders of their own."""

from __future__ import annotations

from collections.abc import Sequence

from agents.document import Document, DocumentKind
from agents.exporters.base import Exported, ExportFile, OnCollision, Scope, file_name
from agents.exporters.capabilities import unsaid
from agents.exporters.markdown import body_of, description_of
from agents.exporters.pieces import Made, always, applies_to, export_each, text
from agents.exporters.targets.claude_plugin import skill_file
from agents.registry.version import AgentVersion

_ADVISED_LINES = 500


class CursorTarget:
    """A rule has `description`, `globs` and `alwaysApply`, and nothing else.

    What has globs is attached to those files, what always applies to all, and the rest is offered
    to the model by its description.
    """

    name = "cursor"
    summary = "Cursor rules (.cursor/rules/*.mdc), skills and commands"

    def folder(self, scope: Scope) -> str | None:
        """`.cursor`; a user's own rules are kept in Cursor's settings, not in files."""
        return ".cursor" if scope is Scope.PROJECT else None

    def export(
        self, versions: Sequence[AgentVersion], on_collision: OnCollision, scope: Scope
    ) -> Exported:
        """`rules/`, `skills/` and `commands/`."""

        def made(version: AgentVersion) -> Made:
            match version.document.kind:
                case DocumentKind.SKILL:
                    return skill_file(version, "skills")
                case DocumentKind.COMMAND:
                    return _command(version)
                case _:
                    return _rule(version)

        return export_each(versions, made)


def _command(version: AgentVersion) -> ExportFile:
    body = body_of(version.document).lstrip("\r\n").encode()
    notes = unsaid(version.document, (), "a Cursor command")
    return text(version, f"commands/{file_name(version.handle, '.md')}", body, notes)


def _rule(version: AgentVersion) -> ExportFile:
    document = version.document
    path = f"rules/{file_name(version.handle, '.mdc')}"
    notes = list(_lost(document))
    lines = len(document.text.splitlines())
    if lines > _ADVISED_LINES:
        notes.append(f"{lines} lines, Cursor advises at most {_ADVISED_LINES} for a rule")
    # A rule that came from Cursor keeps its bytes, also where its head is no YAML: Cursor's own
    # reading of `globs: **/*` isn't either.
    if document.kind is DocumentKind.CURSOR_RULE and document.frontmatter.lines is not None:
        content = version.raw
    else:
        content = _with_head(document, version.handle)
    return text(version, path, content, notes, original=version.raw)


def _with_head(document: Document, handle: str) -> bytes:
    description = description_of(document, handle)[0].replace('"', "'")
    globs = ",".join(applies_to(document))
    head = [
        "---",
        f'description: "{description}"'.replace("\\", "/"),
        f"globs: {globs}".rstrip(),
        f"alwaysApply: {str(always(document)).lower()}",
        "---",
        "",
    ]
    body = body_of(document)
    gap = "" if body.startswith(("\n", "\r")) else "\n"
    return ("\n".join(head) + gap + body).encode()


def _lost(document: Document) -> tuple[str, ...]:
    lost = [key for key in ("tools", "disallowedTools") if document.frontmatter.values.get(key)]
    known = ("globs", "alwaysApply", "applyTo", "paths", "trigger", "inclusion")
    notes = unsaid(document, known, "a Cursor rule")
    if lost:
        named = " and ".join(f"`{key}`" for key in lost)
        notes = (f"{named} can't be said in a Cursor rule", *notes)
    return notes


TARGETS = (CursorTarget(),)
