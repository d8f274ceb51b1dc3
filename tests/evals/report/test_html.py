"""HTML reports as text: what comes from outside stays text, and nothing is asked for."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from agents.location import Lines
from evals.compare import compare_runs
from evals.comparison import CaseComparison, Reason
from evals.judge import JUDGED
from evals.metric_history import metric_histories
from evals.metrics.base import Measured, Measurement, Metric, NotMeasured
from evals.outcome import CaseFailed, CaseOutcome, Json, Outcome, Result
from evals.record import Run, RunSpec, Score, SuiteRun
from evals.report.html_charts import score_bar
from evals.report.html_comparison import comparison_html
from evals.report.html_run import run_html
from evals.scores import score
from evals.statistics import Interval
from evals.subject import AgentUnderTest

HOSTILE = (
    "</pre></script></style><script>alert(1)</script><img src=https://e.org/x onerror=alert(1)>"
    "\"'><svg onload=alert(1)> javascript:alert(1) &lt;b&gt; {{7*7}} \x00\x1b[31m\u202e\ud800"
)
VOID = {"meta", "input", "br", "wbr", "rect", "line", "path", "polyline"}


class Looked(HTMLParser):
    """What a page consists of; raises where elements are not closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts.setdefault(self._open[-1], []).append(data)


def answered(said: str, *, passed: bool = True, name: str = "one") -> Outcome:
    missed = () if passed else (f"does not say {said}",)
    scores: dict[str, Measurement] = {"facts": Measured(float(passed), 2), "x": NotMeasured(said)}
    output: dict[str, Json] = {"status": said, "answer": said, "question": said}
    return Outcome(name, "answer", (said, "tag"), Result(scores, missed, output), 1.0)


def found(rank: int | None, said: str = "p") -> Outcome:
    relevant = [{"passage": said, "rank": rank, "grade": 3, "source": said, "lines": [[1, 2]]}]
    hits = [{"rank": 1, "source": said, "lines": [1, 2], "heading": [said], "relevant": True}]
    output: dict[str, Json] = {"question": said, "relevant": relevant, "hits": hits}
    result = Result({"mrr@10": Measured(1 / (rank or 10), 1)}, (), output)
    return Outcome("ranked", "retrieval", (), result, 1.0)


def run_of(*cases: CaseOutcome, day: int = 1, name: str = "answers", said: str = "") -> Run:
    scores = score(cases, {"pass_rate": 0.5})
    agents = (AgentUnderTest(f"expert{said}", f"c/expert.md{said}", f"e{day}{said}"),)
    suite = SuiteRun(name, "d", agents, scores, cases)
    spec = RunSpec(f"0{said}", None, 0, {"agents": [f"main{said}"]})
    return Run(f"202601{day:02}T000000000Z-aaaaaa{said}", "2026", 1.0, spec, (suite,))


def pages() -> dict[str, str]:
    failed = CaseFailed(f"broken{HOSTILE}", "answer", (HOSTILE,), HOSTILE, HOSTILE, 1.0)
    old = answered("fine", name=HOSTILE)
    new = answered(HOSTILE, passed=False, name=HOSTILE)
    base = run_of(old, found(1, HOSTILE), failed, name=HOSTILE, said=HOSTILE)
    head = run_of(new, found(4, HOSTILE), failed, name=HOSTILE, said=HOSTILE, day=2)

    def why(case: CaseComparison, agents: object) -> tuple[Reason, ...]:
        return (Reason("x", HOSTILE, HOSTILE, Lines(1, 2), None, f"-{HOSTILE}\n+{HOSTILE}"),)

    histories = metric_histories([base], head)
    return {
        "run": run_html(head, histories),
        "comparison": comparison_html(compare_runs(base, head, explain=why), histories),
    }


@pytest.mark.parametrize("kind", ["run", "comparison"])
def test_texts_of_others_stay_texts(kind: str) -> None:
    page = pages()[kind]
    looked = Looked(page)
    assert looked.tags.count("script") == looked.tags.count("style") == 1
    assert not {"img", "iframe", "link", "object", "a", "base", "embed"} & set(looked.tags)
    assert not [name for name, _ in looked.attributes if name.startswith("on") or name == "style"]
    assert not [name for name, _ in looked.attributes if name in ("src", "href", "srcset")]
    assert not re.search("[\x00\x1b\u202e\ud800-\udfff]", page)
    assert any("</script>" in some for some in looked.texts["code"])
    page.encode()


@pytest.mark.parametrize("kind", ["run", "comparison"])
def test_the_policy_allows_the_page_its_own_style_and_script_alone(kind: str) -> None:
    page = pages()[kind]
    looked = Looked(page)
    policy = next(value for name, value in looked.attributes if value.startswith("default-src"))
    for tag in ("style", "script"):
        own = "".join(looked.texts[tag])
        digest = b64encode(sha256(own.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


@pytest.mark.parametrize("kind", ["run", "comparison"])
def test_every_column_and_row_has_a_header(kind: str) -> None:
    page = pages()[kind]
    assert not re.search(r"<th[^>]*></th>|<th>", page)
    assert page.count("<caption>") == page.count("<table") > 0


def test_a_run_shows_scores_history_and_cases_with_what_went_wrong_first() -> None:
    run = run_of(answered("a"), answered("a filter", passed=False, name="two"), day=2)
    page = run_html(run, metric_histories([run_of(answered("a"))], run))
    shown = re.sub(r"<[^>]+>", " ", page)
    assert 'aria-label="pass_rate 0.500, interval 0.000 to 1.000, threshold 0.5"' in page
    assert "pass_rate in 2 runs: from 1.000 to 0.500, lowest 0.500, highest 1.000" in page
    assert page.index("<code>two</code>") < page.index("<code>one</code>")
    assert "does not say a filter" in shown


def test_a_comparison_shows_words_ranks_reasons_and_gates() -> None:
    base = run_of(answered("use an index"), found(1))
    head = run_of(answered("use a filter", passed=False), found(4), day=2)

    def why(case: CaseComparison, agents: object) -> tuple[Reason, ...]:
        return (Reason("item-gone", "the item was removed", hunk="-Use an index."),)

    page = comparison_html(compare_runs(base, head, explain=why))
    assert "use <del>an</del> <del>index</del>" in page
    assert "use <ins>a</ins> <ins>filter</ins>" in page
    assert 'aria-label="rank 1 before, 4 after"' in page
    assert "<td>▼ 3</td>" in page
    assert '<span class="minus">-Use an index.</span>' in page
    assert "<strong>answers</strong>: 1 case passed before and no longer does" in page
    assert page.index('data-outcome="lost"') < page.index('data-outcome="worse"')


def test_outputs_as_another_version_stored_them_are_shown_as_they_are() -> None:
    odd = Outcome("odd", "retrieval", (), Result({}, (), {"relevant": [3], "hits": "x"}), 1.0)
    other = Outcome("odd", "retrieval", (), Result({}, (), {"relevant": None}), 1.0)
    assert "retrieval ranks" not in comparison_html(compare_runs(run_of(odd), run_of(other)))


def test_intervals_without_an_upper_end_are_drawn_within_the_chart() -> None:
    tokens = Metric("tokens", "tokens", "tokens", 0.0, None, False)
    bar = score_bar(Score(tokens, Measured(9000.0, 3), Interval(4000.0, 12000.0), 10_000))
    assert max(float(x) for x in re.findall(r'(?:width|x1)="([0-9.]+)"', bar)) <= 100
    assert "tokens 9,000, interval 4,000 to 12,000, threshold 10000" in bar


def test_the_axis_of_a_history_goes_no_further_than_its_metric() -> None:
    nothing = run_of(answered("a", passed=False))
    run = run_of(answered("a"), day=2)
    page = run_html(run, metric_histories([nothing], run))
    assert re.findall(r'class="tick"[^>]*>([^<]*)<', page)[:2] == ["0.000", "1.000"]


def test_what_was_not_measured_says_why_and_one_run_is_one() -> None:
    run = run_of(CaseFailed("broken", "answer", (), "crash", "boom", 1.0))
    page = run_html(run, metric_histories([], run))
    assert "History over 1 run<" in page
    failed = replace(run.suites[0], scores=(Score(JUDGED, NotMeasured("no case says it")),))
    assert "not measured: no case says it" in run_html(replace(run, suites=(failed,)))


def test_agents_of_the_run_are_named() -> None:
    assert "over expert" in run_html(run_of(answered("a")))
