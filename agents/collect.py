"""Which files of a path are documents: a folder's Markdown, with bounds on size, depth and links.

Reads names and sizes only; `Collected.read` brings the bytes.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agents.errors import DocumentError
from agents.parse import MAX_BYTES

ENDINGS = (".md", ".mdc", ".markdown", ".cursorrules", ".windsurfrules", ".clinerules")
"""Of the files that are taken from a folder; a file that is named itself may end in anything."""
MAX_DEPTH = 32
MAX_FILES = 100_000

_HIDDEN_BUT_READ = frozenset(
    {
        *(".agents", ".amazonq", ".claude", ".claude-plugin", ".clinerules", ".codex", ".cursor"),
        *(".factory", ".gemini", ".github", ".kiro", ".opencode", ".roo", ".windsurf"),
        *(".augment", ".continue", ".devin", ".junie", ".qwen", ".trae"),
    }
)
"""Hidden folders in which people keep agents and rules."""
_SKIPPED = frozenset({"__pycache__", "bower_components", "node_modules", "site-packages", "venv"})


@dataclass(frozen=True, slots=True)
class Collected:
    """A file that may be a document."""

    file: Path
    """As the user can open it: below the path that was named."""
    root: Path
    """The folder that was named, or the folder of the file that was named."""
    path: str
    """Relative to `root`, with `/`; the file's own name where the file itself was named."""

    def read(self) -> bytes:
        """The file's exact bytes. Raises `DocumentError` where it can't be read or is too large."""
        try:
            with self.file.open("rb") as stream:
                raw = stream.read(MAX_BYTES + 1)
        except OSError as error:
            raise DocumentError(
                f"the file can't be read: {error.strerror or error}", path=str(self.file)
            ) from None
        if len(raw) > MAX_BYTES:
            raise DocumentError(_TOO_LARGE, hint=_SPLIT, path=str(self.file))
        return raw


@dataclass(frozen=True, slots=True)
class Refused:
    """A file or folder that is not taken, and why."""

    file: Path
    reason: str
    hint: str | None = None


_TOO_LARGE = f"larger than {MAX_BYTES // 1024} KiB"
_SPLIT = "an agent document is a text of some pages; split it"


def collect_documents(
    paths: Iterable[Path], *, endings: tuple[str, ...] = ENDINGS
) -> Iterator[Collected | Refused]:
    """The documents of files and folders: paths in the order given, each folder's files sorted.

    `endings` are those of the files that are taken from a folder.

    Hidden folders and those of dependencies are left out, except where people keep agents
    (`.claude`). Links inside a folder lead nowhere but inside it. No file comes twice.
    """
    seen: set[tuple[int, int]] = set()
    for path in paths:
        try:
            status = path.stat()
        except (OSError, ValueError) as error:
            missing = isinstance(error, FileNotFoundError)
            reason = "no such file or folder" if missing else "can't be opened"
            yield Refused(path, reason, "name a Markdown file or a folder that holds some")
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _from_folder(path, endings, seen)
        else:
            root = path.parent
            yield from _taken(Collected(path, root, path.name), status, seen)


def _from_folder(
    root: Path, endings: tuple[str, ...], seen: set[tuple[int, int]]
) -> Iterator[Collected | Refused]:
    refused: list[Refused] = []
    found: list[Collected] = []
    links: list[Collected] = []
    for entry, relative in _walk(root, endings, refused):
        item = Collected(root / relative, root, relative)
        (links if entry.is_symlink() else found).append(item)
        if len(found) + len(links) > MAX_FILES:
            yield Refused(root, f"holds more than {MAX_FILES} documents", "name a folder in it")
            return
    # Links last: one that leads to a file of the folder adds nothing then.
    for item in sorted(found, key=_order) + sorted(links, key=_order):
        try:
            status = item.file.stat()
            inside = not item.file.is_symlink() or _is_inside(item.file, root)
        except OSError:
            yield Refused(item.file, "a link that leads nowhere, or a file that can't be opened")
            continue
        if inside:
            yield from _taken(item, status, seen)
        else:
            yield Refused(item.file, "a link that leads out of the folder", "name its target")
    yield from sorted(refused, key=lambda one: one.file.as_posix())


def _walk(
    root: Path, endings: tuple[str, ...], refused: list[Refused]
) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Entries that end like documents, each with its path below `root`."""
    waiting = [("", 0)]
    while waiting:
        folder, depth = waiting.pop()
        try:
            with os.scandir(root / folder) as scan:
                entries = list(scan)
        except OSError as error:
            refused.append(Refused(root / folder, f"can't be listed: {error.strerror or error}"))
            continue
        for entry in entries:
            relative = f"{folder}/{entry.name}" if folder else entry.name
            if entry.name.lower().endswith(endings) and not entry.is_dir():
                yield entry, relative
            elif entry.is_dir(follow_symlinks=False) and is_entered(entry.name):
                if depth < MAX_DEPTH:
                    waiting.append((relative, depth + 1))
                else:
                    refused.append(
                        Refused(root / relative, f"lies more than {MAX_DEPTH} folders deep")
                    )


def is_entered(name: str) -> bool:
    """Whether documents are looked for in a folder of that name, inside one that was named."""
    return name in _HIDDEN_BUT_READ or not (name.startswith(".") or name in _SKIPPED)


def _is_inside(file: Path, root: Path) -> bool:
    return file.resolve().is_relative_to(root.resolve())


def _taken(
    item: Collected, status: os.stat_result, seen: set[tuple[int, int]]
) -> Iterator[Collected | Refused]:
    identity = (status.st_dev, status.st_ino)
    if not stat.S_ISREG(status.st_mode):
        yield Refused(item.file, "not a regular file")
    elif not _is_text(item.path):
        yield Refused(item.file, "its name is not UTF-8", "rename it")
    elif status.st_size > MAX_BYTES:
        yield Refused(item.file, _TOO_LARGE, _SPLIT)
    elif identity not in seen:
        seen.add(identity)
        yield item


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _order(item: Collected) -> tuple[str, ...]:
    return tuple(item.path.split("/"))
