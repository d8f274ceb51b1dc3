"""What suites may say in the fields of each kind."""

from __future__ import annotations

import pytest

from agents.errors import SuiteError
from agents.finding import Severity
from assistant.code.check import CheckOptions
from evals.kinds import KINDS
from evals.kinds.answer import AnswerTask
from evals.kinds.check import CheckTask, marks, without_marks
from evals.kinds.retrieval import RetrievalTask
from evals.metrics.findings import Place
from evals.passages import Passage
from evals.phrases import Fact
from evals.yaml_lines import read_yaml


def read(kind: str, text: str) -> object:
    return KINDS[kind].read(read_yaml(text.encode(), path="s.yaml").table())


def read_check(text: str) -> CheckTask:
    task = read("check", text)
    assert isinstance(task, CheckTask)
    return task


def refused(kind: str, text: str) -> str:
    with pytest.raises(SuiteError) as caught:
        read(kind, text)
    return str(caught.value)


def test_a_kind_is_known_by_its_own_name_and_reads_only_its_own_fields() -> None:
    for name, kind in KINDS.items():
        assert kind.name == name
        assert not {"id", "kind", "tags"} & set(kind.fields)


def test_retrieval_takes_passages_with_grades_and_cut_offs() -> None:
    task = read(
        "retrieval",
        "question: Q\nk: [10, 3]\nmode: lexical\nrelevant: [{document: a, quote: b, grade: 1}]\n",
    )
    assert task == RetrievalTask("Q", (Passage("a", quote="b", grade=1),), (3, 10), "lexical")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("question: Q\nrelevant: []\n", "s.yaml:2: `relevant` must be a list of 1 to"),
        ("question: Q\nrelevant: [a]\nk: 0\n", "s.yaml:3: `k` must be a whole number from 1"),
        (
            "question: Q\nrelevant: [a]\nmode: deep\n",
            "`mode` must be one of hybrid",
        ),
        ("question: Q\nrelevant:\n  - {document: a, grade: 4}\n", "s.yaml:3: `relevant[0].grade`"),
        ("question: ''\nrelevant: [a]\n", "`question` must be a text"),
    ],
)
def test_a_wrong_retrieval_case_is_named(text: str, message: str) -> None:
    assert message in refused("retrieval", text)


def test_answer_takes_facts_in_several_ways_and_groups_of_citations() -> None:
    task = read(
        "answer",
        "question: Q\nfacts: [one, [two, 2 ways]]\nmust_not: never\n"
        "cites: [a, [b, {document: c, quote: d}]]\n",
    )
    assert task == AnswerTask(
        "Q",
        facts=(Fact(("one",)), Fact(("two", "2 ways"))),
        must_not=("never",),
        cites=((Passage("a"),), (Passage("b"), Passage("c", quote="d"))),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("question: Q\n", "must be given `facts`, `cites`, `judge` or `unanswerable: true`"),
        ("question: Q\nfacts: [a]\nunanswerable: true\n", "s.yaml:3: `unanswerable` must be false"),
        ("question: Q\nfacts: [16]\n", "`facts[0]` must be a list"),
        ("question: Q\nfacts: [['* x']]\n", ""),
        ("question: Q\nfacts: ['**']\n", "`facts[0]` must be made of words"),
        ("question: Q\nfacts: [[]]\n", "`facts[0]` must be a phrase"),
        ("question: Q\nunanswerable: yes\n", "`unanswerable` must be true or false"),
    ],
)
def test_a_wrong_answer_case_is_named(text: str, message: str) -> None:
    if message:
        assert message in refused("answer", text)
    else:
        assert read("answer", text)


MARKED = """\
const a = 1; // expect: rule-one
const b = <p>{/* expect: rule-two */}</p>;
const c = "// expect: rule-three";
const d = 2; // expect: rule-one, rule-four
// expected: nothing
"""


def test_marks_at_the_end_of_a_line_are_read_and_taken_out() -> None:
    assert marks(MARKED) == [(1, "rule-one"), (4, "rule-one"), (4, "rule-four")]
    bare = without_marks(MARKED)
    assert bare.splitlines()[0] == "const a = 1;"
    assert bare.splitlines()[3] == "const d = 2;"
    assert bare.count("\n") == MARKED.count("\n")


def test_marks_in_other_comments_are_read_too() -> None:
    assert marks(
        "<p/> {/* expect: a */}\n/* expect: b */\n<!-- expect: c -->\r\n".replace("\r", "")
    ) == [
        (1, "a"),
        (2, "b"),
        (3, "c"),
    ]


def test_a_long_line_of_spaces_and_slashes_is_read_in_linear_time() -> None:
    assert marks(" " * 100_000 + "/" * 100_000) == []


def test_check_takes_marks_and_a_list_of_findings() -> None:
    task = read(
        "check",
        "files:\n  convex/a.ts: |\n    one // expect: n-plus-one\n    two\n  convex/b.ts: three\n"
        "expect:\n  - {rule: plain-error, line: 1, file: convex/b.ts}\n"
        "rules: [n-plus-one, plain-error]\n",
    )
    assert task == CheckTask(
        files={"convex/a.ts": "one\ntwo\n", "convex/b.ts": "three"},
        expected=(Place("convex/a.ts", 1, "n-plus-one"), Place("convex/b.ts", 1, "plain-error")),
        rules=frozenset({"n-plus-one", "plain-error"}),
    )


def test_check_takes_the_settings_of_a_project() -> None:
    task = read_check(
        "code: f()\nselect: [untested-function, n-plus-one]\nignore: plain-error\n"
        "severity: {n-plus-one: info, missing-rate-limit: off}\nsmall_tables: [plans]\n",
    )
    assert task.settings.options() == CheckOptions(
        select=("n-plus-one", "untested-function"),
        ignore=("plain-error",),
        severity={"missing-rate-limit": Severity.OFF, "n-plus-one": Severity.INFO},
        small_tables=frozenset({"plans"}),
    )
    assert read_check("code: f()\n").settings.options() == CheckOptions()


@pytest.mark.parametrize(
    "settings",
    ["select: [n-plus-one]", "ignore: [plain-error]", "severity: {plain-error: off}"],
)
def test_what_the_settings_leave_out_is_not_expected(settings: str) -> None:
    message = refused("check", f"code: 'f() // expect: plain-error'\n{settings}\n")
    assert "expects plain-error, which its settings don't run" in message


@pytest.mark.parametrize(
    "path", ["../a.ts", "/a.ts", "a/../b.ts", "a//b.ts", "./a.ts", "a\\b.ts", "a b/"]
)
def test_a_path_that_could_leave_its_folder_is_refused(path: str) -> None:
    assert "named by a relative path" in refused("check", f"files: {{'{path}': x}}\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rules: [n-plus-one]\n", "given either `code` or `files`"),
        ("code: x\nfiles: {a.ts: y}\n", "given either `code` or `files`"),
        ("filename: a.ts\nfiles: {a.ts: y}\n", "s.yaml:1: `filename` must be left out"),
        ("code: 'x // expect: b'\nrules: [n-plus-one]\n", "there is no rule 'b'"),
        (
            "code: 'x // expect: no-any-type'\nrules: [n-plus-one]\n",
            "expects no-any-type, which its `rules` leave",
        ),
        ("code: x\nexpect: [{rule: a, line: 2}]\n", "from 1 to 1"),
        ("code: x\nexpect: [{rule: a, line: 1, file: b.ts}]\n", "`expect[0].file` must be one of"),
        ("code: x\nexpect: [{rule: A b, line: 1}]\n", "a rule's id"),
        ("code: x\nselect: [n-plus-won]\n", "s.yaml:2: `select`: there is no rule 'n-plus-won'"),
        ("code: x\nseverity: {n-plus-won: info}\n", "there is no rule 'n-plus-won'"),
        ("code: x\nseverity: {n-plus-one: loud}\n", "must be one of"),
    ],
)
def test_a_wrong_check_case_is_named(text: str, message: str) -> None:
    assert message in refused("check", text)


def test_a_judged_rule_that_does_not_exist_is_named() -> None:
    message = refused("check", "code: f()\nrules: [n-plus-won]\n")
    assert message == (
        "s.yaml:2: `rules`: there is no rule 'n-plus-won' (did you mean n-plus-one?)"
    )
