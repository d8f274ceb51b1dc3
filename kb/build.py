"""Bringing the index up to date: only what is new or changed is read, cut and embedded.

Order of writes: first the new vectors, then one transaction of the index, then the vectors that
nothing refers to any more are dropped. A build that is killed leaves the index as it was, and
vectors that the next build finds and uses. A search looks only at vectors that the index names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from agents.errors import ConvexpertError
from kb.chunk import Chunk, embedded_texts
from kb.dense import VectorStore, vector_id
from kb.embed import Embedder
from kb.index import Change, Entry, Index, IndexDamaged, TopicEntry
from kb.lexical import fields_of
from kb.source import Source, SourceDocument
from kb.topic import Topic

_BATCH = 64
"""Vectors made between two writes: what a killed build has to make again at most."""


class Progress(Protocol):
    """How a build reports where it is."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """`done` of `total` units of `step` are finished."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A document that could not be indexed."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did and what is there now."""

    documents: int
    chunks: int
    vectors: int
    added: int
    """Documents that were cut anew: new ones and new versions."""
    removed: int
    """Documents that are no longer there."""
    embedded: int
    """Vectors that had to be made; the others were there."""
    skipped: tuple[Skipped, ...] = ()


def build_index(
    index: Index,
    vectors: VectorStore,
    embedder: Callable[[], Embedder],
    documents: Iterable[SourceDocument],
    *,
    meta: Mapping[str, str],
    progress: Progress,
    afresh: bool = False,
) -> BuildReport:
    """Make `index` and `vectors` hold exactly `documents`.

    `embedder` is called only when there is something to embed. `meta` is what the index says it was
    built from afterwards. With `afresh` every document is cut anew. Raises IndexDamaged, and then
    leaves the index as it was.
    """
    wanted = {document.source.origin: document for document in documents}
    present = {found.source.origin: found.source for found in index.documents()}
    changed = [
        document
        for origin, document in sorted(wanted.items())
        if afresh or origin not in present or present[origin].digest != document.source.digest
    ]
    added, texts, skipped = _read(changed, progress)
    gone = tuple(sorted(set(present) - set(wanted)))
    replaced = {*gone, *(document.source.origin for document in changed)}
    kept = index.vector_ids(without=sorted(replaced))
    needed = kept | set(texts)
    stored = vectors.ids()
    if not kept <= stored:  # the store lost some: what they were made from is in the index
        for chunk in index.all_chunks():
            texts.update(_texts_of(chunk))
        texts.update(index.topic_texts())
    if not needed - stored <= texts.keys():
        raise IndexDamaged("a vector belongs to no text")
    missing = {id_: texts[id_] for id_ in sorted(needed - stored)}
    _embed(missing, vectors, embedder, progress)
    unreadable = {document.source.origin for document in changed} - {s.origin for s, _ in added}
    index.apply(
        Change(
            remove=(*gone, *sorted(unreadable)),
            add=tuple(added),
            rename=_renamed(wanted, present, replaced),
            meta={**meta, "vectors": str(len(needed))},
        )
    )
    vectors.remove(stored - needed)
    return BuildReport(
        documents=len(wanted) - len(skipped),
        chunks=index.chunk_count(),
        vectors=len(needed),
        added=len(added),
        removed=len(gone),
        embedded=len(missing),
        skipped=tuple(skipped),
    )


Added = list[tuple[Source, tuple[Entry, ...]]]


def _read(
    documents: Sequence[SourceDocument], progress: Progress
) -> tuple[Added, dict[str, str], list[Skipped]]:
    added: Added = []
    texts: dict[str, str] = {}
    skipped: list[Skipped] = []
    for done, document in enumerate(documents, start=1):
        source = document.source
        try:
            topics = document.topics()
        except ConvexpertError as error:
            skipped.append(Skipped(source.name, error.message))
        else:
            entries = [entry for topic in topics for entry in _entries(topic, texts)]
            added.append((source, tuple(entries)))
        progress("Reading documents", done, len(documents))
    return added, texts, skipped


def _entries(topic: Topic, texts: dict[str, str]) -> Iterator[Entry]:
    whole = None
    if topic.title:
        whole = TopicEntry(topic.text, vector_id(topic.text), topic.fields)
        texts[whole.vector] = whole.text
    for chunk in topic.chunks:
        found = _texts_of(chunk)
        texts.update(found)
        ids = tuple(dict.fromkeys(id_ for id_, _ in found))
        yield Entry(chunk, ids, fields_of(chunk.heading, chunk.says), whole)


def _texts_of(chunk: Chunk) -> list[tuple[str, str]]:
    return [(vector_id(text), text) for text in embedded_texts(chunk.heading, chunk.says)]


def _embed(
    texts: Mapping[str, str],
    vectors: VectorStore,
    embedder: Callable[[], Embedder],
    progress: Progress,
) -> None:
    if not texts:
        return
    model = embedder()
    ids = list(texts)
    progress("Embedding passages", 0, len(ids))
    for at in range(0, len(ids), _BATCH):
        batch = ids[at : at + _BATCH]
        vectors.add(batch, model.embed_documents([texts[id_] for id_ in batch]))
        progress("Embedding passages", at + len(batch), len(ids))


def _renamed(
    wanted: Mapping[str, SourceDocument], present: Mapping[str, Source], replaced: set[str]
) -> tuple[Source, ...]:
    return tuple(
        document.source
        for origin, document in sorted(wanted.items())
        if origin not in replaced and present[origin] != document.source
    )
