from __future__ import annotations

from pathlib import Path

import pytest

from agents.errors import SuiteError
from evals.kinds.retrieval import RetrievalTask
from evals.suite import builtin_suites, find_suites, load_suite, metric_named, read_suite

CASE = """
  - id: one
    kind: retrieval
    question: What?
    relevant: [agent]"""

CHECK = "cases:\n  - id: a\n    kind: check\n    {}\n"


def refused(text: str) -> str:
    with pytest.raises(SuiteError) as caught:
        read_suite(text.encode(), path="s.yaml")
    return str(caught.value)


def test_a_suite_has_its_file_name_and_its_cases_in_order() -> None:
    suite = read_suite(f"cases:{CASE}{CASE.replace('one', 'two')}".encode(), path="a/My Suite.yaml")
    assert suite.name == "my-suite"
    assert [(case.id, case.line) for case in suite.cases] == [("one", 2), ("two", 6)]
    assert suite.folder == Path("a")


def test_two_cases_with_one_id_are_refused_and_both_lines_named() -> None:
    assert refused(f"cases:{CASE}{CASE}") == (
        "s.yaml:6: two cases have the id one (the other one is on line 2)"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"cases:{CASE}\ntitel: x\n", "s.yaml:6: unknown key `titel`"),
        ("cases:\n  - id: a\n    kind: retrival\n", "s.yaml:3: `cases[0].kind` must be one of"),
        (f"cases:{CASE}\n    questoin: x\n", "s.yaml:6: unknown key `cases[0].questoin`"),
        ("cases:\n  - kind: check\n    code: x\n", "s.yaml:2: `cases[0]` needs the key `id`"),
        ("cases: []\n", "s.yaml:1: `cases` must be a list of 1 to"),
        ("name: x\n", "s.yaml:1: the file needs the key `cases`"),
        (f"name: a b\ncases:{CASE}", "s.yaml:1: `name` must be made of"),
        (f"thresholds: {{recal@5: 1}}\ncases:{CASE}", "s.yaml:1: no case of this suite measures"),
        (f"thresholds: {{precision: 1}}\ncases:{CASE}", "no case of this suite measures"),
        (f"thresholds:\n  recall@5: 1.5\ncases:{CASE}", "s.yaml:2: `thresholds.recall@5` must be"),
        (f"thresholds: {{recall@5: high}}\ncases:{CASE}", "must be a number"),
        (CHECK.format("code: 'x() // expect: no-rule'"), "s.yaml:2: `cases[0]`: there is no rule"),
        (
            CHECK.format("code: x\n    expect:\n      - {rule: no-rule, line: 1}"),
            "s.yaml:6: `cases[0].expect[0].rule`: there is no rule 'no-rule'",
        ),
        (f"defaults: {{check: {{rule: []}}}}\ncases:{CASE}", "unknown key `defaults.check.rule`"),
    ],
)
def test_what_is_wrong_is_named_with_file_line_and_key(text: str, message: str) -> None:
    assert message in refused(text)


def test_a_case_takes_what_it_does_not_say_from_the_defaults_of_its_kind() -> None:
    two = CASE.replace("one", "two")
    text = f"defaults: {{retrieval: {{k: 3}}}}\ncases:{CASE}{two}\n    k: [7, 2]\n"
    suite = read_suite(text.encode(), path="s.yaml")
    tasks = [case.task for case in suite.cases]
    assert all(isinstance(task, RetrievalTask) for task in tasks)
    assert [task.cutoffs for task in tasks] == [(3,), (2, 7)]


def test_metrics_are_known_by_name_and_kind() -> None:
    for name in ("recall@1", "mrr@100", "ndcg@10", "pass_rate"):
        assert metric_named(name, ["retrieval"]) is not None
    for name in ("recall@0", "recall@101", "recall@x", "recall@²", "precision", "recall"):
        assert metric_named(name, ["retrieval"]) is None
    assert metric_named("recall:n-plus-one", ["check"]) is not None
    assert metric_named("exact:n-plus-one", ["check"]) is None


def test_built_in_suites_are_found_by_name() -> None:
    assert [suite.name for suite in find_suites()] == [p.stem for p in builtin_suites()]
    (check,) = find_suites(["check"])
    assert check.kinds == ("check",)


def test_files_and_folders_are_found_and_two_suites_of_one_name_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"cases:{CASE}", encoding="utf-8")
    (tmp_path / "b.yml").write_text(f"cases:{CASE}", encoding="utf-8")
    assert [suite.name for suite in find_suites([str(tmp_path)])] == ["a", "b"]
    assert [suite.name for suite in find_suites([str(tmp_path / "a.yaml")])] == ["a"]
    (tmp_path / "c.yaml").write_text(f"name: a\ncases:{CASE}", encoding="utf-8")
    with pytest.raises(SuiteError, match="two suites have the name a"):
        find_suites([str(tmp_path)])


def test_an_unknown_name_and_an_unreadable_file_are_errors(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="no suite 'retrievl'"):
        find_suites(["retrievl"])
    with pytest.raises(SuiteError, match="can't read it"):
        load_suite(tmp_path / "none.yaml")
    with pytest.raises(SuiteError, match="holds no"):
        find_suites([str(tmp_path)])
