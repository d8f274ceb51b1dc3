"""A knowledge base that others use at the same time: other processes, and threads of this one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from agents.settings import Settings
from agents.workspace import Workspace
from kb.knowledge_base import KnowledgeBase
from kb.search import Mode
from kb.verify import verify_knowledge_base

BUILD = """
import sys
from pathlib import Path
from agents.registry import open_registry
from agents.settings import Settings
from agents.workspace import Workspace
from kb.knowledge_base import KnowledgeBase
workspace = Workspace(Path(sys.argv[1]))
with open_registry(workspace, Settings()) as registry:
    base = KnowledgeBase.open(workspace, registry, Settings())
    if "--force" in sys.argv:
        base.build(force=True)
    base.close()
"""


def _build_elsewhere(workspace: Workspace, *options: str) -> None:
    command = [sys.executable, "-c", BUILD, str(workspace.root), *options]
    subprocess.run(command, check=True, capture_output=True)


def _nearest(base: KnowledgeBase, query: str) -> str:
    base.refresh()
    return "\n".join(hit.chunk.text for hit in base.search(query, k=2, mode=Mode.DENSE).hits)


@pytest.mark.slow
@pytest.mark.own_store
def test_what_another_process_built_is_found_by_meaning(
    workspace: Workspace,
    put: Callable[[str, str], None],
    knowledge_base: Callable[..., KnowledgeBase],
) -> None:
    put("payments", "## Payments\n\nCall Stripe from an action.\n")
    base = knowledge_base()
    assert "Stripe" in _nearest(base, "Where do I charge a card?")

    put("animals", "## Animals\n\nThe kangaroo is a marsupial.\n")
    _build_elsewhere(workspace)
    assert "kangaroo" in _nearest(base, "Which animal has a pouch?")

    put("birds", "## Birds\n\nA pelican catches fish.\n")
    _build_elsewhere(workspace, "--force")
    assert "pelican" in _nearest(base, "Which bird eats fish?")
    assert "Stripe" in _nearest(base, "Where do I charge a card?")


@pytest.mark.slow
@pytest.mark.own_store
def test_a_store_that_another_process_wrote_is_read_anew(
    workspace: Workspace,
    put: Callable[[str, str], None],
    knowledge_base: Callable[..., KnowledgeBase],
) -> None:
    put("payments", "## Payments\n\nCall Stripe from an action.\n")
    first = knowledge_base()
    assert first.stored_vectors(sorted(first.vector_ids()))

    put("payments", "## Animals\n\nThe kangaroo is a marsupial.\n")
    _build_elsewhere(workspace)
    second = knowledge_base(update=False)
    assert second.stored_vectors(sorted(second.vector_ids())).keys() == second.vector_ids()
    assert list(verify_knowledge_base(workspace, Settings())) == []


def test_threads_share_one_knowledge_base(
    put: Callable[[str, str], None], knowledge_base: Callable[..., KnowledgeBase]
) -> None:
    put("payments", "## Payments\n\nCall Stripe from an action.\n")
    base = knowledge_base()
    queries = [f"Where do I call Stripe, attempt {n}?" for n in range(24)]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(base.search, queries))
    assert [result.query for result in found] == queries
    assert {result.hits[0].chunk.source for result in found} == {"payments"}
