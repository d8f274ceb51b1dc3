"""Settings files, the environment, and what wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.errors import UsageError
from agents.finding import Severity
from agents.settings import ModelPrice, Settings, load_settings


def put(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def refused(folder: Path) -> UsageError:
    with pytest.raises(UsageError) as caught:
        load_settings(folder, {})
    return caught.value


def test_without_a_file_and_environment_everything_has_its_default(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}) == Settings()


def test_both_files_say_the_same(tmp_path: Path) -> None:
    body = 'fail_on = "error"\nselect = ["a"]\nseverity = { b = "off" }\nsmall_tables = ["t"]\n'
    own = load_settings(put(tmp_path / "own", "convexpert.toml", f"[check]\n{body}"), {})
    project = load_settings(
        put(tmp_path / "project", "pyproject.toml", f"[tool.convexpert.check]\n{body}"), {}
    )
    assert own.check == project.check
    assert (own.check.fail_on, own.check.select) == (Severity.ERROR, ("a",))
    assert own.check.severity == {"b": Severity.OFF}
    assert own.source == tmp_path / "own" / "convexpert.toml"


def test_the_nearest_file_upwards_applies_and_one_without_our_table_is_passed_by(
    tmp_path: Path,
) -> None:
    put(tmp_path, "convexpert.toml", 'model = "outer:m"\n')
    put(tmp_path / "a", "pyproject.toml", '[tool.convexpert]\nmodel = "inner:m"\n')
    put(tmp_path / "a" / "b", "pyproject.toml", '[project]\nname = "x"\n')
    (tmp_path / "a" / "b" / "c").mkdir()
    assert load_settings(tmp_path / "a" / "b" / "c", {}).model == "inner:m"
    assert load_settings(tmp_path, {}).model == "outer:m"


def test_the_environment_wins_over_the_file_and_an_empty_variable_is_none(tmp_path: Path) -> None:
    put(tmp_path, "convexpert.toml", 'model = "file:m"\nregistry_url = "sqlite://"\n')
    environ = {"CONVEXPERT_MODEL": "environment:m", "CONVEXPERT_REGISTRY_URL": ""}
    found = load_settings(tmp_path, environ)
    assert (found.model, found.registry_url) == ("environment:m", "sqlite://")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("[check\n", 1, "can't read the settings"),
        ('model = "m"\nmodle = "m"\n', 2, "unknown setting modle (did you mean model?)"),
        ("[check]\nselekt = []\n", 2, "unknown setting check.selekt"),
        ("[tool.convexpert.check]\n", 1, "unknown setting tool (in this file [check], not"),
        ("\nmodel = 3\n", 2, "the setting model must be a string"),
        ("check = 3\n", 1, "the setting check must be a table"),
        ("[check]\nselect = 'a'\n", 2, "check.select must be a list of strings"),
        ("[check]\nfail_on = 'bad'\n", 2, "check.fail_on must be one of off, info"),
        ("[check]\nseverity = 'x'\n", 2, "check.severity must be a table"),
        ("[check.severity]\nsome-rule = 1\n", 2, "check.severity.some-rule must be one of"),
    ],
)
def test_a_wrong_file_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    put(tmp_path, "convexpert.toml", text)
    error = refused(tmp_path)
    assert (error.path, error.line) == (str(tmp_path / "convexpert.toml"), line)
    assert message in str(error)


@pytest.mark.parametrize("text", ["[tool]\nconvexpert = 3\n", "[tool]\nconvexpert = []\n"])
def test_our_part_of_a_project_s_file_must_be_a_table(tmp_path: Path, text: str) -> None:
    put(tmp_path, "pyproject.toml", text)
    assert "the setting tool.convexpert must be a table" in str(refused(tmp_path))


def test_another_tool_s_mistake_in_a_project_s_file_is_not_ours(tmp_path: Path) -> None:
    put(tmp_path, "pyproject.toml", "tool = 3\n")
    assert load_settings(tmp_path, {}) == Settings()


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    (tmp_path / "convexpert.toml").write_bytes(b"\xff\xfe")
    assert refused(tmp_path).message.startswith("can't read the settings")


def test_a_model_has_its_address_time_and_prices(tmp_path: Path) -> None:
    text = (
        'model_url = "http://localhost:8080/v1"\nmodel_timeout = 5\n'
        '[prices]\n"openai:small" = { input = 0.5, output = 0 }\n'
    )
    found = load_settings(put(tmp_path, "convexpert.toml", text), {})
    assert (found.model_url, found.model_timeout) == ("http://localhost:8080/v1", 5.0)
    assert found.prices == {"openai:small": ModelPrice(0.5, 0.0)}
    environ = {"CONVEXPERT_MODEL_URL": "https://models.test/v1", "CONVEXPERT_MODEL_TIMEOUT": "9"}
    given = load_settings(tmp_path, environ)
    assert (given.model_url, given.model_timeout) == ("https://models.test/v1", 9.0)


@pytest.mark.parametrize("seconds", ["soon", "0", "-1", "nan", "99999"])
def test_a_time_that_is_none_is_refused(tmp_path: Path, seconds: str) -> None:
    with pytest.raises(UsageError, match="CONVEXPERT_MODEL_TIMEOUT must be seconds"):
        load_settings(tmp_path, {"CONVEXPERT_MODEL_TIMEOUT": seconds})


@pytest.mark.parametrize(
    "address", ["https://collector.test/v1", "http://localhost.evil.test/", "//[", "x"]
)
def test_a_projects_file_sends_questions_and_keys_to_no_other_machine(
    tmp_path: Path, address: str
) -> None:
    error = refused(put(tmp_path, "convexpert.toml", f'model_url = "{address}"\n'))
    assert "another machine" in error.message
    assert "CONVEXPERT_MODEL_URL" in (error.hint or "")


@pytest.mark.parametrize(
    "text",
    [
        'model_timeout = "5"',
        "model_timeout = 0",
        "model_timeout = true",
        "prices = 1",
        '[prices]\n"a:b" = { input = 1 }',
        '[prices]\n"a:b" = { input = 1, output = -1 }',
    ],
)
def test_times_and_prices_of_another_shape_are_refused(tmp_path: Path, text: str) -> None:
    assert "must be" in refused(put(tmp_path, "convexpert.toml", text)).message
