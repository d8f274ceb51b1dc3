"""A question to an answer with citations, from the documents alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from agents.errors import UsageError
from assistant.answer.compose import compose_answer
from assistant.answer.coverage import THRESHOLD, confidence, features_of, leaning
from assistant.answer.evidence import Library, gather
from assistant.answer.example import choose_example
from assistant.answer.outdated import find_outdated
from assistant.answer.question import Turn, read_question
from assistant.answer.refuse import compose_refusal
from assistant.answer.result import Answer, Status
from assistant.answer.select import disagreements, select_points

if TYPE_CHECKING:
    from agents.registry import Registry
    from kb.knowledge_base import KnowledgeBase

MOST_CITATIONS = 50


def answer_question(
    question: str,
    *,
    knowledge_base: KnowledgeBase,
    registry: Registry,
    agent: str | None = None,
    k: int = 8,
    history: Sequence[Turn] = (),
    clock: Callable[[], float] = time.perf_counter,
) -> Answer:
    """Answer a question from the documents, or say that they don't.

    `agent` is a REF to stay within; `k` is how many passages are cited at most. `history` holds
    the earlier turns, oldest first. Raises UsageError for an empty question or a `k` out of range,
    RegistryError for a reference that names nothing.
    """
    if not question.strip():
        raise UsageError("the question is empty", hint="ask something")
    if not 1 <= k <= MOST_CITATIONS:
        raise UsageError(f"k must be from 1 to {MOST_CITATIONS}, not {k}")
    started = clock()
    library, sources = open_library(knowledge_base, registry, agent)
    asked = read_question(question, history)
    findings = gather(asked, library, sources=sources)
    points = select_points(findings, library, sources=sources)
    confident = confidence(features_of(findings, points, library))
    answers = confident >= THRESHOLD
    if answers:
        contradictions = disagreements(points, findings.evidence)
        example = choose_example(findings, points, library)
        outdated = find_outdated(points, example, library, sources)
        composed = compose_answer(
            findings, points, example, contradictions, outdated, most_citations=k
        )
    else:
        composed = compose_refusal(findings, most_citations=k)
    return Answer(
        question=question,
        status=Status.ANSWERED if answers else Status.NOT_COVERED,
        answer=composed.text,
        citations=composed.citations,
        rules=composed.rules,
        elapsed_ms=(clock() - started) * 1000,
        leaning=leaning(confident),
    )


def open_library(
    knowledge_base: KnowledgeBase, registry: Registry, agent: str | None
) -> tuple[Library, tuple[str, ...]]:
    """What to search, and the sources to stay within: all, or the version that `agent` names.

    That version may be one that is not indexed.
    """
    if agent is None:
        return knowledge_base, ()
    version = registry.resolve(agent)
    indexed = {found.source.name: found.source for found in knowledge_base.sources()}
    there = indexed.get(version.handle)
    if there is not None and there.digest == version.digest:
        return knowledge_base, (version.handle,)
    from assistant.answer.one_version import VersionLibrary

    return VersionLibrary(version, knowledge_base), ()
