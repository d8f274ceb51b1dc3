"""Amazon Q Developer: agents of the command line as JSON, and rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from agents.document import DocumentKind
from agents.exporters.base import Exported, ExportFile, OnCollision, Scope, file_name
from agents.exporters.capabilities import granted, unsaid
from agents.exporters.markdown import body_of, description_of
from agents.exporters.pieces import Made, applies_to, export_each, skipped, text
from agents.registry.version import AgentVersion

_TOOLS = {
    "read": "fs_read",
    "search": "fs_read",
    "edit": "fs_write",
    "run": "execute_bash",
    "plan": "todo_list",
}


class AmazonQTarget:
    """An agent is a JSON file with its text as `prompt`; rules are plain Markdown."""

    name = "amazon-q"
    summary = "Amazon Q agents (.amazonq/cli-agents/*.json) and rules (.amazonq/rules)"

    def folder(self, scope: Scope) -> str | None:
        """`.amazonq`, or `.aws/amazonq` in the user's home, which holds agents only."""
        return ".amazonq" if scope is Scope.PROJECT else ".aws/amazonq"

    def export(
        self, versions: Sequence[AgentVersion], on_collision: OnCollision, scope: Scope
    ) -> Exported:
        """`cli-agents/` and `rules/`."""

        def made(version: AgentVersion) -> Made:
            if version.document.kind is DocumentKind.SUBAGENT:
                return _agent(version)
            if scope is Scope.USER:
                return skipped(version, "Amazon Q reads rules from projects only")
            return _rule(version)

        return export_each(versions, made)


def _agent(version: AgentVersion) -> ExportFile:
    document = version.document
    tools = granted(document, _TOOLS, mcp="@{server}/{tool}", target="Amazon Q")
    notes = [*tools.notes, *unsaid(document, ("model",), "an Amazon Q agent")]
    model = document.frontmatter.values.get("model")
    if model not in (None, "", "inherit"):
        notes.append(f"the model `{str(model)[:60]}` is left out, Amazon Q takes its default")
    agent: dict[str, Any] = {
        "name": version.handle,
        "description": description_of(document, version.handle)[0],
        "prompt": body_of(document).strip("\r\n"),
        "tools": ["*"] if tools.names is None else list(tools.names),
        "resources": [],
    }
    content = (json.dumps(agent, indent=2, ensure_ascii=False) + "\n").encode()
    return text(version, f"cli-agents/{file_name(version.handle, '.json')}", content, notes)


def _rule(version: AgentVersion) -> ExportFile:
    document = version.document
    notes = list(unsaid(document, ("globs", "applyTo", "paths"), "an Amazon Q rule"))
    globs = applies_to(document)
    if globs:
        notes.append(f"holds for all files, not only for `{', '.join(globs)[:100]}`")
    body = body_of(document).lstrip("\r\n").encode()
    return text(version, f"rules/{file_name(version.handle, '.md')}", body, notes)


TARGETS = (AmazonQTarget(),)
