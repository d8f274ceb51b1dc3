"""Generate cases: a scripted model writes the code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from eval_project import eval_project, scripted_run
from scripted_model import Fail, Request, Say, Script, Step, scripted_server

from agents.errors import SuiteError
from agents.settings import ModelPrice, Settings
from agents.workspace import Workspace
from evals.compare import compare_runs
from evals.comparison import Fate, Verdict
from evals.history import kept_document
from evals.metrics.base import Measured, Measurement, NotMeasured
from evals.outcome import CaseFailed, CaseOutcome, Outcome, Usage
from evals.record import Run
from evals.report.json import run_from_json, run_to_json
from evals.report.junit import run_junit
from evals.report.outputs import output_lines
from evals.run import RunOptions, run_suites
from evals.suite import find_suites, load_suite, read_suite
from evals.why import Explainer

MODEL = "openai:scripted"
REFERENCES = Path(__file__).parents[2] / "fixtures" / "generate"
EXPERT = """\
---
name: expert
description: Convex.
---
# Expert

- Use `.withIndex()` and never `.filter()` in a query.
"""
SUITE = """\
agents: [documents]
thresholds: {violations: 1}
cases:
  - id: tasks
    kind: generate
    agent: expert
    task: List the tasks of an owner.
    files:
      convex/schema.ts: |
        import { defineSchema, defineTable } from "convex/server";
        import { v } from "convex/values";
        export default defineSchema({
          tasks: defineTable({ owner: v.string() }).index("by_owner", ["owner"]),
        });
    must: [".withIndex('by_owner'", [".take(", ".paginate("]]
    must_not: [".filter("]
    rules: [no-filter-in-query]
    ignore: [require-access-control]
"""
GOOD = """\
Here:

```ts
// convex/tasks.ts
import { v } from "convex/values";
import { query } from "./_generated/server";
export const list = query({
  args: { owner: v.string() },
  handler: async (ctx, args) =>
    ctx.db.query("tasks").withIndex("by_owner", (q) => q.eq("owner", args.owner)).take(20),
});
```
"""
BAD = GOOD.replace(
    '.withIndex("by_owner", (q) => q.eq("owner", args.owner)).take(20)',
    '.filter((q) => q.eq(q.field("owner"), args.owner)).collect()',
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return eval_project(tmp_path, SUITE, expert=EXPERT)


def run_in(folder: Path, *script: Script, repeat: int = 1, fresh: bool = True) -> Run:
    options = RunOptions(model=MODEL, repeat=repeat, fresh=fresh)
    return scripted_run(folder, *script, options=options, prices={MODEL: ModelPrice(1.0, 10.0)})[0]


def only(run: Run) -> CaseOutcome:
    (case,) = run.suites[0].cases
    return case


def scores(run: Run) -> dict[str, Measurement]:
    return {score.metric.name: score.result for score in run.suites[0].scores}


def test_code_that_keeps_the_rules_passes_and_is_kept_with_tokens_and_cost(folder: Path) -> None:
    run = run_in(folder, Say(GOOD, tokens=(100, 20)))
    case = only(run)
    assert isinstance(case, Outcome)
    assert (case.passed, case.sampled, run.passed) == (True, True, True)
    assert case.result.usage == Usage(1, 100, 20, 0.0003)
    assert run.spec.parameters == {"temperature": 0, "answer_tokens": 1200, "code_tokens": 4000}
    found = scores(run)
    assert (found["violations"], found["findings"]) == (Measured(0.0, 1), Measured(0.0, 1))
    assert found["findings:no-filter-in-query"] == Measured(0.0, 1)
    assert (found["must_have"], found["must_not_absent"]) == (Measured(1.0, 2), Measured(1.0, 1))
    assert isinstance(found["type_errors"], NotMeasured)
    files = case.result.output["files"]
    assert isinstance(files, dict)
    assert list(files) == ["convex/tasks.ts"]
    assert run_from_json(json.loads(json.dumps(run_to_json(run)))) == run


def test_violations_and_missing_patterns_are_told_and_gate_as_lower_is_better(folder: Path) -> None:
    run = run_in(folder, Say(BAD))
    case = only(run)
    assert isinstance(case, Outcome)
    assert not run.passed
    assert case.result.missed == (
        "no-filter-in-query at convex/tasks.ts:7",
        "does not hold “.withIndex('by_owner'”",
        "does not hold “.take(”",
        "holds “.filter(”",
    )
    violations = scores(run)["violations"]
    findings = scores(run)["findings"]
    assert isinstance(violations, Measured)
    assert isinstance(findings, Measured)
    assert findings.value >= 1
    assert violations.value == findings.value + 3
    lines = output_lines(case)
    assert "── convex/tasks.ts" in lines
    assert any(line.startswith("no-filter-in-query in convex/tasks.ts: ") for line in lines)


def test_the_document_is_the_system_prompt_and_the_project_is_shown(folder: Path) -> None:
    with scripted_server(Say(GOOD)) as server:
        run_suites(
            [load_suite(folder / "suite.yaml")],
            RunOptions(model=MODEL),
            workspace=Workspace(folder / ".convexpert"),
            settings=Settings(model_url=server.url),
        )
        assert server.prompt("system").startswith("# Expert")
        assert "name: expert" not in server.prompt("system")
        user = server.prompt("user")
        assert user.startswith("List the tasks of an owner.")
        assert '.index("by_owner", ["owner"])' in user
        assert server.requests[0]["temperature"] == 0


def test_another_document_under_test_is_the_prompt_and_an_empty_one_says_nothing(
    folder: Path,
) -> None:
    (folder / "documents" / "expert.md").unlink()
    (folder / "documents" / "mine.md").write_text(
        "---\nname: mine\ndescription: Nothing.\n---\n", encoding="utf-8"
    )
    with scripted_server(Say(GOOD)) as server:
        run = run_suites(
            [load_suite(folder / "suite.yaml")],
            RunOptions(model=MODEL),
            workspace=Workspace(folder / ".convexpert"),
            settings=Settings(model_url=server.url),
        )
        assert [message["role"] for message in server.requests[0]["messages"]] == ["user"]
    case = only(run)
    assert isinstance(case, Outcome)
    assert case.result.output["agent"] == "mine"


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (Say("I would use an index."), "the reply has no code"),
        (Say(" "), "the reply is empty"),
        (Say("I can't", finish="content_filter"), "the model refused"),
    ],
)
def test_a_reply_without_code_is_an_outcome_and_no_clean_one(
    step: Step, why: str, folder: Path
) -> None:
    run = run_in(folder, step)
    case = only(run)
    assert isinstance(case, Outcome)
    assert case.result.missed == (why,)
    found = scores(run)
    assert found["code_given"] == Measured(0.0, 1)
    assert found["violations"] == Measured(2.0, 1)
    assert found["must_have"] == Measured(0.0, 2)
    assert isinstance(found["findings"], NotMeasured)
    assert "findings:no-filter-in-query" not in found


def test_code_that_was_cut_off_is_looked_at_and_does_not_pass(folder: Path) -> None:
    case = only(run_in(folder, Say(GOOD[: GOOD.rindex("```")], finish="length")))
    assert isinstance(case, Outcome)
    assert case.result.missed == ("the reply was cut off",)


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (Fail(429, "slow down"), "model-rate-limit"),
        (Say("```ts\n", dies=True), "model-broke-off"),
        (Fail(400, "no"), "model"),
    ],
)
def test_a_model_that_cannot_be_asked_is_a_failure_and_is_asked_again(
    step: Step, code: str, folder: Path
) -> None:
    run = run_in(folder, step, fresh=False)
    case = only(run)
    assert isinstance(case, CaseFailed)
    assert case.code == code
    assert not run.passed
    assert only(run_in(folder, Say(GOOD), fresh=False)).passed


def test_a_model_that_says_nothing_for_too_long_is_a_failure_of_its_own(folder: Path) -> None:
    with scripted_server(Say("", hangs=True)) as server:
        run = run_suites(
            [load_suite(folder / "suite.yaml")],
            RunOptions(model=MODEL),
            workspace=Workspace(folder / ".convexpert"),
            settings=Settings(model_url=server.url, model_timeout=0.3),
        )
    case = only(run)
    assert isinstance(case, CaseFailed)
    assert case.code == "model-timeout"


def test_without_a_model_cases_are_skipped_and_gate_nothing(folder: Path) -> None:
    run = run_suites(
        [load_suite(folder / "suite.yaml")],
        RunOptions(),
        workspace=Workspace(folder / ".convexpert"),
        settings=Settings(),
    )
    (suite,) = run.suites
    assert (run.passed, suite.cases, [one.case for one in suite.skipped]) == (True, (), ["tasks"])
    assert suite.notes == (
        "skipped 1 case: needs a model: --model PROVIDER:NAME, or CONVEXPERT_EVAL_MODEL",
    )
    told = run_to_json(run)
    assert told["suites"][0]["counts"]["skipped"] == 1
    assert run_from_json(json.loads(json.dumps(told))) == run
    assert '<skipped message="needs a model' in run_junit(run)
    with_model = run_in(folder, Say(GOOD))
    for pair in ((run, with_model), (with_model, run)):
        comparison = compare_runs(*pair)
        assert comparison.passed
        assert comparison.suites[0].cases == ()
        assert any("1 case was skipped in the" in note for note in comparison.notes)


def test_the_setting_names_a_model_where_the_option_does_not(folder: Path) -> None:
    with scripted_server(Say(GOOD)) as server:
        run = run_suites(
            [load_suite(folder / "suite.yaml")],
            RunOptions(),
            workspace=Workspace(folder / ".convexpert"),
            settings=Settings(model_url=server.url, eval_model=MODEL),
        )
    assert (only(run).passed, run.spec.model) == (True, MODEL)


def test_more_violations_are_worse_and_show_with_the_rule_that_lost_its_item(folder: Path) -> None:
    cases = SUITE[: SUITE.index("cases:")].replace("thresholds: {violations: 1}\n", "") + "cases:\n"
    case = SUITE[SUITE.index("  - id: tasks") :]
    many = "".join(case.replace("id: tasks", f"id: tasks-{n}") for n in range(12))
    (folder / "suite.yaml").write_text(cases + many, encoding="utf-8")
    base = run_in(folder, Say(GOOD))
    document = folder / "documents" / "expert.md"
    document.write_text(EXPERT.partition("- Use")[0] + "- Be brief.\n", encoding="utf-8")
    head = run_in(folder, Say(BAD))
    workspace = Workspace(folder / ".convexpert")
    explain = Explainer(base, head, lambda digest: kept_document(workspace, digest))
    comparison = compare_runs(base, head, explain=explain)
    (suite,) = comparison.suites
    (reason,) = suite.cases[0].why
    assert reason.code == "rule-lost"
    assert "no-filter-in-query" in reason.told
    assert reason.hunk is not None
    assert "-- Use `.withIndex()`" in reason.hunk
    by_name = {one.metric.name: one for one in suite.metrics}
    violations = by_name["violations"]
    assert violations.verdict is Verdict.WORSE
    assert violations.difference is not None
    assert violations.difference > 0
    assert by_name["findings:no-filter-in-query"].difference == 1.0
    assert {one.fate for one in suite.cases} == {Fate.LOST}
    assert not comparison.passed
    back = compare_runs(head, base)
    assert back.passed
    assert {one.fate for one in back.suites[0].cases} == {Fate.GAINED}


def test_repeats_ask_again_and_are_kept_by_what_they_depend_on(folder: Path) -> None:
    with scripted_server(Say(GOOD), Say(BAD), Say(GOOD), Fail(400, "asked once more")) as server:

        def again(model: str = MODEL) -> CaseOutcome:
            run = run_suites(
                [load_suite(folder / "suite.yaml")],
                RunOptions(model=model, repeat=3),
                workspace=Workspace(folder / ".convexpert"),
                settings=Settings(model_url=server.url),
            )
            return only(run)

        first, second = again(), again()
        assert (first.passes, first.tries, first.cached) == (2, 3, False)
        assert (second.passes, second.cached, len(server.requests)) == (2, True, 3)
        assert isinstance(again("openai:another"), CaseFailed)
        asked = len(server.requests)
        document = folder / "documents" / "expert.md"
        document.write_text(EXPERT.replace("never", "not"), encoding="utf-8")
        assert isinstance(again(), CaseFailed)
        assert len(server.requests) > asked > 3


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("must: [' * x']", "made of pieces of code"),
        ("rules: [no-such-rule]", "no-such-rule"),
        ("files: {../x.ts: a}", "relative path"),
        ("judge: {rubrik: x}", "rubrik"),
        ("task: ''", "task"),
    ],
)
def test_a_wrong_field_is_named(field: str, message: str) -> None:
    task = "" if field.startswith("task") else "\n    task: T"
    text = f"cases:\n  - id: a\n    kind: generate{task}\n    {field}\n"
    with pytest.raises(SuiteError, match=message):
        read_suite(text.encode(), path="s.yaml")


def test_a_built_in_case_can_be_met_and_is_not_met_by_next_to_nothing(tmp_path: Path) -> None:
    (suite,) = find_suites(["generate"])
    assert len(suite.cases) >= 30
    texts = {
        case.task.task: (REFERENCES / f"{case.id}.md").read_text(encoding="utf-8")
        for case in suite.cases
    }

    def answer(request: Request) -> Step:
        asked = request["messages"][-1]["content"]
        return Say(next(text for task, text in texts.items() if asked.startswith(task)), piece=9999)

    def run(step: Script) -> Run:
        with scripted_server(step) as server:
            return run_suites(
                [suite],
                RunOptions(model=MODEL, fresh=True),
                workspace=Workspace(tmp_path / "ws"),
                settings=Settings(model_url=server.url),
            )

    good = run(answer)
    assert {
        case.case: case.result.missed if isinstance(case, Outcome) else (case.reason,)
        for case in good.suites[0].cases
        if not case.passed
    } == {}
    assert scores(good)["violations"] == Measured(0.0, len(suite.cases))
    idle = run(Say("```ts\n// convex/nothing.ts\nexport const nothing = 1;\n```"))
    assert not any(case.passed for case in idle.suites[0].cases)
