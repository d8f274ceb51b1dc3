"""Opening a workspace's registry: made, migrated and given the built-in agents at need."""

from __future__ import annotations

from agents.builtin import BuiltinDocument, builtin_documents, builtin_state
from agents.registry.clock import Clock, utc_now
from agents.registry.database import Database
from agents.registry.migrations import migrate
from agents.registry.naming import BUILTIN
from agents.registry.store import Registry
from agents.registry.submission import Submission
from agents.settings import Settings
from agents.workspace import Workspace

_WANTED = "builtin"
"""Whether the built-in agents belong here; decided once, when the registry is made."""
_SEEN = "builtin:"
"""With a state of the built-in documents: that it was imported. Every state is imported once, so
that an older convexpert on the same registry does not import its documents as newer versions."""


def open_registry(
    workspace: Workspace,
    settings: Settings,
    *,
    builtin: bool = True,
    now: Clock = utc_now,
) -> Registry:
    """The registry that `settings` name, or the workspace's own, which is made at need.

    A new registry gets the built-in agents, unless `builtin` is False: then it never gets them.
    An older one gets new versions of those that changed since. The caller closes it.

    Raises WorkspaceError where it can't be opened or is newer than this program, UsageError where
    the setting is no address.
    """
    if settings.registry_url is None:
        workspace.create()
    database = Database(
        settings.registry_url or f"sqlite:///{workspace.registry}", timeout=settings.server_timeout
    )
    try:
        migrate(database)
        registry = Registry(database, now=now)
        wanted = registry.recall(_WANTED)
        if wanted is None:
            registry.remember(_WANTED, "yes" if builtin else "no")
            wanted = registry.recall(_WANTED)
        if wanted == "yes" and builtin:
            _import_builtin(registry, builtin_documents())
    except BaseException:
        database.close()
        raise
    return registry


def _import_builtin(registry: Registry, documents: tuple[BuiltinDocument, ...]) -> None:
    state = _SEEN + builtin_state(documents)
    if registry.recall(state) is not None:
        return
    from agents.parse import parse_document

    submissions = []
    for document in documents:
        parsed = parse_document(document.raw, filename=f"{BUILTIN}/{document.path}")
        submissions.append(
            Submission(
                BUILTIN,
                document.path,
                document.raw,
                parsed.name,
                parsed.description,
                author="convexpert",
                message="built-in document",
            )
        )
    # Noted after the import: a crash in between imports again, and then finds nothing changed.
    registry.add(submissions)
    registry.remember(state, "imported")
