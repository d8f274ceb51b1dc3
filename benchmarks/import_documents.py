"""The registry at 100, 1,000 and 10,000 documents: import, import again, list, show, diff.

    python benchmarks/import_documents.py [COUNT…] [--bytes N]

Whole processes of the real command, beside what any reader has to do: the YAML head and the
Markdown body of each file parsed by PyYAML and markdown-it-py in one process, nothing stored.
Documents are the built-in ones with other words, cut to N bytes (8,000 by default, which is the
mean of the agent files that people publish; 0 leaves them whole, 33 KB in the mean).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from corpus import write_documents
from timing import Row, median_seconds, print_table, run, seconds

READ = (
    "import sys, yaml; from pathlib import Path; from markdown_it import MarkdownIt;"
    "markdown = MarkdownIt('commonmark').enable('table')\n"
    "for path in sorted(Path(sys.argv[1]).glob('*.md')):\n"
    "    _, head, body = path.read_text(encoding='utf-8').split('---\\n', 2)\n"
    "    yaml.safe_load(head); markdown.parse(body)"
)
REPEATS = 5


def measure(count: int, size: int) -> list[Row]:
    """The rows of one number of documents."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "documents"
        write_documents(folder, count)
        if size:
            for path in folder.iterdir():
                path.write_bytes(path.read_bytes()[:size].decode("utf-8", "ignore").encode())
        environ = {**os.environ, "CONVEXPERT_WORKSPACE": f"{scratch}/workspace"}
        ours = [sys.executable, "-m", "assistant.cli", "agents"]

        def command(*args: str) -> None:
            run([*ours, *args], env=environ)

        [first] = seconds(lambda: command("import", str(folder)), 1)
        [again] = seconds(lambda: command("import", str(folder)), 1)
        [peer] = seconds(lambda: run([sys.executable, "-c", READ, str(folder)]), 1)
        shown = {
            "list": ["list"],
            "show": ["show", "agent-7"],
            "diff": ["diff", "agent-7", "agent-12"],
        }
        rows = [
            Row(f"{count:,}: import", first, peer, "s"),
            Row(f"{count:,}: import again, unchanged", again, peer, "s"),
            Row(
                f"{count:,}: documents a second",
                count / first,
                count / peer,
                "/s",
                smaller_is_better=False,
            ),
        ]
        for name, args in shown.items():
            took = median_seconds(lambda args=args: command(*args), REPEATS)  # type: ignore[misc]
            rows.append(Row(f"{count:,}: agents {name}", took, None, "s"))
        return rows


def main() -> None:
    """Print one table over all counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=[100, 1000, 10_000])
    parser.add_argument("--bytes", type=int, default=8000)
    given = parser.parse_args()
    rows = [row for count in given.counts for row in measure(count, given.bytes)]
    print_table("Import", rows, peer="PyYAML + markdown-it-py, nothing stored")


if __name__ == "__main__":
    main()
