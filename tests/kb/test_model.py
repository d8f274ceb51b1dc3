"""Which model applies, and that only the right weights are used."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from agents.errors import KnowledgeBaseError
from kb.model import (
    DEFAULT_WEIGHTS,
    ModelChoice,
    cache_folder,
    check_weights,
    choose_model,
    prepared_model,
)


def test_without_a_setting_the_packaged_model_with_the_official_weights_is_used() -> None:
    choice = choose_model(None)
    assert choice == choose_model("sentence-transformers/all-MiniLM-L6-v2")
    assert choice.folder is not None
    assert check_weights(choice, choice.folder) == DEFAULT_WEIGHTS


def test_other_weights_are_refused_before_anything_is_made_of_them(tmp_path: Path) -> None:
    official = choose_model(None)
    assert official.folder is not None
    folder = tmp_path / "model"
    shutil.copytree(official.folder, folder)
    weights = folder / "model.safetensors"
    changed = bytearray(weights.read_bytes())
    changed[-1] ^= 1
    weights.write_bytes(changed)
    choice = ModelChoice(official.name, official.key, folder, official.weights)
    with pytest.raises(KnowledgeBaseError, match="not the official ones"):
        prepared_model(choice, cache=tmp_path / "cache")
    assert [p.name for p in (tmp_path / "cache" / "models").iterdir() if p.is_dir()] == []


def test_missing_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeBaseError, match="SHA-256 missing"):
        check_weights(ModelChoice("x", "x", tmp_path, DEFAULT_WEIGHTS), tmp_path)


@pytest.mark.parametrize("setting", ["../evil name", "a/b/c", "", "http://x.example/m", "-x"])
def test_what_is_no_folder_and_no_name_is_an_error(setting: str) -> None:
    with pytest.raises(KnowledgeBaseError, match="no embedding model"):
        choose_model(setting)


def test_a_folder_without_a_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeBaseError, match=r"modules\.json"):
        choose_model(str(tmp_path))


def test_a_folder_is_another_model_when_a_file_in_it_changes(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text("[]", encoding="utf-8")
    before = choose_model(str(tmp_path)).key
    assert choose_model(str(tmp_path)).key == before
    (tmp_path / "modules.json").write_text("[{}]", encoding="utf-8")
    assert choose_model(str(tmp_path)).key != before


def test_the_cache_is_where_the_environment_says(tmp_path: Path) -> None:
    assert cache_folder({"CONVEXPERT_CACHE": str(tmp_path)}) == tmp_path


@pytest.mark.slow
def test_a_model_that_cannot_be_loaded_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text("[]", encoding="utf-8")
    (tmp_path / "config.json").write_text("not json", encoding="utf-8")
    with pytest.raises(KnowledgeBaseError, match="can't load the embedding model"):
        prepared_model(choose_model(str(tmp_path)), cache=tmp_path / "cache")


@pytest.mark.slow
def test_a_damaged_copy_in_the_cache_is_made_anew(tmp_path: Path) -> None:
    made = prepared_model(choose_model(None), cache=tmp_path)
    (made.folder / "model.onnx").write_bytes(b"cut off")
    again = prepared_model(choose_model(None), cache=tmp_path)
    assert (again.folder / "model.onnx").stat().st_size == again.files["model.onnx"] > 10**7
    described = json.loads((again.folder / "model.json").read_text(encoding="utf-8"))
    assert described["id"] == f"all-MiniLM-L6-v2@{DEFAULT_WEIGHTS[:12]}"
