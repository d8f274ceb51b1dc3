"""The packages of a repository or workspace beside the one that holds the functions."""

from __future__ import annotations

import json
import os
from collections.abc import Container, Iterator
from itertools import islice
from pathlib import Path

_MARKS = frozenset({"lerna.json", "nx.json", "pnpm-workspace.yaml", "turbo.json"})
_MAX_OUTER = 4
_MAX_DEPTH = 3
"""How deep packages lie: `apps/web`, `admin/packages/ui`."""
_MAX_PACKAGES = 200
_MAX_BYTES = 1_000_000


def packages_beside(root: Path, ignored: Container[str]) -> list[Path]:
    """The packages whose code may be a client of the functions in `root`, sorted.

    None where `root` is no package among others. Packages with functions of their own are left
    out, and so are folders named as in `ignored`. Where there are several, a client says in its
    package.json which one it is a client of.
    """
    whole = _whole_around(root)
    if whole is None:
        return []
    found = islice(_packages(whole, ignored, _MAX_DEPTH), _MAX_PACKAGES)
    beside = [one for one in found if one != root and one not in root.parents]
    clients = [package for package in beside if not _has_functions(package)]
    if len(clients) == len(beside):
        return clients
    name = _name_of(root)
    return [package for package in clients if name and name in _manifest(package)]


def _whole_around(root: Path) -> Path | None:
    """The repository in which a package lies; where there is none to be seen, its workspace."""
    if not (root / "package.json").is_file() or (root / ".git").exists():
        return None
    workspace: Path | None = None
    for folder in root.parents[:_MAX_OUTER]:
        if (folder / ".git").exists():
            return folder
        if workspace is None and _is_workspace(folder):
            workspace = folder
    return workspace


def _is_workspace(folder: Path) -> bool:
    is_marked = any((folder / mark).is_file() for mark in _MARKS)
    return is_marked or b'"workspaces"' in _manifest(folder)


def _manifest(package: Path) -> bytes:
    try:
        with (package / "package.json").open("rb") as file:
            return file.read(_MAX_BYTES)
    except OSError:
        return b""


def _name_of(package: Path) -> bytes:
    """A package's name as other packages' manifests write it, with its quotes."""
    try:
        name = json.loads(_manifest(package)).get("name")
    except (AttributeError, RecursionError, ValueError):
        return b""
    return f'"{name}"'.encode(errors="replace") if isinstance(name, str) else b""


def _has_functions(package: Path) -> bool:
    return (package / "convex").is_dir() or (package / "convex.json").is_file()


def _packages(folder: Path, ignored: Container[str], depth: int) -> Iterator[Path]:
    """The packages below a folder, in order; a package's own folders aren't looked into."""
    try:
        with os.scandir(folder) as entries:
            inner = sorted(one.name for one in entries if one.is_dir(follow_symlinks=False))
    except OSError:
        return
    for name in inner:
        if name in ignored or name.startswith("."):
            continue
        path = folder / name
        if (path / "package.json").is_file():
            yield path
        elif depth > 1:
            yield from _packages(path, ignored, depth - 1)
