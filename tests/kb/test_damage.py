"""Every file of the index, cut off, overwritten or removed: search goes on, and mends it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy
import pytest

from agents.registry import open_registry
from agents.registry.submission import Submission
from agents.settings import Settings
from agents.workspace import Workspace
from kb.knowledge_base import KnowledgeBase
from kb.matrix import read_matrix
from kb.search import Mode
from kb.verify import verify_knowledge_base

if TYPE_CHECKING:
    from kb.embed import Vectors

pytestmark = [pytest.mark.slow, pytest.mark.own_store]

PARTS = 1100
"""More than Chroma keeps in its log: only then it writes files for its graph."""
FILES = (
    "index.sqlite",
    "chroma/chroma.sqlite3",
    "chroma/*/data_level0.bin",
    "chroma/*/header.bin",
    "chroma/*/index_metadata.pickle",
    "chroma/*/length.bin",
    "chroma/*/link_lists.bin",
    "dense-*.npy",
    "words-*.npy",
)
QUERY = "Which number has fact 77?"

Found = dict[Mode, list[tuple[str, float]]]


class Chance:
    """Stands in for the model, which is not what is damaged: vectors that only the text decides."""

    model_id = "chance"
    dimension = 384

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        return numpy.array([self.embed_query(text) for text in texts], dtype=numpy.float32)

    def embed_query(self, text: str) -> Vectors:
        row = numpy.random.default_rng(list(text.encode())).standard_normal(self.dimension)
        return (row / numpy.linalg.norm(row)).astype(numpy.float32)


class QuickBase(KnowledgeBase):
    """A knowledge base without the model: a thousand texts are embedded again and again here."""

    def _load_embedder(self) -> Chance:
        return Chance()


def agent(name: str, body: str) -> Submission:
    raw = f"---\nname: {name}\ndescription: d\n---\n{body}".encode()
    return Submission("shop", f"{name}.md", raw, name, "d")


def cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def overwrite_the_middle(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    third = len(raw) // 3
    raw[third : 2 * third] = b"\xff" * third
    file.write_bytes(raw)


def flip_a_bit(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)


def found_by(base: KnowledgeBase) -> Found:
    return {
        mode: [(hit.chunk.id, hit.score) for hit in base.search(QUERY, k=20, mode=mode).hits]
        for mode in Mode
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Found]:
    """A workspace with an index, and what a search finds there."""
    workspace = Workspace(tmp_path_factory.mktemp("built") / "w")
    body = "".join(f"## Part {n}\n\nFact {n} is {n * 7}.\n\n" for n in range(PARTS))
    with open_registry(workspace, Settings(), builtin=False) as registry:
        registry.add([agent("facts", body)])
        with QuickBase.open(workspace, registry, Settings()) as base:
            return workspace, found_by(base)


CASES = [
    *((pattern, damage) for pattern in FILES for damage in (cut_off, Path.unlink)),
    ("index.sqlite", overwrite_the_middle),
    ("chroma/chroma.sqlite3", overwrite_the_middle),
    ("chroma/*/data_level0.bin", overwrite_the_middle),
    ("dense-*.npy", overwrite_the_middle),
    ("words-*.npy", overwrite_the_middle),
    ("dense-*.npy", flip_a_bit),
    ("words-*.npy", flip_a_bit),
]


@pytest.mark.parametrize(("pattern", "damage"), CASES)
def test_a_damaged_file_is_made_anew(
    built: tuple[Workspace, Found],
    workspace: Workspace,
    pattern: str,
    damage: Callable[[Path], None],
) -> None:
    whole, expected = built
    shutil.copytree(whole.root, workspace.root)
    (file,) = workspace.root.glob(pattern)
    damage(file)
    with (
        open_registry(workspace, Settings(), builtin=False) as registry,
        QuickBase.open(workspace, registry, Settings()) as base,
    ):
        assert found_by(base) == expected
        registry.add([agent("animals", "## Kangaroos\n\nThe kangaroo is a marsupial.\n")])
        base.refresh()
        assert base.search("marsupial", mode=Mode.LEXICAL).hits[0].chunk.source == "animals"
        assert base.search(QUERY, mode=Mode.LEXICAL).hits[0].chunk.source == "facts"
    assert list(verify_knowledge_base(workspace, Settings())) == []


def test_files_that_a_build_left_are_opened_without_a_trial(
    built: tuple[Workspace, Found], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_process(*_args: object, **_options: object) -> None:
        raise AssertionError("a process was started")

    shutil.copytree(built[0].root, workspace.root)
    monkeypatch.setattr(subprocess, "run", no_process)
    with open_registry(workspace, Settings(), builtin=False) as registry:
        registry.add([agent("animals", "The kangaroo is a marsupial.\n")])
        with QuickBase.open(workspace, registry, Settings(), update=False) as base:
            assert base.build().embedded < 5


def test_whole_files_that_no_build_noted_are_kept(
    built: tuple[Workspace, Found], workspace: Workspace
) -> None:
    shutil.copytree(built[0].root, workspace.root)
    (workspace.vectors / "graph.sha256").unlink()
    with open_registry(workspace, Settings(), builtin=False) as registry:
        registry.add([agent("animals", "The kangaroo is a marsupial.\n")])
        with QuickBase.open(workspace, registry, Settings(), update=False) as base:
            assert base.build().embedded < 5
            assert found_by(base)[Mode.DENSE] == built[1][Mode.DENSE]


@pytest.mark.parametrize("what", ["vectors", "words"])
def test_doctor_tells_a_damaged_copy_and_makes_it_anew(
    built: tuple[Workspace, Found], workspace: Workspace, what: str
) -> None:
    shutil.copytree(built[0].root, workspace.root)
    (file,) = workspace.root.glob({"vectors": "dense-*", "words": "words-*"}[what])
    flip_a_bit(file)
    (symptom,) = verify_knowledge_base(workspace, Settings())
    assert (symptom.part, symptom.message) == ("index", f"the copy of the {what} is damaged")
    assert symptom.mend is not None
    symptom.mend()
    assert list(verify_knowledge_base(workspace, Settings())) == []


def test_doctor_tells_vectors_that_became_others(
    built: tuple[Workspace, Found], workspace: Workspace
) -> None:
    shutil.copytree(built[0].root, workspace.root)
    (file,) = workspace.root.glob("chroma/*/data_level0.bin")
    raw = file.read_bytes()
    (copy,) = workspace.root.glob("dense-*")
    found = read_matrix(workspace.root, copy.stem.removeprefix("dense-"))
    assert found is not None
    vector = found.vectors[7]
    assert raw.count(vector.tobytes()) == 1
    other = vector.copy()
    other[0] = -other[0]  # as long as before
    file.write_bytes(raw.replace(vector.tobytes(), other.tobytes()))
    (symptom,) = verify_knowledge_base(workspace, Settings())
    assert symptom.message.startswith("1 of ")
    with (
        open_registry(workspace, Settings(), builtin=False) as registry,
        QuickBase.open(workspace, registry, Settings()) as base,
    ):
        assert found_by(base) == built[1]
        copy.unlink()
        file.write_bytes(raw.replace(vector.tobytes(), bytes(len(vector.tobytes()))))
        base.refresh()
    with (
        open_registry(workspace, Settings(), builtin=False) as registry,
        QuickBase.open(workspace, registry, Settings()) as base,
    ):
        assert found_by(base) == built[1], "a vector of no length is noticed without its copy"
