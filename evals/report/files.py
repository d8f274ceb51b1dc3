"""Writing a report to the file that the user named."""

from __future__ import annotations

from pathlib import Path

from agents.errors import UsageError


def write_report(path: Path, text: str) -> None:
    """Write a report as UTF-8. Raises UsageError where the file can't be written."""
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise UsageError(
            f"can't write the report: {reason or error}",
            hint="name a file in a folder that exists",
            path=str(path),
        ) from error
