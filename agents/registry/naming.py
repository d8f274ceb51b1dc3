"""What agents and collections are called: safe names made from whatever documents say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import PurePath

from agents.errors import UsageError
from agents.registry.reference import MAX_HANDLE

BUILTIN = "builtin"
"""The collection of the documents that come with the package."""

MAX_COLLECTION = 100
_MAX_SLUG = 60
# Bounds the work on a name of a megabyte; nothing past it could show in a slug.
_MAX_LOOKED_AT = 400

_NO_SLUG = re.compile(r"[^a-z0-9_.]+")
_DASHES = re.compile(r"-{2,}")
_NO_COLLECTION = re.compile(r"[\s/\\]+")


def slug(text: str) -> str:
    """`text` as lower-case ASCII letters, digits, `-`, `_`, `.`; may be empty, at most 60 long."""
    plain = unicodedata.normalize("NFKD", text[:_MAX_LOOKED_AT]).encode("ascii", "ignore").decode()
    dashed = _DASHES.sub("-", _NO_SLUG.sub("-", plain.lower()))
    return dashed.strip("-._")[:_MAX_SLUG].rstrip("-._")


def free_handle(name: str, origin: str, is_taken: Callable[[str], bool]) -> str:
    """A handle for a new agent: its name, else the name with a suffix from its file's name.

    Where both are taken, or the file is called like the agent, folders of `origin` from the file
    up to the collection are added, then a number. The same name, origin and taken handles give
    the same handle.
    """
    folders, _, file = origin.rpartition("/")
    stem = slug(file.rsplit(".", 1)[0] if "." in file else file)
    base = slug(name) or stem or "agent"
    if not is_taken(base):
        return base
    suffix = stem if stem and stem != base else ""
    for folder in ("", *reversed([slug(part) for part in folders.split("/") if slug(part)])):
        suffix = "-".join(part for part in (folder, suffix) if part)
        handle = f"{base}-{suffix}"
        if suffix and len(handle) <= MAX_HANDLE and not is_taken(handle):
            return handle
    return next(handle for n in count(2) if not is_taken(handle := f"{base}-{n}"))


def check_collection(text: str) -> str:
    """`text`, which somebody chose as a collection. Raises UsageError where it can't be one."""
    if not text or len(text) > MAX_COLLECTION or _collection_name(text) != text:
        raise UsageError(
            f"{text[:MAX_COLLECTION]!r} can't be a collection",
            hint=f"a name without spaces and slashes, at most {MAX_COLLECTION} characters",
        )
    if text == BUILTIN:
        raise UsageError(
            f"the collection {BUILTIN!r} is kept by the registry", hint="choose another name"
        )
    return text


def check_source_name(text: str) -> str:
    """`text`, which documentation shall be called. Raises UsageError where it can't be a name."""
    if not text or len(text) > MAX_COLLECTION or _collection_name(text) != text:
        raise UsageError(
            f"{text[:MAX_COLLECTION]!r} can't be the name of a source",
            hint=f"a name without spaces and slashes, at most {MAX_COLLECTION} characters",
        )
    return text


def free_collection(root: str, taken: Mapping[str, str | None]) -> str:
    """The collection that a folder's documents belong to where nobody names one.

    `taken` is the folder of each known collection. A folder that was imported before keeps its
    collection. Otherwise it is called by its name, with as many parent folders before it as make
    it unlike the collections of other folders: two projects' agents never become one agent's
    versions. A tool's own folder (`.claude/agents`) is called by the project that it is in.
    """
    folder = PurePath(root)
    parts = [_collection_name(part) for part in _telling(folder).parts if part != folder.anchor]
    parts = [part for part in parts if part] or ["root"]
    candidates = ["-".join(parts[start:])[-MAX_COLLECTION:] for start in range(len(parts))][::-1]
    known = [name for name, known_root in taken.items() if known_root == root]
    if known:
        return next((name for name in candidates if name in known), min(known))
    short = (name for name in candidates if name not in taken and name != BUILTIN)
    numbered = (f"{candidates[0][:90]}-{n}" for n in count(2))
    return next(short, None) or next(name for name in numbered if name not in taken)


def _telling(folder: PurePath) -> PurePath:
    if folder.name.startswith(".") and folder.parent.name:
        return folder.parent
    if folder.parent.name.startswith(".") and folder.parent.parent.name:
        return folder.parent.parent
    return folder


def _collection_name(text: str) -> str:
    safe = "".join(c if c.isprintable() else "-" for c in _NO_COLLECTION.sub("-", text))
    return storable(unicodedata.normalize("NFC", safe)).strip("-")


def storable(text: str) -> str:
    """`text` without what no database takes: NUL and halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")
