"""Vectors in Chroma: the only importer of chromadb.

A vector's id is a digest of the text that it was made from. The same passage in two versions of a
document is one vector, and a new version costs only what changed in it.
"""

from __future__ import annotations

import gc
import hashlib
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from agents.errors import KnowledgeBaseError, UsageError

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

    from kb.embed import Vectors

Result = TypeVar("Result")

_PAGE = 2000
"""Records written or deleted in one call: below SQLite's limit of parameters."""
# Exact for 2,000 vectors even of the hardest kind, random ones; 99.95 % of the nearest hundred are
# found among 20,000.
_HNSW = {"space": "ip", "ef_search": 500, "ef_construction": 200, "max_neighbors": 24}


_ROUNDING = 1e-3
"""How far from 1 the square of a whole vector's length can be."""
MAKE_ANEW = "`convexpert kb build --force` makes it anew"
"""What helps where the workspace's own store is damaged."""
_TRY_AGAIN = "is the server up? try again: what was written already stays as it is"

SERVER_SECONDS = 60.0
"""How long a server may be silent where nothing else is set."""


class VectorStoreError(KnowledgeBaseError):
    """The vector store can't be opened, read or written."""


def vector_id(text: str) -> str:
    """The id of the vector that stands for `text`."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def collection_name(*parts: str) -> str:
    """A collection's name from all that its contents depend on."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
    return f"convexpert-{digest}"


def has_store(folder: Path) -> bool:
    """Whether a store was made in the folder; not whether it can be read."""
    return (folder / "chroma.sqlite3").is_file()


class VectorStore:
    """One collection of L2-normalised vectors."""

    def __init__(
        self,
        client: ClientAPI,
        name: str,
        place: str,
        *,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        # Chroma's types ask for numpy dtypes that float32 arrays do not have.
        self._client: Any = client
        self._name = name
        self._place = place
        self.close = close
        """Closes the connections to a server; not to be used afterwards."""
        try:
            self._collection = self._in_chroma(self._open)
        except VectorStoreError:
            close()
            raise

    @classmethod
    def embedded(cls, folder: Path, name: str) -> VectorStore:
        """The collection in the workspace's own store, as its files are now.

        Chroma keeps the state of files that it opened in memory; other processes may have written
        to them since.
        """
        _forget_clients()
        return cls(_embedded_client(folder), name, str(folder))

    @staticmethod
    def discard(folder: Path) -> None:
        """Remove the workspace's own store; only the process that builds may do it."""
        _forget_clients()
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)
        else:
            folder.unlink(missing_ok=True)

    @classmethod
    def served(cls, url: str, name: str, *, timeout: float = SERVER_SECONDS) -> VectorStore:
        """The collection on a Chroma server, which may be silent for `timeout` seconds.

        Raises UsageError for an address that is none, VectorStoreError where nobody answers.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port, parts = None, None, urlsplit("")
        if parts.scheme not in ("http", "https") or not host:
            raise UsageError(f"chroma_url is no address: {url!r}", hint="http://HOST:PORT")
        secure = parts.scheme == "https"

        connect = partial(_served_client, host, port or (443 if secure else 8000), secure, timeout)
        client, close = _translated(connect, url)
        return cls(client, name, url, close=close)

    def _open(self) -> Any:
        from chromadb.errors import NotFoundError

        # get_or_create would write the configuration at every start.
        with suppress(NotFoundError):
            return self._client.get_collection(self._name, embedding_function=None)
        return self._client.get_or_create_collection(
            self._name,
            embedding_function=None,
            configuration={"hnsw": _HNSW},
        )

    def _in_chroma(self, call: Callable[[], Result]) -> Result:
        return _translated(call, self._place)

    def count(self) -> int:
        """The number of vectors."""
        return int(self._in_chroma(self._collection.count))

    def ids(self) -> set[str]:
        """The ids of all vectors."""
        return set(self._in_chroma(partial(self._collection.get, include=[]))["ids"])

    def add(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Store vectors; one whose id is there already is replaced."""
        for at in range(0, len(ids), _PAGE):
            page = slice(at, at + _PAGE)
            self._in_chroma(
                partial(self._collection.upsert, ids=list(ids[page]), embeddings=vectors[page])
            )

    def remove(self, ids: Iterable[str]) -> None:
        """Drop vectors."""
        given = sorted(ids)
        for at in range(0, len(given), _PAGE):
            self._in_chroma(partial(self._collection.delete, ids=given[at : at + _PAGE]))

    def clear(self) -> None:
        """Drop all vectors."""
        self._in_chroma(partial(self._client.delete_collection, self._name))
        self._collection = self._in_chroma(self._open)

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of these ids, as far as they are there.

        Raises VectorStoreError for one that is not of length 1 any more: Chroma doesn't look.
        """
        import numpy

        found: dict[str, Vectors] = {}
        for at in range(0, len(ids), _PAGE):
            page = self._in_chroma(
                partial(
                    self._collection.get, ids=list(ids[at : at + _PAGE]), include=["embeddings"]
                )
            )
            rows = numpy.asarray(page["embeddings"], dtype=numpy.float32)
            lengths = numpy.einsum("ij,ij->i", rows, rows) if page["ids"] else rows
            if not numpy.allclose(lengths, 1, rtol=0, atol=_ROUNDING):
                raise VectorStoreError(
                    "vectors in the vector store are damaged", hint=MAKE_ANEW, path=self._place
                )
            found.update(zip(page["ids"], rows, strict=True))
        return found

    def nearest(
        self, vector: Vectors, *, limit: int, among: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """Ids and cosine similarities of the nearest vectors, best first, ties by id.

        `among` limits the search to these ids.
        """
        if limit < 1 or (among is not None and not among):
            return []
        only: dict[str, Any] = {} if among is None else {"ids": list(among)}
        found = self._in_chroma(
            lambda: self._collection.query(
                query_embeddings=[vector], n_results=limit, include=["distances"], **only
            )
        )
        distances = (found["distances"] or [[]])[0]
        # Rounded: the last digits of a float32 are no difference between two passages.
        pairs = [
            (id_, round(1.0 - float(distance), 6))
            for id_, distance in zip(found["ids"][0], distances, strict=True)
        ]
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))

    def drop_others(self) -> None:
        """Remove collections of other models or chunkers from the workspace's own store."""
        for collection in self._in_chroma(self._client.list_collections):
            if collection.name != self._name and collection.name.startswith("convexpert-"):
                self._in_chroma(partial(self._client.delete_collection, collection.name))


def _chromadb() -> Any:
    """The package. Its thousand modules load a tenth faster without garbage collection."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        import chromadb
    finally:
        if collecting:
            gc.enable()
    return chromadb


def _settings() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


def _served_client(
    host: str, port: int, secure: bool, timeout: float
) -> tuple[ClientAPI, Callable[[], None]]:
    _chromadb()
    from kb.chroma_server import connect

    return connect(host, port, secure=secure, settings=_settings(), timeout=timeout)


def _embedded_client(folder: Path) -> ClientAPI:
    connect: Callable[[], ClientAPI] = partial(
        _chromadb().PersistentClient, path=str(folder), settings=_settings()
    )
    return _translated(connect, str(folder))


def _forget_clients() -> None:
    from chromadb.api.shared_system_client import SharedSystemClient

    SharedSystemClient.clear_system_cache()


def _translated(call: Callable[[], Result], place: str) -> Result:
    try:
        return call()
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as error:  # a panic of Chroma's Rust part is no Exception
        lines = str(error).strip().splitlines() or [type(error).__name__]
        silent = "did not answer in time" if _is_timeout(error) else f"failed: {lines[0]}"
        raise VectorStoreError(
            f"the vector store {silent}",
            hint=_TRY_AGAIN if urlsplit(place).netloc else MAKE_ANEW,
            path=place,
        ) from error


def _is_timeout(error: BaseException) -> bool:
    import httpx

    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, httpx.TimeoutException):
            return True
        chain = chain.__cause__ or chain.__context__
    return False
