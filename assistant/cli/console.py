"""What reaches the terminal: width, colour, pipes, progress, errors and JSON."""

from __future__ import annotations

import codecs
import io
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from rich.console import Console

    from agents.errors import ConvexpertError

# Control characters but tab and line feed, and the bidirectional controls: text from documents
# must neither move the cursor nor reorder what is read (Trojan Source, CVE-2021-42574). And
# surrogates: bytes of a file's name that are no UTF-8, which no terminal can show.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPES = "convexpert-escapes"


def printable(text: str) -> str:
    """`text` with terminal escapes and bidirectional controls made visible."""
    if text.isascii() and text.isprintable():
        return text

    def visible(match: re.Match[str]) -> str:
        code = ord(match[0])
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

    return _UNSAFE.sub(visible, text.replace("\r\n", "\n"))


LONGEST_SHOWN = 400
"""Characters of a text from a document that a line shows."""


def one_line(text: str) -> str:
    """`text` without line breaks and what a terminal must not get."""
    if text.isprintable() and "  " not in text and text == text.strip(" "):
        return text  # most are: tables of ten thousand rows have fifty thousand cells
    return " ".join(printable(text).split())


def shortened(text: str, most: int = LONGEST_SHOWN) -> str:
    """As `one_line`, cut after `most` characters."""
    shown = one_line(text)
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def counted(number: int, what: str) -> str:
    """`3 pages`, `1 page`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def stdout() -> Console:
    """A Rich console on standard output; plain when that is no terminal."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def stderr() -> Console:
    """A Rich console on standard error; plain when that is no terminal."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())


def prepare_streams() -> None:
    """Make the standard streams take whatever is written to them; called once, by the command.

    What the terminal's encoding has no place for becomes an escape as in JSON, so that text can be
    read and JSON stays JSON. A stream that was closed by the caller reads and writes nothing.
    """
    codecs.register_error(_ESCAPES, _escaped)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
        elif mode == "w" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ESCAPES)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    # Half a surrogate pair is an escape that strict readers of JSON refuse.
    part = _SURROGATE.sub("\ufffd", error.object[error.start : error.end])
    return json.dumps(part)[1:-1], error.end


def write(text: str) -> None:
    """Write `text` as it is and a line break to standard output."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def write_json(value: Any) -> None:
    """Write one JSON document to standard output."""
    write_document(json.dumps(value, indent=2, ensure_ascii=False))


def write_document(text: str) -> None:
    """Write a document for programs; one of JSON stays JSON whatever the terminal's encoding."""
    encoding = sys.stdout.encoding or "utf-8"
    if codecs.lookup(encoding).name != "utf-8":
        codecs.register_error(_ESCAPES, _escaped)
        text = text.encode("ascii", _ESCAPES).decode("ascii")
    write(text)


def report_error(error: ConvexpertError, *, as_json: bool) -> None:
    """The one line on standard error that ends a command; with `--json` also a document."""
    line = " ".join(printable(str(error)).split())
    # Where standard output is what fails, the line is all that can be said.
    with suppress(OSError):
        if as_json:
            message = f"{error.where}: {error.message}" if error.where else error.message
            write_json({"error": {"code": error.code, "message": message, "hint": error.hint}})
            sys.stdout.flush()
    with suppress(OSError):
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
