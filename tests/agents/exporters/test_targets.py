"""What holds for every target, and what each of them writes."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.builtin import builtin_documents
from agents.claude_loading import as_project_agent, read_claude_head
from agents.document import DocumentKind, digest_of
from agents.errors import ExportError, UsageError
from agents.exporters.base import ExportFile, OnCollision, Scope, Sharing, check_relative
from agents.exporters.catalogue import TARGETS
from agents.exporters.export import export_folder, export_plan
from agents.exporters.lock import LOCK_NAME
from agents.exporters.markdown import body_of, split_body
from agents.exporters.targets.copilot import MAX_PROMPT
from agents.exporters.targets.windsurf import MAX_RULE
from agents.exporters.write import Change, write_export
from agents.parse import parse_document
from agents.registry import AgentVersion, Registry, open_registry
from agents.registry.importer import import_paths
from agents.settings import Settings
from agents.workspace import Workspace

SEEDS = Path(__file__).parents[4] / "shared" / "seeds"
FIXTURES = Path(__file__).parents[2] / "fixtures" / "documents"
ONE_FILE_EACH = [
    *("claude", "claude-plugin", "cline", "copilot", "copilot-instructions"),
    *("cursor", "gemini", "kiro", "opencode"),
]
"""Targets that keep each subagent as one Markdown file, whatever its size allows."""
DOCUMENTS = {
    "reviewer.md": "---\nname: reviewer\ndescription: Reviews code\ntools: Read, Grep,"
    " Bash(git log:*), mcp__github__list\nmodel: opus\ncolor: blue\n---\n\nReview.\n",
    "broken.md": "---\nname: broken\ndescription: Use it: always\n<example>\nuser: x\n</example>\n"
    "tools: All tools\n---\nBody\n",
    "plain.md": "# Plain\n\nNo head.\n",
    "skills/convex/SKILL.md": "---\nname: convex\ndescription: Knows Convex\n---\n# Convex\n",
    ".cursor/rules/ts.mdc": "---\ndescription: Types\nglobs: convex/**/*.ts, **/*.tsx\n"
    "alwaysApply: false\n---\n- Never use any\n",
    ".claude/commands/fix.md": "---\ndescription: Fix it\n---\nFix $ARGUMENTS\n",
    "AGENTS.md": "# Rules\n\n- Always test\n",
    "README.md": "# About\n",
}


@pytest.fixture
def registry(workspace: Workspace) -> Iterator[Registry]:
    with open_registry(workspace, Settings(), builtin=False) as opened:
        yield opened


@pytest.fixture
def filled(registry: Registry, tmp_path: Path) -> Registry:
    for path, text in DOCUMENTS.items():
        file = tmp_path / "shop" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    import_paths(registry, [tmp_path / "shop"])
    return registry


def made(
    target: str, versions: list[AgentVersion], scope: Scope = Scope.PROJECT
) -> list[ExportFile]:
    return list(TARGETS[target].export(versions, OnCollision.RENAME, scope).files)


def version_of(raw: bytes, path: str = "expert.md") -> AgentVersion:
    document = parse_document(raw, filename=f"shop/{path}")
    return AgentVersion(
        handle="expert",
        name=document.name,
        description=document.description,
        collection="shop",
        path=path,
        number=1,
        digest=digest_of(raw),
        labels=("latest",),
        created_at="2026-03-01T12:00:00Z",
        author=None,
        message=None,
        removed=False,
        read=lambda digest: raw,
    )


def texts(target: str, raw: str, path: str = "expert.md") -> dict[str, str]:
    files = made(target, [version_of(raw.encode(), path)])
    return {file.path: file.content.decode() for file in files}


def notes(target: str, raw: str) -> str:
    return " | ".join(
        note for file in made(target, [version_of(raw.encode())]) for note in file.notes
    )


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_an_export_is_written_checked_and_written_again_without_a_change(
    filled: Registry, tmp_path: Path, target: str
) -> None:
    out = tmp_path / "out"
    versions = filled.agents()
    plan = export_plan(versions, target, out, knows=filled.knows)
    assert {file.change for file in plan.files} == {Change.ADDED}
    told = {file.handle for file in plan.files if file.handle} | {s.handle for s in plan.skipped}
    assert told == {version.handle for version in versions}
    write_export(plan)
    before = {file: file.read_bytes() for file in out.rglob("*") if file.is_file()}
    again = export_plan(versions[::-1], target, out, knows=filled.knows)
    assert again.up_to_date
    write_export(again)
    assert {file: file.read_bytes() for file in out.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_a_hand_edit_in_any_exported_file_is_found_and_kept(
    filled: Registry, tmp_path: Path, target: str
) -> None:
    out = tmp_path / "out"
    plan = export_plan(filled.agents(), target, out)
    write_export(plan)
    for planned in plan.files:
        assert planned.file is not None
        file = out / planned.path
        whole = file.read_bytes()
        edited = whole.replace(planned.file.content.strip().splitlines()[-1], b"mine", 1)
        if edited == whole:
            edited = whole + b"mine\n"
        file.write_bytes(edited)
        checked = export_plan(filled.agents(), target, out)
        found = {one.change for one in checked.files if one.path == planned.path}
        assert Change.EDITED in found
        with pytest.raises(ExportError, match="would lose changes"):
            write_export(checked)
        assert file.read_bytes() == edited
        file.write_bytes(whole)


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_what_is_exported_no_longer_goes_and_leaves_no_empty_folders(
    filled: Registry, tmp_path: Path, target: str
) -> None:
    out = tmp_path / "out"
    write_export(export_plan(filled.agents(), target, out, knows=filled.knows))
    filled.remove("broken")
    write_export(export_plan(filled.agents(), target, out, knows=filled.knows))
    assert not [path for path in out.rglob("*") if "broken" in path.name]
    text = b"".join(file.read_bytes() for file in out.rglob("*") if file.is_file())
    assert b"broken" not in text
    assert all(any(path.iterdir()) for path in out.rglob("*") if path.is_dir())


@pytest.mark.parametrize("target", sorted(TARGETS))
@pytest.mark.parametrize("scope", Scope)
def test_names_from_documents_never_leave_the_folder(
    registry: Registry, tmp_path: Path, target: str, scope: Scope
) -> None:
    hostile = [
        *("../../etc/passwd", "/etc/passwd", "..", "C:\\x", "con", "agents", "a\nb: c", "x" * 500),
        *("convexpert.lock", "-rf", "~root", "${HOME}", "a b", ".hidden", "%2e%2e", "é" * 90),
    ]
    folder = tmp_path / "hostile"
    folder.mkdir()
    for number, name in enumerate(hostile):
        head = f"---\nname: {json.dumps(name)}\ndescription: {json.dumps('<!-- ' + name)}\n---\n"
        body = f"convexpert:begin x\n<!-- convexpert:end expert -->\n'''\n{number}\n"
        (folder / f"{number}.md").write_text(head + body, encoding="utf-8")
    import_paths(registry, [folder])
    out = tmp_path / "deep" / "out"
    plan = export_plan(registry.agents(), target, out, scope=scope)
    for file in plan.files:
        check_relative(file.path)
    paths = [file.path.lower() for file in plan.files if not file.is_block]
    assert len(paths) == len(set(paths))
    write_export(plan)
    assert export_plan(registry.agents(), target, out, scope=scope).up_to_date
    assert {path.name for path in tmp_path.iterdir()} == {
        ".convexpert",
        "hostile",
        "deep",
        "data",
    } & {path.name for path in tmp_path.iterdir()}
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]


def imported_digests(workspace: Workspace, folder: Path) -> set[str]:
    with open_registry(workspace, Settings(), builtin=False) as fresh:
        import_paths(fresh, [folder])
        return {version.digest for version in fresh.agents()}


@pytest.mark.parametrize("target", ONE_FILE_EACH)
def test_what_is_exported_and_imported_elsewhere_has_the_digests_that_it_had(
    filled: Registry, tmp_path: Path, target: str
) -> None:
    if SEEDS.is_dir():
        import_paths(filled, [SEEDS])
    versions = filled.agents()
    out = tmp_path / "out"
    plan = export_plan(versions, target, out)
    write_export(plan)
    # A prompt that GitHub has no room for is split, and is no longer one document.
    whole = {file.handle for file in plan.files if file.file and file.file.original is not None}
    assert len(whole) >= 8
    expected = {version.digest for version in versions if version.handle in whole}
    assert expected <= imported_digests(Workspace(tmp_path / "other"), out)


@pytest.mark.parametrize("target", ["claude", "claude-plugin"])
def test_the_built_in_documents_are_exported_byte_by_byte(target: str) -> None:
    for document in builtin_documents():
        files = made(target, [version_of(document.raw, document.path)])
        assert document.raw in {file.content for file in files}


HEADS = st.lists(
    st.sampled_from(
        [
            *("name: expert", "description: Use it: always", "description: plain", "model: opus"),
            *("tools: Read, Grep", "tools: [a", "globs: **/*", "alwaysApply: true", "\t- x"),
            *("applyTo: '*.ts'", "hooks: []", "é: “x”", "description: |", "  text --- more", "# c"),
        ]
    ),
    max_size=8,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    head=HEADS,
    body=st.lists(st.sampled_from(["# A", "## B", "- item", "", "---", "```ts", "text\u2028x"])),
    line_break=st.sampled_from(["\n", "\r\n", "\r"]),
    target=st.sampled_from(ONE_FILE_EACH),
    path=st.sampled_from(["expert.md", "a/SKILL.md", "x.mdc", "AGENTS.md", "x.instructions.md"]),
)
def test_any_document_comes_back_from_its_export(
    head: list[str], body: list[str], line_break: str, target: str, path: str
) -> None:
    from agents.exporters.lock import read_lock, render_lock
    from agents.exporters.write import _lock_entry

    raw = line_break.join(["---", *head, "---", *body, ""]).encode()
    for file in made(target, [version_of(raw, path)]) if path != "AGENTS.md" else []:
        if file.original is None:
            continue
        entry = _lock_entry(file, TARGETS[target])
        kept = read_lock(render_lock({entry.place: entry}), "lock")[entry.place]
        assert kept.original(file.content) == raw
        assert kept.original(file.content + b"x") is None


@given(
    st.lists(st.sampled_from(["# A", "## B", "text " * 30, "", "- item", "x" * 400])),
    st.integers(50, 500),
)
def test_parts_joined_are_the_body_and_none_is_too_long(lines: list[str], limit: int) -> None:
    document = parse_document(("---\nname: a\n---\n" + "\n".join(lines)).encode())
    parts = split_body(document, limit)
    assert "".join(parts) == body_of(document)
    assert all(len(part) <= limit for part in parts)


def test_parts_begin_at_headings_where_they_can() -> None:
    text = "".join(f"## Part {n}\n\n{'word ' * 30}\n\n" for n in range(6))
    parts = split_body(parse_document(text.encode()), 400)
    assert len(parts) > 1
    assert all(part.startswith("## Part") for part in parts)


REVIEWER = DOCUMENTS["reviewer.md"]


def test_copilot_gets_its_own_names_of_tools_and_models() -> None:
    files = texts("copilot", REVIEWER)
    head = parse_document(files["agents/expert.agent.md"].encode()).frontmatter.values
    assert head == {
        "name": "reviewer",
        "description": "Reviews code",
        "tools": ["read", "search", "execute", "github/list"],
        "model": "Claude Opus 4.8",
    }
    assert "the limits of `Bash(git log:*)` are lost in Copilot" in notes("copilot", REVIEWER)
    assert "`color` can't be said" in notes("copilot", REVIEWER)


def test_a_prompt_that_copilot_has_no_room_for_goes_on_in_instructions() -> None:
    body = "".join(f"## Part {n}\n\n{'word ' * 400}\n\n" for n in range(30))
    files = texts("copilot", f"---\nname: a\ndescription: d\n---\n{body}")
    assert len(files) == 3
    for path, text in files.items():
        assert len(body_of(parse_document(text.encode()))) <= MAX_PROMPT, path
    assert "expert-part-2.instructions.md" in files["agents/expert.agent.md"]
    joined = "".join(files[path] for path in sorted(files))
    assert all(f"## Part {n}\n" in joined for n in range(30))


def test_windsurf_gets_rules_of_at_most_its_length() -> None:
    body = "".join(f"## Part {n}\n\n{'word ' * 400}\n\n" for n in range(20))
    files = texts("windsurf", f"---\nname: a\ndescription: d\n---\n{body}")
    assert len(files) > 3
    assert all(len(text) <= MAX_RULE for text in files.values())
    heads = [parse_document(text.encode()).frontmatter.values for text in files.values()]
    assert {head["trigger"] for head in heads} == {"model_decision"}


def test_codex_gets_toml_that_says_the_same() -> None:
    (path,) = files = texts("codex", REVIEWER.replace("Review.", "It's '''all''' \\ \"of\" it"))
    agent = tomllib.loads(files[path])
    assert path == ".codex/agents/expert.toml"
    assert agent["name"] == "expert"
    assert agent["description"] == "Reviews code"
    assert agent["developer_instructions"].strip() == "It's '''all''' \\ \"of\" it"
    assert "sandbox_mode" not in agent
    read_only = texts("codex", REVIEWER.replace(", Bash(git log:*)", ""))
    assert tomllib.loads(read_only[path])["sandbox_mode"] == "read-only"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60))
def test_any_body_is_the_same_text_in_toml_and_json(body: str) -> None:
    raw = f"---\nname: a\ndescription: d\n---\n{body}"
    meant = body_of(parse_document(raw.encode()))
    plain = meant.replace("\r\n", "\n").replace("\r", "\n")
    (toml,) = texts("codex", raw).values()
    read = tomllib.loads(toml)["developer_instructions"]
    assert read in (plain, plain.removeprefix("\n"))
    (agent,) = texts("amazon-q", raw).values()
    assert json.loads(agent)["prompt"] == meant.strip("\r\n")


def test_gemini_gets_only_keys_that_it_knows() -> None:
    (path,) = files = texts("gemini", REVIEWER)
    head = parse_document(files[path].encode()).frontmatter.values
    assert set(head) <= {
        "name",
        "description",
        "kind",
        "tools",
        "model",
        "temperature",
        "max_turns",
    }
    assert head["tools"] == ["read_file", "grep_search", "run_shell_command", "mcp_github_list"]
    assert "Gemini CLI has none of it" in notes("gemini", REVIEWER)


def test_opencode_denies_what_the_document_does_not_grant() -> None:
    (path,) = files = texts("opencode", REVIEWER)
    head = parse_document(files[path].encode()).frontmatter.values
    assert head["permission"] == {
        **{"*": "deny", "read": "allow", "grep": "allow", "bash": "allow"},
        "github_list": "allow",
    }
    assert head["mode"] == "subagent"
    assert head["model"] == "anthropic/claude-opus-4-8"
    assert "tools" not in head


def test_all_tools_are_no_limit_anywhere() -> None:
    broken = DOCUMENTS["broken.md"]
    assert "permission" not in "".join(texts("opencode", broken).values())
    assert "tools:" not in texts("copilot", broken)["agents/expert.agent.md"]
    (agent,) = texts("amazon-q", broken).values()
    assert json.loads(agent)["tools"] == ["*"]


def test_roo_gets_modes_that_are_yaml_and_their_rules() -> None:
    files = made("roo", [version_of(REVIEWER.encode())])
    (mode,) = [file for file in files if file.path == ".roomodes"]
    assert mode.sharing is Sharing.YAML
    (table,) = yaml.safe_load("customModes:\n" + mode.content.decode())["customModes"]
    assert table["slug"] == "expert"
    assert table["groups"] == ["read", "command", "mcp"]
    assert {file.path for file in files} == {".roomodes", ".roo/rules-expert/expert.md"}


def test_cursor_and_others_say_when_a_rule_applies() -> None:
    rule = DOCUMENTS[".cursor/rules/ts.mdc"]
    assert texts("cursor", rule, "ts.mdc")["rules/expert.mdc"] == rule
    windsurf = parse_document(texts("windsurf", rule, "ts.mdc")["rules/expert.md"].encode())
    assert windsurf.frontmatter.values["trigger"] == "glob"
    assert windsurf.frontmatter.values["globs"] == "convex/**/*.ts,**/*.tsx"
    cline = parse_document(texts("cline", rule, "ts.mdc")["expert.md"].encode())
    assert cline.frontmatter.values["paths"] == ["convex/**/*.ts", "**/*.tsx"]
    kiro = parse_document(texts("kiro", rule, "ts.mdc")["steering/expert.md"].encode())
    assert kiro.frontmatter.values["inclusion"] == "fileMatch"
    copilot = texts("copilot", rule, "ts.mdc")["instructions/expert.instructions.md"]
    applies = parse_document(copilot.encode()).frontmatter.values["applyTo"]
    assert applies == "convex/**/*.ts,**/*.tsx"


def test_every_kind_goes_where_its_tool_looks_for_it(filled: Registry) -> None:
    paths = {file.path for file in made("claude-plugin", filled.agents())}
    assert paths == {
        *("agents/reviewer.md", "agents/broken.md", "agents/plain.md", "commands/fix.md"),
        *("skills/convex/SKILL.md", ".claude-plugin/plugin.json"),
        ".claude-plugin/marketplace.json",
    }
    copilot = {file.path for file in made("copilot", filled.agents())}
    assert copilot == {
        *("agents/reviewer.agent.md", "agents/broken.agent.md", "agents/plain.agent.md"),
        *("prompts/fix.prompt.md", "skills/convex/SKILL.md", "instructions/ts.instructions.md"),
        "copilot-instructions.md",
    }


def test_a_plugin_has_a_manifest_and_an_entry_of_the_same_name(filled: Registry) -> None:
    files = {file.path: file for file in made("claude-plugin", filled.agents())}
    plugin = json.loads(files[".claude-plugin/plugin.json"].content)
    marketplace = json.loads(files[".claude-plugin/marketplace.json"].content)
    assert [entry["name"] for entry in marketplace["plugins"]] == [plugin["name"]]
    assert marketplace["plugins"][0]["source"] == "./"


@pytest.mark.parametrize("target", ["claude", "claude-plugin"])
@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.md")), ids=lambda path: path.stem)
def test_claude_code_loads_whatever_is_exported_for_it(path: Path, target: str) -> None:
    version = version_of(path.read_bytes(), path.name)
    if version.document.kind is not DocumentKind.SUBAGENT:
        return
    file = next(file for file in made(target, [version]) if file.handle)
    head = read_claude_head(file.content.decode())
    loading = as_project_agent(head)
    assert loading.name in (version.name, version.handle)
    assert loading.description
    assert target == "claude" or not head.repaired


def test_agents_that_no_folder_of_the_target_can_hold_are_refused_by_name(
    filled: Registry, tmp_path: Path
) -> None:
    readme = filled.resolve("readme")
    with pytest.raises(UsageError, match="claude has no place for readme: it tells about other"):
        export_plan([readme], "claude", tmp_path)


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_each_target_has_folders_or_says_that_it_has_none(target: str, tmp_path: Path) -> None:
    for scope in Scope:
        expected = TARGETS[target].folder(scope)
        if expected is None:
            with pytest.raises(UsageError, match="no folder for a user's own"):
                export_folder(target, out=None, scope=scope, here=tmp_path, home=tmp_path)
        else:
            found = export_folder(target, out=None, scope=scope, here=tmp_path, home=tmp_path)
            assert found == tmp_path / expected


def test_a_shared_file_keeps_what_people_wrote_around_the_blocks(
    filled: Registry, tmp_path: Path
) -> None:
    file = tmp_path / "AGENTS.md"
    file.write_bytes(b"# Mine\r\n\r\nMy own rules.\r\n")
    write_export(export_plan(filled.agents(), "agents-md", tmp_path, knows=filled.knows))
    text = file.read_bytes()
    assert text.startswith(b"# Mine\r\n\r\nMy own rules.\r\n")
    file.write_bytes(text + b"\nMore of mine.\n")
    assert export_plan(filled.agents(), "agents-md", tmp_path, knows=filled.knows).up_to_date
    for version in filled.agents():
        if version.handle != "reviewer":
            filled.remove(version.handle)
    write_export(export_plan(filled.agents(), "agents-md", tmp_path, knows=filled.knows))
    left = file.read_bytes()
    assert left.startswith(b"# Mine\r\n\r\nMy own rules.\r\n")
    assert left.endswith(b"\nMore of mine.\n")
    assert left.count(b"convexpert:begin") == 1


def test_modes_are_added_below_those_of_the_user(filled: Registry, tmp_path: Path) -> None:
    file = tmp_path / ".roomodes"
    mine = (
        "customModes:\n  - slug: mine\n    name: Mine\n    roleDefinition: r\n    groups: [read]\n"
    )
    file.write_text(mine, encoding="utf-8")
    write_export(export_plan(filled.agents(), "roo", tmp_path))
    modes = yaml.safe_load(file.read_text(encoding="utf-8"))["customModes"]
    assert [mode["slug"] for mode in modes] == ["mine", "broken", "plain", "reviewer"]
    file.write_text('{"customModes": []}', encoding="utf-8")
    with pytest.raises(ExportError, match="no line `customModes:`"):
        export_plan(filled.agents(), "roo", tmp_path)


def test_a_broken_mark_is_one_clear_error(filled: Registry, tmp_path: Path) -> None:
    write_export(export_plan(filled.agents(), "agents-md", tmp_path))
    file = tmp_path / "AGENTS.md"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if "convexpert:end broken" not in line))
    with pytest.raises(ExportError, match="don't belong together") as error:
        export_plan(filled.agents(), "agents-md", tmp_path)
    assert error.value.line is not None
    assert (tmp_path / LOCK_NAME).exists()
