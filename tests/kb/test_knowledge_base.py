"""The knowledge base through its front door: real registry, index, vectors and model."""

from __future__ import annotations

import dataclasses
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agents.errors import KnowledgeBaseError, UsageError
from agents.registry import Registry
from agents.settings import Settings
from agents.workspace import Workspace
from kb.build import BuildReport
from kb.knowledge_base import KnowledgeBase
from kb.search import Mode, SearchResult

Put = Callable[[str, str], None]
Open = Callable[..., KnowledgeBase]

STRIPE = "## Payments\n\nCall the Stripe API from an action, never from a mutation.\n"
INDEXES = "## Indexes\n\nUse `withIndex` so that a query reads few rows.\n"
FILES = "## Files\n\nAn upload URL comes from `ctx.storage.generateUploadUrl()`.\n"


@pytest.fixture
def three(put: Put) -> None:
    """Three documents of one section each."""
    put("payments", STRIPE)
    put("reading", INDEXES)
    put("storage", FILES)


def sources(result: SearchResult) -> list[str]:
    return [hit.chunk.source for hit in result.hits]


_OPEN = """
import sys
from pathlib import Path
from agents.registry import open_registry
from agents.settings import load_settings
from agents.workspace import Workspace
from kb.knowledge_base import KnowledgeBase
from kb.search import Mode

workspace, settings = Workspace(Path(sys.argv[1])), load_settings(Path(sys.argv[1]))
registry = open_registry(workspace, settings, builtin=False)
base = KnowledgeBase.open(workspace, registry, settings)
"""
_SEARCH = "print(*(f'{hit.chunk.source}:{hit.chunk.id}' for hit in base.search('Stripe').hits))"


def process(workspace: Workspace, code: str, **environ: str) -> subprocess.Popen[str]:
    """A process of its own in which `base` is the workspace's knowledge base."""
    return subprocess.Popen(
        [sys.executable, "-c", _OPEN + code, str(workspace.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, **environ},
    )


def output(run: subprocess.Popen[str]) -> str:
    out, errors = run.communicate()
    assert (errors, run.returncode) == ("", 0)
    return out.strip()


@pytest.mark.parametrize("mode", list(Mode))
def test_the_passage_that_answers_comes_first(
    three: None, knowledge_base: Open, mode: Mode
) -> None:
    result = knowledge_base().search("Where do I call Stripe?", mode=mode)
    best = result.hits[0]
    assert (best.rank, best.chunk.source, best.chunk.heading) == (1, "payments", ("Payments",))
    assert best.chunk.text == STRIPE.rstrip("\n")
    assert best.chunk.lines.as_list() == [5, 7]
    assert (best.similarity is None) == (mode is Mode.LEXICAL)
    assert (best.bm25 is None) == (mode is Mode.DENSE)
    assert [hit.rank for hit in result.hits] == list(range(1, len(result.hits) + 1))


def test_meaning_is_found_without_a_common_word(three: None, knowledge_base: Open) -> None:
    result = knowledge_base().search("charge a credit card", mode=Mode.DENSE)
    assert sources(result)[0] == "payments"


def test_an_identifier_is_found_as_it_is_typed(three: None, knowledge_base: Open) -> None:
    base = knowledge_base()
    for query in (
        "ctx.storage.generateUploadUrl",
        "generateUploadUrl()",
        "storage.generateUploadUrl",
    ):
        assert sources(base.search(query, mode=Mode.LEXICAL))[0] == "storage"


def test_a_search_stays_within_the_named_sources(three: None, knowledge_base: Open) -> None:
    base = knowledge_base()
    for mode in Mode:
        result = base.search("withIndex and Stripe", mode=mode, sources=["payments", "storage"])
        assert set(sources(result)) <= {"payments", "storage"}
        assert "payments" in sources(result)


def test_an_unknown_source_is_named_with_the_nearest_one(three: None, knowledge_base: Open) -> None:
    with pytest.raises(UsageError, match="no source is called 'payment'") as caught:
        knowledge_base().search("x", sources=["payment"])
    assert caught.value.hint == "did you mean payments?"


@pytest.mark.parametrize(("query", "k"), [("", 5), (" \n", 5), ("x", 0), ("x", 1001)])
def test_a_search_that_makes_no_sense_is_a_usage_error(
    three: None, knowledge_base: Open, query: str, k: int
) -> None:
    with pytest.raises(UsageError):
        knowledge_base().search(query, k=k)


@pytest.mark.parametrize(
    "query", ['"', "* OR NOT NEAR(a b)", "a" * 100_000, "\ud800\x00", "?!", "🙂"]
)
def test_any_query_is_answered(three: None, knowledge_base: Open, query: str) -> None:
    for mode in Mode:
        knowledge_base().search(query, mode=mode)


def test_equal_questions_get_equal_answers(three: None, knowledge_base: Open) -> None:
    first = knowledge_base().search("queries and actions").hits
    assert knowledge_base().search("queries and actions").hits == first


def test_an_empty_registry_is_searched_and_finds_nothing(knowledge_base: Open) -> None:
    base = knowledge_base()
    for mode in Mode:
        assert base.search("anything", mode=mode).hits == ()
    assert base.status().up_to_date


# Being up to date


def test_nothing_is_built_when_nothing_changed(three: None, knowledge_base: Open) -> None:
    assert knowledge_base().refresh() is None
    assert knowledge_base(update=False).refresh() is None


def test_a_new_version_replaces_the_old_one_and_only_what_changed_is_embedded(
    three: None, put: Put, knowledge_base: Open
) -> None:
    base = knowledge_base()
    put("payments", STRIPE + "\n## Refunds\n\nKeep an idempotency key with every refund.\n")
    assert not base.status().up_to_date
    report = base.refresh()
    assert report is not None
    assert (report.documents, report.added, report.removed, report.embedded) == (3, 1, 0, 1)
    best = base.search("idempotency key").hits[0].chunk
    assert (best.source, best.version, best.heading) == ("payments", 2, ("Refunds",))
    assert {chunk.version for chunk in base.chunks_of("payments")} == {2}


def test_a_removed_agent_is_found_no_more_and_a_restored_one_again(
    three: None, registry: Registry, knowledge_base: Open
) -> None:
    base = knowledge_base()
    registry.remove("payments")
    base.refresh()
    for mode in Mode:
        assert "payments" not in sources(base.search("Stripe payments", mode=mode))
    registry.restore("payments")
    base.refresh()
    assert sources(base.search("Stripe payments"))[0] == "payments"


def test_a_renamed_agent_is_found_under_its_new_handle_without_embedding(
    three: None, registry: Registry, knowledge_base: Open
) -> None:
    base = knowledge_base()
    before = [chunk.id for chunk in base.chunks_of("payments")]
    registry.rename("payments", "money")
    report = base.refresh()
    assert report is not None
    assert (report.added, report.embedded) == (0, 0)
    assert [chunk.id for chunk in base.chunks_of("money")] == before


def test_an_updated_index_equals_a_rebuilt_one(
    three: None, put: Put, registry: Registry, knowledge_base: Open
) -> None:
    base = knowledge_base()
    put("storage", FILES + INDEXES)
    put("fourth", STRIPE)
    registry.remove("reading")
    base.refresh()
    questions = ("upload a file", "withIndex", "Stripe", "payments and rows")
    updated = [base.search(q, mode=m).hits for q in questions for m in Mode]
    base.build(force=True)
    assert [base.search(q, mode=m).hits for q in questions for m in Mode] == updated


class Killed(BaseException):
    """Stands for the end of the process."""


def test_a_killed_build_leaves_the_index_as_it_was_and_its_vectors_are_used_by_the_next(
    three: None, put: Put, knowledge_base: Open
) -> None:
    base = knowledge_base()
    before = base.search("Stripe").hits
    put("many", "".join(f"## Part {n}\n\nFact number {n}.\n\n" for n in range(100)))

    def kill(step: str, done: int, total: int) -> None:
        if step == "Embedding passages" and done > 0:
            raise Killed

    with pytest.raises(Killed):
        knowledge_base(progress=kill)
    untouched = knowledge_base(update=False)
    assert untouched.search("Stripe").hits == before
    assert not untouched.status().up_to_date
    report = untouched.refresh()
    assert report is not None
    assert 0 < report.embedded < report.vectors - 60
    assert untouched.search("fact number 77", k=1).hits[0].chunk.heading == ("Part 77",)


def test_progress_counts_to_the_total(three: None, knowledge_base: Open) -> None:
    seen: list[tuple[str, int, int]] = []
    knowledge_base(progress=lambda step, done, total: seen.append((step, done, total)))
    embedding = [(done, total) for step, done, total in seen if step == "Embedding passages"]
    assert embedding[0][0] == 0
    assert embedding[-1][0] == embedding[-1][1] > 0


# Damage


def overwrite(path: Path) -> None:
    path.write_bytes(b"damaged" * 2000)


def drop_tables(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("DROP TABLE chunks")
    db.close()


@pytest.mark.parametrize("damage", [overwrite, drop_tables, Path.unlink])
def test_a_damaged_index_is_rebuilt_without_embedding(
    three: None, workspace: Workspace, knowledge_base: Open, damage: Callable[[Path], None]
) -> None:
    first = knowledge_base()
    before = first.search("Stripe").hits
    first.close()
    for ending in ("-wal", "-shm"):
        workspace.index.with_name(workspace.index.name + ending).unlink(missing_ok=True)
    damage(workspace.index)
    base = knowledge_base()
    assert base.search("Stripe").hits == before


@pytest.mark.parametrize("keep", ["nothing", "garbage"])
def test_a_lost_or_damaged_vector_store_is_made_anew(
    three: None, workspace: Workspace, knowledge_base: Open, keep: str
) -> None:
    knowledge_base().close()
    expected = output(process(workspace, _SEARCH))
    for file in sorted(workspace.vectors.rglob("*"), reverse=True):
        if file.is_dir():
            file.rmdir()
        elif keep == "garbage" and file.name == "chroma.sqlite3":
            overwrite(file)
            break
        else:
            file.unlink()
    assert output(process(workspace, _SEARCH)) == expected
    assert expected.startswith("payments:")


def test_two_processes_build_one_after_the_other(three: None, workspace: Workspace) -> None:
    one, two = (process(workspace, _SEARCH) for _ in range(2))
    found = output(one)
    assert found.startswith("payments:")
    assert output(two) == found


@pytest.fixture
def chroma_url(tmp_path: Path) -> Iterator[str]:
    """The address of a real Chroma server on the loopback interface."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("chroma"), "run", "--host", "127.0.0.1"]
    server = subprocess.Popen(
        [*command, "--port", str(port), "--path", str(tmp_path / "server")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert server.stdout is not None
    for line in server.stdout:
        if "Connect to" in line or "listening" in line.lower():
            break
    yield f"http://127.0.0.1:{port}"
    server.terminate()
    server.communicate()


@pytest.mark.slow
def test_two_machines_that_share_registry_and_server_find_the_same(
    three: None, workspace: Workspace, tmp_path: Path, chroma_url: str
) -> None:
    shared = {
        "CONVEXPERT_REGISTRY_URL": f"sqlite:///{workspace.registry}",
        "CONVEXPERT_CHROMA_URL": chroma_url,
    }
    count = "\nprint(base.build().embedded, base.status().vectors)"
    found = output(process(Workspace(tmp_path / "one"), _SEARCH, **shared))
    assert found.startswith("payments:")
    other = output(process(Workspace(tmp_path / "two"), _SEARCH + count, **shared))
    assert other == f"{found}\n0 6"
    assert not (tmp_path / "two" / "chroma").exists()


# Looking things up


def test_a_chunk_is_found_by_its_id(three: None, knowledge_base: Open) -> None:
    base = knowledge_base()
    chunk = base.search("Stripe").hits[0].chunk
    assert base.chunk(chunk.id) == chunk
    with pytest.raises(KnowledgeBaseError, match="no chunk"):
        base.chunk("0" * 32)


def test_the_sources_are_listed_with_their_chunks(three: None, knowledge_base: Open) -> None:
    listed = knowledge_base().sources()
    assert [(found.source.name, found.chunks) for found in listed] == [
        ("payments", 2),
        ("reading", 2),
        ("storage", 2),
    ]


def test_status_tells_what_is_there_and_builds_nothing(
    three: None, workspace: Workspace, knowledge_base: Open
) -> None:
    before = knowledge_base(update=False).status()
    assert dataclasses.astuple(before) == (False, 0, 0, 0, None, None, None)
    assert not workspace.index.exists()
    status = knowledge_base().status()
    assert (status.up_to_date, status.documents, status.chunks, status.vectors) == (True, 3, 6, 6)
    assert status.model is not None
    assert status.model.startswith("all-MiniLM-L6-v2@53aa51172d14")


def test_a_setting_that_names_no_model_is_an_error(knowledge_base: Open) -> None:
    with pytest.raises(KnowledgeBaseError, match="no embedding model"):
        knowledge_base(Settings(embedding_model="../no model"))


def test_the_report_says_what_was_done(three: None, knowledge_base: Open) -> None:
    base = knowledge_base(update=False)
    assert base.build() == BuildReport(3, 6, 6, added=3, removed=0, embedded=6)
    assert base.build() == BuildReport(3, 6, 6, added=0, removed=0, embedded=0)
    assert base.build(force=True) == BuildReport(3, 6, 6, added=3, removed=0, embedded=6)


@pytest.mark.own_store
def test_a_search_by_words_loads_neither_model_nor_vector_store(
    three: None, workspace: Workspace, knowledge_base: Open
) -> None:
    knowledge_base().close()
    code = """
assert base.search("Stripe", mode=Mode.LEXICAL).hits
light = {name.split(".")[0] for name in sys.modules}
base.search("Stripe")
heavy = {name.split(".")[0] for name in sys.modules}
print(*sorted({"chromadb", "onnxruntime", "torch"} & light), "|",
      *sorted({"torch", "transformers", "sentence_transformers"} & heavy))
"""
    assert output(process(workspace, code)) == "|"


@pytest.mark.parametrize("damage", [overwrite, drop_tables])
def test_the_status_of_a_damaged_index_is_that_nothing_is_there(
    three: None, workspace: Workspace, knowledge_base: Open, damage: Callable[[Path], None]
) -> None:
    knowledge_base().close()
    damage(workspace.index)
    status = knowledge_base(update=False).status()
    assert (status.up_to_date, status.chunks) == (False, 0)


def test_a_file_in_the_place_of_the_vector_store_makes_way(
    three: None, workspace: Workspace, knowledge_base: Open
) -> None:
    workspace.create()
    workspace.vectors.write_text("no folder", encoding="utf-8")
    assert sources(knowledge_base().search("Stripe", k=1)) == ["payments"]
