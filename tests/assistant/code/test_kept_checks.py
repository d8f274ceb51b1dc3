"""What is kept from one check to the next is never seen in what is found."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.code import project_check
from assistant.code.catalogue import rule_ids
from assistant.code.check import CheckOptions, CheckReport, check_paths
from assistant.code.store import Store

EVERY = CheckOptions(select=rule_ids())

FUNCTIONS = {
    "list": "export const list = query(async (ctx) => await ctx.db.query('rows').collect());",
    "add": "export const add = mutation({ args: {}, handler: async (ctx) => "
    "{ await write(ctx, 'rows'); } });",
    "act": "export const act = action({ args: {}, handler: async (ctx) => "
    "{ await fetch('https://x.org'); ctx.runMutation(internal.lib.hidden, {}); } });",
    "hidden": "export const hidden = internalMutation({ args: {}, handler: async (ctx, { id }) => "
    "{ const row = await ctx.db.get(id); return row.name; } });",
    "any": "export const any = query({ args: { a: v.any() }, handler: (ctx, args) => args.a });",
}
HELPERS = {
    "plain": "export async function write(ctx: any, table: string) { ctx.db.insert(table, {}); }",
    "late": "export const write = async (ctx) => { setTimeout(() => ctx.db.insert('t', {}), 5); };",
    "none": "",
    "broken": "export const write = (ctx => {",
}
HEAD = (
    "import { query, mutation, action, internalMutation } from './_generated/server';\n"
    "import { internal } from './_generated/api';\nimport { v } from 'convex/values';\n"
)
CLIENTS = {
    "calls": "import { api } from '../convex/_generated/api';\n"
    "import { useAction } from './hooks';\n"
    "export const C = () => { const go = useAction(api.main.act); go({}); };",
    "shows": "import { api } from '../convex/_generated/api';\n"
    "import { useQuery } from './hooks';\n"
    "export const C = () => useQuery(api.main.list).map((r) => r.a);",
    "imports": "import { list } from '../convex/main';\nconsole.log(list, 'api.');",
    "still": "export const C = () => null;",
}
HOOKS = {
    "convex": "export { useAction, useQuery } from 'convex/react';",
    "own": "export const useAction = (f) => f; export const useQuery = (f) => [f];",
}
SCHEMAS = {
    "rows": "rows: defineTable({ a: v.string() }).index('by_a', ['a'])",
    "other": "others: defineTable({ list: v.array(v.any()) })",
}
TESTS = {
    "one": "import { api } from './_generated/api';\ntest('x', () => t.query(api.main.list, {}));",
    "none": "test('x', () => {});",
}

Files = dict[str, str]


def _schema(chosen: str) -> str:
    head = "import { defineSchema, defineTable } from 'convex/server';\n"
    head += "import { v } from 'convex/values';\n"
    return f"{head}export default defineSchema({{ {SCHEMAS[chosen]} }});"


@st.composite
def states(draw: st.DrawFn) -> Files:
    """All files of a small project."""
    functions = draw(st.lists(st.sampled_from(sorted(FUNCTIONS)), unique=True))
    main = HEAD + "import { write } from './lib';\n"
    release = draw(st.sampled_from((8, 31)))
    files = {
        "convex/main.ts": main + "\n".join(FUNCTIONS[name] for name in functions),
        "convex/lib.ts": HEAD
        + HELPERS[draw(st.sampled_from(sorted(HELPERS)))]
        + (FUNCTIONS["hidden"] if draw(st.booleans()) else ""),
        "src/page.tsx": CLIENTS[draw(st.sampled_from(sorted(CLIENTS)))],
        "src/other.tsx": CLIENTS[draw(st.sampled_from(sorted(CLIENTS)))],
        "src/hooks.ts": HOOKS[draw(st.sampled_from(sorted(HOOKS)))],
        "package.json": f'{{"dependencies": {{"convex": "^1.{release}.0"}}}}',
    }
    if draw(st.booleans()):
        files["convex/schema.ts"] = _schema(draw(st.sampled_from(sorted(SCHEMAS))))
    if draw(st.booleans()):
        files["convex/main.test.ts"] = TESTS[draw(st.sampled_from(sorted(TESTS)))]
    return files


def _write(folder: Path, files: Files) -> None:
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if path.relative_to(folder).as_posix() not in files:
            path.unlink()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _same(one: CheckReport, other: CheckReport) -> None:
    assert one.findings == other.findings
    assert (one.files, one.checked, one.sources) == (other.files, other.checked, other.sources)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(states(), min_size=2, max_size=4), st.data())
def test_a_check_finds_the_same_whatever_was_kept(
    tmp_path: Path, edits: list[Files], data: st.DataObject
) -> None:
    project = tmp_path / "project"
    project.mkdir(exist_ok=True)
    kept = tmp_path / "kept.sqlite"
    kept.unlink(missing_ok=True)
    # A later clock lets what was written just now count as old: states are compared, too.
    store = Store(kept, clock=data.draw(st.sampled_from([time.time, _later])))
    try:
        for files in edits:
            # A mixture of the state before and the next one, as when a few files are edited.
            _write(project, files)
            known = sorted(name for name in files if name.endswith((".ts", ".tsx")))
            single = data.draw(st.sampled_from([None, *known]))
            paths = [project if single is None else project / single]
            _same(check_paths(paths, EVERY, store=store), check_paths(paths, EVERY))
            _same(check_paths([project], EVERY, store=store), check_paths([project], EVERY))
    finally:
        store.close()


def _later() -> float:
    return time.time() + 60


# --- what is worked out again ---------------------------------------------------------------------


@dataclass
class Runs:
    """Which files rules were run on, since it was last asked."""

    files: list[str]

    def taken(self) -> list[str]:
        """The files, sorted."""
        found, self.files = sorted(self.files), []
        return found


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    noted = Runs([])
    real = project_check._run

    def run(project, files, options):  # type: ignore[no-untyped-def]
        noted.files += [file.path for file in files]
        return real(project, files, options)

    monkeypatch.setattr(project_check, "_run", run)
    return noted


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    _write(
        folder,
        {
            "convex/main.ts": HEAD + FUNCTIONS["list"],
            "convex/other.ts": HEAD + FUNCTIONS["act"],
            "src/page.tsx": CLIENTS["shows"],
            "src/side.tsx": CLIENTS["calls"].replace("./hooks", "convex/react"),
            "src/hooks.ts": HOOKS["convex"],
        },
    )
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    kept = Store(tmp_path / "kept.sqlite")
    yield kept
    kept.close()


ALL = ["convex/main.ts", "convex/other.ts", "src/page.tsx", "src/side.tsx"]


def test_a_second_check_runs_no_rule(project: Path, store: Store, runs: Runs) -> None:
    check_paths([project], EVERY, store=store)
    assert runs.taken() == ALL
    check_paths([project], EVERY, store=store)
    check_paths([project / "convex" / "main.ts"], EVERY, store=store)
    assert runs.taken() == []


@pytest.mark.parametrize(
    ("edited", "again"),
    [
        # A client's file counts for the functions, which it may use, but for no other client.
        ("src/side.tsx", ["convex/main.ts", "convex/other.ts", "src/side.tsx"]),
        ("src/hooks.ts", ["convex/main.ts", "convex/other.ts", "src/page.tsx"]),
        ("convex/other.ts", ALL),
    ],
)
def test_an_edit_lets_run_again_what_may_depend_on_it(
    project: Path, store: Store, runs: Runs, edited: str, again: list[str]
) -> None:
    check_paths([project], EVERY, store=store)
    runs.taken()
    path = project / edited
    path.write_text(path.read_text(encoding="utf-8") + "\n// more\n", encoding="utf-8")
    check_paths([project], EVERY, store=store)
    assert runs.taken() == again


def test_other_rules_and_another_program_count_as_nothing_kept(
    project: Path, store: Store, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_paths([project], EVERY, store=store)
    runs.taken()
    fewer = CheckOptions(ignore=("no-floating-promise",))
    assert check_paths([project], fewer, store=store).findings == (
        check_paths([project], fewer).findings
    )
    assert len(runs.taken()) == 2 * len(ALL)
    monkeypatch.setattr(project_check, "engine_digest", lambda: "another")
    check_paths([project], EVERY, store=store)
    assert runs.taken() == ALL


# --- what isn't even read again -------------------------------------------------------------------


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> Runs:
    noted = Runs([])
    real = project_check.load_job

    def load(job, *rest):  # type: ignore[no-untyped-def]
        noted.files.append(job.found.root.name)
        return real(job, *rest)

    monkeypatch.setattr(project_check, "load_job", load)
    return noted


def _settled(project: Path, store: Store) -> CheckReport:
    """Check a project twice: the first time rules run, by a worker's own clock."""
    check_paths([project], EVERY, store=store)
    return check_paths([project], EVERY, store=store)


def test_a_project_whose_files_look_as_before_is_not_read(
    project: Path, tmp_path: Path, loads: Runs
) -> None:
    store = Store(tmp_path / "kept.sqlite", clock=_later)
    first = _settled(project, store)
    loads.taken()
    _same(check_paths([project], EVERY, store=store), first)
    assert loads.taken() == []
    store.close()


def test_an_edit_shows_though_size_and_time_are_put_back(
    project: Path, tmp_path: Path, loads: Runs
) -> None:
    store = Store(tmp_path / "kept.sqlite", clock=_later)
    first = _settled(project, store)
    path = project / "convex" / "main.ts"
    status, text = path.stat(), path.read_text(encoding="utf-8")
    path.write_text(text.replace("collect()", "first()  "), encoding="utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    loads.taken()
    again = check_paths([project], EVERY, store=store)
    assert loads.taken() != []
    assert again.findings == check_paths([project], EVERY).findings != first.findings
    store.close()


def test_what_was_written_just_now_is_read_again(project: Path, store: Store, loads: Runs) -> None:
    check_paths([project], EVERY, store=store)
    loads.taken()
    check_paths([project], EVERY, store=store)
    assert loads.taken() == ["project"]


def test_settings_of_the_project_count_as_its_files_do(
    project: Path, tmp_path: Path, loads: Runs
) -> None:
    store = Store(tmp_path / "kept.sqlite", clock=_later)
    _settled(project, store)
    (project / "package.json").write_text('{"dependencies": {"convex": "^1.8.0"}}', "utf-8")
    loads.taken()
    check_paths([project], EVERY, store=store)
    assert loads.taken() != []
    store.close()


# --- the file ---------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_store_is_made_anew(
    project: Path, tmp_path: Path, runs: Runs, damage: bytes
) -> None:
    path = tmp_path / "damaged.sqlite"
    path.write_bytes(damage)
    for expected in (ALL, []):
        store = Store(path)
        check_paths([project], EVERY, store=store)
        store.close()
        assert runs.taken() == expected


def test_a_damaged_row_counts_as_none(project: Path, tmp_path: Path, runs: Runs) -> None:
    path = tmp_path / "kept.sqlite"
    store = Store(path)
    check_paths([project], EVERY, store=store)
    store.close()
    with sqlite3.connect(path) as database:
        database.execute("update kept set value = substr(value, 1, length(value) - 9)")
    database.close()
    runs.taken()
    again = Store(path)
    check_paths([project], EVERY, store=again)
    again.close()
    assert runs.taken() == ALL


def test_a_table_of_another_shape_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("create table kept (something)")
    database.close()
    store = Store(path)
    store.put("a", "key", b"value")
    assert store.get("a", "key") == b"value"
    store.close()


def test_nothing_is_kept_where_nothing_can_be_written(project: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "missing" / "kept.sqlite")
    _same(check_paths([project], EVERY, store=store), check_paths([project], EVERY))
    store.close()


def test_what_was_used_longest_ago_makes_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.code.store.MAX_BYTES", 3_000)
    now = iter(range(0, 1_000_000, 100_000))
    store = Store(tmp_path / "kept.sqlite", clock=lambda: next(now))
    for name in ("first", "second"):
        store.put(name, "key", os.urandom(1_000))
    store.touch("first")
    store.put("third", "key", os.urandom(1_400))
    assert [name for name in ("first", "second", "third") if store.get(name, "key")] == [
        "first",
        "third",
    ]
    store.close()


def test_two_open_stores_share_one_file(tmp_path: Path) -> None:
    one, other = Store(tmp_path / "kept.sqlite"), Store(tmp_path / "kept.sqlite")
    one.put("a", "key", b"1")
    other.put("b", "key", b"2")
    assert (other.get("a", "key"), one.get("b", "key")) == (b"1", b"2")
    assert one.get("a", "another key") is None
    one.close()
    other.close()


def test_processes_find_what_one_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.code.check.MANY_FILES", 1)
    for name in ("a", "b", "c"):
        _write(
            tmp_path / name,
            {"convex/main.ts": HEAD + FUNCTIONS["list"], "src/page.tsx": CLIENTS["shows"]},
        )
    _same(check_paths([tmp_path], EVERY, processes=3), check_paths([tmp_path], EVERY))


def test_an_error_of_a_worker_is_the_commands_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() == 0:
        pytest.skip("the superuser can read everything")
    monkeypatch.setattr("assistant.code.check.MANY_FILES", 1)
    for name in ("a", "b"):
        _write(tmp_path / name, {"convex/main.ts": HEAD + FUNCTIONS["list"]})
    hidden = tmp_path / "b" / "convex" / "main.ts"
    hidden.chmod(stat.S_IWUSR)
    with pytest.raises(Exception, match="can't be read"):
        check_paths([tmp_path], EVERY, processes=2)
