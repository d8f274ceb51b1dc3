"""The knowledge base: opens index, vectors and model, keeps them up to date, searches."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeVar

from agents.closing import Closing
from agents.errors import KnowledgeBaseError, UsageError
from agents.settings import Settings
from agents.workspace import Workspace
from kb.build import BuildReport, Progress, build_index
from kb.chroma_files import can_be_opened, is_as_noted, is_read_only, note_graph
from kb.chunk import CHUNKER, Chunk
from kb.dense import (
    MAKE_ANEW,
    SERVER_SECONDS,
    VectorStore,
    VectorStoreError,
    collection_name,
    has_store,
)
from kb.embed import Embedder, open_embedder
from kb.index import Index, IndexDamaged, IndexedDocument
from kb.matrix import Matrix, make_matrix, read_matrix, write_matrix
from kb.model import PreparedModel, choose_model, prepared_model
from kb.plain_words import NearMatters, near_matters
from kb.search import LONGEST_QUERY, Matters, Mode, Query, SearchResult, hits_of, search_index
from kb.source import agent_sources, page_sources
from kb.vector_cache import embed_cached
from kb.words import Words, make_postings, read_words, write_words

if TYPE_CHECKING:
    from agents.registry import Registry
    from kb.embed import Vectors

Result = TypeVar("Result")

_LONGEST_WAIT = 600.0
"""Seconds to wait for another process that builds."""


def _silent(step: str, done: int, total: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Status:
    """What is in the knowledge base, and whether it is what the registry holds."""

    up_to_date: bool
    documents: int
    chunks: int
    vectors: int
    model: str | None
    """The embedding model that the index was built with; None before the first build."""
    chunker: str | None
    registry_state: str | None
    """The state of the registry that the index was built from."""


_NOTHING = Status(False, 0, 0, 0, model=None, chunker=None, registry_state=None)


class KnowledgeBase(Closing):
    """What is searched: the latest versions of all visible agents.

    A context manager. Made by `open`; the parts that a search doesn't need are never loaded.
    Threads may share one: they take turns.
    """

    def __init__(
        self,
        workspace: Workspace,
        registry: Registry,
        settings: Settings,
        progress: Progress,
        embedder_of: Callable[[PreparedModel], Embedder] = open_embedder,
    ) -> None:
        self._workspace = workspace
        self._registry = registry
        self._settings = settings
        self._progress = progress
        self._embedder_of = embedder_of
        self._choice = choose_model(settings.embedding_model)
        self._index: Index | None = None
        self._prepared: PreparedModel | None = None
        self._embedder: Embedder | None = None
        self._vectors: VectorStore | None = None
        self._matrix: Matrix | None = None
        self._words: Words | None = None
        self._matters: NearMatters | None = None
        self._vectors_of: str | None = None
        """The build whose vectors are open, so that another process's is noticed."""
        self._lock_of_threads = threading.RLock()

    @classmethod
    def open(
        cls,
        workspace: Workspace,
        registry: Registry,
        settings: Settings,
        *,
        progress: Progress | None = None,
        update: bool = True,
        embedder_of: Callable[[PreparedModel], Embedder] = open_embedder,
    ) -> KnowledgeBase:
        """The knowledge base of a registry, brought up to date unless `update` is False.

        `embedder_of` opens the prepared model, another way where vectors are kept elsewhere too.
        Raises KnowledgeBaseError where index, model or vector store can't be used.
        """
        workspace.create()
        opened = cls(workspace, registry, settings, progress or _silent, embedder_of)
        if update:
            opened.refresh()
        return opened

    def close(self) -> None:
        """Close the index file, and the connections to a server."""
        self._close_index()
        self._forget_vectors()

    def _close_index(self) -> None:
        if self._index is not None:
            self._index.close()
            self._index = None

    def _forget_vectors(self) -> None:
        if self._vectors is not None:
            self._vectors.close()
            self._vectors = None

    # Being up to date

    def refresh(self) -> BuildReport | None:
        """Build what changed since the last build; None where nothing did. Cheap then.

        What another process has built since is read from now on.
        """
        with self._lock_of_threads:
            self._notice_other_builds()
            return None if self._is_up_to_date() else self.build()

    def _notice_other_builds(self) -> None:
        if self._index is None:
            return
        try:
            replaced = self._index.is_replaced()
            build = self._index.meta().get("build")
        except IndexDamaged:
            replaced, build = True, None
        if replaced:
            self._close_index()
        if replaced or build != self._vectors_of:
            self._forget_vectors()

    def build(self, *, force: bool = False) -> BuildReport:
        """Bring the index up to date; with `force` everything is made anew."""
        return self._build(new_index=force, new_vectors=force)

    def _build(self, *, new_index: bool = False, new_vectors: bool = False) -> BuildReport:
        """A build that also makes anew what proves to be damaged while it is read or written."""
        while True:
            try:
                return self._build_once(new_index=new_index, new_vectors=new_vectors)
            except IndexDamaged as error:
                if new_index:
                    raise self._failing(error) from error
                new_index = True
            except VectorStoreError:
                if new_vectors or self._settings.chroma_url is not None:
                    raise
                new_vectors = True

    def _failing(self, error: IndexDamaged) -> KnowledgeBaseError:
        return KnowledgeBaseError(
            f"the index is damaged right after it was made: {error}",
            hint="is the disk in order?",
            path=str(self._workspace.index),
        )

    def _build_once(self, *, new_index: bool, new_vectors: bool) -> BuildReport:
        with self._lock_of_threads, self._lock():
            self._notice_other_builds()
            index = self._open_or_create_index(afresh=new_index)
            vectors = self._open_or_discard_vectors(afresh=new_vectors)
            wanted, model = self._wanted(), self._prepare_model().id
            before = None if new_vectors else self._copy_before(index, model)
            self._vectors_of = secrets.token_hex(8)
            report = build_index(
                index,
                vectors,
                self._load_embedder,
                [
                    *agent_sources(self._registry.agents()),
                    *page_sources(self._registry.pages()),
                ],
                meta={**wanted, "model_id": model, "build": self._vectors_of},
                progress=self._progress,
                afresh=index.meta().get("chunker") != CHUNKER,
            )
            if self._settings.chroma_url is None:
                vectors.drop_others()
                note_graph(self._workspace.vectors)
            self._matrix = self._copy_matrix(index, vectors, before)
            self._words = self._copy_words(index)
            if self._embedder is not None:
                self._open_matters()  # so that the first search need not make them
        return report

    def _copy_before(self, index: Index, model: str) -> Matrix | None:
        """The vectors as the last build copied them, if this model made them."""
        meta = index.meta()
        if meta.get("model_id") != model:
            return None
        return read_matrix(self._workspace.root, meta.get("build", ""))

    def status(self) -> Status:
        """What is there, without building; a damaged index counts as none."""
        try:
            index = self._existing_index()
            if index is None:
                return _NOTHING
            meta = index.meta()
            return Status(
                up_to_date=self._is_up_to_date() and self._has_all_vectors(meta),
                documents=len(index.documents()),
                chunks=index.chunk_count(),
                vectors=int(meta.get("vectors", 0)),
                model=meta.get("model_id"),
                chunker=meta.get("chunker"),
                registry_state=meta.get("registry"),
            )
        except IndexDamaged:
            return _NOTHING

    def _has_all_vectors(self, meta: Mapping[str, str]) -> bool:
        """Whether the vector store can be read and has what the index needs."""
        wanted, folder = int(meta.get("vectors", 0)), self._workspace.vectors
        if not wanted:
            return True
        if self._settings.chroma_url is None and is_read_only(folder):
            return is_as_noted(folder)
        try:
            return self._vectors_to_read().count() >= wanted
        except VectorStoreError:
            return False

    def _wanted(self) -> dict[str, str]:
        """What an index that is up to date says it was built from."""
        return {
            "registry": self._registry.state(),
            "model": self._choice.key,
            "chunker": CHUNKER,
            "vectors_at": self._settings.chroma_url or "workspace",
        }

    def _is_up_to_date(self) -> bool:
        try:
            index = self._existing_index()
            meta = index.meta() if index is not None else {}
        except IndexDamaged:
            return False
        wanted = self._wanted()
        if {name: meta.get(name) for name in wanted} != wanted:
            return False
        # Chroma's own file, looked for only: opening it would take longer than a search.
        stored = self._settings.chroma_url is not None or has_store(self._workspace.vectors)
        return stored or not int(meta.get("vectors", 0))

    @contextmanager
    def _lock(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        lock = FileLock(self._workspace.root / "index.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            self._progress("Waiting for another build", 0, 1)
            try:
                lock.acquire(timeout=_LONGEST_WAIT)
            except Timeout:
                raise KnowledgeBaseError(
                    "another process has been building the index for too long",
                    hint="end it, or wait and try again",
                    path=lock.lock_file,
                ) from None
            self._progress("Waiting for another build", 1, 1)
        try:
            yield
        finally:
            lock.release()

    # Opening the parts

    def _existing_index(self) -> Index | None:
        if self._index is None:
            if not self._workspace.index.exists():
                return None
            self._index = Index.open(self._workspace.index)
        return self._index

    def _open_or_create_index(self, *, afresh: bool) -> Index:
        self._close_index()
        try:
            index = None if afresh else self._existing_index()
            if index is not None:
                index.check()
        except IndexDamaged:
            index = None
        if index is None:
            self._close_index()
            index = self._index = Index.create(self._workspace.index)
        return index

    def _open_vectors(self, collection: str) -> VectorStore:
        if self._vectors is None:
            if self._index is not None:
                self._vectors_of = self._index.meta().get("build")
            url = self._settings.chroma_url
            self._vectors = (
                VectorStore.embedded(self._workspace.vectors, collection)
                if url is None
                else VectorStore.served(
                    url, collection, timeout=self._settings.server_timeout or SERVER_SECONDS
                )
            )
        return self._vectors

    def _vectors_to_read(self) -> VectorStore:
        """The vectors for who doesn't build. Raises VectorStoreError for damaged files too."""
        collection, folder = self._collection(), self._workspace.vectors
        is_new = self._vectors is None and self._settings.chroma_url is None
        if is_new and not is_as_noted(folder):
            with self._lock():
                if not can_be_opened(folder, collection):
                    raise VectorStoreError(
                        "the vector store is damaged", hint=MAKE_ANEW, path=str(folder)
                    )
        return self._open_vectors(collection)

    def _open_or_discard_vectors(self, *, afresh: bool) -> VectorStore:
        self._forget_vectors()
        embedded = self._settings.chroma_url is None
        collection, folder = self._collection(), self._workspace.vectors
        if embedded and (afresh or not has_store(folder) or not can_be_opened(folder, collection)):
            # Also where its file is gone: this process may still have it open.
            VectorStore.discard(folder)
        try:
            vectors = self._open_vectors(collection)
            vectors.count()
        except VectorStoreError:
            if not embedded:
                raise
            self._forget_vectors()
            VectorStore.discard(folder)
            return self._open_vectors(collection)
        if afresh and not embedded:
            vectors.clear()
        return vectors

    def _collection(self) -> str:
        """Named by the model and the chunker, on a server by the registry too.

        That name is kept in the registry itself: all who share it find the same vectors.
        """
        parts = [self._prepare_model().id, CHUNKER]
        if self._settings.chroma_url is not None:
            self._registry.remember("vectors", secrets.token_hex(16))
            parts.append(self._registry.recall("vectors") or "")
        return collection_name(*parts)

    def _prepare_model(self) -> PreparedModel:
        if self._prepared is None:
            self._prepared = prepared_model(self._choice, progress=self._progress)
        return self._prepared

    def _load_embedder(self) -> Embedder:
        if self._embedder is None:
            self._embedder = self._embedder_of(self._prepare_model())
        return self._embedder

    def _open_matters(self) -> NearMatters:
        """The matters' vectors by the model in use, kept beside the prepared model."""
        if self._matters is None:
            embedder, prepared = self._load_embedder(), self._prepare_model()
            # Another embedder's vectors are none of the prepared model's.
            folder = prepared.folder if embedder.model_id == prepared.id else None
            self._matters = near_matters(embedder, folder)
        return self._matters

    def vector_ids(self) -> set[str]:
        """The ids of all vectors in the store. Raises VectorStoreError where it can't tell."""
        return self._vectors_to_read().ids()

    def stored_vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of these ids in the store. Raises VectorStoreError where it can't tell."""
        return self._vectors_to_read().vectors(ids)

    # Searching

    def search(
        self,
        query: str,
        *,
        k: int = 10,
        mode: Mode = Mode.HYBRID,
        sources: Sequence[str] = (),
        clock: Callable[[], float] = time.perf_counter,
    ) -> SearchResult:
        """The chunks that fit the query best.

        `sources` are names to stay within. Raises UsageError for an empty query, a `k` that is out
        of range or a name that is not indexed.
        """
        started = clock()
        asked = Query(query[:LONGEST_QUERY], k, mode, tuple(sources))
        return self._mended(lambda: self._search(asked, started, clock))

    def _search(self, query: Query, started: float, clock: Callable[[], float]) -> SearchResult:
        vector = None
        matters: Matters = ()
        if query.mode is not Mode.LEXICAL:
            vector = self._load_embedder().embed_query(query.meant)
            if query.mode is Mode.HYBRID:
                matters = self._open_matters().of(vector)
        while True:
            matrix = None if vector is None else self._open_matrix()
            words = self._open_words()
            index = self._read_index()
            with index.reading():
                builds = {index.meta().get("build"), words.build, (matrix or words).build}
                if len(builds) > 1:
                    continue  # another process has built in between
                self._check_names(index, query.sources)
                near = matrix.compare(vector) if matrix and vector is not None else None
                rankings, ordered = search_index(index, query, words, near, matters)
                hits = hits_of(query, ordered, rankings, index.chunks)
            if len(hits) < min(query.k, len(ordered)):
                raise IndexDamaged("passages are lost")
            break
        elapsed = round((clock() - started) * 1000, 3)
        return SearchResult(query.text, query.mode, hits, elapsed)

    def _open_matrix(self) -> Matrix:
        """The vectors as the index's last build left them."""
        build = self._read_index().meta().get("build", "")
        if self._matrix is None or self._matrix.build != build:
            found = read_matrix(self._workspace.root, build)
            self._matrix = found if found is not None else self._copied_matrix()
        return self._matrix

    def _copied_matrix(self) -> Matrix:
        """The matrix made anew from the vector store, which is mended where it lost some."""
        vectors = self._vectors_to_read()
        if vectors.count() < int(self._read_index().meta().get("vectors", 0)):
            self.build()
            vectors = self._vectors_to_read()
        return self._copy_matrix(self._read_index(), vectors)

    def _copy_matrix(
        self, index: Index, vectors: VectorStore, before: Matrix | None = None
    ) -> Matrix:
        build = index.meta().get("build", "")
        try:
            matrix = make_matrix(build, index.vector_rows(), vectors.vectors, before=before)
        except KeyError:
            raise VectorStoreError(
                "the vector store lost vectors", path=str(self._workspace.vectors)
            ) from None
        write_matrix(self._workspace.root, matrix)
        return matrix

    def _open_words(self) -> Words:
        """The terms as the index's last build left them."""
        index = self._read_index()
        build = index.meta().get("build", "")
        if self._words is None or self._words.build != build:
            found = read_words(self._workspace.root, build)
            self._words = found if found is not None else self._copy_words(index)
        return self._words

    def _copy_words(self, index: Index) -> Words:
        with index.reading():
            chunks, topics = index.chunk_words(), index.topic_words()
            build = index.meta().get("build", "")
        words = Words(build, make_postings(chunks), make_postings(topics))
        write_words(self._workspace.root, words)
        return words

    def _read_index(self) -> Index:
        index = self._existing_index()
        if index is None:
            self.build()
            index = self._existing_index()
        assert index is not None
        return index

    def _mended(self, call: Callable[[], Result]) -> Result:
        """The call's result; where a part that can be rebuilt is damaged, after rebuilding it."""
        new_index = new_vectors = False
        with self._lock_of_threads:
            while True:
                try:
                    return call()
                except IndexDamaged as error:
                    if new_index:
                        raise self._failing(error) from error
                    new_index = True
                    self._build(new_index=True)
                except VectorStoreError:
                    if new_vectors or self._settings.chroma_url is not None:
                        raise
                    new_vectors = True
                    self._build(new_vectors=True)

    def _check_names(self, index: Index, names: Sequence[str]) -> None:
        known = [found.source.name for found in index.documents()] if names else []
        for name in names:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                raise UsageError(
                    f"no source is called {name!r}",
                    hint=f"did you mean {near[0]}?" if near else "`convexpert kb list` shows them",
                )

    # Looking things up

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One L2-normalised row for each text, comparable with a question's vector."""
        with self._lock_of_threads:
            embedder = self._load_embedder()
            return embed_cached(
                texts,
                path=self._workspace.embedded,
                model_id=embedder.model_id,
                dimension=embedder.dimension,
                embed=embedder.embed_documents,
            )

    def term_counts(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many chunks each term of `kb.lexical` occurs; unused terms are missing."""
        return self._mended(lambda: self._open_words().chunks.counts(terms))

    def chunk_count(self) -> int:
        """How many chunks are indexed."""
        return self._mended(lambda: self._read_index().chunk_count())

    def sources(self) -> list[IndexedDocument]:
        """What is indexed, ordered by name."""
        return self._mended(lambda: self._read_index().documents())

    def chunk(self, id_: str) -> Chunk:
        """The chunk with this id. Raises KnowledgeBaseError where there is none."""
        found = self._mended(lambda: self._read_index().chunks([id_]))
        if id_ not in found:
            raise KnowledgeBaseError(
                f"no chunk has the id {id_!r}", hint="ids change with the document's version"
            )
        return found[id_]

    def chunks_of(self, source: str) -> list[Chunk]:
        """All chunks of a source, by their lines. Raises UsageError for a name that is none."""

        def read() -> list[Chunk]:
            index = self._read_index()
            self._check_names(index, [source])
            return index.chunks_of(source)

        return self._mended(read)
