"""The grammar of REF: `HANDLE`, `HANDLE@3`, `HANDLE@production`, `HANDLE@sha:PREFIX`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agents.errors import InvalidReference, UsageError

LATEST = "latest"
"""The label that the registry keeps; it always points at the highest number."""

MAX_HANDLE = 100
MAX_LABEL = 64
_MAX_REFERENCE = 300

_HANDLE = re.compile(rf"[a-z0-9][a-z0-9._-]{{0,{MAX_HANDLE - 1}}}")
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_SHA = re.compile(r"sha:([0-9a-f]{1,64})", re.IGNORECASE)
_LABEL = re.compile(rf"\w[\w./+-]{{0,{MAX_LABEL - 1}}}")

FORMS = "HANDLE, HANDLE@3, HANDLE@production or HANDLE@sha:PREFIX"


@dataclass(frozen=True, slots=True)
class Reference:
    """A parsed REF. At most one of number, label and sha is set; none of them means latest."""

    handle: str
    number: int | None = None
    label: str | None = None
    sha: str | None = None
    """The beginning of the version's digest, in lower case."""

    def __str__(self) -> str:
        """The REF as it is written."""
        if self.number is not None:
            return f"{self.handle}@{self.number}"
        if self.sha is not None:
            return f"{self.handle}@sha:{self.sha}"
        return f"{self.handle}@{self.label}" if self.label else self.handle


def parse_reference(text: str) -> Reference:
    """The parts of a REF. Raises InvalidReference where it doesn't follow the grammar.

    Whether such an agent or version exists is not looked at.
    """
    if len(text) > _MAX_REFERENCE:
        raise InvalidReference(f"a reference of {len(text)} characters", hint=f"write {FORMS}")
    handle, at, selector = text.partition("@")
    wrong = InvalidReference(f"{text!r} is no reference to an agent", hint=f"write {FORMS}")
    if not handle or (at and not selector):
        raise wrong
    if not at or selector == LATEST:
        return Reference(handle)
    if _NUMBER.fullmatch(selector):
        return Reference(handle, number=int(selector))
    if match := _SHA.fullmatch(selector):
        return Reference(handle, sha=match[1].lower())
    if _LABEL.fullmatch(selector):
        return Reference(handle, label=selector)
    raise wrong


def check_handle(text: str) -> str:
    """`text`, which somebody chose as a handle. Raises UsageError where it can't be one."""
    if not _HANDLE.fullmatch(text):
        raise UsageError(
            f"{_shortened(text)} can't be a handle",
            hint="lower-case letters, digits, `-`, `_` and `.`, beginning with a letter or digit,"
            f" at most {MAX_HANDLE}",
        )
    return text


def check_label(text: str) -> str:
    """`text`, which somebody chose as a label. Raises UsageError where it can't be one."""
    if text == LATEST:
        raise UsageError(
            "the label 'latest' is kept by the registry", hint="it points at the newest version"
        )
    if text.isdigit() or not _LABEL.fullmatch(text):
        raise UsageError(
            f"{_shortened(text)} can't be a label",
            hint="a word such as production: letters, digits, `-`, `_`, `.`, `/` or `+`, not a"
            f" number, at most {MAX_LABEL}",
        )
    return text


def _shortened(text: str) -> str:
    return repr(text if len(text) <= MAX_HANDLE else text[:MAX_HANDLE] + "…")
