"""A project that stays open gives what a fresh check would."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.code.check import CheckOptions, check_paths, check_standard_input
from assistant.code.session import CheckSession

HEAD = "import { query, mutation } from './_generated/server';\nimport { load } from './lib';\n"
LIST = "export const list = query({ args: {}, handler: async (ctx) => await load(ctx) });\n"
LIB = "export const load = async (ctx: any) => {};\n"
LATE = "export const load = async (ctx: any) => { await fetch('https://x.org'); };\n"
SELECT = CheckOptions(select=("side-effect-in-transaction", "no-collect-in-query", "unknown-table"))
COLLECT = "export const all = query({ args: {}, handler: (ctx) => ctx.db.query('a').collect() });\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "convex").mkdir()
    (tmp_path / "convex" / "main.ts").write_text(HEAD + LIST, encoding="utf-8")
    (tmp_path / "convex" / "lib.ts").write_text(LIB, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def session(project: Path) -> CheckSession:
    found = CheckSession.around(project / "convex" / "main.ts", lambda _path: SELECT, here=project)
    assert found is not None
    return found


def _rules(session: CheckSession, name: str, text: str) -> list[str]:
    return [f.rule for f in session.check(Path("convex", name), text.encode(), whole=True)]


def test_what_is_typed_counts_in_place_of_the_file(session: CheckSession) -> None:
    assert _rules(session, "main.ts", HEAD + LIST) == []
    assert _rules(session, "main.ts", HEAD + LIST + COLLECT) == ["no-collect-in-query"]
    assert _rules(session, "main.ts", HEAD + LIST) == []


def test_a_session_finds_what_a_check_of_the_unsaved_text_does(
    project: Path, session: CheckSession
) -> None:
    for text in (HEAD + LIST + COLLECT, HEAD + LIST, HEAD + COLLECT[:40], ""):
        fresh = check_standard_input(text.encode(), filename="convex/main.ts", options=SELECT)
        assert session.check(Path("convex/main.ts"), text.encode(), whole=True) == fresh.findings


def test_what_is_typed_in_one_file_counts_for_the_others(session: CheckSession) -> None:
    assert _rules(session, "lib.ts", LATE) == ["side-effect-in-transaction"]
    session.close(Path("convex/lib.ts"))
    assert _rules(session, "lib.ts", LIB) == []


def test_a_file_changed_on_disk_is_read_again(project: Path, session: CheckSession) -> None:
    lib = project / "convex" / "lib.ts"
    assert session.check(lib, LIB.encode(), whole=True) == ()
    session.close(lib)
    lib.write_text(LATE, encoding="utf-8")
    session.changed_on_disk([lib])
    found = session.check(lib, LATE.encode(), whole=True)
    assert found == check_paths([Path("convex/lib.ts")], SELECT).findings != ()


def test_a_file_made_meanwhile_belongs_to_the_project(project: Path, session: CheckSession) -> None:
    assert _rules(session, "main.ts", HEAD + LIST) == []
    (project / "convex" / "new.ts").write_text(HEAD + COLLECT, encoding="utf-8")
    session.changed_on_disk()
    assert _rules(session, "new.ts", HEAD + COLLECT) == ["no-collect-in-query"]


def test_a_quick_look_leaves_out_only_what_needs_the_whole_project(
    project: Path,
) -> None:
    every = CheckOptions(select=("no-collect-in-query", "missing-schema"))
    session = CheckSession.around(project / "convex" / "main.ts", lambda _p: every, here=project)
    assert session is not None
    text = HEAD + COLLECT + "export const add = mutation((ctx) => ctx.db.insert('a', {}));\n"
    quick = session.check(Path("convex/main.ts"), text.encode())
    whole = session.check(Path("convex/main.ts"), text.encode(), whole=True)
    assert [finding.rule for finding in quick] == ["no-collect-in-query"]
    assert {finding.rule for finding in whole} == {"no-collect-in-query", "missing-schema"}


def test_there_is_no_session_outside_a_project(tmp_path: Path) -> None:
    lonely = tmp_path / "lonely.ts"
    lonely.write_text("", encoding="utf-8")
    assert CheckSession.around(lonely, lambda _path: SELECT, here=tmp_path) is None
