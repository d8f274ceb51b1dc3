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
    (".github", "issue_template"): DocumentKind.OTHER,
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
    "hooks": DocumentKind.OTHER,
    "workflows": DocumentKind.COMMAND,
}
"""By folders below the imported one, the innermost first; for files whose head says nothing."""
_NO_AGENTS = frozenset({"hooks", "templates"})
"""Folders whose files are no agents, whatever name they have."""
_AGENTS = frozenset({"agents", "subagents"})
_PARTS_OF_AGENTS = _NO_AGENTS | {"workflows"}
"""Folders that inside one of agents are a way to sort them."""
_CURSOR_KEYS = frozenset({"globs", "alwaysApply"})
_RULE_KEYS = frozenset({"applyTo", "trigger", "inclusion", "paths"})
_COMMAND_KEYS = frozenset({"argument-hint", "allowed-tools", "disable-model-invocation"})
_AGENT_KEYS = frozenset(
    {
        *("name", "description", "tools", "disallowedtools", "model", "color", "mode"),
        *("permissionmode", "mcpservers", "hooks", "skills", "agent", "prompt", "role"),
    }
)
"""In lower case. A head with keys but none of these belongs to a plan, a post or a change note."""
_PAGE_KEYS = frozenset(
    {
        *("date", "layout", "slug", "permalink", "draft", "weight", "authors", "pubdate"),
        "published",
        *("sidebar_position", "sidebar_label", "sidebar", "phase"),
    }
)
"""In lower case, of the heads of a site's pages and of plans, which may carry a description."""


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
        return _with_name(parts)
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
    is_about = stem.replace("-", "_") in _ABOUT_FILES or _is_shouted(parts[-1])
    if is_about and "description" not in keys:
        return DocumentKind.OTHER
    return _by_plain_folder(parts, keys)


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


def needs_head(kind: DocumentKind, path: str) -> bool:
    """Whether a document means little to its tool without frontmatter.

    Of other tools' rules only those of Copilot do: Claude Code, Cline, Roo, Kiro and Amazon Q take
    a rule that says nothing of files for every task.
    """
    if kind is DocumentKind.RULE:
        return path.lower().endswith(".instructions.md")
    return kind not in (DocumentKind.INSTRUCTIONS, DocumentKind.COMMAND, DocumentKind.OTHER)


def _is_shouted(file: str) -> bool:
    """Whether a file is called as those that tell about a folder (`AGENTS_REGISTRY.md`)."""
    stem = PurePosixPath(file).stem
    return len(stem) > 3 and stem.isupper()


def _parts(path: str) -> list[str]:
    return [part for part in path.replace("\\", "/").split("/") if part] or ["document"]


def _with_name(parts: list[str]) -> DocumentKind:
    """The kind of a file that says its name, as subagents do and some commands and rules."""
    by_folder = _by_folder(parts)
    if by_folder is not None:
        return by_folder
    folders = [part.lower() for part in parts[1:-1]]
    for number in range(len(folders) - 1, -1, -1):
        if folders[number] in _PARTS_OF_AGENTS and not _AGENTS.isdisjoint(folders[:number]):
            continue
        kind = _PLAIN_FOLDERS.get(folders[number], DocumentKind.OTHER)
        is_sure = folders[number] in _NO_AGENTS or _beside_skill(folders, number)
        if kind is not DocumentKind.OTHER or is_sure:
            return kind
    return DocumentKind.SUBAGENT


def _beside_skill(folders: list[str], number: int) -> bool:
    """Whether a folder is one of those that a skill brings along, which it alone reads."""
    return "skills" in folders[: max(0, number - 1)]


def _by_folder(parts: list[str]) -> DocumentKind | None:
    folders = [part.lower() for part in parts[:-1]]
    kind = next(
        (_FOLDERS[pair] for pair in pairwise(folders) if pair in _FOLDERS),
        None,
    )
    if kind is None and any(f"/{rule}" in f"/{'/'.join(folders)}" for rule in _RULE_FOLDERS):
        kind = DocumentKind.RULE
    return kind


def _by_plain_folder(parts: list[str], keys: Collection[str]) -> DocumentKind:
    # The first part is the imported folder, which may be called anything.
    folders = [part.lower() for part in parts[1:-1]]
    for number in range(len(folders) - 1, -1, -1):
        kind = _PLAIN_FOLDERS.get(folders[number])
        is_sure = "description" not in keys or "title" in keys or _beside_skill(folders, number)
        if kind is not None and (kind is not DocumentKind.OTHER or is_sure):
            return kind
    lower = {key.lower() for key in keys}
    is_page = not _PAGE_KEYS.isdisjoint(lower) and "tools" not in lower
    if lower and (_AGENT_KEYS.isdisjoint(lower) or is_page):
        return DocumentKind.OTHER
    return DocumentKind.SUBAGENT
