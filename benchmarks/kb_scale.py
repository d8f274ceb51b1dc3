"""How build, disk, memory and search grow with the number of chunks.

    python benchmarks/kb_scale.py DOCS_FOLDER [CHUNKS …]

The corpus is derived from a folder of documentation (the public Convex documentation), the same one
for the same numbers. A page is put together from sections that are drawn from all pages, under a
title and a description of one of them and its own number. A vector is that of one of BASES real
passages, which the text's digest chooses, moved by seeded noise until its cosine with it is about
NEAR: vectors lie in clusters as real ones do, and no time goes into the model. Questions are
embedded for real. Word frequencies are those of the folder, so every term's list of passages grows
with the corpus: worse than real growth, which brings words of its own.

Each step runs in a process of its own; times are the processor's and the clock's.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import warm_search
from timing import percentile, run

from agents.registry import open_registry
from agents.settings import Settings
from agents.workspace import Workspace
from kb.adding import add_documentation
from kb.chunk import embedded_texts
from kb.embed import open_embedder
from kb.index import Index
from kb.knowledge_base import KnowledgeBase
from kb.lexical import query_terms
from kb.matrix import read_matrix
from kb.model import PreparedModel, choose_model, prepared_model
from kb.page import ENDINGS, read_page
from kb.search import Query
from kb.source import page_sources
from kb.words import read_words

BASES = 400
NEAR = 0.8
ROUNDS = 6
COLD = 5
CHUNKS_PER_PAGE = 14
QUESTIONS = (
    *warm_search.QUESTIONS,
    "What happens when two mutations write the same document at once?",
    "how to upload files from a React app",
    "ctx.db.query",
    "search",
)
_SECTION = re.compile(r"^(?=## )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Shape:
    """A real page: what it is called, and its sections."""

    title: str
    about: str
    sections: tuple[str, ...]


def read_shapes(docs: Path) -> list[Shape]:
    """The pages of the folder."""
    shapes = []
    for file in sorted(file for file in docs.rglob("*") if file.suffix in ENDINGS):
        page = read_page(file.read_bytes(), file.name)
        body = "\n".join(page.text.split("\n")[page.head :])
        sections = tuple(part.strip() + "\n" for part in _SECTION.split(body) if part.strip())
        if sections:
            shapes.append(Shape(page.title, page.description, sections))
    return shapes


def write_pages(shapes: Sequence[Shape], folder: Path, count: int) -> None:
    """Write `count` derived pages, a hundred to a folder."""
    every = [section for shape in shapes for section in shape.sections]
    for number in range(count):
        chance = random.Random(number)
        shape = shapes[number % len(shapes)]
        head = {"title": f"{shape.title} {number}", "description": f"{shape.about} ({number})"}
        lines = "".join(f"{name}: {json.dumps(text)}\n" for name, text in head.items())
        sections = (chance.choice(every) for _ in shape.sections)
        file = folder / f"{number // 100:03}" / f"page-{number:05}.mdx"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"---\n{lines}---\n\n" + "\n".join(sections), encoding="utf-8")


class DerivedVectors:
    """Embeds questions for real and makes up vectors of passages."""

    def __init__(self, real: Any, bases: Any) -> None:
        self._real = real
        self._bases = bases
        self.dimension = real.dimension
        self.model_id = "derived"

    def embed_query(self, text: str) -> Any:
        """The real vector."""
        return self._real.embed_query(text)

    def embed_documents(self, texts: Sequence[str]) -> Any:
        """A row for each text, which depends on nothing else."""
        import numpy as np

        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        size = (1 / NEAR**2 - 1) ** 0.5 / self.dimension**0.5
        for at, text in enumerate(texts):
            seed = int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8])
            noise = np.random.default_rng(seed).standard_normal(self.dimension)
            row = self._bases[seed % len(self._bases)] + size * noise
            rows[at] = row / np.linalg.norm(row)
        return rows


class Derived(KnowledgeBase):
    """A knowledge base with derived vectors."""

    bases: Any = None

    def _load_embedder(self) -> Any:
        real = super()._load_embedder()
        return real if self.bases is None else DerivedVectors(real, self.bases)


def write_bases(docs: Path, target: Path) -> dict[str, float]:
    """Embed BASES passages of the folder for real, and say what one takes."""
    import numpy as np

    with tempfile.TemporaryDirectory() as scratch:
        workspace = Workspace(Path(scratch))
        with open_registry(workspace, Settings(), builtin=False) as registry:
            add_documentation(registry, str(docs), name="docs", fetcher=NotImplemented)
            texts = {
                text
                for document in page_sources(registry.pages())
                for topic in document.topics()
                for chunk in topic.chunks
                for text in embedded_texts(chunk.heading, chunk.says)
            }
    drawn = random.Random(0).sample(sorted(texts), BASES)
    model = prepared_model(choose_model(None))
    embedder = open_embedder(model)
    embedder.embed_documents(drawn[:2])  # loads the model
    used = time.process_time()
    np.save(target, embedder.embed_documents(drawn))
    used = time.process_time() - used
    return {"passage_cpu_ms": 1000 * used / BASES, "word_pieces": word_pieces(model, drawn)}


def word_pieces(model: PreparedModel, texts: Sequence[str]) -> float:
    """How many of the texts' pieces the model reads, on average."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model.folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(model.max_tokens)
    return statistics.mean(len(tokenizer.encode(text).ids) for text in texts)


def build(pages: Path, bases: Path, workspace: Workspace) -> dict[str, float]:
    """Add the pages and index them."""
    import numpy as np

    Derived.bases = np.load(bases)
    with open_registry(workspace, Settings(), builtin=False) as registry:
        add_documentation(registry, str(pages), name="docs", fetcher=NotImplemented)
        started, used = time.perf_counter(), time.process_time()
        with Derived.open(workspace, registry, Settings()) as base:
            took, cpu = time.perf_counter() - started, time.process_time() - used
            status = base.status()
    return {
        "chunks": status.chunks,
        "vectors": status.vectors,
        "build_s": took,
        "build_cpu_s": cpu,
        "build_mb": peak_mb(),
    }


def change(pages: Path, bases: Path, workspace: Workspace) -> dict[str, float]:
    """Change one page and bring the index up to date."""
    import numpy as np

    Derived.bases = np.load(bases)
    page = next(iter(sorted(pages.rglob("*.mdx"))))
    with page.open("a", encoding="utf-8") as stream:
        stream.write("\n## News\n\nA paragraph that was not there before.\n")
    started, used = time.perf_counter(), time.process_time()
    with open_registry(workspace, Settings(), builtin=False) as registry:
        add_documentation(registry, str(pages), name="docs", fetcher=NotImplemented)
        Derived.open(workspace, registry, Settings()).close()
    return {
        "change_s": time.perf_counter() - started,
        "change_cpu_s": time.process_time() - used,
    }


def search(workspace: Workspace) -> dict[str, float]:
    """Ask every question several times in one process."""
    took: list[float] = []
    used: list[float] = []
    with (
        open_registry(workspace, Settings(), builtin=False) as registry,
        KnowledgeBase.open(workspace, registry, Settings(), update=False) as base,
    ):
        for turn in range(ROUNDS + 1):
            for question in QUESTIONS:
                started, cpu = time.perf_counter(), time.process_time()
                base.search(question, k=8)
                if turn:
                    took.append(1000 * (time.perf_counter() - started))
                    used.append(1000 * (time.process_time() - cpu))
    return {
        "median_ms": statistics.median(took),
        "p95_ms": percentile(took, 95),
        "cpu_median_ms": statistics.median(used),
        "cpu_p95_ms": percentile(used, 95),
        "search_mb": peak_mb(),
    }


def parts(workspace: Workspace) -> dict[str, float]:
    """What a search in a running process consists of, and opening the copies before the first."""
    index = Index.open(workspace.index)
    build = index.meta()["build"]
    index.close()
    embedder = open_embedder(prepared_model(choose_model(None)))  # with numpy, for the copies too
    started = time.perf_counter()
    matrix, words = read_matrix(workspace.root, build), read_words(workspace.root, build)
    opened = time.perf_counter() - started
    assert matrix is not None
    assert words is not None
    took: dict[str, list[float]] = {"vector": [], "compare": [], "words": []}
    for turn in range(ROUNDS + 1):
        for question in QUESTIONS:
            at = [time.perf_counter()]
            vector = embedder.embed_query(Query(question).meant)
            at.append(time.perf_counter())
            matrix.compare(vector)
            at.append(time.perf_counter())
            for postings in (words.chunks, words.topics):
                terms = postings.telling(query_terms(question))
                postings.score(terms)
                postings.share(terms)
            at.append(time.perf_counter())
            if turn:
                for name, (start, end) in zip(took, pairwise(at), strict=True):
                    took[name].append(1000 * (end - start))
    medians = {f"{name}_ms": statistics.median(times) for name, times in took.items()}
    return {"open_ms": 1000 * opened, **medians}


def cold(workspace: Workspace) -> dict[str, float]:
    """Whole processes that search once."""
    command = [sys.executable, "-m", "assistant.cli", "kb", "search", QUESTIONS[0]]
    environ = {**os.environ, "CONVEXPERT_WORKSPACE": str(workspace.root)}
    took, used = [], []
    for _ in range(COLD):
        started, before = time.perf_counter(), children_cpu()
        run(command, env=environ)
        took.append(time.perf_counter() - started)
        used.append(children_cpu() - before)
    return {"cold_s": statistics.median(took), "cold_cpu_s": statistics.median(used)}


def children_cpu() -> float:
    """Seconds that ended child processes used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def peak_mb() -> float:
    """Most memory that this process had resident, without what its parent had before."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else float("nan")


def disk(workspace: Workspace) -> dict[str, float]:
    """Megabytes of each part."""

    def size(pattern: str) -> float:
        return sum(f.stat().st_size for f in workspace.root.glob(pattern) if f.is_file()) / 1e6

    return {
        "registry_mb": size("registry.sqlite*"),
        "index_mb": size("index.sqlite*"),
        "chroma_mb": size("chroma/**/*"),
        "matrix_mb": size("dense-*"),
        "words_mb": size("words-*"),
    }


STEPS = {
    "bases": write_bases,
    "build": build,
    "change": change,
    "search": search,
    "parts": parts,
    "cold": cold,
    "disk": disk,
}

TABLE = {
    "chunks": "{chunks:,}",
    "vectors": "{vectors:,}",
    "build without the model": "{build_s:,.1f} s ({build_cpu_s:,.1f} s CPU)",
    "one page changed": "{change_s:,.1f} s ({change_cpu_s:,.1f} s CPU)",
    "memory while building": "{build_mb:,.0f} MB",
    "disk: registry": "{registry_mb:,.0f} MB",
    "disk: index": "{index_mb:,.0f} MB",
    "disk: Chroma": "{chroma_mb:,.0f} MB",
    "disk: copy of the vectors": "{matrix_mb:,.0f} MB",
    "disk: copy of the words": "{words_mb:,.0f} MB",
    "memory while searching": "{search_mb:,.0f} MB",
    "warm search, median": "{median_ms:,.1f} ms ({cpu_median_ms:,.1f} ms CPU)",
    "warm search, 95 %": "{p95_ms:,.1f} ms ({cpu_p95_ms:,.1f} ms CPU)",
    "of it the question's vector": "{vector_ms:,.1f} ms",
    "of it comparing with all vectors": "{compare_ms:,.1f} ms",
    "of it the words": "{words_ms:,.1f} ms",
    "once before: opening both copies": "{open_ms:,.1f} ms",
    "cold `kb search`": "{cold_s:,.2f} s ({cold_cpu_s:,.2f} s CPU)",
}

EMBEDDING = (
    "Embedding a passage takes {passage_cpu_ms:,.0f} ms of a processor, at {word_pieces:,.0f} word "
    "pieces on average."
)


def measure(docs: Path, chunks: int, scratch: Path) -> dict[str, float]:
    """All steps for a corpus of about so many chunks."""
    bases, folder = scratch / "bases.npy", scratch / str(chunks)
    pages, workspace = folder / "pages", folder / "workspace"
    write_pages(read_shapes(docs), pages, max(chunks // CHUNKS_PER_PAGE, 1))
    found: dict[str, float] = {}
    for step, paths in (
        ("build", (pages, bases, workspace)),
        ("disk", (workspace,)),
        ("change", (pages, bases, workspace)),
        ("search", (workspace,)),
        ("parts", (workspace,)),
        ("cold", (workspace,)),
    ):
        found.update(run_step(step, *paths))
        print(step, json.dumps(found), file=sys.stderr)
    return found


def run_step(step: str, *paths: Path) -> dict[str, float]:
    """What a step found in a process of its own."""
    done = run([sys.executable, __file__, "--step", step, *map(str, paths)])
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Print one table, a column for each size."""
    if sys.argv[1] == "--step":
        step: Any = STEPS[sys.argv[2]]
        *paths, last = map(Path, sys.argv[3:])
        print(json.dumps(step(*paths, last if step is write_bases else Workspace(last))))
        return
    sizes = [int(size) for size in sys.argv[2:]] or [1_000, 10_000, 100_000]
    with tempfile.TemporaryDirectory() as scratch:
        docs = Path(sys.argv[1])
        model = run_step("bases", docs, Path(scratch) / "bases.npy")
        columns = [measure(docs, size, Path(scratch)) for size in sizes]
    print(f"\n### The knowledge base at {len(columns)} sizes\n")
    print("| |" + " |" * len(columns))
    print("| --- |" + " ---: |" * len(columns))
    for name, form in TABLE.items():
        print(f"| {name} | " + " | ".join(form.format(**column) for column in columns) + " |")
    print(f"\n{EMBEDDING.format(**model)}")


if __name__ == "__main__":
    main()
