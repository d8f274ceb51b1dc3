"""The process that runs full checks, so that they never keep a keystroke waiting.

    python -P -m assistant.lsp.worker ROOT [WORKSPACE]

It reads frames from standard input, each a mapping of open files to their bytes, and writes one
for each: an `Outcome`, or the text of what went wrong. It ends with its input.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from assistant.lsp.frames import HEAD, packed, unpacked

NICE = 1
"""On a busy machine keystrokes go first."""


def main(arguments: list[str]) -> None:
    """Serve until the input ends."""
    from assistant.code.project_check import prepare
    from assistant.lsp.session import Session

    requests, answers = _ends()
    if hasattr(os, "nice"):
        os.nice(NICE)
    root, *chosen = map(Path, arguments)
    session = Session(root, chosen[0] if chosen else None)
    prepare()
    # The program itself lives as long as the process: the collector needn't walk over it.
    gc.freeze()
    for opened in _frames(requests):
        answers.write(packed(_answer(session, opened)))
        answers.flush()
        # Nobody waits now, and the last check's project is a web of references.
        gc.collect()


def _answer(session: Any, opened: Any) -> Any:
    try:
        return session.check(opened)
    except Exception as error:
        # One text that breaks a rule must not end the checks of all others.
        if os.environ.get("CONVEXPERT_DEBUG"):
            import traceback

            traceback.print_exc()
        return f"{type(error).__name__}: {error}"


def _ends() -> tuple[BinaryIO, BinaryIO]:
    """Private copies of the pipes; what libraries print goes to standard error."""
    reading, writing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return os.fdopen(reading, "rb"), os.fdopen(writing, "wb")


def _frames(requests: BinaryIO) -> Iterator[Any]:
    while len(head := requests.read(HEAD.size)) == HEAD.size:
        body = requests.read(HEAD.unpack(head)[0])
        if not body:
            return
        yield unpacked(body)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (KeyboardInterrupt, BrokenPipeError):
        os._exit(0)
