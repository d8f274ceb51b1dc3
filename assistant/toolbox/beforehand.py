"""Has the vectors made that answers will compare, so that no question waits for them.

A statement's vector takes some ten milliseconds the first time and is kept in the workspace, for
every process. A server has the time between two calls for that; a command hasn't.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.errors import ConvexpertError

if TYPE_CHECKING:
    from assistant.toolbox.box import Toolbox

AT_ONCE = 8
"""Texts of a step: a call that comes in waits for some fifty milliseconds at most."""
MOST = 20_000
"""Texts; half of the vectors that a workspace keeps."""


class Beforehand:
    """Goes through all that is indexed, once for each state of the registry."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox
        self._state: str | None = None
        self._batches: Iterator[list[str]] = iter(())

    def step(self) -> bool:
        """Do a little; whether there is more to do. What can't be done is left to the calls."""
        box = self._toolbox
        try:
            if (state := box.registry().state()) != self._state:
                self._state, self._batches = state, self._texts()
            batch = next(self._batches, None)
            if batch is None:
                return False
            box.knowledge_base().embed(batch)
        except (ConvexpertError, OSError):
            self._batches = iter(())
            return False
        return True

    def _texts(self) -> Iterator[list[str]]:
        """What is compared, a few texts at a time; nothing where a vector can't be kept."""
        from assistant.answer.evidence import compared_texts

        box = self._toolbox
        if not os.access(box.workspace.root, os.W_OK):
            return
        waiting: list[str] = []
        left = MOST
        for document in box.knowledge_base().sources():
            for chunk in box.knowledge_base().chunks_of(document.source.name):
                waiting += compared_texts(chunk)
                while len(waiting) >= AT_ONCE and left > 0:
                    yield waiting[:AT_ONCE]
                    del waiting[:AT_ONCE]
                    left -= AT_ONCE
                if left <= 0:
                    return
        if waiting:
            yield waiting
