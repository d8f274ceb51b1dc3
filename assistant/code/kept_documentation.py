"""What the registered documents ask for, without opening the registry where it is as it was.

Reading the documents and comparing each item with each rule takes longer than checking a file.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import agents
from agents.errors import ConvexpertError
from agents.finding import DocumentedBy
from assistant.code.documented import given_digest
from assistant.code.options import CheckOptions
from assistant.code.program import states_below
from assistant.code.project_check import engine_digest

if TYPE_CHECKING:
    from agents.registry import AgentVersion, Registry
    from assistant.code.store import Store

SETTLED = 2.0
"""Seconds since the last change of a file after which its time stamp can be trusted."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a check takes from the documents."""

    options: CheckOptions
    """Only with what the documents say."""
    unreadable: tuple[str, ...] = ()
    """One line for each version that was left out, because it is damaged."""


def asked_by_documents(
    references: Sequence[str],
    registry: Callable[[], Registry],
    *,
    file: Path | None = None,
    store: Store | None = None,
    clock: Callable[[], float] = time.time,
) -> Asked:
    """What the registered documents ask for; only those of `references` where some are given.

    `file` is the registry's SQLite file, where it is one: while neither it nor this program has
    changed, the answer that `store` keeps is given, and `registry` isn't called.

    Raises RegistryError and its kin for a reference that means nothing, and for a damaged version
    that a reference names.
    """
    key = _key(file) if file is not None and store is not None else None
    name = f"documents {json.dumps([*references, given_digest()])}"
    if store is not None and key is not None:
        kept = _from_bytes(store.get(name, key))
        if kept is not None:
            store.touch(name)
            return Asked(kept)
    opened = registry()
    versions = [opened.resolve(one) for one in references] if references else opened.agents()
    asked = _asked(versions, only=bool(references))
    if store is not None and file is not None and not asked.unreadable:
        # Opening may have made or changed the file: what is kept belongs to it as it is now.
        now, changed = _key(file), _last_change(file)
        if now is not None and changed is not None and abs(clock() - changed) > SETTLED:
            store.put(name, now, _to_bytes(asked.options))
    return asked


def _asked(versions: Sequence[AgentVersion], *, only: bool) -> Asked:
    from assistant.code.documented import documentation

    readable: list[AgentVersion] = []
    unreadable: list[str] = []
    for version in versions:
        try:
            assert version.document
        except ConvexpertError as error:
            if only:
                raise
            unreadable.append(f"{version.reference}: {error.message}; its items are left out")
            continue
        readable.append(version)
    found = documentation(readable)
    options = CheckOptions(
        documentation=found.rules,
        only_documented=only,
        review=found.review,
        handles={version.digest: version.handle for version in readable},
    )
    return Asked(options, tuple(unreadable))


def _states(file: Path) -> list[tuple[int, int, int]] | None:
    found = []
    for path in (file, file.with_name(f"{file.name}-wal")):
        try:
            status = path.stat()
        except FileNotFoundError:
            found.append((0, 0, 0))
        except OSError:
            return None
        else:
            # While a registry is open there is an empty log beside it, which says nothing.
            state = (status.st_ino, status.st_size, status.st_mtime_ns)
            found.append(state if status.st_size else (0, 0, 0))
    return found if found[0] != (0, 0, 0) else None


def _last_change(file: Path) -> float | None:
    states = _states(file)
    return None if states is None else max(changed for _, _, changed in states) / 1e9


def _key(file: Path) -> str | None:
    """What the answer was made from: the file, this program, and the documents built into it."""
    states = _states(file)
    if states is None:
        return None
    own = states_below(Path(agents.__file__).parent, (".py", ".md", ".json", ".yaml"))
    text = repr((str(file), states, engine_digest(), own))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _to_bytes(options: CheckOptions) -> bytes:
    plain = {
        "rules": {rule: list(map(_plain, items)) for rule, items in options.documentation.items()},
        "review": list(map(_plain, options.review)),
        "handles": dict(options.handles),
        "only": options.only_documented,
    }
    return json.dumps(plain).encode("ascii")


def _plain(item: DocumentedBy) -> list[object]:
    return [item.agent, item.version, item.line, item.text]


def _from_bytes(raw: bytes | None) -> CheckOptions | None:
    if raw is None:
        return None
    try:
        plain = json.loads(raw)
        return CheckOptions(
            documentation={
                rule: tuple(DocumentedBy(*item) for item in items)
                for rule, items in plain["rules"].items()
            },
            only_documented=plain["only"],
            review=tuple(DocumentedBy(*item) for item in plain["review"]),
            handles=plain["handles"],
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
