"""Agents, versions and labels through the registry's public functions, on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from agents.errors import (
    AgentNotFound,
    HandleTaken,
    InvalidReference,
    UsageError,
    VersionNotFound,
)
from agents.registry import Registry, open_registry
from agents.registry.store import LabelMove
from agents.registry.submission import Outcome, Submission
from agents.settings import Settings
from agents.workspace import Workspace

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def registry(workspace: Workspace) -> Iterator[Registry]:
    with open_registry(workspace, Settings(), builtin=False, now=lambda: NOON) as opened:
        yield opened


def submission(text: str, *, path: str = "a.md", name: str = "expert") -> Submission:
    raw = f"---\nname: {name}\ndescription: d\n---\n{text}\n".encode()
    return Submission("shop", path, raw, name, "d", author="ann", message="why")


def test_a_file_becomes_version_1_with_its_exact_bytes(registry: Registry) -> None:
    given = submission("one")
    (added,) = registry.add([given])
    assert (added.outcome, added.handle, added.number) == (Outcome.CREATED, "expert", 1)
    found = registry.resolve("expert")
    assert found.raw == given.raw
    assert found.origin == "shop/a.md"
    assert found.labels == ("latest",)
    assert (found.author, found.message) == ("ann", "why")
    assert found.created_at == "2026-03-01T12:00:00Z"
    assert found.document.name == "expert"


def test_the_same_bytes_again_make_no_version(registry: Registry) -> None:
    registry.add([submission("one")])
    (added,) = registry.add([submission("one")])
    assert (added.outcome, added.number) == (Outcome.UNCHANGED, 1)
    assert len(registry.versions("expert")) == 1


def test_going_back_to_earlier_bytes_is_a_version_of_its_own(registry: Registry) -> None:
    for text in ("one", "two", "one"):
        registry.add([submission(text)])
    first, second, third = registry.versions("expert")
    assert [v.number for v in (first, second, third)] == [1, 2, 3]
    assert first.digest == third.digest != second.digest
    assert registry.resolve(f"expert@sha:{first.digest[:8]}").number == 3


def test_several_versions_of_a_file_can_come_in_one_transaction(registry: Registry) -> None:
    added = registry.add([submission("one"), submission("two"), submission("two")])
    assert [a.outcome for a in added] == [
        Outcome.CREATED,
        Outcome.NEW_VERSION,
        Outcome.UNCHANGED,
    ]
    assert [v.raw for v in registry.versions("expert")] == [
        submission("one").raw,
        submission("two").raw,
    ]


def test_two_files_with_one_name_are_two_agents_with_different_handles(registry: Registry) -> None:
    registry.add([submission("one"), submission("two", path="b.md")])
    assert [v.handle for v in registry.agents()] == ["expert", "expert-b"]


def test_a_handle_stays_when_the_document_calls_itself_otherwise(registry: Registry) -> None:
    registry.add([submission("one")])
    registry.add([submission("two", name="renamed")])
    assert registry.resolve("expert").name == "renamed"


def test_each_form_of_a_reference_finds_its_version(registry: Registry) -> None:
    registry.add([submission("one"), submission("two")])
    registry.label("expert@1", "production")
    digest = registry.resolve("expert@1").digest
    numbers = {
        form: registry.resolve(f"expert{form}").number
        for form in ("", "@1", "@2", "@latest", "@production", f"@sha:{digest.upper()}")
    }
    assert numbers == {
        "": 2,
        "@1": 1,
        "@2": 2,
        "@latest": 2,
        "@production": 1,
        f"@sha:{digest.upper()}": 1,
    }


@pytest.mark.parametrize(
    "wanted", ["expert@0", "expert@3", "expert@staging", "expert@sha:00000000"]
)
def test_a_version_that_is_not_there_is_answered_with_those_that_are(
    registry: Registry, wanted: str
) -> None:
    registry.add([submission("one"), submission("two")])
    registry.label("expert@1", "production")
    with pytest.raises(VersionNotFound) as caught:
        registry.resolve(wanted)
    assert caught.value.hint == "it has versions 1 to 2, latest, production"


def test_an_ambiguous_digest_prefix_is_refused(registry: Registry) -> None:
    # 17 different digests cannot begin with 16 different digits.
    registry.add([submission(str(number)) for number in range(17)])
    digests = [v.digest for v in registry.versions("expert")]
    shared = next(d[0] for d in digests if sum(e[0] == d[0] for e in digests) > 1)
    with pytest.raises(InvalidReference):
        registry.resolve(f"expert@sha:{shared}")


def test_an_unknown_handle_is_answered_with_the_nearest_one(registry: Registry) -> None:
    registry.add([submission("one")])
    with pytest.raises(AgentNotFound) as caught:
        registry.resolve("expret")
    assert caught.value.hint == "did you mean expert?"


def test_rollback_moves_the_label_and_keeps_every_version(registry: Registry) -> None:
    registry.add([submission("one"), submission("two")])
    registry.label("expert", "production", author="ann")
    assert registry.rollback("expert", 1, author="bob").labels == ("production",)
    assert [v.labels for v in registry.versions("expert")] == [("production",), ("latest",)]
    at = "2026-03-01T12:00:00Z"
    assert registry.label_moves("expert") == [
        LabelMove("production", None, 2, at, "ann"),
        LabelMove("production", 2, 1, at, "bob"),
    ]


def test_a_label_that_stays_where_it_is_leaves_no_trace(registry: Registry) -> None:
    registry.add([submission("one")])
    registry.label("expert", "production")
    registry.label("expert@1", "production")
    assert len(registry.label_moves("expert")) == 1


def test_unlabel_takes_the_label_and_says_when_there_is_none(registry: Registry) -> None:
    registry.add([submission("one")])
    registry.label("expert", "production")
    registry.unlabel("expert", "production")
    assert registry.resolve("expert").labels == ("latest",)
    assert registry.label_moves("expert")[-1].to_number is None
    with pytest.raises(VersionNotFound):
        registry.unlabel("expert", "production")


@pytest.mark.parametrize("label", ["latest", "3", "٣", "sha:ab", "", "a b", "x" * 65, "a\n"])
def test_a_word_that_a_reference_reads_otherwise_can_be_no_label(
    registry: Registry, label: str
) -> None:
    registry.add([submission("one")])
    with pytest.raises(UsageError):
        registry.label("expert", label)
    with pytest.raises(UsageError):
        registry.rollback("expert", 1, label=label)
    assert registry.label_moves("expert") == []


def test_agents_by_label_are_the_labelled_versions_only(registry: Registry) -> None:
    registry.add([submission("one"), submission("two"), submission("x", path="b.md")])
    registry.label("expert@1", "production")
    assert [v.reference for v in registry.agents(label="production")] == ["expert@1"]
    assert [v.reference for v in registry.agents(label="latest")] == ["expert@2", "expert-b@1"]


def test_a_removed_agent_is_hidden_and_restored_with_all_it_had(registry: Registry) -> None:
    registry.add([submission("one"), submission("two")])
    registry.label("expert@1", "production")
    before, state = registry.versions("expert"), registry.state()
    registry.remove("expert")
    assert registry.agents() == []
    assert [v.removed for v in registry.agents(removed=True)] == [True]
    with pytest.raises(AgentNotFound, match="agents restore expert"):
        registry.resolve("expert")
    assert registry.versions("expert") == [replace(v, removed=True) for v in before]
    registry.restore("expert")
    assert registry.versions("expert") == before
    assert registry.state() == state


def test_a_changed_file_of_a_removed_agent_does_not_bring_it_back(registry: Registry) -> None:
    registry.add([submission("one")])
    registry.remove("expert")
    (added,) = registry.add([submission("two")])
    assert (added.outcome, added.removed) == (Outcome.NEW_VERSION, True)
    assert registry.agents() == []


def test_rename_keeps_the_versions_and_frees_the_old_handle(registry: Registry) -> None:
    registry.add([submission("one")])
    assert registry.rename("expert", "shop-expert").handle == "shop-expert"
    (added,) = registry.add([submission("x", path="b.md")])
    assert added.handle == "expert"
    with pytest.raises(HandleTaken):
        registry.rename("expert", "shop-expert")


@pytest.mark.parametrize("new", ["", "Expert", "a b", "../x", "-a", "a@b", "a/b", "a" * 101, "ä"])
def test_a_handle_that_is_no_safe_file_name_is_refused(registry: Registry, new: str) -> None:
    registry.add([submission("one")])
    with pytest.raises(UsageError):
        registry.rename("expert", new)


def test_a_dry_run_says_what_would_happen_and_keeps_nothing(registry: Registry) -> None:
    state = registry.state()
    (added,) = registry.add([submission("one")], dry_run=True)
    assert (added.outcome, added.handle) == (Outcome.CREATED, "expert")
    assert registry.claim_collections(["/x/shop"], dry_run=True) == {"/x/shop": "shop"}
    assert (registry.state(), registry.agents(), registry.collections()) == (state, [], {})


def test_labels_do_not_change_what_search_sees_and_versions_do(registry: Registry) -> None:
    registry.add([submission("one")])
    state = registry.state()
    registry.label("expert", "production")
    assert registry.state() == state
    registry.add([submission("two")])
    assert registry.state() != state


@pytest.mark.parametrize(
    "name", ["\ud800", "a\0b", "x" * 10_000, "", "数据库", "../../etc/passwd", "@3"]
)
def test_any_name_is_kept_and_gets_a_safe_handle(registry: Registry, name: str) -> None:
    given = Submission("shop", "a.md", b"text", name, name)
    (added,) = registry.add([given])
    assert registry.resolve(added.handle).raw == b"text"
    assert len(registry.resolve(added.handle).name) == len(name)


def test_a_version_shows_its_bytes_after_the_registry_went_on(registry: Registry) -> None:
    registry.add([submission("one")])
    old = registry.resolve("expert")
    registry.add([submission("two")])
    assert old.raw == submission("one").raw


def test_thousands_of_files_go_in_at_once(registry: Registry) -> None:
    many = [submission(str(n), path=f"d/{n}.md", name=f"agent {n}") for n in range(1500)]
    assert len(registry.add(many)) == 1500
    assert len(registry.agents()) == 1500
    assert {a.outcome for a in registry.add(many)} == {Outcome.UNCHANGED}


def test_bytes_of_an_argument_that_are_no_text_name_nothing(registry: Registry) -> None:
    registry.add([submission("one")])
    with pytest.raises(AgentNotFound):
        registry.resolve("\udcff")
    with pytest.raises(AgentNotFound):
        registry.versions("\udcff")
    assert registry.agents(label="\udcff") == []
