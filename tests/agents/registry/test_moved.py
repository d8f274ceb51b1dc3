"""A folder is imported again after its files were moved, edited or deleted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.document import digest_of
from agents.registry import Registry, open_registry
from agents.registry.importer import ImportReport, import_paths
from agents.registry.moved import find_moves
from agents.registry.submission import Outcome
from agents.registry.version import AgentVersion
from agents.settings import Settings
from agents.workspace import Workspace

BODY = "".join(f"- Rule number {n}\n" for n in range(20))


@pytest.fixture
def registry(workspace: Workspace) -> Iterator[Registry]:
    with open_registry(workspace, Settings(), builtin=False) as opened:
        yield opened


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    for name in ("expert", "reviewer"):
        text = f"---\nname: {name}\ndescription: d\n---\n{BODY}\n{name}\n"
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def outcomes(report: ImportReport) -> dict[str, tuple[str, str, str | None]]:
    return {
        file.origin or "": (file.outcome.value, file.added.handle, file.moved_from)
        for file in report.files
        if file.added
    }


def test_a_moved_file_is_the_same_agent_with_its_labels(registry: Registry, shop: Path) -> None:
    import_paths(registry, [shop])
    registry.label("expert@1", "production")
    (shop / "team").mkdir()
    (shop / "expert.md").rename(shop / "team" / "convex.md")
    report = import_paths(registry, [shop])
    assert outcomes(report) == {
        "shop/reviewer.md": ("unchanged", "reviewer", None),
        "shop/team/convex.md": ("unchanged", "expert", "expert.md"),
    }
    assert report.vanished == ()
    version = registry.resolve("expert@production")
    assert version.origin == "shop/team/convex.md"
    assert [(move.old, move.new) for move in registry.moves("expert")] == [
        ("expert.md", "team/convex.md")
    ]


def test_a_moved_and_edited_file_is_a_new_version_of_its_agent(
    registry: Registry, shop: Path
) -> None:
    import_paths(registry, [shop])
    text = (shop / "expert.md").read_text(encoding="utf-8")
    (shop / "expert.md").unlink()
    (shop / "z.md").write_text(text.replace("number 3", "number three"), encoding="utf-8")
    report = import_paths(registry, [shop])
    assert outcomes(report)["shop/z.md"] == ("new version", "expert", "expert.md")
    assert [version.number for version in registry.versions("expert")] == [1, 2]
    (shop / "z.md").rename(shop / "y.md")
    import_paths(registry, [shop])
    assert [move.new for move in registry.moves("expert")] == ["z.md", "y.md"]


def test_a_vanished_file_is_told_and_its_agent_kept(registry: Registry, shop: Path) -> None:
    import_paths(registry, [shop])
    (shop / "expert.md").unlink()
    report = import_paths(registry, [shop])
    assert [(one.handle, one.origin) for one in report.vanished] == [("expert", "shop/expert.md")]
    assert registry.resolve("expert").origin == "shop/expert.md"
    registry.remove("expert")
    assert import_paths(registry, [shop]).vanished == ()


def test_a_copy_of_a_file_that_is_still_there_is_another_agent(
    registry: Registry, shop: Path
) -> None:
    import_paths(registry, [shop])
    (shop / "copy.md").write_bytes((shop / "expert.md").read_bytes())
    report = import_paths(registry, [shop])
    assert outcomes(report)["shop/copy.md"] == ("created", "expert-copy", None)


def test_another_text_under_a_new_path_is_another_agent(registry: Registry, shop: Path) -> None:
    import_paths(registry, [shop])
    (shop / "expert.md").unlink()
    (shop / "other.md").write_text("---\nname: o\ndescription: d\n---\nOther\n", encoding="utf-8")
    report = import_paths(registry, [shop])
    assert outcomes(report)["shop/other.md"] == ("created", "o", None)
    assert [one.handle for one in report.vanished] == ["expert"]


def test_importing_one_file_says_nothing_of_its_neighbours(registry: Registry, shop: Path) -> None:
    import_paths(registry, [shop])
    (shop / "expert.md").unlink()
    assert import_paths(registry, [shop / "reviewer.md"]).vanished == ()


def test_another_folder_of_the_same_collection_takes_no_agent_away(
    registry: Registry, shop: Path, tmp_path: Path
) -> None:
    import_paths(registry, [shop], collection="team")
    other = tmp_path / "other"
    other.mkdir()
    (other / "x.md").write_bytes((shop / "expert.md").read_bytes())
    report = import_paths(registry, [other], collection="team")
    assert report.vanished == ()
    assert outcomes(report)["team/x.md"][0] == "created"


def test_a_dry_run_moves_nothing(registry: Registry, shop: Path) -> None:
    import_paths(registry, [shop])
    (shop / "expert.md").rename(shop / "moved.md")
    report = import_paths(registry, [shop], dry_run=True)
    assert outcomes(report)["shop/moved.md"] == ("unchanged", "expert", "expert.md")
    assert registry.resolve("expert").origin == "shop/expert.md"
    assert registry.moves("expert") == []


def test_a_file_that_is_there_and_can_not_be_taken_has_not_vanished(
    registry: Registry, shop: Path
) -> None:
    import_paths(registry, [shop])
    (shop / "expert.md").write_bytes(b"\0")
    report = import_paths(registry, [shop])
    assert report.vanished == ()
    assert [file.outcome for file in report.files] == [Outcome.REJECTED, Outcome.UNCHANGED]


def agent(path: str, raw: bytes) -> AgentVersion:
    return AgentVersion(
        handle=path,
        name=path,
        description="",
        collection="shop",
        path=path,
        number=1,
        digest=digest_of(raw),
        labels=(),
        created_at="",
        author=None,
        message=None,
        removed=False,
        read=lambda digest: raw,
    )


TEXTS = st.sampled_from([b"", b"a", b"a\nb\nc\nd\ne\n", b"a\nb\nc\nd\nf\n", b"x\ny\nz\nv\nw\n"])


@given(
    st.dictionaries(st.sampled_from("abcd"), TEXTS), st.dictionaries(st.sampled_from("uvwx"), TEXTS)
)
def test_each_file_is_at_most_one_agent_and_equal_bytes_always_find_one(
    before: dict[str, bytes], after: dict[str, bytes]
) -> None:
    found = find_moves([agent(path, raw) for path, raw in before.items()], after)
    assert set(found) <= set(after)
    assert len({version.path for version in found.values()}) == len(found)
    for raw in set(before.values()):
        pairs = min(list(before.values()).count(raw), list(after.values()).count(raw))
        same = [new for new, version in found.items() if after[new] == raw == version.raw]
        assert len(same) == pairs
