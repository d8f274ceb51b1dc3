"""The knowledge base as a LangChain retriever. Nothing else of convexpert imports this module."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from kb.knowledge_base import KnowledgeBase
from kb.search import MOST_HITS, Hit, Mode


class KnowledgeBaseRetriever(BaseRetriever):
    """Finds the passages that fit a question, each as a Document with its place in `metadata`.

    `KnowledgeBaseRetriever(knowledge_base=base, k=5).invoke("How do I paginate?")`
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    knowledge_base: KnowledgeBase
    """An open knowledge base; the caller closes it."""
    k: int = Field(default=10, ge=1, le=MOST_HITS)
    """How many documents at most; `invoke(question, k=3)` overrides it."""
    mode: Mode = Mode.HYBRID
    sources: tuple[str, ...] = ()
    """Handles or names to stay within; empty means all."""

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        result = self.knowledge_base.search(
            query, k=self.k if k is None else k, mode=self.mode, sources=self.sources
        )
        return [_document(hit) for hit in result.hits]


def _document(hit: Hit) -> Document:
    chunk = hit.chunk
    return Document(
        id=chunk.id,
        page_content=chunk.text,
        metadata={
            "source": chunk.source,
            "origin": chunk.origin,
            "path": chunk.path,
            "version": chunk.version,
            "lines": chunk.lines.as_list(),
            "heading": list(chunk.heading),
            "kind": chunk.kind,
            "score": hit.score,
        },
    )
