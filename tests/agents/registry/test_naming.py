"""Handles and collections: safe, deterministic, never one for two."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.errors import UsageError
from agents.registry.naming import check_collection, free_collection, free_handle, slug
from agents.registry.reference import check_handle

SAFE = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


@given(name=st.text(), path=st.text(min_size=1), taken=st.sets(st.text()))
def test_every_handle_is_safe_and_free(name: str, path: str, taken: set[str]) -> None:
    handle = free_handle(name, path, taken.__contains__)
    assert check_handle(handle) == handle
    assert handle not in taken


@given(names=st.lists(st.sampled_from(["convex expert", "Convex-Expert", "專家", ""]), max_size=30))
def test_files_with_like_names_get_different_handles(names: list[str]) -> None:
    taken: set[str] = set()
    for name in names:
        handle = free_handle(name, "agents/expert.md", taken.__contains__)
        assert SAFE.fullmatch(handle)
        assert handle not in taken
        taken.add(handle)


@pytest.mark.parametrize(
    ("name", "path", "taken", "handle"),
    [
        ("convex-expert", "a.md", [], "convex-expert"),
        ("Convex Expert!", "a.md", [], "convex-expert"),
        ("convex-expert", "000_a0d5.md", ["convex-expert"], "convex-expert-000_a0d5"),
        ("expert", "shop/expert.md", ["expert"], "expert-shop"),
        ("expert", "shop/a.md", ["expert", "expert-a"], "expert-shop-a"),
        ("expert", "expert.md", ["expert"], "expert-2"),
        ("expert", "shop/expert.md", ["expert", "expert-shop"], "expert-2"),
        ("数据库", "db.md", [], "db"),
        ("数据库", "数.md", [], "agent"),
        ("Größe", "a.md", [], "große".replace("ß", "")),
    ],
)
def test_a_handle_is_the_name_where_free_else_it_tells_the_file(
    name: str, path: str, taken: list[str], handle: str
) -> None:
    assert free_handle(name, path, taken.__contains__) == handle


def test_a_name_of_a_megabyte_makes_a_short_slug() -> None:
    assert len(slug("a" * 1_000_000)) <= 60


@pytest.mark.parametrize(
    ("root", "taken", "collection"),
    [
        ("/home/me/agents", {}, "agents"),
        ("/home/me/agents", {"agents": "/home/me/agents"}, "agents"),
        ("/home/me/agents", {"team": "/home/me/agents"}, "team"),
        ("/home/me/agents", {"agents": "/srv/agents"}, "me-agents"),
        ("/home/me/agents", {"agents": "/srv", "me-agents": "/x"}, "home-me-agents"),
        ("/agents", {"agents": "/srv/agents"}, "agents-2"),
        ("/home/me/shop/.claude/agents", {}, "shop"),
        ("/home/me/shop/.claude", {}, "shop"),
        ("/home/me/builtin", {}, "me-builtin"),
        ("/home/me/my agents", {}, "my-agents"),
        ("/", {}, "root"),
    ],
)
def test_a_folder_gets_a_telling_collection_of_its_own(
    root: str, taken: dict[str, str | None], collection: str
) -> None:
    assert free_collection(root, taken) == collection


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="/\0")), min_size=1, max_size=6))
def test_every_collection_that_we_choose_is_one_that_a_user_may_name(parts: list[str]) -> None:
    name = free_collection("/" + "/".join(parts), {})
    assert check_collection(name) == name


@pytest.mark.parametrize("name", ["", "a/b", "a b", "builtin", "x" * 101, "a\u202eb", "-"])
def test_a_collection_that_would_make_origins_unclear_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        check_collection(name)
