"""Documentation made searchable from nothing, and again after one page was edited.

    python benchmarks/index_documentation.py DOCS_FOLDER

Whole processes of the real command, the model's time included, on a copy of the folder (the public
Convex documentation); beside them the plain way's build of the same files.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from timing import Row, print_table, run, seconds

HERE = Path(__file__).parent
EDIT = "\nA sentence that nobody has indexed yet.\n"


def main(documentation: Path) -> None:
    """Index the folder, edit its largest page, index it again."""
    with tempfile.TemporaryDirectory() as scratch:
        pages = Path(scratch) / "pages"
        shutil.copytree(documentation, pages)
        environ = {**os.environ, "CONVEXPERT_WORKSPACE": f"{scratch}/workspace"}
        convexpert = [sys.executable, "-m", "assistant.cli"]
        add = [*convexpert, "kb", "add", str(pages)]
        # The built-in agents are indexed before: what is timed are the pages.
        run([*convexpert, "kb", "build"], env=environ)
        ours = seconds(lambda: run(add, env=environ), 1)[0]
        largest = max(pages.rglob("*.md*"), key=lambda page: (page.stat().st_size, str(page)))
        largest.write_text(largest.read_text(encoding="utf-8") + EDIT, encoding="utf-8")
        again = seconds(lambda: run(add, env=environ), 1)[0]
        plain = [sys.executable, str(HERE / "plain_way.py"), "build", f"{scratch}/store"]
        theirs = seconds(lambda: run([*plain, str(pages)]), 1)[0]
        count = sum(1 for page in pages.rglob("*.md*"))
    rows = [
        Row(f"{count} files, from nothing", ours, theirs, "s"),
        Row("one page edited", again, theirs, "s"),
    ]
    print_table("Indexing documentation", rows, peer="langchain-chroma + sentence-transformers")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
