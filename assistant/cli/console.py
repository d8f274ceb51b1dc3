"""What reaches the terminal: width, colour, pipes, progress, errors and JSON."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from rich.console import Console

    from agents.errors import ConvexpertError

# Control characters but tab and line feed, and the bidirectional controls: text from documents
# must neither move the cursor nor reorder what is read (Trojan Source, CVE-2021-42574).
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """`text` with terminal escapes and bidirectional controls made visible."""

    def visible(match: re.Match[str]) -> str:
        code = ord(match[0])
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

    return _UNSAFE.sub(visible, text.replace("\r\n", "\n"))


def stdout() -> Console:
    """A Rich console on standard output; plain when that is no terminal."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def stderr() -> Console:
    """A Rich console on standard error; plain when that is no terminal."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())


def write(text: str) -> None:
    """Write `text` as it is and a line break to standard output."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def write_json(value: Any) -> None:
    """Write one JSON document to standard output."""
    write(json.dumps(value, indent=2, ensure_ascii=False))


def report_error(error: ConvexpertError, *, as_json: bool) -> None:
    """The one line on standard error that ends a command; with `--json` also a document."""
    if as_json:
        write_json({"error": {"code": error.code, "message": error.message, "hint": error.hint}})
    line = " ".join(printable(str(error)).split())
    sys.stderr.write(f"error: {line}\n")


class Progress(Protocol):
    """How long work reports where it is; library functions take one as a parameter."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """`done` of `total` units of `step` are finished."""


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress bar on standard error, or nothing where that is no terminal."""
    if not sys.stderr.isatty() or os.environ.get("CONVEXPERT_NO_PROGRESS"):
        yield lambda step, done, total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bar(*columns, TimeRemainingColumn(), console=stderr(), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def show(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(step, total=total)
            bar.update(tasks[step], completed=done, total=total)

        yield show
