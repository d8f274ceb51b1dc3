"""The few shapes that exported files have, whatever the tool."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from agents.document import Document, DocumentKind
from agents.exporters.base import Exported, ExportFile, Sharing, Skipped, exported
from agents.exporters.markdown import HeadValue, body_of, description_of, with_head
from agents.head_fields import patterns
from agents.registry.version import AgentVersion

Made = ExportFile | Sequence[ExportFile] | Skipped
"""What a target makes of one version."""
_ABOUT = "it tells about other files and is no document for an agent"


def export_each(versions: Sequence[AgentVersion], made: Callable[[AgentVersion], Made]) -> Exported:
    """What `made` says of each version; texts about other files are no target's business."""
    files: list[ExportFile] = []
    left: list[Skipped] = []
    for version in versions:
        is_about = version.document.kind is DocumentKind.OTHER
        found = skipped(version, _ABOUT) if is_about else made(version)
        if isinstance(found, Skipped):
            left.append(found)
        elif isinstance(found, ExportFile):
            files.append(found)
        else:
            files += found
    return exported(files, left)


def whole(
    version: AgentVersion,
    path: str,
    fields: Mapping[str, HeadValue],
    notes: Sequence[str] = (),
    *,
    body: str | None = None,
) -> ExportFile:
    """A Markdown file with a head of these fields and the version's body.

    Where the version's own head says just that, its exact bytes are taken.
    """
    document = version.document
    content = with_head(fields, body_of(document) if body is None else body)
    if body is None and says_the_same(document, fields):
        content = version.raw
    return text(version, path, content, notes, original=version.raw if body is None else None)


def says_the_same(document: Document, fields: Mapping[str, HeadValue]) -> bool:
    """Whether a document's head has exactly these fields, in valid YAML from the first line on."""
    head = document.frontmatter
    if head.lines is None or not head.strict or not document.raw.startswith(b"---"):
        return False
    return {key: _plain(value) for key, value in head.values.items()} == {
        key: _plain(value) for key, value in fields.items()
    }


def _plain(value: object) -> object:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return list(value) if isinstance(value, list | tuple) else value


def text(
    version: AgentVersion,
    path: str,
    content: bytes,
    notes: Sequence[str] = (),
    *,
    original: bytes | None = None,
) -> ExportFile:
    """A file that holds one version; `original` as in `ExportFile`."""
    return ExportFile(
        path,
        content,
        version.handle,
        version.number,
        version.digest,
        tuple(notes),
        original=original,
    )


def toml_string(value: str) -> str:
    """A TOML basic string; its escapes are JSON's, and DEL besides."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def block(
    version: AgentVersion, path: str, notes: Sequence[str] = (), *, heading: bool = True
) -> ExportFile:
    """A block of a shared Markdown file: a heading, what the document is for, its body."""
    document = version.document
    lines = []
    if heading and document.kind is not DocumentKind.INSTRUCTIONS:
        lines.append(f"## {version.handle}\n")
        description, own = description_of(document, version.handle)
        if own:
            lines.append(f"> {description}\n")
    content = "\n".join([*lines, body_of(document).strip("\r\n")])
    return ExportFile(
        path,
        content.encode(),
        version.handle,
        version.number,
        version.digest,
        tuple(notes),
        sharing=Sharing.MARKDOWN,
    )


def applies_to(document: Document) -> tuple[str, ...]:
    """The globs of the files that a document is for; empty for all files or none in particular."""
    for key in ("globs", "applyTo", "paths", "fileMatchPattern"):
        found = patterns(document.frontmatter.values.get(key))
        if found:
            return found
    return ()


def always(document: Document) -> bool:
    """Whether a document is to be read for every task."""
    values = document.frontmatter.values
    if document.kind is DocumentKind.INSTRUCTIONS:
        return True
    is_on = values.get("alwaysApply") in (True, "true") or values.get("trigger") == "always_on"
    return is_on or values.get("inclusion") == "always" or applies_to(document) == ("**",)


def skipped(version: AgentVersion, reason: str) -> Skipped:
    """A version that a target has no place for."""
    return Skipped(version.handle, version.number, reason)
