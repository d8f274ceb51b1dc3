"""Where Convex projects lie on disk, and which of their files are read."""

from __future__ import annotations

import json
import os
import posixpath
import re
import stat
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from agents.errors import CodeCheckError
from assistant.code import syntax
from assistant.code.installed import installed_version
from assistant.code.modules import (
    CODE_SUFFIXES,
    Category,
    CodeFile,
    Origin,
    category_in_functions,
    is_test_path,
)
from assistant.code.project import PathAliases, Project
from assistant.code.workspaces import packages_beside

IGNORED_FOLDERS = frozenset(
    {"node_modules", "dist", "build", "out", "coverage", "vendor", "__pycache__"}
)
MARKDOWN_SUFFIXES = (".md", ".mdx", ".mdc", ".markdown")
MAX_FILES = 20_000
"""Of one project; more is a sign of a wrong folder."""
MAX_CONFIG_BYTES = 1_000_000
_DEPENDENCY_GROUPS = ("dependencies", "devDependencies", "peerDependencies")
_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")
_JSON_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])')
_CONVEX_IMPORT = re.compile(rb"[\"'](?:convex|convex-helpers|@convex-dev)/|_generated/")
_LOOK_BYTES = 20_000
_MAX_LOOKS = 200
_MAX_OUTER = 8
_IMPORT_OF_TEST = re.compile(rb"[\"']convex-test|_generated/")
_SERVER_IMPORT = re.compile(rb"_generated/server|[\"']convex/server[\"']")


@dataclass(frozen=True, slots=True)
class ProjectRoot:
    """A folder with a Convex functions folder in it."""

    root: Path
    functions: Path

    def inner(self, path: Path) -> str:
        """The path of a file of the project, relative to its root, with `/`."""
        name, root = path.as_posix(), self.root.as_posix().removesuffix("/")
        if name.startswith(f"{root}/"):
            return name.removeprefix(f"{root}/")
        return posixpath.relpath(name, root)  # of another package of its workspace

    @property
    def functions_folder(self) -> str:
        """The functions folder relative to the root, with `/`; empty where it is the root."""
        inner = self.functions.relative_to(self.root).as_posix()
        return "" if inner == "." else inner


def find_projects(folder: Path) -> list[ProjectRoot]:
    """All projects in a folder, sorted; the one around it if there is none in it."""
    around = project_around(folder)
    if around is not None and (around.root == folder or _is_in(folder, around.functions)):
        inside = [] if around.root != folder else _nested_projects(folder)
        return sorted({around, *inside}, key=lambda project: project.root)
    inside = _nested_projects(folder)
    return inside or ([around] if around is not None else [])


def _nested_projects(folder: Path) -> list[ProjectRoot]:
    found: list[ProjectRoot] = []
    for inner, folders, files in os.walk(folder):
        _prune(folders)
        here = Path(inner)
        project = _project_at(here, files, folders)
        if project is not None:
            found.append(project)
            own = project.functions.relative_to(here).parts[:1]
            folders[:] = [name for name in folders if own and name != own[0]]
    return found


def project_around(path: Path) -> ProjectRoot | None:
    """The project whose functions folder holds (or is) a path, else the nearest one around it."""
    nearest: ProjectRoot | None = None
    for folder in (path, *path.parents):
        if not folder.is_dir():
            continue
        project = _project_at(folder, _names(folder, files=True), _names(folder, files=False))
        if project is not None and project.root == project.functions:
            outer = project_around(folder.parent)
            if outer is not None and _is_in(folder, outer.functions):
                return outer
        if project is not None:
            if path == folder or _is_in(path, project.functions):
                return project
            nearest = nearest or project
        if (folder / ".git").exists():
            break
    return nearest


def _names(folder: Path, *, files: bool) -> list[str]:
    try:
        return sorted(e.name for e in os.scandir(folder) if e.is_file() is files)
    except OSError:
        return []


def _project_at(folder: Path, files: Iterable[str], folders: Iterable[str]) -> ProjectRoot | None:
    if "convex.json" in files:
        chosen = read_json(folder / "convex.json").get("functions", "convex")
        if isinstance(chosen, str):
            functions = Path(os.path.normpath(folder / chosen))
            # `"."`: the package is the functions folder.
            if functions.is_dir() and _is_in(functions, folder):
                return ProjectRoot(folder, functions)
    if "convex" in folders and _holds_functions(folder / "convex"):
        return ProjectRoot(folder, folder / "convex")
    if any(name.startswith("convex.config.") for name in files):
        # A component's package; components of an app lie inside its functions folder.
        return ProjectRoot(folder, folder)
    return None


def _holds_functions(folder: Path) -> bool:
    """Whether a folder called `convex` is one of functions, not a package of that name."""
    names = _names(folder, files=True)
    if "package.json" in names:
        return False
    if (folder / "_generated").is_dir():
        return True
    if any(name.endswith(CODE_SUFFIXES) for name in names):
        return _speaks_of_convex(folder)
    return any(
        name.endswith(CODE_SUFFIXES)
        for inner in _names(folder, files=False)
        if inner not in ("convex", "src") and not inner.startswith(".")
        for name in _names(folder / inner, files=True)
    ) and _speaks_of_convex(folder)


def _speaks_of_convex(folder: Path) -> bool:
    """Whether a folder's code can be Convex's: other things are called so as well.

    Beside the package.json one import of anything of Convex is enough. Deeper inside, a folder of
    that name is often a client's (`src/integrations/convex`): there a file has to import what only
    functions, schemas and their tests do.
    """
    package = next(
        (inner for inner in folder.parents[:_MAX_OUTER] if (inner / "package.json").is_file()), None
    )
    if package is None:
        return True
    is_own = folder == package / "convex"
    if is_own and "convex" in _dependencies(read_json(package / "package.json")):
        return True
    for count, path in enumerate(code_files_in(folder)):
        if count >= _MAX_LOOKS:
            return True
        wanted = _SERVER_IMPORT
        if is_own:
            wanted = _CONVEX_IMPORT
        elif is_test_path(path.name):
            wanted = _IMPORT_OF_TEST
        try:
            with path.open("rb") as file:
                if wanted.search(file.read(_LOOK_BYTES)):
                    return True
        except OSError:
            return True
    return False


def _is_in(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents


def _prune(folders: list[str]) -> None:
    folders[:] = sorted(
        name for name in folders if name not in IGNORED_FOLDERS and not name.startswith(".")
    )


def code_files_in(folder: Path) -> Iterator[Path]:
    """The code files below a folder, sorted; declarations, dependencies and links left out."""
    return (Path(listed.path) for listed in listed_files(folder))


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file as its folder shows it."""

    path: str
    """Below the folder that was listed, which it begins with."""
    state: tuple[int, int, int, int]
    """Size, number, and in nanoseconds when its content and its state were last written."""


def listed_files(folder: Path) -> Iterator[ListedFile]:
    """The code files below a folder, as `code_files_in`, with what tells whether they changed."""
    for inner, folders, files in os.walk(folder):
        _prune(folders)
        for name in sorted(files):
            if name.endswith(CODE_SUFFIXES) and not name.endswith(".d.ts"):
                path = f"{inner}/{name}" if inner != "/" else f"/{name}"
                try:
                    found = os.lstat(path)
                except OSError:
                    continue
                # A link may lead anywhere, and a pipe would be waited for.
                if stat.S_ISREG(found.st_mode):
                    times = (found.st_mtime_ns, found.st_ctime_ns)
                    yield ListedFile(path, (found.st_size, found.st_ino, *times))


def project_files(
    found: ProjectRoot, may_read: Callable[[Path], bool] | None = None
) -> Iterator[ListedFile]:
    """The code files of a project: those below its root, then its workspace's other packages.

    Other packages lie outside the project's folder: `may_read` tells which of them to enter.
    """
    yield from listed_files(found.root)
    for package in packages_beside(found.root, IGNORED_FOLDERS):
        if may_read is None or may_read(package):
            yield from listed_files(package)


def documents_in(folder: Path) -> Iterator[Path]:
    """The Markdown files below a folder, sorted; links and other people's packages left out."""
    from agents.collect import is_entered

    for inner, folders, files in os.walk(folder):
        folders[:] = sorted(filter(is_entered, folders))
        for name in sorted(files):
            path = Path(inner) / name
            if name.lower().endswith(MARKDOWN_SUFFIXES) and _is_regular(path):
                yield path


def _is_regular(path: Path) -> bool:
    """Whether it is a file itself: no link, and no pipe, which would be waited for."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What a project's own files of settings say about its code."""

    aliases: PathAliases
    convex_version: tuple[int, ...] | None
    has_package: bool
    dependencies: frozenset[str]


def project_facts(found: ProjectRoot) -> ProjectFacts:
    """Read package.json, tsconfig.json and what says which Convex is installed."""
    package = read_json(found.root / "package.json")
    return ProjectFacts(
        aliases=_aliases(found),
        convex_version=_convex_version(found.root, package),
        has_package=(found.functions.parent / "package.json").is_file(),
        dependencies=_dependencies(package),
    )


def load_project(
    found: ProjectRoot,
    *,
    checked: Container[Path],
    named: Container[Path] = (),
    display: Callable[[Path], str],
    small_tables: frozenset[str] = frozenset(),
    unsaved: Mapping[Path, bytes] | None = None,
    listed: Iterable[ListedFile] | None = None,
    facts: ProjectFacts | None = None,
) -> Project:
    """Read a project. `checked`: the files whose findings are asked for; `named`: singly so.

    `unsaved` stands for what some files have on disk; `listed` and `facts` for what the disk says
    where that has been asked already.
    """
    in_memory = unsaved or {}
    root = found.root
    folder = found.functions_folder
    files: list[CodeFile] = []
    for one in project_files(found) if listed is None else listed:
        path = Path(one.path)
        if len(files) >= MAX_FILES:
            raise CodeCheckError(
                f"more than {MAX_FILES:,} code files", hint="name a smaller folder", path=str(root)
            )
        relative = found.inner(path)
        if not folder or relative.startswith(f"{folder}/"):
            inner = relative.removeprefix(f"{folder}/") if folder else relative
            category, module = category_in_functions(inner), posixpath.splitext(inner)[0]
        else:
            module = ""
            category = Category.TEST if is_test_path(relative) else Category.CLIENT
        files.append(
            CodeFile(
                relative,
                partial(_content, path, in_memory.get(path)),
                category=category,
                module=module,
                origin=Origin(display(path)),
                checked=path in checked,
                named=path in named,
            )
        )
    facts = facts or project_facts(found)
    return Project(
        files,
        functions_folder=found.functions_folder,
        aliases=facts.aliases,
        convex_version=facts.convex_version,
        small_tables=small_tables,
        has_package=facts.has_package,
        dependencies=facts.dependencies,
    )


def looks_like_server_code(raw: bytes) -> bool:
    """Whether a file outside a functions folder imports the server's builders all the same."""
    return _SERVER_IMPORT.search(raw) is not None


def _content(path: Path, unsaved: bytes | None) -> bytes:
    return read_bytes(path) if unsaved is None else unsaved


def read_bytes(path: Path) -> bytes:
    """A file's bytes, one more than is analysed at most. Raises CodeCheckError."""
    try:
        with path.open("rb") as file:
            return file.read(syntax.MAX_BYTES + 1)
    except OSError as error:
        raise CodeCheckError(f"can't be read: {error.strerror or error}", path=str(path)) from error


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object with comments and trailing commas allowed; empty where it can't be read."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_CONFIG_BYTES).decode("utf-8-sig", "replace")
        text = _JSON_COMMENT.sub(lambda match: match[1] or " ", text)
        value = json.loads(_TRAILING_COMMA.sub(lambda match: match[1] or "", text))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _dependencies(package: dict[str, Any]) -> frozenset[str]:
    listed = (package.get(group) for group in _DEPENDENCY_GROUPS)
    return frozenset(name for group in listed if isinstance(group, dict) for name in group)


def _convex_version(root: Path, package: dict[str, Any]) -> tuple[int, ...] | None:
    """What is installed, at least the lowest that the project's own package.json allows."""
    known = [installed_version(root), _lowest_version(package)]
    return max((version for version in known if version is not None), default=None)


def _lowest_version(package: dict[str, Any]) -> tuple[int, ...] | None:
    for group in _DEPENDENCY_GROUPS:
        listed = package.get(group)
        wanted = listed.get("convex") if isinstance(listed, dict) else None
        found = _VERSION.search(wanted) if isinstance(wanted, str) else None
        if found is not None:
            return tuple(int(part or 0) for part in found.groups())
    return None


def _aliases(found: ProjectRoot) -> PathAliases:
    for folder in (found.functions, found.root):
        options = read_json(folder / "tsconfig.json").get("compilerOptions")
        if not isinstance(options, dict):
            continue
        base = options.get("baseUrl")
        paths = options.get("paths")
        if not isinstance(base, str) and not isinstance(paths, dict):
            continue
        start = folder / base if isinstance(base, str) else folder
        patterns: dict[str, tuple[str, ...]] = {}
        for pattern, targets in paths.items() if isinstance(paths, dict) else ():
            if isinstance(targets, list):
                patterns[pattern] = tuple(
                    _relative(start / target, found.root)
                    for target in targets
                    if isinstance(target, str)
                )
        home = _relative(start, found.root) if isinstance(base, str) else None
        return PathAliases(patterns, home)
    return PathAliases()


def _relative(path: Path, root: Path) -> str:
    return Path(os.path.relpath(path, root)).as_posix()
