"""Runs as JUnit XML."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from evals.gates import Gates
from evals.metrics.base import Measured
from evals.outcome import CaseFailed, CaseOutcome, Outcome, Result
from evals.record import Run, RunSpec, SuiteRun
from evals.report.junit import run_junit
from evals.scores import score

HOSTILE = "]]></failure> & \"quoted\" '<x>' \x00\x1b[31m \ufffe \ud800"


def case(name: str, *missed: str) -> Outcome:
    return Outcome(name, "answer", (), Result({"facts": Measured(1.0, 1)}, missed, {}), 250.0)


def run_of(*cases: CaseOutcome, threshold: float | None = None, must: tuple[str, ...] = ()) -> Run:
    held = {} if threshold is None else {"pass_rate": threshold}
    suite = SuiteRun("answers", "d", (), score(cases, held), cases, Gates(must_pass=must))
    return Run("20260101T000000000Z-aaaaaa", "2026", 1500.0, RunSpec("0", None, 0), (suite,))


def parsed(run: Run) -> ElementTree.Element:
    return ElementTree.fromstring(run_junit(run).encode())


@pytest.mark.parametrize(
    ("run", "failures", "errors", "skipped"),
    [
        (run_of(case("a"), case("b")), 0, 0, 0),
        (run_of(case("a"), case("b", "no fact")), 0, 0, 1),
        (run_of(case("a"), case("b", "no fact"), threshold=0.5), 0, 0, 1),
        (run_of(case("a"), case("b", "no fact"), threshold=0.9), 2, 0, 0),
        (run_of(case("a"), case("b", "no fact"), must=("b",)), 1, 0, 0),
        (run_of(case("a"), CaseFailed("b", "answer", (), "crash", "boom", 1.0)), 0, 1, 0),
    ],
)
def test_there_are_failures_exactly_where_the_run_does_not_pass(
    run: Run, failures: int, errors: int, skipped: int
) -> None:
    suite = parsed(run)[0]
    assert (len(suite.findall(".//failure")), len(suite.findall(".//error"))) == (failures, errors)
    assert len(suite.findall(".//skipped")) == skipped
    counted = [int(suite.attrib[key]) for key in ("failures", "errors", "skipped", "tests")]
    assert counted == [failures, errors, skipped, len(suite.findall("testcase"))]
    assert run.passed == (failures + errors == 0)


def test_texts_of_others_stay_texts() -> None:
    suite = parsed(run_of(case(HOSTILE, HOSTILE), threshold=1.0))[0]
    missed = suite.findall("testcase")[1]
    assert missed.attrib["name"].startswith("]]></failure> & \"quoted\" '<x>' \\x00")
    assert [child.tag for child in missed] == ["failure"]
    assert "<x>" in (missed[0].text or "")


def test_what_failed_says_its_code_and_reason() -> None:
    error = parsed(run_of(CaseFailed("b", "answer", (), "passage-gone", "it is gone", 1.0))).find(
        ".//error"
    )
    assert error is not None
    assert error.attrib == {"message": "it is gone", "type": "passage-gone"}
