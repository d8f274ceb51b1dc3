"""Small projects out of one text, told apart by comments such as `// convex/schema.ts`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.code.project import Project
from assistant.code.snippets import project_of_sources, split_files

MakeProject = Callable[[str], Project]


@pytest.fixture
def make_project() -> MakeProject:
    """Makes a whole project, in which nothing is taken to be missing."""

    def make(text: str) -> Project:
        parts = split_files(text)
        return project_of_sources(
            [(part.path or "convex/main.ts", part.code.encode()) for part in parts]
        )

    return make
