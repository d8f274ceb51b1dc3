"""What a command looks at that takes versions and working files."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.registry import open_registry
from agents.registry.compare import side_of
from agents.registry.importer import import_paths
from agents.settings import Settings
from agents.workspace import Workspace


def test_a_working_file_has_the_name_that_it_is_imported_under(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "shop" / "AGENTS.md"
    file.parent.mkdir()
    file.write_bytes(b"# Rules\n\n- Await all promises\n")
    monkeypatch.chdir(file.parent)
    with open_registry(workspace, Settings(), builtin=False) as registry:
        import_paths(registry, [file.parent])
        (imported,) = registry.agents()
        for named in (str(file), "AGENTS.md", "./AGENTS.md"):
            side = side_of(registry, named)
            assert (side.name, side.version) == (named, None)
            assert side.document.name == imported.document.name
            assert side.document.kind == imported.document.kind
