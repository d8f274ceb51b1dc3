"""HTML reports in a real Chromium. Skipped where none is installed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from evals.compare import compare_runs
from evals.metric_history import metric_histories
from evals.metrics.base import Measured, Measurement
from evals.outcome import Json, Outcome, Result
from evals.record import Run, RunSpec, SuiteRun
from evals.report.html_comparison import comparison_html
from evals.report.html_run import run_html
from evals.scores import score
from evals.subject import AgentUnderTest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed"),
]

PHONE, DESK = (360, 740), (1200, 900)
HOSTILE = "</pre><script>window.broken = 1</script><img src=x onerror='window.broken = 1'>"
LONG = "".join(f"aVeryLongNameThatNobodyBreaks{n}" for n in range(20))


def answer(name: str, said: str, *missed: str, tags: tuple[str, ...] = ()) -> Outcome:
    scores: dict[str, Measurement] = {"facts": Measured(0.0 if missed else 1.0, 2)}
    output: dict[str, Json] = {"status": "answered", "answer": said, "question": "Which one?"}
    return Outcome(name, "answer", tags, Result(scores, missed, output), 1.0)


def search(rank: int) -> Outcome:
    passage = f"expert: “{LONG}”"
    relevant = [{"passage": passage, "rank": rank, "grade": 3, "source": "e", "lines": [[1, 2]]}]
    hits: Any = [
        {"rank": n, "source": "e", "lines": [n, n], "heading": ["Rules"], "relevant": n == rank}
        for n in range(1, 11)
    ]
    result = Result({"mrr@10": Measured(1 / rank, 1)}, (), {"relevant": relevant, "hits": hits})
    return Outcome("ranked", "retrieval", ("search",), result, 1.0)


def run_of(day: int, *cases: Outcome) -> Run:
    agents = (AgentUnderTest("expert", "expert.md", f"e{day}"),)
    suite = SuiteRun("answers", "d", agents, score(cases, {"pass_rate": 0.9}), cases)
    spec = RunSpec("1", None, 0, {"agents": ["main"]})
    return Run(f"202601{day:02}T000000000Z-aaaaaa", "2026", 1.0, spec, (suite,))


def pages() -> dict[str, str]:
    text = "Use an index for every query that narrows its rows. [1]"
    base = run_of(
        1,
        answer("advice", text, tags=("indexes",)),
        answer("hostile", "fine", tags=("odd",)),
        search(1),
        answer("kept", f"the same {LONG}", tags=("indexes",)),
    )
    head = run_of(
        2,
        answer("advice", text.replace("an index", "a filter"), "no index", tags=("indexes",)),
        answer("hostile", HOSTILE, HOSTILE, tags=("odd",)),
        search(4),
        answer("kept", f"the same {LONG}", tags=("indexes",)),
    )
    histories = metric_histories([base], head)
    compared = comparison_html(compare_runs(base, head), histories)
    return {"run": run_html(head, histories), "comparison": compared}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    found = {}
    for kind, page in pages().items():
        found[kind] = folder / f"{kind}.html"
        found[kind].write_text(page, encoding="utf-8")
    return found


@dataclass
class Seen:
    """What a page did while it was open."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def look(browser: Browser, files: dict[str, Path]) -> Iterator[Any]:
    contexts = []

    def open_page(kind: str, size: tuple[int, int] = DESK, **given: Any) -> Seen:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **given)
        contexts.append(context)
        seen = Seen(context.new_page())
        seen.page.on("console", lambda message: seen.said.append(message.text))
        seen.page.on("pageerror", lambda error: seen.said.append(str(error)))
        seen.page.on("request", lambda request: seen.asked.append(request.url))
        seen.page.goto(files[kind].as_uri())
        return seen

    yield open_page
    for context in contexts:
        context.close()


def visible(page: Page) -> list[str]:
    shown = "es => es.filter(e => e.checkVisibility()).map(e => e.querySelector('code').innerText)"
    found: list[str] = page.eval_on_selector_all("details.case", shown)
    return sorted(found)


@pytest.mark.parametrize("kind", ["run", "comparison"])
def test_nothing_is_asked_for_and_nothing_of_others_runs(kind: str, look: Any) -> None:
    seen = look(kind)
    seen.page.eval_on_selector_all("details", "es => es.forEach(e => e.open = true)")
    seen.page.wait_for_load_state("networkidle")
    assert seen.said == []
    assert len(seen.asked) == 1
    assert seen.page.evaluate("window.broken") is None
    assert HOSTILE in seen.page.inner_text("body")


@pytest.mark.parametrize("kind", ["run", "comparison"])
def test_a_script_that_got_in_would_not_run(kind: str, look: Any) -> None:
    seen = look(kind)
    seen.page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.broken = 1';"
        " document.body.append(s); }"
    )
    assert seen.page.evaluate("window.broken") is None
    assert "Content Security Policy" in seen.said[0]


def test_cases_are_filtered_by_kind_outcome_tag_and_text(look: Any) -> None:
    page = look("comparison").page
    every = ["advice", "hostile", "kept", "ranked"]
    assert visible(page) == every
    page.get_by_label("kind").select_option("retrieval")
    assert visible(page) == ["ranked"]
    assert page.inner_text("output") == "1 of 4 cases"
    page.get_by_role("button", name="clear").click()
    assert visible(page) == every
    page.get_by_label("outcome").select_option("lost")
    assert visible(page) == ["advice", "hostile"]
    page.get_by_label("tag").select_option("indexes")
    assert visible(page) == ["advice"]
    page.get_by_role("button", name="clear").click()
    page.get_by_label("text").fill("FILTER narrows")
    assert visible(page) == ["advice"]


def test_the_keyboard_reaches_filter_and_cases(look: Any) -> None:
    page = look("comparison").page
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.tagName"))
    assert {"SELECT", "INPUT", "BUTTON", "SUMMARY"} <= set(reached)
    page.get_by_text("kept", exact=True).locator("xpath=ancestor::summary").focus()
    page.keyboard.press("Enter")
    assert page.get_by_text("Output, the same on both sides").is_visible()


@pytest.mark.parametrize("kind", ["run", "comparison"])
def test_without_scripts_every_case_is_there_and_no_dead_filter(kind: str, look: Any) -> None:
    page = look(kind, java_script_enabled=False).page
    assert page.locator("details.case").count() == 4
    assert all(one.is_visible() for one in page.locator("details.case").all())
    assert not page.locator("form.filter").is_visible()


@pytest.mark.parametrize("kind", ["run", "comparison"])
def test_a_phone_need_not_scroll_sideways(kind: str, look: Any) -> None:
    page = look(kind, PHONE).page
    page.eval_on_selector_all("details", "es => es.forEach(e => e.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]


def test_on_a_phone_both_outputs_stand_below_each_other(look: Any) -> None:
    cells = ["details.case .side .gone >> nth=0", "details.case .side .new >> nth=0"]
    boxes = [look("comparison", PHONE).page.locator(cell).bounding_box() for cell in cells]
    assert boxes[0]["x"] == boxes[1]["x"]
    assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"]
    boxes = [look("comparison").page.locator(cell).bounding_box() for cell in cells]
    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[1]["x"] >= boxes[0]["x"] + boxes[0]["width"]


CONTRAST = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[0-9.]+/g).map(Number).map((v) => {
      const s = v / 255; return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const back = getComputedStyle(e).backgroundColor;
      if (back !== 'rgba(0, 0, 0, 0)') return back;
    }
    return 'rgb(255, 255, 255)';
  };
  return Math.min(...[...document.querySelectorAll('body *:not(script):not(svg *)')]
    .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .map((e) => { const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort();
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); }));
}"""


@pytest.mark.parametrize("kind", ["run", "comparison"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_can_be_read_in_light_and_dark(kind: str, scheme: str, look: Any) -> None:
    page = look(kind, color_scheme=scheme).page
    back = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (back == "rgb(255, 255, 255)") == (scheme == "light")
    assert page.evaluate(CONTRAST) >= 4.5  # WCAG 2.2, level AA
