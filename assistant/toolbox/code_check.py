"""The code check over pasted text and over paths that may be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from agents.errors import UsageError
from assistant.code.check import (
    CheckOptions,
    CheckReport,
    check_paths,
    check_source,
    check_standard_input,
)
from assistant.code.layout import project_around, read_bytes
from assistant.toolbox.folders import Folders, PathRefused


def check_text(code: str, filename: str, options: CheckOptions, folders: Folders) -> CheckReport:
    """Check pasted code; in place of the project's file of that name where there is one."""
    source = code.encode("utf-8")
    try:
        path = folders.find(filename)
    except UsageError:
        path = None
    if path is not None and path.is_file() and _within(path, folders):
        return check_standard_input(
            source, filename=str(path), options=options, may_read=folders.hold
        )
    return check_source(source, filename=filename, options=options)


def check_files(paths: Sequence[Path], options: CheckOptions, folders: Folders) -> CheckReport:
    """Check paths as `Folders.find` gives them; nothing outside the folders is read.

    Raises PathRefused for a folder whose project begins outside. A file of such a project is
    checked by itself.
    """
    together = []
    reports = []
    for path in paths:
        if path.is_dir() and Path.home().is_relative_to(path):
            raise UsageError("too much to check", hint="name a smaller folder", path=str(path))
        if _within(path, folders):
            together.append(path)
        elif path.is_file():
            reports.append(check_source(read_bytes(path), filename=str(path), options=options))
        else:
            raise PathRefused(
                "the folder belongs to a project that begins outside the folders that may be read",
                hint="grant the project's folder as a root",
                path=str(path),
            )
    if together:
        reports.insert(0, check_paths(together, options, may_read=folders.hold))
    return joined(reports)


def joined(reports: Sequence[CheckReport]) -> CheckReport:
    """One report of several."""
    first, *rest = reports
    for report in rest:
        first = replace(
            first,
            findings=(*first.findings, *report.findings),
            files=first.files + report.files,
        )
    return first


def _within(path: Path, folders: Folders) -> bool:
    """Whether the project around a path, which the check reads, lies in the folders too."""
    project = project_around(path)
    return project is None or folders.hold(project.root.resolve())
