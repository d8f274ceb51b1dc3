"""The LangChain retriever, called as LangChain calls it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
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
