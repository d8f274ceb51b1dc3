"""Projects as they are on disk and in the editor; what stays the same keeps its trees."""

from __future__ import annotations

import posixpath
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agents.document import digest_of
from assistant.code.layout import ProjectRoot, load_project
from assistant.code.modules import (
    Category,
    CodeFile,
    Origin,
    category_in_functions,
    is_test_path,
)
from assistant.code.options import CheckOptions, small_tables_of
from assistant.code.project import Project


@dataclass
class Models:
    """The projects that were loaded, each with the files that it was made of."""

    _known: dict[ProjectRoot, dict[str, tuple[Hashable, CodeFile]]] = field(default_factory=dict)

    def project(
        self, found: ProjectRoot, opened: Mapping[Path, bytes], options: Iterable[CheckOptions]
    ) -> Project:
        """The project with the open files as the editor has them; findings in those are asked for.

        Files that are as they were in the last call are the same objects, with all that is known
        of each alone. Raises CodeCheckError as `load_project` does.
        """
        own = {path: raw for path, raw in opened.items() if found.root in path.parents}
        loaded = load_project(
            found,
            checked=own,
            named=own,
            display=str,
            small_tables=small_tables_of(options),
            unsaved=own,
        )
        files = {file.path: file for file in loaded.files}
        for path, raw in own.items():
            relative = path.relative_to(found.root).as_posix()
            if relative not in files:  # not saved yet
                files[relative] = _new_file(found, path, raw)
        before = self._known.get(found, {})
        now: dict[str, tuple[Hashable, CodeFile]] = {}
        for name in sorted(files):
            state = _state(found.root / name, own)
            known = before.get(name)
            now[name] = known if known is not None and known[0] == state else (state, files[name])
        self._known[found] = now
        return with_files(loaded, [file for _, file in now.values()])

    def keep_only(self, wanted: set[ProjectRoot]) -> None:
        """Forget the projects that nobody works on any more."""
        self._known = {found: files for found, files in self._known.items() if found in wanted}


def with_files(project: Project, files: list[CodeFile]) -> Project:
    """A project that differs in its files alone; nothing is known of it yet."""
    return Project(
        files,
        functions_folder=project.functions_folder,
        aliases=project.aliases,
        convex_version=project.convex_version,
        small_tables=project.small_tables,
        has_package=project.has_package,
        dependencies=project.dependencies,
    )


def _state(path: Path, opened: Mapping[Path, bytes]) -> Hashable:
    """What a file's content is known by."""
    if path in opened:
        return digest_of(opened[path])
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _new_file(found: ProjectRoot, path: Path, raw: bytes) -> CodeFile:
    """A file that is in the editor and not on disk."""
    relative = path.relative_to(found.root).as_posix()
    if found.functions in path.parents:
        inner = path.relative_to(found.functions).as_posix()
        category, module = category_in_functions(inner), posixpath.splitext(inner)[0]
    else:
        category = Category.TEST if is_test_path(relative) else Category.CLIENT
        module = ""
    return CodeFile(
        relative,
        lambda: raw,
        category=category,
        module=module,
        origin=Origin(str(path)),
        named=True,
    )
