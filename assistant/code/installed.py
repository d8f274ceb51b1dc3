"""Which version of `convex` a project runs: the installed one, else what a lockfile settled on.

A `package.json` names a range (`^1.27.0`), which a much newer version satisfies too. Lockfiles
are searched as text, since they are large: nothing of them is kept but three numbers.
"""

from __future__ import annotations

import re
import stat
from pathlib import Path, PurePosixPath

MAX_LOCK_BYTES = 8_000_000
"""Of a lockfile; a larger one is read up to here."""
_MAX_MANIFEST_BYTES = 200_000
_MAX_OUTER = 4
"""How many folders up the root of a workspace may lie."""
_NUMBERS = rb"(\d{1,5})\.(\d{1,5})\.(\d{1,5})"
_MANIFEST = re.compile(rb'"version"\s*:\s*"' + _NUMBERS)
_NPM_OLD = re.compile(rb'\n {2,4}"convex": \{\s{1,20}"version": "' + _NUMBERS)
_YARN = re.compile(rb'^"?convex@[^\n]{0,200}:\r?\n  version:? "?' + _NUMBERS, re.MULTILINE)
_BUN = re.compile(rb'^\s{0,8}"convex": \["convex@' + _NUMBERS, re.MULTILINE)
_PNPM = re.compile(
    rb"^ {2,6}convex:(?:\r?\n {4,8}specifier: [^\n]{1,100}\r?\n {4,8}version:)? '?" + _NUMBERS,
    re.MULTILINE,
)
_PNPM_NEXT = re.compile(rb"^(?:  )?\S", re.MULTILINE)

Version = tuple[int, ...]


def installed_version(root: Path) -> Version | None:
    """The version of `convex` that a project's root folder gets; None where nothing tells."""
    for outer in (root, *list(root.parents)[:_MAX_OUTER]):
        if outer != root and not _is_workspace(outer):
            continue
        inner = PurePosixPath(root.relative_to(outer).as_posix())
        found = _installed_in(outer) or _locked_in(outer, inner)
        if found is not None:
            return found
    return None


def _is_workspace(folder: Path) -> bool:
    if (folder / "pnpm-workspace.yaml").is_file():
        return True
    return b'"workspaces"' in _bytes(folder / "package.json", _MAX_MANIFEST_BYTES)


def _installed_in(folder: Path) -> Version | None:
    manifest = folder / "node_modules" / "convex" / "package.json"
    return _version(_MANIFEST.search(_bytes(manifest, _MAX_MANIFEST_BYTES)))


def _locked_in(folder: Path, inner: PurePosixPath) -> Version | None:
    return (
        _by_npm(_bytes(folder / "package-lock.json", MAX_LOCK_BYTES), inner)
        or _by_pnpm(_bytes(folder / "pnpm-lock.yaml", MAX_LOCK_BYTES), inner)
        or _version(_YARN.search(_bytes(folder / "yarn.lock", MAX_LOCK_BYTES)))
        or _version(_BUN.search(_bytes(folder / "bun.lock", MAX_LOCK_BYTES)))
    )


def _by_npm(lock: bytes, inner: PurePosixPath) -> Version | None:
    own = (inner / "node_modules/convex").as_posix()
    for path in (own, "node_modules/convex"):
        start = lock.find(b'"%s": {' % path.encode())
        if start >= 0:
            return _version(_MANIFEST.search(lock, start, start + 400))
    return _version(_NPM_OLD.search(lock))


def _by_pnpm(lock: bytes, inner: PurePosixPath) -> Version | None:
    """A workspace's lockfile has a section for each of its packages, under `importers:`."""
    if b"\nimporters:" not in lock:
        return _version(_PNPM.search(lock))
    name = re.escape(inner.as_posix().encode())
    head = re.search(rb"^  '?" + name + rb"'?:\r?\n", lock, re.MULTILINE)
    if head is None:
        return None
    end = _PNPM_NEXT.search(lock, head.end())
    return _version(_PNPM.search(lock, head.end(), end.start() if end is not None else len(lock)))


def _version(found: re.Match[bytes] | None) -> Version | None:
    return None if found is None else tuple(int(part) for part in found.groups())


def _bytes(path: Path, limit: int) -> bytes:
    """The beginning of a file; nothing where it is none, or can't be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return b""
        with path.open("rb") as file:
            return file.read(limit)
    except OSError:
        return b""
