"""The `gates` of a suite file."""

from __future__ import annotations

import pytest

from agents.errors import SuiteError
from evals.gates import Gates
from evals.suite import read_suite

CASES = """
cases:
  - {id: a, kind: check, tags: [basic], code: "1;"}
  - {id: b, kind: check, code: "2;"}
"""


def gates(text: str) -> Gates:
    return read_suite(f"gates: {text}{CASES}".encode(), path="s.yaml").gates


def test_without_gates_nothing_may_be_lost_and_every_whole_metric_is_guarded() -> None:
    found = read_suite(CASES.encode(), path="s.yaml").gates
    assert found == Gates()
    assert found.guards("recall")
    assert not found.guards("recall:n-plus-one")


def test_gates_are_read() -> None:
    found = gates("{lost: 2, must_pass: [b, 'tag:basic'], regression: [f1], tolerance: {f1: 0.1}}")
    assert found == Gates(("b", "tag:basic"), 2, ("f1",), {"f1": 0.1})
    assert found.must("a", ["basic"])
    assert found.must("b", [])
    assert not found.must("a", ["other"])
    assert (found.guards("f1"), found.guards("recall")) == (True, False)
    assert gates("{regression: none}").regression == ()
    assert gates("{regression: all}").regression is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{must_pass: [c]}", "`gates.must_pass` names the case c"),
        ("{must_pass: ['tag:c']}", "`gates.must_pass` names the tag c"),
        ("{regression: [mrr@10]}", "`gates.regression` names the metric mrr@10"),
        ("{tolerance: {mrr@10: 0}}", "`gates.tolerance.mrr@10` names the metric mrr@10"),
        ("{tolerance: {f1: -1}}", "`gates.tolerance.f1` must be 0 or more"),
        ("{lost: -1}", "`gates.lost` must be a whole number"),
        ("{loss: 1}", "unknown key `gates.loss`"),
    ],
)
def test_a_gate_that_asks_for_what_is_not_there_is_refused_with_its_line(
    text: str, told: str
) -> None:
    with pytest.raises(SuiteError) as raised:
        gates(text)
    assert raised.value.message.startswith(told)
    assert (raised.value.path, raised.value.line) == ("s.yaml", 1)
