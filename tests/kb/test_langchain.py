"""The LangChain retriever, called as LangChain calls it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnablePassthrough
from langchain_tests.integration_tests import RetrieversIntegrationTests
from pydantic import ValidationError

from kb.knowledge_base import KnowledgeBase
from kb.langchain import KnowledgeBaseRetriever
from kb.search import Mode


@pytest.fixture
def base(
    put: Callable[[str, str], None], knowledge_base: Callable[..., KnowledgeBase]
) -> KnowledgeBase:
    put("payments", "## Payments\n\nCall Stripe from an action.\n")
    put("reading", "## Indexes\n\nUse `withIndex`.\n")
    return knowledge_base()


class TestStandard(RetrieversIntegrationTests):
    """What LangChain asks of every retriever."""

    @pytest.fixture(autouse=True)
    def _open(self, base: KnowledgeBase) -> None:
        self._base = base

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return KnowledgeBaseRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"knowledge_base": self._base}

    @property
    def retriever_query_example(self) -> str:
        return "Where do I call Stripe?"


async def test_without_waiting_the_documents_are_the_same(base: KnowledgeBase) -> None:
    retriever = KnowledgeBaseRetriever(knowledge_base=base, k=2)
    assert await retriever.ainvoke("Stripe") == retriever.invoke("Stripe")


def test_several_questions_at_once_get_their_own_documents(base: KnowledgeBase) -> None:
    """LangChain asks them in threads."""
    retriever = KnowledgeBaseRetriever(knowledge_base=base, k=1)
    questions = ["Where do I call Stripe?", "Should I use withIndex?"] * 8
    sources = [found[0].metadata["source"] for found in retriever.batch(questions)]
    assert sources == ["payments", "reading"] * 8


def test_it_is_part_of_a_chain(base: KnowledgeBase) -> None:
    retriever = KnowledgeBaseRetriever(knowledge_base=base, k=1)
    chain: Any = {"context": retriever, "question": RunnablePassthrough()}
    chain = RunnablePassthrough() | chain
    answer = chain.invoke("Where do I call Stripe?")
    assert "Stripe" in answer["context"][0].page_content


def test_documents_carry_the_text_and_its_place(base: KnowledgeBase) -> None:
    best = KnowledgeBaseRetriever(knowledge_base=base, k=2).invoke("Where do I call Stripe?")[0]
    assert best.page_content == "## Payments\n\nCall Stripe from an action."
    score = best.metadata.pop("score")
    assert best.metadata == {
        "source": "payments",
        "origin": "documents/payments.md",
        "path": "payments.md",
        "version": 1,
        "lines": [5, 7],
        "heading": ["Payments"],
        "kind": "prose",
    }
    assert 0 < score <= 1
    assert base.chunk(str(best.id)).text == best.page_content


def test_the_number_of_documents_is_that_of_the_retriever_or_of_the_call(
    base: KnowledgeBase,
) -> None:
    retriever = KnowledgeBaseRetriever(knowledge_base=base, k=3)
    assert len(retriever.invoke("Stripe withIndex")) == 3
    assert len(retriever.invoke("Stripe withIndex", k=1)) == 1


def test_mode_and_sources_limit_the_search(base: KnowledgeBase) -> None:
    retriever = KnowledgeBaseRetriever(knowledge_base=base, mode=Mode.LEXICAL, sources=("reading",))
    found = retriever.invoke("Stripe withIndex")
    assert {document.metadata["source"] for document in found} == {"reading"}


def test_a_wrong_option_is_refused(base: KnowledgeBase) -> None:
    with pytest.raises(ValidationError):
        KnowledgeBaseRetriever(knowledge_base=base, k=0)
    with pytest.raises(ValidationError):
        KnowledgeBaseRetriever(knowledge_base=base, top_k=3)  # type: ignore[call-arg]
