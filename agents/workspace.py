"""Where a workspace lies and what lies where in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agents.errors import WorkspaceError

FOLDER = ".convexpert"


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folder that holds registry, index, runs and sessions. It need not exist yet."""

    root: Path

    @property
    def registry(self) -> Path:
        """The SQLite registry, unless a setting names another one."""
        return self.root / "registry.sqlite"

    @property
    def index(self) -> Path:
        """Chunks and the lexical index (SQLite); can be rebuilt."""
        return self.root / "index.sqlite"

    @property
    def vectors(self) -> Path:
        """The embedded Chroma store; can be rebuilt."""
        return self.root / "chroma"

    @property
    def embedded(self) -> Path:
        """Vectors of single texts that were compared before (SQLite); can be made again."""
        return self.root / "embedded.sqlite"

    @property
    def runs(self) -> Path:
        """Eval runs."""
        return self.root / "runs"

    @property
    def sessions(self) -> Path:
        """Chat sessions."""
        return self.root / "sessions"

    @property
    def exists(self) -> bool:
        """Whether the folder is there."""
        return self.root.is_dir()

    def create(self) -> None:
        """Make the folder. Its contents stay out of version control by their own `.gitignore`.

        Raises WorkspaceError where the folder can't be made.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            ignore = self.root / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
        except OSError as error:
            raise WorkspaceError(
                f"can't make the workspace: {error.strerror or error}",
                hint="choose another place with --workspace or CONVEXPERT_WORKSPACE",
                path=str(self.root),
            ) from error


def find_workspace(
    start: Path, *, chosen: Path | None = None, environ: Mapping[str, str] = os.environ
) -> Workspace:
    """The workspace that applies at `start`.

    `chosen` (an option) wins, then `CONVEXPERT_WORKSPACE`, then the nearest `.convexpert/` from
    `start` upwards, then the user's data folder.
    """
    if chosen is not None:
        return Workspace(chosen.expanduser().absolute())
    named = environ.get("CONVEXPERT_WORKSPACE")
    if named:
        return Workspace(Path(named).expanduser().absolute())
    here = start.absolute()
    for folder in (here, *here.parents):
        if (folder / FOLDER).is_dir():
            return Workspace(folder / FOLDER)
    import platformdirs

    return Workspace(Path(platformdirs.user_data_dir("convexpert", appauthor=False)))
