"""A project that stays open, as in an editor: what is typed is checked against all else.

The files that nobody touches are read and parsed once. A session belongs to one thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from agents.finding import Finding
from assistant.code.engine import Engine
from assistant.code.layout import ProjectRoot, load_project, project_around, read_bytes
from assistant.code.modules import CodeFile
from assistant.code.options import CheckOptions, active_rules
from assistant.code.project import Project
from assistant.code.project_check import analysis, display_from, in_order, with_items


class CheckSession:
    """The check of one project's open files."""

    def __init__(
        self, found: ProjectRoot, options_for: Callable[[Path], CheckOptions], *, here: Path
    ) -> None:
        """Nothing is read yet. Files are named relative to `here`."""
        self.found = found
        self._options_for = options_for
        self._here = here
        self._engines: dict[str, Engine] = {}
        self._project: Project | None = None
        self._buffers: dict[Path, bytes] = {}

    @classmethod
    def around(
        cls, path: Path, options_for: Callable[[Path], CheckOptions], *, here: Path
    ) -> CheckSession | None:
        """A session for the project that a file lies in; None where there is none."""
        found = project_around(path.absolute())
        return None if found is None else cls(found, options_for, here=here)

    def check(self, path: Path, source: bytes, *, whole: bool = False) -> tuple[Finding, ...]:
        """The findings in one file as it is typed.

        Without `whole` those are left out that take a look at the whole project, such as doubled
        code: they are for when the file is saved. Raises CodeCheckError for settings that name a
        rule that isn't there, and for a project that can't be read.
        """
        path = path.absolute()
        options = self._options_for(path)
        file = self._typed(path, source, options)
        found: list[Finding] = []
        with analysis():
            project = self._loaded(options)
            found = self._engine(options).run(project, only=[file], nearby=not whole)
        found = [one for one in found if one.severity.reaches(options.minimum)]
        return in_order(with_items(found, options.documentation))

    def close(self, path: Path) -> None:
        """Forget what was typed into a file: what is on disk counts again."""
        path = path.absolute()
        if self._buffers.pop(path, None) is not None:
            self.changed_on_disk([path])

    def changed_on_disk(self, paths: Iterable[Path] | None = None) -> None:
        """Read these files again, which were there before; without any, the whole project."""
        if self._project is None:
            return
        inner = None if paths is None else [self.found.inner(path.absolute()) for path in paths]
        known = {file.path: file for file in self._project.files}
        if inner is None or not all(
            name in known and (self.found.root / name).is_file() for name in inner
        ):
            self._project = None
            return
        for name in inner:
            if self.found.root / name not in self._buffers:
                load = partial(read_bytes, self.found.root / name)
                self._project = self._project.with_file(_like(known[name], load))

    def _typed(self, path: Path, source: bytes, options: CheckOptions) -> CodeFile:
        """The file that now stands for a path, in the session's project."""
        if self._project is None or self.found.inner(path) not in {
            file.path for file in self._project.files
        }:
            self._buffers[path] = source
            self._project = None
        project = self._loaded(options)
        known = next((f for f in project.files if f.path == self.found.inner(path)), None)
        if known is None:
            raise ValueError(f"{path} is no file of this project")
        if known.raw == source and known.named:
            return known
        self._buffers[path] = source
        file = _like(known, lambda: source)
        self._project = project.with_file(file)
        return file

    def _loaded(self, options: CheckOptions) -> Project:
        if self._project is None:
            self._project = load_project(
                self.found,
                checked=_Everything(),
                named=(),
                display=partial(display_from, self._here),
                small_tables=options.small_tables,
                unsaved=self._buffers,
            )
        return self._project

    def _engine(self, options: CheckOptions) -> Engine:
        key = options.digest
        if key not in self._engines:
            self._engines[key] = Engine(active_rules(options))
        return self._engines[key]


class _Everything:
    """All files count as checked: which are asked for is said with each check."""

    def __contains__(self, _item: object) -> bool:
        return True


def _like(file: CodeFile, load: Callable[[], bytes]) -> CodeFile:
    return CodeFile(
        file.path,
        load,
        category=file.category,
        module=file.module,
        origin=file.origin,
        named=True,
    )
