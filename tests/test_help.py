"""Every command has help with an example that works, and help loads nothing heavy."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer

from assistant.cli.main import COMMANDS, app

ROOT = Path(__file__).parents[1]

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

EXAMPLE = "Example: "


def _tree(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from _tree(inner, (*path, name))


def _all_commands() -> Iterator[tuple[tuple[str, ...], Any]]:
    yield (), typer.main.get_command(app)
    for name, (target, _) in COMMANDS.items():
        module, attribute = target.split(":")
        command = typer.main.get_command(getattr(import_module(module), attribute))
        yield from _tree(command, (name,))


TREE = dict(_all_commands())
PATHS = [pytest.param(path, id=" ".join(path) or "convexpert") for path in TREE]

# Walks all help pages in one process, and says what was loaded for them.
WALK = """
import contextlib, io, json, sys
from assistant.cli.main import app
pages = []
for path in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()) as page:
        app([*path, "--help"], prog_name="convexpert", standalone_mode=False)
    pages.append(page.getvalue())
json.dump({"pages": pages, "modules": sorted({n.split(".")[0] for n in sys.modules})}, sys.stdout)
"""


@cache
def _walked() -> dict[str, list[str]]:
    run = subprocess.run(
        [sys.executable, "-c", WALK, json.dumps(list(TREE))],
        capture_output=True,
        encoding="utf-8",
        check=True,
        cwd=ROOT,
    )
    loaded: dict[str, list[str]] = json.loads(run.stdout)
    return loaded


def test_the_tree_holds_groups_and_their_commands() -> None:
    assert ("agents", "import") in TREE
    assert ("check",) in TREE


@pytest.mark.parametrize("path", PATHS)
def test_each_help_page_names_the_command_and_shows_its_example(path: tuple[str, ...]) -> None:
    page = _walked()["pages"][list(TREE).index(path)]
    assert f"Usage: {' '.join(('convexpert', *path))} " in " ".join(page.split())
    assert EXAMPLE in page


@pytest.mark.parametrize("path", PATHS)
def test_each_command_says_what_it_does(path: tuple[str, ...]) -> None:
    command = TREE[path]
    summary = (command.help or "").split("\n")[0]
    assert summary.endswith(".")
    for parameter in command.params:
        assert getattr(parameter, "help", None) or parameter.name == "help", parameter.name


@pytest.mark.parametrize("path", PATHS)
def test_each_example_is_a_call_of_the_command(path: tuple[str, ...]) -> None:
    """The options and arguments of the example are parsed as those of a call are."""
    epilog = TREE[path].epilog
    assert epilog.startswith(EXAMPLE)
    program, *words = shlex.split(epilog.removeprefix(EXAMPLE).split(" > ")[0].split(" | ")[-1])
    assert program == "convexpert"
    called = max((p for p in TREE if tuple(words[: len(p)]) == p), key=len)
    assert called[: len(path)] == path
    assert not hasattr(TREE[called], "commands"), "an example calls a command, not a group"
    TREE[called].make_context("convexpert", words[len(called) :])


@pytest.mark.parametrize("name", COMMANDS)
def test_the_terminal_breaks_the_lines_of_a_help_text_not_the_source(name: str) -> None:
    deferred = typer.main.get_command(app).get_command(None, name)
    with deferred.make_context(name, [], resilient_parsing=True) as context:
        for command in (context.command, *getattr(context.command, "commands", {}).values()):
            assert "\n" not in command.help.replace("\n\n", "")


def test_help_loads_nothing_heavy() -> None:
    loaded = set(_walked()["modules"])
    assert "typer" in loaded
    assert loaded & HEAVY == set()
