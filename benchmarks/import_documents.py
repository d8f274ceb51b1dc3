"""Import of 2,000 documents, and of the same unchanged, beside just reading and parsing them."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from corpus import write_documents
from timing import Row, print_table, seconds

from agents.registry import open_registry
from agents.registry.importer import import_paths
from agents.settings import Settings
from agents.workspace import Workspace


def parse_only(folder: Path) -> None:
    """What any reader has to do: YAML head and Markdown body of each file, nothing stored."""
    import yaml
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark").enable("table")
    for path in sorted(folder.glob("*.md")):
        _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
        yaml.safe_load(head)
        markdown.parse(body)


def main() -> None:
    """Time the import into a new registry and again."""
    count = int(sys.argv[1]) if sys.argv[1:] else 2000
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "documents"
        write_documents(folder, count)
        size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
        workspace = Workspace(Path(scratch) / "workspace")
        with open_registry(workspace, Settings(), builtin=False) as registry:
            [first] = seconds(lambda: import_paths(registry, [folder]), 1)
            [again] = seconds(lambda: import_paths(registry, [folder]), 1)
        [peer] = seconds(lambda: parse_only(folder), 1)
    rows = [
        Row(f"import {count:,} documents ({size:,.0f} MB)", first, peer, "s"),
        Row("import them again, unchanged", again, peer, "s"),
        Row("documents a second", count / first, count / peer, "/s", smaller_is_better=False),
    ]
    print_table("Import", rows, peer="PyYAML + markdown-it-py, nothing stored")


if __name__ == "__main__":
    main()
