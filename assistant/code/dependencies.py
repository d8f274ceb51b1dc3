"""What the findings of each file depend on, as digests that are compared with earlier ones.

A file's findings are made from more than its own bytes, and it would be a lie to keep them by
those. What rules may read is told apart coarsely, so that it can be trusted:

- a file of the functions folder, or a test: all code of the project (helpers, callers, clients);
- a client's file: itself, the client files that it imports, directly or not, all files of the
  functions folder, tests, and what these import. Other client files don't count.

To both belong the list of all files, and what package.json and tsconfig.json say.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable
from functools import cached_property

from assistant.code.modules import Category, CodeFile
from assistant.code.project import Project

_ANYTHING = rb"[^\"'`\n]{1,200}"


class Dependencies:
    """The digests of one project's files. Reads them all, parses none."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._contents = {file: _digest(file.raw) for file in project.files}

    def of(self, file: CodeFile) -> str:
        """The digest of all that the findings in a file depend on."""
        if file.category is not Category.CLIENT:
            return self._whole
        own = sorted(self._loaded_by([file]), key=lambda other: other.path)
        named = b"named" if file.named else b""
        return _joined(
            *(b"client", named, self._layout, self._server),
            *(self._contents[file], self._content_of(own)),
        )

    @cached_property
    def _layout(self) -> str:
        project = self._project
        facts = (
            project.functions_folder,
            sorted((pattern, *targets) for pattern, targets in project.aliases.patterns.items()),
            project.aliases.base,
            project.convex_version,
            sorted(project.small_tables),
            project.has_package,
            sorted(project.dependencies),
            [(file.path, file.category.value, file.relevant) for file in project.files],
        )
        return _digest(repr(facts).encode("utf-8", "surrogatepass"))

    @cached_property
    def _whole(self) -> str:
        return _joined(b"server", self._layout, self._content_of(self._project.files))

    @cached_property
    def _server(self) -> str:
        files = [file for file in self._project.files if file.category is not Category.CLIENT]
        loaded = {*files, *self._loaded_by(files)}
        return self._content_of(sorted(loaded, key=lambda file: file.path))

    def _content_of(self, files: Iterable[CodeFile]) -> str:
        return _joined(
            *(part for file in files for part in (_named(file.path), self._contents[file]))
        )

    # --- what client code imports ---------------------------------------------------------------

    def _loaded_by(self, files: Iterable[CodeFile]) -> set[CodeFile]:
        """The files that these may import, and what those import in their turn."""
        found: set[CodeFile] = set()
        waiting = list(files)
        while waiting:
            for other in self._neighbours(waiting.pop()):
                if other not in found:
                    found.add(other)
                    waiting.append(other)
        return found

    def _neighbours(self, file: CodeFile) -> tuple[CodeFile, ...]:
        known = self._imported.get(file)
        if known is None:
            # Every quoted text that could be an import's: too many do no harm.
            texts = {match[1] for match in self._specifiers.finditer(file.raw)}
            found = (self._imported_by(file, text) for text in sorted(texts))
            known = tuple(other for other in found if other is not None)
            self._imported[file] = known
        return known

    def _imported_by(self, file: CodeFile, text: bytes) -> CodeFile | None:
        # Files of one folder mean the same by the same words.
        key = (posixpath.dirname(file.path), text)
        if key not in self._meant:
            specifier = text.decode("utf-8", "replace")
            self._meant[key] = self._project.imported_file(file, specifier)
        return self._meant[key]

    @cached_property
    def _meant(self) -> dict[tuple[str, bytes], CodeFile | None]:
        return {}

    @cached_property
    def _imported(self) -> dict[CodeFile, tuple[CodeFile, ...]]:
        return {}

    @cached_property
    def _specifiers(self) -> re.Pattern[bytes]:
        """Overlapping, as quotes may stand in comments and in text; no walk over the syntax."""
        aliases = self._project.aliases
        prefixes = {re.escape(p.partition("*")[0].encode()) for p in aliases.patterns}
        if aliases.base is not None or b"" in prefixes:
            return re.compile(rb"(?=[\"'`](" + _ANYTHING + rb")[\"'`])")
        starts = b"|".join(sorted({rb"\.", *prefixes}))
        return re.compile(rb"(?=[\"'`]((?:" + starts + rb")[^\"'`\n]{0,200})[\"'`])")


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _joined(*parts: str | bytes) -> str:
    return _digest(b"\0".join(p if isinstance(p, bytes) else p.encode() for p in parts))


def _named(path: str) -> bytes:
    return path.encode("utf-8", "surrogatepass")
