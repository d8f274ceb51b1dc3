"""The suites that come with the package hold what they promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.finding import Severity
from agents.registry import AgentVersion, open_registry
from agents.settings import Settings
from agents.workspace import Workspace
from assistant.code.catalogue import load_rule, rule_ids
from evals.judge import PREFERENCES
from evals.judge_agreement import PAIRWISE, SINGLE
from evals.judge_labels import load_labels
from evals.kinds.answer import AnswerTask
from evals.kinds.check import CheckTask
from evals.kinds.document import DocumentTask
from evals.kinds.retrieval import RetrievalTask
from evals.passages import Passage, locate
from evals.suite import Suite, find_suites

LABELS = Path(__file__).parents[2] / "docs" / "examples" / "labels.yaml"
RULES = {
    "no-filter-in-query",
    "no-collect-in-query",
    "unindexed-query",
    "unknown-index",
    "no-duplicate-indexes",
    "n-plus-one",
    "no-date-now-in-query",
    "no-floating-promise",
    "side-effect-in-transaction",
    "public-function-reference",
    "require-args-validator",
    "require-access-control",
    "sequential-run-calls",
    "unverified-webhook",
    "plain-error",
    "no-old-registered-function-syntax",
}


@pytest.fixture
def builtin_versions(workspace: Workspace) -> Iterator[list[AgentVersion]]:
    with open_registry(workspace, Settings()) as registry:
        yield registry.agents()


def suite_named(name: str) -> Suite:
    (suite,) = find_suites([name])
    return suite


def passages(suite: Suite) -> Iterator[tuple[str, Passage]]:
    for case in suite.cases:
        if isinstance(case.task, RetrievalTask):
            yield from ((case.id, passage) for passage in case.task.relevant)
        elif isinstance(case.task, AnswerTask):
            yield from ((case.id, passage) for group in case.task.cites for passage in group)


@pytest.mark.parametrize("name", ["retrieval", "answers"])
def test_every_passage_that_a_case_names_is_in_the_built_in_documents(
    name: str, builtin_versions: list[AgentVersion]
) -> None:
    for _case, passage in passages(suite_named(name)):
        assert locate(passage, builtin_versions).lines


def test_there_are_enough_questions_of_both_sorts() -> None:
    assert len(suite_named("retrieval").cases) >= 40
    tasks = [case.task for case in suite_named("answers").cases]
    sorts = Counter(task.unanswerable for task in tasks if isinstance(task, AnswerTask))
    assert sorts[False] >= 25
    assert sorts[True] >= 15


def test_every_rule_has_snippets_that_break_it_and_snippets_that_do_not() -> None:
    suite = suite_named("check")
    tasks = [case.task for case in suite.cases if isinstance(case.task, CheckTask)]
    assert len(tasks) >= 60
    assert {place.rule for task in tasks for place in task.expected} == RULES
    clean = {tag for case in suite.cases if "clean" in case.tags for tag in case.tags}
    assert clean - {"clean"} == RULES
    for case in suite.cases:
        if "clean" in case.tags:
            assert isinstance(case.task, CheckTask)
            assert not case.task.expected


def test_every_rule_that_is_on_by_default_has_a_case_that_breaks_it_and_one_that_does_not() -> None:
    cases = [
        (case, case.task)
        for suite in find_suites()
        for case in suite.cases
        if isinstance(case.task, CheckTask)
    ]
    assert len(cases) >= 150
    broken = {place.rule for _case, task in cases for place in task.expected}
    kept = {tag for case, task in cases if not task.expected for tag in case.tags}
    # No case can turn on what a project has to turn on itself.
    off = {rule for rule in rule_ids() if load_rule(rule).severity is Severity.OFF}
    wanted = set(rule_ids()) - off
    assert sorted(wanted - broken) == []
    assert sorted(wanted - kept) == []


def test_there_are_enough_document_cases_and_every_item_of_every_document_is_in_one(
    builtin_versions: list[AgentVersion],
) -> None:
    tasks = [case.task for case in suite_named("documents").cases]
    found = [task for task in tasks if isinstance(task, DocumentTask)]
    assert len(found) >= 40
    for version in builtin_versions:
        expected = Counter(
            text for task in found if task.document == version.handle for text in task.items
        )
        assert expected == Counter(item.text for item in version.document.checklist)


def test_a_judge_can_be_asked_about_answers_and_code_by_one_rubric_each() -> None:
    for name in ("answers", "generate"):
        assert len({case.task.judge for case in suite_named(name).cases} - {None}) == 1


def test_the_labels_of_the_examples_measure_a_judge_for_the_built_in_answers() -> None:
    labels = load_labels(LABELS)
    assert {case.task.judge for case in suite_named("answers").cases} == {labels.rubric}
    verdicts = Counter((label.asked, label.verdict) for label in labels.labels)
    assert verdicts[SINGLE, "pass"] >= 10
    assert verdicts[SINGLE, "fail"] >= 10
    assert {verdict for asked, verdict in verdicts if asked == PAIRWISE} == set(PREFERENCES)
