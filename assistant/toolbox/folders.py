"""Which folders a tool may read, and what a path that it is given means there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from agents.errors import UsageError
from agents.workspace import FOLDER, Workspace

LONGEST_PATH = 4096


class PathRefused(UsageError):
    """A path outside the folders that may be read."""

    code = "path-refused"


@dataclass(frozen=True, slots=True)
class Folders:
    """Folders that may be read, with all that is in them."""

    roots: tuple[Path, ...] = ()
    """Absolute, without links; a relative path is looked for in each of them in turn."""

    def __add__(self, others: Folders) -> Folders:
        """These, then those of `others` that are new."""
        return Folders(tuple(dict.fromkeys((*self.roots, *others.roots))))

    def find(self, given: str) -> Path:
        """The file or folder that a path means: absolute, without links.

        Raises PathRefused for one outside of all folders, wherever links lead, and UsageError for
        one that doesn't exist or can't be a path.
        """
        if not given or len(given) > LONGEST_PATH or "\0" in given:
            raise UsageError(f"{given[:80]!r} is no path")
        inside = [found for found in self._candidates(given) if self.hold(found)]
        for found in inside:
            if found.exists():
                return found
        if inside:
            raise UsageError("no such file or folder", path=given)
        allowed = ", ".join(map(str, self.roots))
        raise PathRefused(
            "the path lies outside the folders that may be read",
            hint=f"they are {allowed}; the client can grant more as roots"
            if allowed
            else "none is known: grant one as a root of the client, or start with --root DIR",
            path=given,
        )

    def _candidates(self, given: str) -> Iterable[Path]:
        path = Path(given)
        starts = [path] if path.is_absolute() else [root / path for root in self.roots]
        for start in starts:
            try:
                yield start.resolve()
            except (OSError, RuntimeError, ValueError):
                continue

    def hold(self, path: Path) -> bool:
        """Whether a resolved path is one of these folders or lies in one."""
        return any(path.is_relative_to(root) for root in self.roots)


def folders(paths: Iterable[Path]) -> Folders:
    """These folders, with links resolved; what is no folder is left out."""
    resolved = (path.expanduser().absolute().resolve() for path in paths)
    return Folders(tuple(dict.fromkeys(path for path in resolved if path.is_dir())))


def project_folder(workspace: Workspace) -> Folders:
    """The folder around a workspace's `.convexpert/`; nothing for a workspace elsewhere.

    A home folder, or one around it, is no project: that would be everything that the user has.
    """
    if workspace.root.name != FOLDER:
        return Folders()
    around = folders([workspace.root.parent])
    home = Path.home().resolve()
    return Folders(tuple(root for root in around.roots if not home.is_relative_to(root)))
