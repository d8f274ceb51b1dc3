from __future__ import annotations

import pytest

from agents.document import digest_of
from agents.errors import SuiteError
from agents.location import Lines
from agents.registry import AgentVersion
from evals.outcome import PassageGone
from evals.passages import Passage, locate, read_passage
from evals.yaml_lines import read_yaml

RAW = b"""# Agent

## Indexes

- Use an index,
  it reads
  less.
- Use a bound.

## Errors

### Indexes

Use an index here too.
"""


def version(handle: str = "expert", path: str = "team/expert.md", raw: bytes = RAW) -> AgentVersion:
    return AgentVersion(
        handle=handle,
        name=handle,
        description="",
        collection="c",
        path=path,
        number=1,
        digest=digest_of(raw),
        labels=("latest",),
        created_at="2026-01-01T00:00:00Z",
        author=None,
        message=None,
        removed=False,
        read=lambda _digest: raw,
    )


def lines_of(passage: Passage, raw: bytes = RAW) -> tuple[Lines, ...]:
    return locate(passage, [version(raw=raw)]).lines


def test_a_quote_is_found_whatever_the_white_space_and_over_several_lines() -> None:
    assert lines_of(Passage("expert", quote="index, it   reads less.")) == (Lines(5, 7),)
    crlf = RAW.replace(b"\n", b"\r\n")
    assert lines_of(Passage("expert", quote="index, it reads"), crlf) == (Lines(5, 6),)


def test_a_quote_that_stands_twice_is_shown_by_either_place() -> None:
    place = locate(Passage("expert", quote="Use an index"), [version()])
    assert place.lines == (Lines(5, 5), Lines(14, 14))
    assert place.shown_by("expert", Lines(10, 20))
    assert place.shown_by("expert", Lines(1, 5))
    assert not place.shown_by("expert", Lines(6, 13))
    assert not place.shown_by("other", Lines(5, 5))


def test_an_edit_above_moves_the_lines_and_not_the_passage() -> None:
    moved = b"New first line.\n\n" + RAW
    assert lines_of(Passage("expert", quote="Use a bound."), moved) == (Lines(10, 10),)


def test_a_heading_means_its_section_and_more_of_its_path_tells_two_apart() -> None:
    assert lines_of(Passage("expert", heading=("errors", "indexes"))) == (Lines(12, 14),)
    assert [lines.start for lines in lines_of(Passage("expert", heading=("Indexes",)))] == [3, 12]


def test_a_document_alone_means_all_of_it() -> None:
    assert lines_of(Passage("expert")) == (Lines(1, 14),)


@pytest.mark.parametrize("name", ["expert", "team/expert.md", "expert.md"])
def test_a_document_is_known_by_handle_path_and_file_name(name: str) -> None:
    assert locate(Passage(name), [version()]).source == "expert"


def test_a_handle_wins_over_a_file_name() -> None:
    others = [version(), version("other", "x/expert.md")]
    assert locate(Passage("expert"), others).source == "expert"


@pytest.mark.parametrize(
    ("passage", "message"),
    [
        (Passage("expert", quote="Use no index"), "the passage is gone: expert: “Use no index”"),
        (Passage("expert", heading=("Gone",)), "the passage is gone: expert: Gone"),
        (Passage("unknown"), "the document is not under test: unknown"),
    ],
)
def test_what_is_not_there_is_said(passage: Passage, message: str) -> None:
    with pytest.raises(PassageGone) as caught:
        locate(passage, [version()])
    assert str(caught.value) == message


def test_a_name_that_means_two_documents_is_no_name() -> None:
    with pytest.raises(PassageGone, match="several documents under test"):
        locate(Passage("expert.md"), [version(), version("two", "b/expert.md")])


def test_a_passage_is_read_from_a_name_or_a_mapping() -> None:
    text = b"[a, {document: b, quote: c d, grade: 1}, {document: e, heading: X > Y}]"
    one, two, three = read_yaml(text, path="s.yaml").items()
    assert read_passage(one) == Passage("a")
    assert read_passage(two, graded=True) == Passage("b", quote="c d", grade=1)
    assert read_passage(three) == Passage("e", heading=("X", "Y"))
    with pytest.raises(SuiteError, match="unknown key"):
        read_passage(two)


def test_quote_and_heading_together_are_refused() -> None:
    entry = read_yaml(b"{document: a, quote: b, heading: c}", path="s.yaml")
    with pytest.raises(SuiteError, match="by `quote` or by `heading`"):
        read_passage(entry)
