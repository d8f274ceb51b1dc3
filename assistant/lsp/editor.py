"""What is open in the editor, and what is known of it. Knows nothing of how it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agents.errors import CodeCheckError
from agents.finding import DocumentedBy, Finding
from assistant.code.modules import CodeFile
from assistant.code.options import CheckOptions
from assistant.code.project import Project
from assistant.code.project_check import with_items
from assistant.lsp.model import Models
from assistant.lsp.positions import Text
from assistant.lsp.quick import Checked, quick_check
from assistant.lsp.session import Outcome, project_of


@dataclass
class Opened:
    """A file that is open."""

    uri: str
    path: Path
    text: Text
    version: int
    findings: tuple[Finding, ...] = ()
    """The last that are known."""
    seen: Text | None = None
    """The text to which `findings` belong; None before the first check."""
    checked: Checked | None = None
    """What the last full check saw."""

    @property
    def is_current(self) -> bool:
        """Whether the findings are those of the text as it is."""
        return self.seen is self.text


@dataclass(frozen=True, slots=True)
class _Home:
    """Where a file of code belongs, as it was at the last full check."""

    project: Project
    file: CodeFile


@dataclass
class Editor:
    """The open files with their findings."""

    opened: dict[str, Opened] = field(default_factory=dict)
    """By URI."""
    _options: dict[Path, CheckOptions] = field(default_factory=dict)
    _documentation: Mapping[str, tuple[DocumentedBy, ...]] = field(default_factory=dict)
    _models: Models = field(default_factory=Models)
    _homes: dict[Path, _Home] = field(default_factory=dict)

    def snapshot(self) -> dict[Path, bytes]:
        """What a full check gets."""
        return {one.path: one.text.raw for one in self.opened.values()}

    def take(self, outcome: Outcome, snapshot: Mapping[Path, bytes]) -> list[Opened]:
        """Take over what a full check of a snapshot has found; the files whose findings are new.

        Of a file that has changed since it is what the next keystroke starts from.
        """
        self._options = dict(outcome.options)
        self._documentation = outcome.documentation
        self._load(snapshot)
        known: list[Opened] = []
        for one in self.opened.values():
            raw = snapshot.get(one.path)
            findings = outcome.findings.get(one.path)
            if raw is None or findings is None:
                continue
            one.checked = Checked(raw, findings)
            if one.text.raw == raw:
                one.findings, one.seen = findings, one.text
                known.append(one)
            elif self.answer(one):
                known.append(one)
        return known

    def answer(self, one: Opened) -> bool:
        """Work out at once what is known of the text as it is; whether that can be done."""
        home = self._homes.get(one.path)
        if one.checked is None or home is None:
            return False
        findings = quick_check(
            one.checked, one.text.raw, home.file, home.project, self._options[one.path]
        )
        if findings is None:
            return False
        one.findings = tuple(with_items(findings, self._documentation))
        one.seen = one.text
        return True

    def _load(self, snapshot: Mapping[Path, bytes]) -> None:
        """Read anew, as far as they have changed, the projects from which keystrokes are answered.

        Nothing is parsed before it is needed.
        """
        self._homes = {}
        roots = {path: project_of(path, snapshot[path]) for path in self._options}
        wanted = {root for root in roots.values() if root is not None}
        for root in wanted:
            paths = [path for path, other in roots.items() if other == root]
            options = [self._options[path] for path in paths]
            try:
                project = self._models.project(root, snapshot, options)
            except CodeCheckError:
                continue  # the full check has said why
            files = {file.origin.display: file for file in project.files}
            self._homes |= {path: _Home(project, files[str(path)]) for path in paths}
        self._models.keep_only(wanted)
