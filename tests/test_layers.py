"""No import goes upwards, and nothing heavy is loaded for help."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.cli.main import COMMANDS

ROOT = Path(__file__).parents[1]
PACKAGES = ("agents", "kb", "assistant", "evals")

# Each of these costs more than a help page may. (Rich brings markdown_it along for help texts.)
HEAVY = {
    "chromadb",
    "langchain",
    "langchain_core",
    "mcp",
    "numpy",
    "onnxruntime",
    "sentence_transformers",
    "sqlalchemy",
    "Stemmer",
    "tokenizers",
    "torch",
    "transformers",
    "tree_sitter",
    "yaml",
}


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.lineno, node.module


@pytest.mark.parametrize("package", PACKAGES)
def test_no_package_imports_a_higher_one(package: str) -> None:
    higher = set(PACKAGES[PACKAGES.index(package) + 1 :])
    upward = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for line, name in _imports(path)
        if name.split(".")[0] in higher
    ]
    assert upward == []


def _modules_after(args: list[str]) -> set[str]:
    code = (
        "import sys\n"
        "from assistant.cli.main import app\n"
        f"app({args!r}, standalone_mode=False)\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True, cwd=ROOT
    )
    return set(run.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("args", [[], *[[name] for name in COMMANDS]], ids=lambda a: a and a[0])
def test_help_loads_nothing_heavy(args: list[str]) -> None:
    loaded = _modules_after([*args, "--help"])
    assert "typer" in loaded
    assert HEAVY & loaded == set()
