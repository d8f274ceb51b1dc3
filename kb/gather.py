"""Pages gathered from files and folders, before they are put into the registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agents.collect import Refused, collect_documents
from agents.errors import ConvexpertError, DocumentError, UsageError
from agents.registry.pages import NO_VALIDATORS, PageSubmission, SourceKind, Validators
from kb.llms import MOST_FULL_BYTES, is_llms_full, split_llms_full
from kb.page import ENDINGS, decode_page

Progress = Callable[[str, int, int], None]
READING = "Reading pages"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A page that could not be taken."""

    path: str
    reason: str
    hint: str | None = None

    @classmethod
    def because(cls, path: str, error: ConvexpertError) -> LeftOut:
        """The page at `path` for the reason that the error gives."""
        return cls(path, error.message, error.hint)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was found at the place that somebody named."""

    kind: SourceKind
    pages: tuple[PageSubmission, ...]
    left_out: tuple[LeftOut, ...] = ()
    validators: Validators = NO_VALIDATORS
    """Of the address itself, where it is a list of pages or holds several."""


def gather_files(path: Path, progress: Progress) -> Gathered:
    """The pages of a folder, or of one file.

    Raises UsageError where there is nothing to take, DocumentError for a file that is no text.
    """
    if path.is_file():
        return _from_file(path)
    found = list(collect_documents([path], endings=ENDINGS))
    pages: list[PageSubmission] = []
    left_out: list[LeftOut] = []
    for done, one in enumerate(found, start=1):
        if isinstance(one, Refused):
            if one.file == path:
                raise UsageError(one.reason, hint=one.hint, path=str(path))
            left_out.append(LeftOut(str(one.file), one.reason, one.hint))
            continue
        try:
            raw = one.read()
            decode_page(raw, one.path)
        except DocumentError as error:
            left_out.append(LeftOut.because(str(one.file), error))
        else:
            pages.append(PageSubmission(one.path, raw))
        progress(READING, done, len(found))
    if not pages:
        hint = f"pages end in {', '.join(ENDINGS)}"
        raise UsageError("the folder holds no pages", hint=hint, path=str(path))
    return Gathered("folder", tuple(pages), tuple(left_out))


def _from_file(path: Path) -> Gathered:
    full = is_llms_full(path.name)
    if full:
        try:
            with path.open("rb") as stream:
                raw = stream.read(MOST_FULL_BYTES + 1)
        except OSError as error:
            raise DocumentError(
                f"the file can't be read: {error.strerror or error}", path=str(path)
            ) from None
        if len(raw) > MOST_FULL_BYTES:
            size = MOST_FULL_BYTES // 1024 // 1024
            raise DocumentError(f"the file is larger than {size} MiB", path=str(path))
        return pages_of_full(raw)
    [one] = collect_documents([path], endings=ENDINGS)
    if isinstance(one, Refused):
        raise DocumentError(one.reason, hint=one.hint, path=str(path))
    raw = one.read()
    decode_page(raw, str(path))
    return Gathered("file", (PageSubmission(path.name, raw),))


def pages_of_full(
    raw: bytes,
    *,
    kind: SourceKind = "file",
    address: str | None = None,
    validators: Validators = NO_VALIDATORS,
) -> Gathered:
    """The pages of an `llms-full.txt`; those that are no text are left out."""
    pages: list[PageSubmission] = []
    left_out: list[LeftOut] = []
    for page in split_llms_full(raw):
        try:
            decode_page(page.raw, page.path)
        except DocumentError as error:
            left_out.append(LeftOut.because(page.path, error))
        else:
            pages.append(PageSubmission(page.path, page.raw, address))
    if not pages:
        raise DocumentError("the file holds no pages", path=address)
    return Gathered(kind, tuple(pages), tuple(left_out), validators)
