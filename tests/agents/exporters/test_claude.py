"""Claude Code finds each exported agent, and the bytes change only where it would not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.document import digest_of
from agents.errors import ExportError
from agents.exporters.base import ExportFile, OnCollision, Scope, check_relative, file_name
from agents.exporters.targets.claude import ClaudeTarget
from agents.parse import parse_document
from agents.registry import AgentVersion, Registry, open_registry
from agents.registry.importer import import_paths
from agents.settings import Settings
from agents.workspace import Workspace

SEEDS = Path(__file__).parents[4] / "shared" / "seeds"


@pytest.fixture
def registry(workspace: Workspace) -> Iterator[Registry]:
    with open_registry(workspace, Settings(), builtin=False) as opened:
        yield opened


def version(handle: str, raw: bytes) -> AgentVersion:
    document = parse_document(raw, filename=f"{handle}.md")
    return AgentVersion(
        handle=handle,
        name=document.name,
        description=document.description,
        collection="shop",
        path=f"{handle}.md",
        number=1,
        digest=digest_of(raw),
        labels=("latest",),
        created_at="2026-03-01T12:00:00Z",
        author=None,
        message=None,
        removed=False,
        read=lambda digest: raw,
    )


def named(name: str) -> bytes:
    return f"---\nname: {name}\ndescription: d\n---\nText\n".encode()


def files_of(
    versions: list[AgentVersion], on_collision: OnCollision = OnCollision.RENAME
) -> list[ExportFile]:
    return list(ClaudeTarget().export(versions, on_collision, Scope.PROJECT).files)


def exported(*versions: AgentVersion) -> dict[str, bytes]:
    files = files_of(list(versions))
    return {file.handle: file.content for file in files}


def names(*versions: AgentVersion) -> dict[str, str]:
    return {handle: parse_document(raw).name for handle, raw in exported(*versions).items()}


def test_a_name_of_its_own_leaves_every_byte() -> None:
    one, two = version("a", named("a")), version("b", named("Other name"))
    assert exported(one, two) == {"a": one.raw, "b": two.raw}


def test_of_like_names_those_change_that_are_not_the_handle() -> None:
    one, two = version("expert", named("expert")), version("expert-b", named("expert"))
    files = files_of([two, one])
    assert [file.content for file in files] == [named("expert-b"), one.raw]
    assert files[1].notes == ()
    assert "`name: expert` changed to `expert-b`" in files[0].notes[0]


def test_a_case_of_letters_is_a_difference() -> None:
    one, two = version("a", named("Expert")), version("b", named("expert"))
    assert names(one, two) == {"a": "Expert", "b": "expert"}


def test_an_agent_gives_way_whose_name_is_another_ones_new_name() -> None:
    versions = [
        version("x", named("expert")),
        version("y", named("expert")),
        version("z", named("x")),
    ]
    assert names(*versions) == {"x": "x", "y": "y", "z": "z"}


@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6))
def test_names_are_always_different(given_names: list[str]) -> None:
    versions = [version("abcdef"[n], named(name)) for n, name in enumerate(given_names)]
    found = names(*versions)
    assert len(set(found.values())) == len(versions)


def test_collisions_can_be_an_error_that_names_the_agents() -> None:
    versions = [version("expert", named("expert")), version("expert-b", named("expert"))]
    with pytest.raises(ExportError, match="expert, expert-b would have the same name 'expert'"):
        files_of(versions, OnCollision.ERROR)


@pytest.mark.parametrize(
    ("raw", "description"),
    [
        (b"# Reviews schemas\n\nText\n", "Reviews schemas"),
        (b"---\nmodel: sonnet\n---\n\nYou review schemas.\n", "You review schemas."),
        (b"---\nname:\ndescription: ''\n---\n> Quoted\n", "Quoted"),
        (b"", "Agent reviewer"),
    ],
)
def test_what_claude_code_needs_is_added_and_told(raw: bytes, description: str) -> None:
    (file,) = files_of([version("reviewer", raw)])
    found = parse_document(file.content).frontmatter
    assert found.values["name"] == "reviewer"
    assert found.values["description"] == description
    assert any("`name: reviewer` added" in note for note in file.notes)
    assert any("`description` added" in note for note in file.notes)
    assert file.digest == digest_of(raw)


@pytest.mark.parametrize("handle", ["con", "com1.x", "claude", "agents", "nul"])
def test_a_handle_that_means_something_to_a_system_is_no_file_name(handle: str) -> None:
    name = file_name(handle, ".md")
    assert name.removesuffix(".md") != handle
    assert check_relative(name) == name


@pytest.mark.parametrize(
    "path", ["../a", "/a", "a/../b", "a//b", ".", "", "a\\b", "a:b", "a\0", "x" * 300, "a\n"]
)
def test_a_path_that_could_leave_the_folder_is_refused(path: str) -> None:
    with pytest.raises(ExportError):
        check_relative(path)


@pytest.mark.skipif(not SEEDS.is_dir(), reason="../shared/seeds is not here")
def test_the_five_seeds_are_five_subagents_and_three_lines_differ(registry: Registry) -> None:
    import_paths(registry, [SEEDS])
    files = files_of(registry.agents())
    assert len({parse_document(file.content).name for file in files}) == 5
    changed = {
        file.handle: [
            (before, after)
            for before, after in zip(
                registry.resolve(file.handle).raw.splitlines(),
                file.content.splitlines(),
                strict=True,
            )
            if before != after
        ]
        for file in files
    }
    # The first of the three has the bare name as its handle.
    assert sorted(len(lines) for lines in changed.values()) == [0, 0, 0, 1, 1]
    assert all(
        before.startswith(b"name:") for lines in changed.values() for before, _after in lines
    )
