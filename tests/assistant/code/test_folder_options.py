"""Which settings count for which file."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.errors import CodeCheckError, UsageError
from agents.finding import Severity
from agents.settings import Settings, load_settings
from assistant.code.check import CheckOptions, check_paths
from assistant.code.folder_options import FolderOptions

OVERRIDES = """\
[check]
ignore = ["no-any-type"]

[[check.overrides]]
paths = ["convex/legacy", "**/*.old.ts"]
ignore = ["no-filter-in-query"]

[[check.overrides]]
paths = ["convex/legacy/deep/**"]
select = ["no-collect-in-query"]
severity = { no-collect-in-query = "error" }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "convexpert.toml").write_text(OVERRIDES, encoding="utf-8")
    return tmp_path


def _options(folder: Path, name: str) -> CheckOptions:
    return FolderOptions(CheckOptions(), load_settings(folder))(folder / name)


@pytest.mark.parametrize(
    ("name", "ignored"),
    [
        ("convex/main.ts", ("no-any-type",)),
        ("convex/legacy.ts", ("no-any-type",)),
        ("convex/legacy/a.ts", ("no-any-type", "no-filter-in-query")),
        ("a.old.ts", ("no-any-type", "no-filter-in-query")),
        ("src/x/a.old.ts", ("no-any-type", "no-filter-in-query")),
    ],
)
def test_overrides_add_to_the_section_for_their_paths(
    folder: Path, name: str, ignored: tuple[str, ...]
) -> None:
    assert _options(folder, name).ignore == ignored


def test_several_overrides_apply_in_their_order(folder: Path) -> None:
    options = _options(folder, "convex/legacy/deep/a.ts")
    assert options.select == ("no-collect-in-query",)
    assert options.severity == {"no-collect-in-query": Severity.ERROR}
    assert options.ignore == ("no-any-type", "no-filter-in-query")


def test_the_nearest_file_of_settings_counts_alone(folder: Path) -> None:
    (folder / "packages" / "app").mkdir(parents=True)
    inner = folder / "packages" / "app" / "convexpert.toml"
    inner.write_text('[check]\nselect = ["unknown-table"]\n', encoding="utf-8")
    options = _options(folder, "packages/app/convex/a.ts")
    assert (options.select, options.ignore) == (("unknown-table",), ())


def test_the_commands_own_choice_wins(folder: Path) -> None:
    chosen = FolderOptions(
        CheckOptions(), load_settings(folder), select=["unknown-table"], ignore=[]
    )
    options = chosen(folder / "convex" / "legacy" / "deep" / "a.ts")
    assert (options.select, options.ignore) == (("unknown-table",), ())


def test_without_settings_around_a_file_those_of_the_command_count(tmp_path: Path) -> None:
    settings = Settings()
    options = FolderOptions(CheckOptions(), settings)(tmp_path / "convex" / "a.ts")
    assert options == CheckOptions()


def test_an_unknown_rule_in_an_override_is_named_with_its_file(folder: Path) -> None:
    text = '[[check.overrides]]\npaths = ["a"]\nignore = ["no-such-rule"]\n'
    (folder / "convexpert.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CodeCheckError, match=r"convexpert\.toml.*no-such-rule"):
        _options(folder, "a.ts")


@pytest.mark.parametrize(
    "text",
    ["[[check.overrides]]\n", "[check]\noverrides = 3\n", '[[check.overrides]]\npath = "a"\n'],
)
def test_an_override_without_paths_is_refused(folder: Path, text: str) -> None:
    (folder / "convexpert.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError):
        load_settings(folder)


def test_a_check_follows_the_settings_of_each_folder(tmp_path: Path) -> None:
    code = (
        "import { query } from './_generated/server';\n"
        "export const a = query(async (ctx) => await ctx.db.query('rows').collect());\n"
    )
    (tmp_path / "convex" / "legacy").mkdir(parents=True)
    (tmp_path / "convex" / "a.ts").write_text(code, encoding="utf-8")
    (tmp_path / "convex" / "legacy" / "b.ts").write_text(code, encoding="utf-8")
    text = '[[check.overrides]]\npaths = ["convex/legacy"]\nignore = ["no-collect-in-query"]\n'
    (tmp_path / "convexpert.toml").write_text(text, encoding="utf-8")
    base = CheckOptions(select=("no-collect-in-query",))
    options_for = FolderOptions(base, load_settings(tmp_path), select=base.select)
    found = check_paths([tmp_path], base, options_for=options_for).findings
    assert [Path(finding.file).name for finding in found] == ["a.ts"]
