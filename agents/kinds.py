"""Which kind of document a file is, and what it is called where its head gives no name.

The file's name and folder decide where tools do (`SKILL.md`, `.mdc`, `AGENTS.md`,
`.github/instructions/`), the keys of the head otherwise.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from pathlib import PurePosixPath

from agents.document import DocumentKind

_INSTRUCTION_FILES = frozenset(
    {
        *("agents.md", "agents.override.md", "agent.md", "claude.md", "claude.local.md"),
        *("gemini.md", "qwen.md", "copilot-instructions.md", "conventions.md"),
        *(".cursorrules", ".windsurfrules", ".clinerules", ".roorules", ".goosehints"),
    }
)
"""Read by tools for every task in the folder that they stand in, in lower case."""
_ABOUT_FILES = frozenset(
    {
        *("readme", "changelog", "contributing", "license", "code_of_conduct", "security"),
        *("authors", "notice", "support", "governance", "maintainers", "history"),
        *("pull_request_template", "issue_template", "architecture", "quickstart", "roadmap"),
    }
)
"""Stems of files that tell people about the files beside them, in lower case."""
_ENDINGS = {
    ".agent.md": DocumentKind.SUBAGENT,
    ".chatmode.md": DocumentKind.SUBAGENT,
    ".instructions.md": DocumentKind.RULE,
    ".prompt.md": DocumentKind.COMMAND,
    ".mdc": DocumentKind.CURSOR_RULE,
}
"""Double endings first: the name before them is the document's own."""
_FOLDERS = {
    (".cursor", "rules"): DocumentKind.CURSOR_RULE,
    (".windsurf", "rules"): DocumentKind.RULE,
    (".amazonq", "rules"): DocumentKind.RULE,
    (".kiro", "steering"): DocumentKind.RULE,
    (".claude", "rules"): DocumentKind.RULE,
    (".github", "instructions"): DocumentKind.RULE,
    (".claude", "commands"): DocumentKind.COMMAND,
    (".cursor", "commands"): DocumentKind.COMMAND,
    (".opencode", "command"): DocumentKind.COMMAND,
    (".opencode", "commands"): DocumentKind.COMMAND,
    (".github", "prompts"): DocumentKind.COMMAND,
}
"""By a folder and the folder in it, anywhere on the way to the file."""
_RULE_FOLDERS = (".clinerules", ".roo/rules")
_PLAIN_FOLDERS = {
    "agents": DocumentKind.SUBAGENT,
    "subagents": DocumentKind.SUBAGENT,
    "commands": DocumentKind.COMMAND,
    "prompts": DocumentKind.COMMAND,
    **dict.fromkeys(
        (
            *("skills", "references", "reference", "docs", "doc", "examples", "resources"),
            *("templates", "assets", "scripts", "guides", "shared", "playbooks", "checklists"),
        ),
        DocumentKind.OTHER,
    ),
}
"""By folders below the imported one, the innermost first; for files whose head says nothing."""
_CURSOR_KEYS = frozenset({"globs", "alwaysApply"})
_RULE_KEYS = frozenset({"applyTo", "trigger", "inclusion", "paths"})
_COMMAND_KEYS = frozenset({"argument-hint", "allowed-tools", "disable-model-invocation"})


def kind_of(path: str, keys: Collection[str]) -> DocumentKind:
    """The kind of the document at `path` (with `/`, of any length) whose head has these keys."""
    parts = _parts(path)
    file = parts[-1].lower()
    stem = file.split(".", 1)[0]
    if file == "skill.md":
        return DocumentKind.SKILL
    for ending, kind in _ENDINGS.items():
        if file.endswith(ending):
            return kind
    if "name" in keys:
        return _by_folder(parts, only=DocumentKind.CURSOR_RULE) or DocumentKind.SUBAGENT
    if file in _INSTRUCTION_FILES:
        return DocumentKind.INSTRUCTIONS
    by_folder = _by_folder(parts)
    if by_folder is not None:
        return by_folder
    for telling, kind in (
        (_CURSOR_KEYS, DocumentKind.CURSOR_RULE),
        (_RULE_KEYS, DocumentKind.RULE),
        (_COMMAND_KEYS, DocumentKind.COMMAND),
    ):
        if not telling.isdisjoint(keys):
            return kind
    if stem.replace("-", "_") in _ABOUT_FILES and "description" not in keys:
        return DocumentKind.OTHER
    return _by_plain_folder(parts, has_description="description" in keys)


def name_from_path(path: str, kind: DocumentKind) -> str:
    """What a document is called that doesn't say so itself.

    A skill and a folder's instructions are called by their folder (`shop/AGENTS.md` is `shop`; a
    tool's own folder such as `.github` is passed over), everything else by its file.
    """
    parts = _parts(path)
    if kind in (DocumentKind.SKILL, DocumentKind.INSTRUCTIONS):
        folder = next((part for part in reversed(parts[:-1]) if not part.startswith(".")), None)
        if folder:
            return folder
    file = parts[-1]
    for ending in _ENDINGS:
        if file.lower().endswith(ending) and len(file) > len(ending):
            return file[: -len(ending)]
    return PurePosixPath(file).stem or "document"


def needs_name(kind: DocumentKind) -> bool:
    """Whether documents of this kind say their own name in their head."""
    return kind in (DocumentKind.SUBAGENT, DocumentKind.SKILL)


def needs_head(kind: DocumentKind) -> bool:
    """Whether documents of this kind mean little to their tools without frontmatter."""
    return kind not in (DocumentKind.INSTRUCTIONS, DocumentKind.COMMAND, DocumentKind.OTHER)


def _parts(path: str) -> list[str]:
    return [part for part in path.replace("\\", "/").split("/") if part] or ["document"]


def _by_folder(parts: list[str], only: DocumentKind | None = None) -> DocumentKind | None:
    folders = [part.lower() for part in parts[:-1]]
    kind = next(
        (_FOLDERS[pair] for pair in pairwise(folders) if pair in _FOLDERS),
        None,
    )
    if kind is None and any(f"/{rule}" in f"/{'/'.join(folders)}" for rule in _RULE_FOLDERS):
        kind = DocumentKind.RULE
    return kind if only is None or kind is only else None


def _by_plain_folder(parts: list[str], *, has_description: bool) -> DocumentKind:
    # The first part is the imported folder, which may be called anything.
    for part in reversed(parts[1:-1]):
        kind = _PLAIN_FOLDERS.get(part.lower())
        if kind is not None and not (has_description and kind is DocumentKind.OTHER):
            return kind
    return DocumentKind.SUBAGENT
