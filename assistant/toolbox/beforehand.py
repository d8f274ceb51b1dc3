"""Has the vectors made that answers will compare, so that no question waits for them.

A statement's vector takes some ten milliseconds the first time and is kept in the workspace, for
every process. A server has the time between two calls for that; a command hasn't.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from agents.errors import ConvexpertError
from agents.whole_file import write_whole
from kb.vector_cache import MOST as KEPT

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.toolbox.box import Toolbox

AT_ONCE = 8
"""Texts of a step: a call that comes in waits for some fifty milliseconds at most."""
MOST = KEPT // 2
"""Texts; the other half of the vectors that a workspace keeps is for what is asked."""
DONE = "embedded.done"
"""The file in the workspace that says for what all has been made."""


class Beforehand:
    """Goes through all that is indexed, once for each state of the registry."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox
        self._wanted: str | None = None
        self._batches: Iterator[list[str]] = iter(())

    def step(self) -> bool:
        """Do a little; whether there is more to do. What can't be done is left to the calls."""
        try:
            if (wanted := self._state()) != self._wanted:
                self._wanted = wanted
                self._batches = iter(()) if self._is_done(wanted) else self._texts()
            batch = next(self._batches, None)
            if batch is None:
                return False
            self._toolbox.knowledge_base().embed(batch)
        except (ConvexpertError, OSError):
            self._batches = iter(())
            return False
        return True

    def _state(self) -> str:
        """What the texts depend on, but for this program."""
        from kb.chunk import CHUNKER

        box = self._toolbox
        return f"{box.registry().state()} {CHUNKER} {box.settings.embedding_model}\n"

    def _is_done(self, wanted: str) -> bool:
        with suppress(OSError, ValueError):
            kept = self._toolbox.workspace.embedded.exists()
            return kept and self._done.read_text(encoding="utf-8") == wanted
        return False

    @property
    def _done(self) -> Path:
        return self._toolbox.workspace.root / DONE

    def _texts(self) -> Iterator[list[str]]:
        """What is compared, a few texts at a time; nothing where a vector can't be kept."""
        if not os.access(self._toolbox.workspace.root, os.W_OK):
            return
        wanted, waiting = self._wanted, list[str]()
        for text in self._unlike():
            waiting.append(text)
            if len(waiting) == AT_ONCE:
                yield waiting
                waiting = []
        if waiting:
            yield waiting
        if wanted is not None:
            write_whole(self._done, wanted.encode())

    def _unlike(self) -> Iterator[str]:
        """The first of the texts, each once: code repeats much."""
        from assistant.answer.evidence import compared_texts

        box = self._toolbox
        seen: set[int] = set()
        for document in box.knowledge_base().sources():
            for chunk in box.knowledge_base().chunks_of(document.source.name):
                for text in compared_texts(chunk):
                    if len(seen) == MOST:
                        return
                    if hash(text) not in seen:
                        seen.add(hash(text))
                        yield text
