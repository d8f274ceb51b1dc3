"""A whole `convexpert ask` process, index present, beside the plain way's whole process."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from corpus import DEFINITIONS
from timing import Row, median_seconds, print_table, run

HERE = Path(__file__).parent
QUESTION = "Where should I call the Stripe API from?"
REPEATS = 7


def main() -> None:
    """Build both stores once, then time the question."""
    with tempfile.TemporaryDirectory() as scratch:
        environ = {**os.environ, "CONVEXPERT_WORKSPACE": f"{scratch}/workspace"}
        ours = [sys.executable, "-m", "assistant.cli"]
        plain = [sys.executable, str(HERE / "plain_way.py")]
        store = f"{scratch}/store"
        run([*ours, "kb", "build"], env=environ)
        run([*plain, "build", store, str(DEFINITIONS)])
        rows = [
            Row(
                "ask, one question",
                median_seconds(lambda: run([*ours, "ask", QUESTION], env=environ), REPEATS),
                median_seconds(lambda: run([*plain, "search", store, QUESTION]), REPEATS),
                "s",
            ),
            Row(
                "kb search, one question",
                median_seconds(
                    lambda: run([*ours, "kb", "search", QUESTION], env=environ), REPEATS
                ),
                median_seconds(lambda: run([*plain, "search", store, QUESTION]), REPEATS),
                "s",
            ),
            Row("--help", median_seconds(lambda: run([*ours, "--help"]), REPEATS), None, "s"),
        ]
    print_table(
        f"Cold start: whole process, median of {REPEATS}",
        rows,
        peer="langchain-chroma + sentence-transformers",
    )


if __name__ == "__main__":
    main()
