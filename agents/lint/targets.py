"""Which documents a call of lint is about: files, folders, versions of the registry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from agents.collect import Collected, collect_documents
from agents.errors import LintError
from agents.lint.linting import Target
from agents.registry.compare import side_of
from agents.registry.store import Registry
from agents.registry.version import AgentVersion

MAX_BESIDE = 5_000
"""Files of a folder whose names are taken for agents that exist, at most."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The paths and the versions that a call names."""

    paths: tuple[Path, ...] = ()
    versions: tuple[AgentVersion, ...] = ()

    def targets(self) -> list[Target]:
        """Their documents, as they are now; each file once.

        Raises LintError for a path that is missing or holds no document.
        """
        found: dict[str, Target] = {}
        for path in self.paths:
            for target in _of_path(path):
                found.setdefault(target.file, target)
        for version in self.versions:
            found.setdefault(version.reference, _of_version(version))
        return list(found.values())

    def agents_beside(self) -> frozenset[str]:
        """Names of the files beside those of the call, which a document may speak of."""
        folders = {path if path.is_dir() else path.parent for path in self.paths}
        return frozenset(
            name
            for folder in sorted(folders)
            for name, _ in zip(_names_in(folder), range(MAX_BESIDE), strict=False)
        )


def wanted_of(registry: Registry, arguments: Sequence[str]) -> Wanted:
    """What REFs and paths name; without any, the latest version of each agent.

    What is no REF of a known agent and names a file or folder is a path; `./NAME` always is.
    Raises what `Registry.resolve` raises, and DocumentError for a file that can't be read.
    """
    if not arguments:
        return Wanted(versions=tuple(registry.agents()))
    paths: list[Path] = []
    versions: list[AgentVersion] = []
    for argument in arguments:
        path = Path(argument)
        side = None if path.is_dir() else _version_of(registry, argument)
        if side is None:
            paths.append(path)
        else:
            versions.append(side)
    return Wanted(tuple(paths), tuple(versions))


def _version_of(registry: Registry, argument: str) -> AgentVersion | None:
    """The version that an argument names; None where it names a file."""
    if Path(argument).is_file() and not _may_be_handle(argument):
        return None
    return side_of(registry, argument).version


def _may_be_handle(argument: str) -> bool:
    return "/" not in argument and "." not in argument


def _of_path(path: Path) -> Iterable[Target]:
    taken = refused = 0
    for item in collect_documents([path]):
        if isinstance(item, Collected):
            taken += 1
            yield Target(
                item.read(), _display(item.file), path=item.file, group=_group(item.file.as_posix())
            )
        elif item.file == path:
            raise LintError(item.reason, hint=item.hint, path=str(path))
        else:
            refused += 1
    if not taken and not refused:
        raise LintError(
            "no document in it", hint="name a Markdown file, or a folder with some", path=str(path)
        )


def _of_version(version: AgentVersion) -> Target:
    return Target(
        version.raw,
        version.reference,
        handle=version.handle,
        group=f"{version.collection}/{_group(version.path)}",
        kind_path=version.path,
    )


def _group(path: str) -> str:
    """The folder whose files a tool loads together: the innermost `agents`, else the file's own."""
    folders = PurePosixPath(path).parent.parts
    for number in range(len(folders), 0, -1):
        if folders[number - 1] == "agents":
            return "/".join(folders[:number])
    return "/".join(folders)


def _display(path: Path) -> str:
    """As the user can open it: relative to the current folder where it lies in it."""
    absolute = path.absolute()
    try:
        return absolute.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return absolute.as_posix()


def _names_in(folder: Path) -> Iterable[str]:
    return sorted(path.stem for path in folder.glob("*.md"))
