"""What the user's paths mean: code by its project, code without one, documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from agents.errors import CodeCheckError, DocumentError
from agents.finding import Finding, Severity
from agents.location import Span
from assistant.code.layout import (
    MARKDOWN_SUFFIXES,
    ListedFile,
    ProjectRoot,
    code_files_in,
    documents_in,
    find_projects,
    looks_like_server_code,
    project_around,
    project_files,
    read_bytes,
)
from assistant.code.modules import CODE_SUFFIXES
from assistant.code.project_check import ProjectJob

if TYPE_CHECKING:
    from assistant.code.options import CheckOptions
    from assistant.code.project import Project


class Wanted:
    """Sorts the given paths: code by its project, code without one, documents."""

    def __init__(
        self,
        display: Callable[[Path], str],
        *,
        may_read: Callable[[Path], bool] | None = None,
    ) -> None:
        """`may_read` as `project_files` takes it."""
        self._display = display
        self._may_read = may_read
        self._in_project: dict[ProjectRoot, set[Path]] = defaultdict(set)
        self._named: set[Path] = set()
        self._listed: dict[ProjectRoot, tuple[ListedFile, ...]] = {}
        self.alone: dict[Path, bytes] = {}
        """What lies in no project, with its bytes."""
        self.unreadable: list[Finding] = []
        """Documents of folders that can't be read, as findings; filled by `loose_projects`."""

    @property
    def size(self) -> int:
        """How many files were added, whether there is anything to check in them or not."""
        return len(self.alone) + sum(map(len, self._in_project.values()))

    def add(self, path: Path) -> None:
        """Take a file or a folder."""
        absolute = path.absolute()
        if absolute.is_dir():
            self._add_folder(path, absolute)
        elif absolute.is_file():
            self._add_file(path, absolute)
        elif absolute.exists():
            raise CodeCheckError(
                "neither a file nor a folder", hint="- reads standard input", path=str(path)
            )
        else:
            raise CodeCheckError(
                "no such file or folder",
                hint="name files of TypeScript or Markdown, or a folder that holds some",
                path=str(path),
            )

    def _add_file(self, path: Path, absolute: Path) -> None:
        name = absolute.name.lower()
        if name.endswith(MARKDOWN_SUFFIXES):
            self.alone[absolute] = read_bytes(absolute)
            self._named.add(absolute)
            return
        if not name.endswith(CODE_SUFFIXES):
            expected = ", ".join((*CODE_SUFFIXES, *MARKDOWN_SUFFIXES[:1]))
            raise CodeCheckError("not a file to check", hint=f"expected {expected}", path=str(path))
        project = project_around(absolute)
        if project is not None:
            inside = project.functions in absolute.parents
            if inside or not looks_like_server_code(read_bytes(absolute)):
                self._in_project[project].add(absolute)
                self._named.add(absolute)
                return
        self.alone[absolute] = read_bytes(absolute)

    def _add_folder(self, path: Path, absolute: Path) -> None:
        # A file belongs to the innermost project around it.
        projects = sorted(find_projects(absolute), key=lambda project: -len(project.root.parts))
        taken: set[Path] = set()
        for project in projects:
            listed = self._listed[project] = tuple(project_files(project, self._may_read))
            below = f"{absolute.as_posix().removesuffix('/')}/"
            files = {Path(one.path) for one in listed if one.path.startswith(below)} - taken
            self._in_project[project] |= files
            taken |= files
        if not taken:
            # No project, or a folder of documents inside one, such as `.claude/agents`.
            self._add_loose_files(path, absolute)

    def _add_loose_files(self, path: Path, folder: Path) -> None:
        """Take a folder without a project's code: documents, and code that imports the server."""
        found = {file: read_bytes(file) for file in documents_in(folder)}
        for file in code_files_in(folder):
            raw = read_bytes(file)
            if looks_like_server_code(raw):
                found[file] = raw
        if not found:
            raise CodeCheckError(
                "no Convex code and no document in it",
                hint="name the folder that holds convex/, or single files",
                path=str(path),
            )
        self.alone.update(found)

    def jobs(self, options_for: Callable[[Path], CheckOptions], here: Path) -> list[ProjectJob]:
        """The projects that were added, in the order of their paths."""
        return [
            ProjectJob(
                found,
                _grouped(found, files, options_for),
                frozenset(found.inner(path) for path in files & self._named),
                here,
                self._listed.get(found) or self._limited(found),
            )
            for found, files in sorted(self._in_project.items(), key=lambda item: item[0].root)
        ]

    def _limited(self, found: ProjectRoot) -> tuple[ListedFile, ...] | None:
        """The files of a project where not all may be read; else they are listed when needed."""
        return None if self._may_read is None else tuple(project_files(found, self._may_read))

    def loose_projects(self, small_tables: frozenset[str]) -> Iterator[Project]:
        """What lies in no project: documents, and single files of code; in order."""
        for path in sorted(self.alone):
            try:
                yield project_of_text(self.alone[path], self._display(path), small_tables)
            except DocumentError as error:
                # One of many must not hide what the others hold.
                if path in self._named:
                    raise
                self.unreadable.append(unreadable(error, self._display(path)))


def _grouped(
    found: ProjectRoot, files: Iterable[Path], options_for: Callable[[Path], CheckOptions]
) -> tuple[tuple[CheckOptions, frozenset[str]], ...]:
    by_options: dict[int, tuple[CheckOptions, set[str]]] = {}
    for path in files:
        options = options_for(path)
        by_options.setdefault(id(options), (options, set()))[1].add(found.inner(path))
    groups: dict[str, tuple[CheckOptions, set[str]]] = {}
    for options, paths in by_options.values():
        groups.setdefault(options.digest, (options.deciding, set()))[1].update(paths)
    return tuple((groups[key][0], frozenset(groups[key][1])) for key in sorted(groups))


def project_of_text(source: bytes, filename: str, small_tables: frozenset[str]) -> Project:
    """One source as a project: a document by its name, else code. Raises DocumentError."""
    from assistant.code.snippets import project_of_document, project_of_source

    if filename.lower().endswith(MARKDOWN_SUFFIXES):
        from agents.parse import parse_document

        document = parse_document(source, filename=filename)
        return project_of_document(document, filename, small_tables=small_tables)
    return project_of_source(source, filename, small_tables=small_tables)


def unreadable(error: DocumentError, display: str) -> Finding:
    """A document that can't be read, as a finding where it went wrong."""
    line = error.line or 1
    span = Span(line, 1, line, 1)
    return Finding("syntax-error", Severity.ERROR, display, span, error.message, error.hint)
