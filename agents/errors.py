"""Everything that a user can do wrong, as exceptions that say what was expected and what to do.

ConvexpertError
├── UsageError                 options, settings, arguments
├── DocumentError              a file that can't be taken as a document
├── RegistryError
│   ├── InvalidReference       a REF that doesn't follow the grammar
│   ├── AgentNotFound
│   ├── VersionNotFound
│   ├── SourceNotFound
│   └── HandleTaken
├── ExportError                files that can't be made or written for another tool
├── WorkspaceError             a workspace that can't be opened
├── KnowledgeBaseError         index, embeddings, vector store
│   └── FetchError             an address that can't be fetched
├── GitError                   git is missing or can't answer
├── CodeCheckError             a path or a setting that the code check can't use
├── LintError                  a path or a setting that lint can't use
├── ModelError                 a chat model that is missing, refuses or breaks off
└── SuiteError                 a suite file that can't be read
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class ConvexpertError(Exception):
    """Base of all errors that a command reports in one line and exit status 2.

    `code` is stable and meant for programs, `message` is one line that stands alone, `hint` says
    what to do. `path` and `line` (1-based) point into a file where there is one.
    """

    code = "error"

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        path: str | None = None,
        line: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.path = path
        self.line = line

    @property
    def where(self) -> str:
        """`path:line`, `path` or the empty string."""
        if self.path is None:
            return ""
        return self.path if self.line is None else f"{self.path}:{self.line}"

    def __str__(self) -> str:
        """One line: where, what, and what to do."""
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text} ({self.hint})" if self.hint else text


class UsageError(ConvexpertError):
    """An option, a setting or an argument that has no meaning here."""

    code = "usage"


class DocumentError(ConvexpertError):
    """A file that can't be taken as an agent document."""

    code = "document"


class RegistryError(ConvexpertError):
    """The registry can't do what was asked."""

    code = "registry"


class InvalidReference(RegistryError):
    """A REF that doesn't follow `HANDLE[@N|@LABEL|@sha:PREFIX]`."""

    code = "invalid-reference"


def did_you_mean(wanted: str, known: Iterable[str], otherwise: str) -> str:
    """A hint that names the nearest of the known names, or `otherwise`."""
    near = get_close_matches(wanted, list(known), n=1)
    return f"did you mean {near[0]}?" if near else otherwise


class AgentNotFound(RegistryError):
    """No visible agent has this handle."""

    code = "agent-not-found"

    def __init__(self, handle: str, known: Sequence[str], *, removed: bool = False) -> None:
        if removed:
            super().__init__(
                f"the agent {handle!r} was removed",
                hint=f"`convexpert agents restore {handle}` brings it back",
            )
            return
        super().__init__(
            f"no agent has the handle {handle!r}",
            hint=did_you_mean(handle, known, "`convexpert agents list` shows the handles"),
        )


class VersionNotFound(RegistryError):
    """The agent exists, the version or label doesn't."""

    code = "version-not-found"

    def __init__(self, handle: str, wanted: str, known: Sequence[str]) -> None:
        super().__init__(
            f"{handle} has no version {wanted!r}",
            hint=f"it has {', '.join(known)}" if known else "it has no versions",
        )


class HandleTaken(RegistryError):
    """Another agent has this handle already."""

    code = "handle-taken"

    def __init__(self, handle: str) -> None:
        super().__init__(f"the handle {handle!r} is taken", hint="choose another one")


class SourceNotFound(RegistryError):
    """No added documentation has this name."""

    code = "source-not-found"

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(
            f"nothing was added under the name {name!r}",
            hint=did_you_mean(name, known, "`convexpert kb list` shows the names"),
        )


class ExportError(ConvexpertError):
    """Files for another tool that can't be made, or must not be overwritten."""

    code = "export"


class WorkspaceError(ConvexpertError):
    """The workspace can't be opened, read or written."""

    code = "workspace"


class KnowledgeBaseError(ConvexpertError):
    """The index, the embedding model or the vector store can't be used."""

    code = "knowledge-base"


class FetchError(KnowledgeBaseError):
    """An address that must not be fetched, or doesn't answer as it should."""

    code = "fetch"

    def __init__(
        self, message: str, *, hint: str | None = None, path: str | None = None, gone: bool = False
    ) -> None:
        super().__init__(message, hint=hint, path=path)
        self.gone = gone
        """Whether the server said that there is nothing at the address."""


class GitError(ConvexpertError):
    """Git is missing, or can't tell what was asked."""

    code = "git"


class CodeCheckError(ConvexpertError):
    """A path or a setting that the code check can't use."""

    code = "check"


class LintError(ConvexpertError):
    """A path or a setting that lint can't use."""

    code = "lint"


class ModelError(ConvexpertError):
    """A chat model that is missing, refuses, or breaks off."""

    code = "model"

    def __init__(self, message: str, *, hint: str | None = None, cause: str = "other") -> None:
        super().__init__(message, hint=hint)
        self.cause = cause
        """`timeout`, `rate-limit`, `refusal`, `empty`, `broke-off`, `too-long`, or `other`."""


class SuiteError(ConvexpertError):
    """A suite file that can't be read, with the line and key at fault."""

    code = "suite"
