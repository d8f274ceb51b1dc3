"""Opens a vector store, reads it and writes to it, in a process that may die of it.

python -P -m kb.chroma_trial FOLDER COLLECTION
"""

from __future__ import annotations

import sys
from pathlib import Path

_ID = "trial"


def main() -> None:
    """Leaves the store as it was; ends with a status other than 0 where it can't be used."""
    from kb.dense import VectorStore

    folder, collection = sys.argv[1:]
    store = VectorStore.embedded(Path(folder), collection)
    ids = store.ids()
    vectors = store.vectors(sorted(ids))
    if ids != set(vectors):
        raise SystemExit("vectors are missing")
    for vector in list(vectors.values())[:1]:
        store.nearest(vector, limit=10)
        store.add([_ID], vector.reshape(1, -1))
        store.remove([_ID])


if __name__ == "__main__":
    main()
