"""Which commits changed a file, in real repositories."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agents.errors import GitError
from agents.git import Repository
from agents.registry.git_history import file_histories

LONG = "".join(f"line {n}\n" for n in range(20))


def subjects(tree: Any, name: str, *others: str, below: str = "") -> list[str]:
    folder = tree.root / below
    found = file_histories(Repository.around(folder), folder, [name, *others])
    return [state.commit.subject for state in found[name]]


def test_each_commit_that_changed_the_file_is_told_oldest_first(tree: Any) -> None:
    tree.commit("one", a="1")
    tree.commit("another file", b="1")
    tree.commit("two", a="2", author="Bo")
    folder = tree.root
    (first, second) = file_histories(Repository.around(folder), folder, ["a.md"])["a.md"]
    assert (first.commit.subject, first.commit.author) == ("one", "Ann")
    assert (second.commit.subject, second.commit.author) == ("two", "Bo")
    assert (first.commit.time, second.commit.time) == (1704067200, 1704067320)


def test_a_file_is_followed_through_renames_within_and_from_outside_the_folder(tree: Any) -> None:
    tree.write("notes/old.txt", LONG)
    tree.commit("born")
    tree.git("mv", "notes/old.txt", "notes/first.md")
    tree.commit("renamed")
    (tree.root / "agents").mkdir()
    tree.git("mv", "notes/first.md", "agents/second.md")
    tree.write("agents/second.md", LONG + "more\n")
    tree.commit("moved and changed")
    tree.git("mv", "agents/second.md", "agents/a.md")
    tree.commit("renamed again")
    tree.write("agents/a.md", LONG + "most\n")
    tree.commit("changed")
    expected = ["born", "moved and changed", "changed"]
    assert subjects(tree, "a.md", below="agents") == expected
    assert subjects(tree, "agents/a.md", "x.md", "y.md", "z.md", "w.md") == expected


def test_a_file_that_took_the_place_of_another_has_its_own_history(tree: Any) -> None:
    tree.write("other/b.md", LONG)
    tree.commit("first a", a="short")
    tree.write("other/b.md", LONG + "b\n")
    tree.commit("b grows")
    (tree.root / "a.md").unlink()
    tree.commit("a is gone")
    tree.git("mv", "other/b.md", "a.md")
    tree.commit("b is a now")
    assert subjects(tree, "a.md") == ["first a", "b grows"]


def test_a_file_that_came_back_has_both_lives(tree: Any) -> None:
    tree.commit("born", a="1")
    (tree.root / "a.md").unlink()
    tree.commit("gone")
    tree.commit("back", a="2")
    tree.commit("as before", a="1")
    assert subjects(tree, "a.md") == ["born", "back", "as before"]


def test_both_branches_of_a_merge_and_a_result_that_neither_had_are_told(tree: Any) -> None:
    tree.commit("base", a=LONG)
    tree.git("switch", "--quiet", "--create", "side")
    tree.commit("side", a="side\n" + LONG)
    tree.git("switch", "--quiet", "main")
    tree.commit("main", a=LONG + "main\n")
    tree.git("merge", "--quiet", "--message=merge", "side")
    told = subjects(tree, "a.md")
    assert (told[0], sorted(told[1:3]), told[3:]) == ("base", ["main", "side"], ["merge"])


def test_a_branch_that_a_merge_threw_away_is_no_history(tree: Any) -> None:
    tree.commit("base", a=LONG, b="1")
    tree.git("switch", "--quiet", "--create", "side")
    tree.commit("side", a="side\n" + LONG, b="side")
    tree.git("switch", "--quiet", "main")
    tree.commit("main", b="2")
    tree.git("merge", "--quiet", "--strategy=ours", "--message=merge", "side")
    tree.commit("later", b="3")
    assert subjects(tree, "a.md", "b.md", "x.md", "y.md") == ["base"]
    assert subjects(tree, "a.md") == ["base"]


def test_what_is_not_in_the_checked_out_commit_has_no_history(tree: Any) -> None:
    tree.write("a.md", "1")
    assert subjects(tree, "a.md") == []
    tree.commit("other", b="1")
    tree.git("rm", "--quiet", "b.md")
    tree.commit("gone")
    tree.write("c.md", "1")
    assert [subjects(tree, name) for name in ("b.md", "c.md")] == [[], []]


def test_links_are_no_files(tree: Any) -> None:
    tree.commit("one", a="1")
    (tree.root / "link.md").symlink_to("a.md")
    tree.commit("link")
    assert subjects(tree, "link.md") == []


@pytest.mark.parametrize(
    "name", ["with space.md", "ümlaut.md", "new\nline.md", "*.md", ":(top)x.md", "-x.md", "[a].md"]
)
def test_names_are_taken_literally(tree: Any, name: str) -> None:
    tree.commit("decoy", z="0")
    tree.write(name, "1")
    tree.commit("one")
    tree.write(name, "2")
    tree.commit("two")
    assert subjects(tree, name) == ["one", "two"]


def test_a_commit_may_say_anything(tree: Any) -> None:
    tree.commit(":100644 \x01 ü\x1b[2J", a="1", author="Ö \x02:")
    tree.git(
        *("commit", "--quiet", "--allow-empty", "--allow-empty-message", "--message="),
    )
    tree.write("a.md", "2")
    tree.git("add", "a.md")
    tree.git("-c", "user.name=x", "commit", "--quiet", "--allow-empty-message", "--message=")
    assert subjects(tree, "a.md") == [":100644 \x01 ü\x1b[2J", ""]


def test_a_folder_outside_any_repository_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="not in the work tree"):
        Repository.around(tmp_path)


def test_a_missing_git_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="install git"):
        Repository.around(tmp_path)


def test_the_environment_of_a_hook_does_not_lead_to_its_repository(
    tree: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.commit("one", a="1")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "nothing"))
    found = file_histories(Repository.around(tree.root), tree.root, ["a.md"])
    assert len(found["a.md"]) == 1


@pytest.fixture
def trap(tree: Any, tmp_path: Path) -> Callable[[], bool]:
    """Lets the repository's settings name a program wherever they can, and says if it ran."""
    mark = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho ran >> '{mark}'\ncat\n", encoding="utf-8")
    program.chmod(0o755)
    tree.write(".gitattributes", "*.md diff=trap filter=trap\n")
    tree.commit("one", a="1")
    for name in (
        *("core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "gpg.program"),
        *("diff.external", "diff.trap.command", "diff.trap.textconv", "pager.log"),
        *("filter.trap.smudge", "filter.trap.clean", "filter.trap.process", "alias.log"),
    ):
        tree.git("config", name, f"!{program}" if name.startswith("alias") else str(program))
    tree.git("config", "log.showSignature", "true")
    return mark.exists


def test_settings_of_a_repository_run_nothing(tree: Any, trap: Callable[[], bool]) -> None:
    repository = Repository.around(tree.root)
    (state,) = file_histories(repository, tree.root, ["a.md"])["a.md"]
    assert list(repository.blobs([state.blob], most=10)) == [b"1"]
    assert not trap()


def test_settings_do_not_change_what_is_told(tree: Any) -> None:
    tree.write("x/a.md", LONG)
    tree.commit("one")
    tree.git("mv", "x/a.md", "a.md")
    tree.commit("two")
    for name, value in (
        *(("diff.renames", "false"), ("log.follow", "true"), ("log.showRoot", "false")),
        *(("diff.relative", "true"), ("diff.orderFile", "missing"), ("log.decorate", "full")),
        *(("core.quotePath", "true"), ("color.ui", "always"), ("format.pretty", "oneline")),
    ):
        tree.git("config", name, value)
    assert subjects(tree, "a.md") == ["one"]


def test_large_and_missing_objects_do_not_stop_the_others(tree: Any) -> None:
    tree.commit("one", a="x" * 300_000, b="small\n")
    repository = Repository.around(tree.root)
    names = [tree.git("rev-parse", f"HEAD:{name}.md").strip() for name in ("a", "b")]
    folder = tree.git("rev-parse", "HEAD^{tree}").strip()
    given = [names[0], "0" * 40, folder, names[1]]
    large, missing, no_blob, small = repository.blobs(given, most=10)
    assert large is not None
    assert (len(large), missing, no_blob, small) == (11, None, None, b"small\n")
