"""A judge whose verdicts are kept, so that what was judged once is not asked again.

A comparison that was killed goes on where it was, and labels whose judge broke off too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from agents.settings import Settings
from agents.workspace import Workspace
from evals.digests import code_digest, digest_of_value
from evals.judge import Judgement, NoVerdict, Rubric, Verdict, judge_output, prefer_output
from evals.kept_values import FILE, KeptValues
from evals.outcome import Usage

if TYPE_CHECKING:
    from assistant.model.conversation import ChatModel


class KeptJudge:
    """A model that judges, and what it said before.

    A verdict is kept by all that it depends on: the model and where it is reached, the rubric, the
    question, the outputs in their order, convexpert's code, and whom it was asked for.
    """

    def __init__(
        self, judge: ChatModel, settings: Settings, values: KeptValues, *, fresh: bool = False
    ) -> None:
        self._judge = judge
        self._settings = settings
        self._values = values
        self._fresh = fresh

    @property
    def name(self) -> str:
        """`provider:name`."""
        return self._judge.name

    def judge_output(self, id_: str, rubric: Rubric, *, question: str, output: str) -> Judgement:
        """Whether an output meets the rubric; `id_` is that of the case or label."""
        return self._kept(
            [id_, rubric.digest, question, output],
            lambda: judge_output(
                self._judge,
                rubric,
                question=question,
                output=output,
                prices=self._settings.prices,
            ),
        )

    def prefer_output(
        self, id_: str, rubric: Rubric, *, question: str, first: str, second: str
    ) -> Judgement:
        """Which of two outputs meets the rubric better, in this order."""
        return self._kept(
            [id_, rubric.digest, question, first, second],
            lambda: prefer_output(
                self._judge,
                rubric,
                question=question,
                first=first,
                second=second,
                prices=self._settings.prices,
            ),
        )

    def _kept(self, asked: list[str], ask: Callable[[], Judgement]) -> Judgement:
        """What was said before; else what is said now, kept where it would be said again."""
        judge = [self.name, self._settings.model_url]
        key = digest_of_value({"judge": judge, "asked": asked, "code": code_digest()})
        told = _read(self._values.find(key)) if not self._fresh else None
        if told is not None:
            return told
        found = ask()
        if found.lasting:
            self._values.keep(key, _told(found))
        return found


@contextmanager
def open_judge(
    name: str, workspace: Workspace, settings: Settings, *, fresh: bool = False
) -> Iterator[KeptJudge]:
    """The model `provider:name` as judge; `fresh` asks it again about what it judged before.

    Raises UsageError for a name that is none, ModelError where its package or key is missing.
    """
    from assistant.model.name import parse_model_name
    from assistant.model.opening import open_model

    judge = open_model(parse_model_name(name), settings)
    workspace.create()
    with KeptValues(workspace.root / FILE) as values:
        yield KeptJudge(judge, settings, values, fresh=fresh)


def _told(judgement: Judgement) -> dict[str, Any]:
    counts = isinstance(judgement.verdict, Verdict)
    return {"counts": counts, "said": asdict(judgement.verdict), "usage": asdict(judgement.usage)}


def _read(told: Any) -> Judgement | None:
    """None for what is none."""
    try:
        verdict = (Verdict if told["counts"] else NoVerdict)(**told["said"])
        return Judgement(verdict, Usage(**told["usage"]))
    except (TypeError, KeyError):
        return None
