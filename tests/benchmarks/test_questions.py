"""The judged questions: what weights are fitted to never meets what they are reported on."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def questions() -> ModuleType:
    spec = importlib.util.spec_from_file_location("questions", BENCHMARKS / "questions.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_no_question_is_both_fitted_to_and_reported_on(questions: ModuleType) -> None:
    fitted = {one.question.lower() for one in questions.read_questions(*questions.FITTED)}
    others = {
        one.question.lower() for one in questions.read_questions("held-out", "unnamed-held-out")
    }
    assert len(fitted) > 150 and len(others) > 150
    assert not fitted & others


@pytest.mark.parametrize(("split", "odd"), [("unnamed", 0), ("unnamed-held-out", 1)])
def test_the_first_page_decides_which_half_a_question_is_of(
    questions: ModuleType, split: str, odd: int
) -> None:
    for one in questions.read_questions(split):
        page = one.relevant[0].page
        assert int(hashlib.sha256(page.encode()).hexdigest(), 16) % 2 == odd, page


def test_every_question_is_answered_somewhere_and_lines_are_in_order(questions: ModuleType) -> None:
    for one in questions.read_questions(*questions.FITTED, "held-out", "unnamed-held-out"):
        assert max(one.grades.values()) >= 2, one.question
        for judged in one.relevant:
            assert 1 <= judged.grade <= 3
            assert judged.lines is None or 1 <= judged.lines[0] <= judged.lines[1], one.question
