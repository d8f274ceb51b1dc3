"""Whether the index and the vectors are whole and say the same; both can be made anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from agents.errors import ConvexpertError
from agents.health import Symptom
from agents.settings import Settings
from agents.workspace import Workspace
from kb import matrix, words
from kb.array_file import is_damaged
from kb.chroma_files import is_as_noted, is_read_only
from kb.index import Index, IndexDamaged

if TYPE_CHECKING:
    from kb.knowledge_base import KnowledgeBase

_REBUILD = "convexpert kb build --force"


def verify_knowledge_base(workspace: Workspace, settings: Settings) -> Iterator[Symptom]:
    """What is wrong with the index and the vectors; nothing where none were built yet.

    An index that is merely older than the registry is no fault: the next search renews it.
    """

    def rebuild() -> str:
        return _rebuild(workspace, settings)

    if not workspace.index.exists():
        return
    try:
        index = Index.open(workspace.index)
    except IndexDamaged as error:
        yield _damaged(workspace, error, rebuild)
        return
    except ConvexpertError as error:
        yield Symptom("index", error.message, error.hint or _REBUILD)
        return
    try:
        index.check_all()
        wanted, meta = index.vector_ids(), index.meta()
    except IndexDamaged as error:
        yield _damaged(workspace, error, rebuild)
        return
    finally:
        index.close()
    yield from _verify_copies(workspace, settings, meta)
    yield from _verify_vectors(workspace, settings, wanted, meta, rebuild)


def _verify_copies(
    workspace: Workspace, settings: Settings, meta: dict[str, str]
) -> Iterator[Symptom]:
    for what, prefix in (("vectors", matrix.PREFIX), ("words", words.PREFIX)):
        if is_damaged(workspace.root, prefix, meta.get("build", "")):
            yield Symptom(
                "index",
                f"the copy of the {what} is damaged",
                "the next search makes it anew",
                partial(_rebuild, workspace, settings, force=False),
            )


def _verify_vectors(
    workspace: Workspace,
    settings: Settings,
    wanted: set[str],
    meta: dict[str, str],
    rebuild: Callable[[], str],
) -> Iterator[Symptom]:
    from agents.registry import open_registry
    from kb.knowledge_base import KnowledgeBase

    if meta.get("vectors_at") != (settings.chroma_url or "workspace"):
        return  # built for another store: the next search builds for this one
    embedded = settings.chroma_url is None
    if embedded and wanted and not workspace.vectors.is_dir():
        yield Symptom("vectors", f"{workspace.vectors} is gone", _REBUILD, rebuild)
        return
    if embedded and is_read_only(workspace.vectors):
        if not is_as_noted(workspace.vectors):
            what = f"{workspace.vectors} is not as the last build left it"
            yield Symptom("vectors", what, "build the index anew where it can be written")
        return
    try:
        with (
            open_registry(workspace, settings) as registry,
            KnowledgeBase.open(workspace, registry, settings, update=False) as base,
        ):
            missing = wanted - base.vector_ids()
            changed = _changed_vectors(base, workspace, meta) if embedded else 0
    except ConvexpertError as error:
        mend = rebuild if embedded else None
        yield Symptom("vectors", error.message, error.hint or _REBUILD, mend)
        return
    if missing:
        what = f"{len(missing)} of {len(wanted)} vectors are missing"
        yield Symptom("vectors", what, _REBUILD, rebuild)
    elif changed:
        what = f"{changed} of {len(wanted)} vectors are not those that were made"
        yield Symptom("vectors", what, _REBUILD, rebuild)


def _changed_vectors(base: KnowledgeBase, workspace: Workspace, meta: dict[str, str]) -> int:
    """How many vectors are others than in the copy, which has a checksum."""
    copied = matrix.read_matrix(workspace.root, meta.get("build", ""))
    if copied is None:
        return 0
    rows = dict(zip(map(bytes.decode, copied.ids.tolist()), copied.vectors, strict=True))
    stored = base.stored_vectors(sorted(rows))
    return sum((row != stored.get(id_, row)).any() for id_, row in rows.items())


def _damaged(workspace: Workspace, error: Exception, rebuild: Callable[[], str]) -> Symptom:
    return Symptom("index", f"{workspace.index} is damaged: {error}", _REBUILD, rebuild)


def _rebuild(workspace: Workspace, settings: Settings, *, force: bool = True) -> str:
    from agents.registry import open_registry
    from kb.knowledge_base import KnowledgeBase

    with (
        open_registry(workspace, settings) as registry,
        KnowledgeBase.open(workspace, registry, settings, update=False) as base,
    ):
        base.build(force=force)
        status = base.status()
    return f"built the index anew: {status.chunks} chunks, {status.vectors} vectors"
