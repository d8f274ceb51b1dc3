"""Writes the pages that are made from the program itself: commands, code rules, document rules.

    python docs/generate.py [--check]

`--check` writes nothing and ends with 1 where a page is out of date; the tests do the same.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import typer

from agents.rulebook import RuleText

DOCS = Path(__file__).parent
MADE = "<!-- Made by `python docs/generate.py` from the program itself: do not edit. -->\n\n"


def commands_page() -> str:
    """Every command with its arguments and options."""
    from assistant.cli.main import COMMANDS

    parts = [
        "# Commands\n",
        "Options of all commands: `--workspace DIR` chooses a workspace, `--help` explains the"
        " command. Exit status: 0 done, 1 findings, losses or something out of date, 2 an error,"
        " which is one line on standard error; with `--json` it is a JSON document.\n",
    ]
    for name, (target, _) in COMMANDS.items():
        module, attribute = target.split(":")
        command = typer.main.get_command(getattr(import_module(module), attribute))
        for path, one in _tree(command, (name,)):
            parts += _command(path, one)
    return "\n".join(parts)


def _tree(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        if not inner.hidden:
            yield from _tree(inner, (*path, name))


def _command(path: tuple[str, ...], command: Any) -> Iterator[str]:
    called = " ".join(("convexpert", *path))
    yield f"{'#' * min(len(path) + 1, 3)} {called}\n"
    yield _prose(command.help) + "\n"
    if getattr(command, "commands", None):
        yield "".join(f"- `{name}`\n" for name, one in command.commands.items() if not one.hidden)
        if not command.invoke_without_command:
            return
    context = typer.Context(command, info_name=called)
    usage = " ".join(piece for piece in command.collect_usage_pieces(context))
    yield f"```text\n{called} {usage}\n```\n"
    rows = [row for parameter in command.params if (row := _parameter(parameter, context))]
    if rows:
        yield "| | |\n| --- | --- |\n" + "".join(rows)
    if command.epilog and command.epilog.startswith("Example: "):
        yield f"Example: `{command.epilog.removeprefix('Example: ')}`\n"


def _parameter(parameter: Any, context: typer.Context) -> str:
    if getattr(parameter, "hidden", False) or "--help" in parameter.opts:
        return ""
    record = parameter.get_help_record(context)
    if record is None:
        return ""
    name, text = record
    return f"| `{_cell(name)}` | {_cell(_prose(text))} |\n"


def _prose(text: str | None) -> str:
    return "\n".join(line.strip() for line in (text or "").strip().splitlines())


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def code_rules_page() -> str:
    """Every rule of `convexpert check`."""
    from assistant.code.catalogue import catalogue, rule_text

    rules = {
        rule_id: (rule.category, str(rule.severity), rule_text(rule_id))
        for rule_id, rule in catalogue().items()
    }
    return _rules_page(
        "Code rules",
        "What `convexpert check` looks for. `convexpert rules ID` says the same, with the items of"
        " your documents that ask for the rule.",
        rules,
        "ts",
    )


def document_rules_page() -> str:
    """Every rule of `convexpert agents lint`."""
    from agents.lint.catalogue import catalogue, rule_text

    rules = {
        rule_id: (rule.category, str(rule.severity), rule_text(rule_id))
        for rule_id, rule in catalogue().items()
    }
    return _rules_page(
        "Document rules", "What `convexpert agents lint` looks for.", rules, "markdown"
    )


def _rules_page(
    title: str, intro: str, rules: dict[str, tuple[str, str, RuleText]], language: str
) -> str:
    parts = [f"# {title}\n", f"{intro}\n", "| rule | severity | category | flags |"]
    parts.append("| --- | --- | --- | --- |")
    for rule_id, (category, severity, text) in rules.items():
        row = (f"[`{rule_id}`](#{rule_id})", severity, category, _cell(text.summary))
        parts.append(f"| {' | '.join(row)} |")
    for rule_id, (_, _, text) in rules.items():
        parts += ["", f"## {rule_id}\n", f"{text.summary}\n"]
        parts += _paragraphs({"Why": text.why, "Silent when": text.silent_when})
        parts += _examples({"Bad": text.bad, "Good": text.good}, language)
    return "\n".join(parts).rstrip() + "\n"


def _paragraphs(named: dict[str, str]) -> Iterable[str]:
    return [f"*{name}:* {' '.join(text.split())}\n" for name, text in named.items() if text]


def _examples(named: dict[str, str], language: str) -> Iterable[str]:
    for name, text in named.items():
        if text:
            # Examples of document rules hold fences themselves.
            fence = "`" * max(3, _longest_fence(text) + 1)
            yield f"{name}:\n\n{fence}{language}\n{text}\n{fence}\n"


def _longest_fence(text: str) -> int:
    runs = [len(line) - len(line.lstrip("`")) for line in map(str.strip, text.splitlines())]
    return max((run for run in runs if run >= 3), default=0)


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "code-rules.md": code_rules_page,
    "document-rules.md": document_rules_page,
}


def stale_pages(*, write: bool) -> list[str]:
    """The names of the pages that differ from what the program says; written anew with `write`."""
    stale = []
    for name, made in PAGES.items():
        path = DOCS / name
        text = MADE + made()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if write:
                path.write_text(text, encoding="utf-8")
    return stale


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    given = parser.parse_args()
    stale = stale_pages(write=not given.check)
    for name in stale:
        print(f"{name} {'is out of date' if given.check else 'written'}")
    return 1 if given.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
