"""Answer: a question, and what its answer must say, must not say and must cite.

Fields: `question`; `facts`, each a phrase or a list of phrases of which one must be said (see
`evals.phrases`); `must_not`, phrases; `cites`, each a document's name or a passage, or a list of
them of which one must be cited; `unanswerable: true` where the documents don't answer the question
and it should be declined; `agent`, to ask one agent alone; `judge`, a `rubric` for a model that
judges.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.location import LineIndex
from evals.judge import JUDGED, Rubric, judged_result, read_rubric, rubric_schema
from evals.kinds.base import TEXT, TEXTS, Needs
from evals.metrics import answers
from evals.metrics.base import Measured, Measurement, Metric, NotMeasured, share
from evals.outcome import Json, Result, Usage
from evals.passages import Passage, Place, locate, passage_schema, read_passage
from evals.phrases import Fact, contains, plain, states
from evals.subject import Subject
from evals.yaml_lines import Entry, Table

if TYPE_CHECKING:
    from assistant.answer import Answer, Citation

_METRICS = {metric.name: metric for metric in (*answers.METRICS, JUDGED)}
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class AnswerTask:
    """The fields of an answer case."""

    question: str
    facts: tuple[Fact, ...] = ()
    must_not: tuple[str, ...] = ()
    cites: tuple[tuple[Passage, ...], ...] = ()
    """One of each group must be cited."""
    unanswerable: bool = False
    agent: str | None = None
    judge: Rubric | None = None


class AnswerKind:
    """See the module's text."""

    name = "answer"
    fields = ("question", "facts", "must_not", "cites", "unanswerable", "agent", "judge")

    def schema(self) -> Mapping[str, Json]:
        """The JSON Schema of each field."""
        cited = passage_schema()
        return {
            "question": {**TEXT, "description": "What somebody asks."},
            "facts": {
                "type": "array",
                "description": "What must be said: a phrase, or a list of which one must be.",
                "items": TEXTS,
            },
            "must_not": {**TEXTS, "description": "Phrases that must not be said."},
            "cites": {
                "type": "array",
                "description": "What must be cited: a passage, or a list of which one must be.",
                "items": {"anyOf": [cited, {"type": "array", "minItems": 1, "items": cited}]},
            },
            "unanswerable": {
                "type": "boolean",
                "description": "Whether the documents don't answer it, so that it is declined.",
            },
            "agent": {**TEXT, "description": "A REF, to ask one agent alone."},
            "judge": rubric_schema(),
        }

    def read(self, table: Table) -> AnswerTask:
        """The kind's own fields of a case."""
        unanswerable, agent = table.get("unanswerable"), table.get("agent")
        facts, must_not, cites = table.get("facts"), table.get("must_not"), table.get("cites")
        task = AnswerTask(
            question=table.need("question").text(),
            facts=tuple(Fact(read_ways(f)) for f in facts.items()) if facts is not None else (),
            must_not=must_not.texts() if must_not is not None else (),
            cites=tuple(_group(c) for c in cites.items()) if cites is not None else (),
            unanswerable=unanswerable.flag() if unanswerable is not None else False,
            agent=agent.text() if agent is not None else None,
            judge=read_rubric(table.get("judge")),
        )
        if task.unanswerable and (task.facts or task.cites):
            raise table.need("unanswerable").wrong("false where `facts` or `cites` are given")
        if not (task.unanswerable or task.facts or task.cites or task.judge):
            raise table.entry.wrong("given `facts`, `cites`, `judge` or `unanswerable: true`")
        return task

    def needs(self, task: AnswerTask) -> Needs:
        """Every document: the search looks at all of them, also for one agent's terms."""
        cited = tuple(passage.document for group in task.cites for passage in group)
        asked = (task.agent.partition("@")[0],) if task.agent is not None else ()
        return Needs(named=(*cited, *asked), index=True, model=True, judge=task.judge is not None)

    def run(self, task: AnswerTask, subject: Subject) -> Result:
        """Ask, and hold the answer against the expectations."""
        from assistant.generate.answering import respond

        groups = [[locate(p, subject.versions) for p in group] for group in task.cites]
        answer = respond(
            task.question,
            knowledge_base=subject.knowledge_base,
            registry=subject.registry,
            model=subject.chat_model,
            agent=task.agent,
            prices=subject.settings.prices,
        )
        judged = _Judged(task, answer, groups, subject)
        missed = judged.missed()
        result = Result(
            judged.scores(),
            missed,
            _output(answer),
            _usage(answer),
            margin=_margin(task, answer, missed),
        )
        return judged_result(
            result,
            rubric=task.judge,
            question=task.question,
            output=answer.answer,
            subject=subject,
        )

    def metric(self, name: str) -> Metric | None:
        """The metric of that name, or None."""
        return _METRICS.get(name)


KIND = AnswerKind()


class _Judged:
    """An answer beside what was expected of it."""

    def __init__(
        self, task: AnswerTask, answer: Answer, groups: list[list[Place]], subject: Subject
    ) -> None:
        text = plain(answer.answer)
        quotes = [plain(citation.quote) for citation in answer.citations]
        self._task = task
        self._declined = answer.status == "not_covered"
        self._citations = answer.citations
        # What is shown as "the closest passages" of a declined question is no statement.
        said = [] if self._declined else [fact for fact in task.facts if states(fact, text)]
        self._silent = [fact for fact in task.facts if fact not in said]
        self._unsupported = [f for f in said if not any(states(f, quote) for quote in quotes)]
        self._said = said
        self._forbidden = [
            phrase for phrase in task.must_not if not self._declined and contains(text, phrase)
        ]
        self._uncited = [group for group in groups if self._declined or not self._cites(group)]
        self._groups = groups
        self._inexact = [c for c in answer.citations if not _is_exact(c, subject)]

    def _cites(self, group: list[Place]) -> bool:
        return any(p.shown_by(c.source, c.lines) for p in group for c in self._citations)

    def scores(self) -> dict[str, Measurement]:
        task = self._task
        none = "no citation was given"
        return {
            answers.ANSWERED.name: NotMeasured("it should be declined")
            if task.unanswerable
            else Measured(0.0 if self._declined else 1.0, 1),
            answers.DECLINED.name: Measured(1.0 if self._declined else 0.0, 1)
            if task.unanswerable
            else NotMeasured("it should be answered"),
            answers.FACTS.name: share(
                len(self._said), len(task.facts), nothing="the case names no facts"
            ),
            answers.FACTS_SUPPORTED.name: share(
                len(self._said) - len(self._unsupported),
                len(self._said),
                nothing="no expected fact was stated",
            ),
            answers.FORBIDDEN_ABSENT.name: share(
                len(task.must_not) - len(self._forbidden),
                len(task.must_not),
                nothing="the case forbids nothing",
            ),
            answers.CITED.name: share(
                len(self._groups) - len(self._uncited),
                len(self._groups),
                nothing="the case asks for no citation",
            ),
            answers.QUOTES_EXACT.name: share(
                len(self._citations) - len(self._inexact), len(self._citations), nothing=none
            ),
        }

    def missed(self) -> tuple[str, ...]:
        inexact = tuple(f"citation [{c.n}] is not the text of its lines" for c in self._inexact)
        forbidden = tuple(f"says “{phrase}”" for phrase in self._forbidden)
        if self._task.unanswerable:
            answered = () if self._declined else ("was answered, should be declined",)
            return (*answered, *forbidden, *inexact)
        if self._declined:
            return ("was declined, should be answered", *inexact)
        return (
            *(f"does not say “{fact}”" for fact in self._silent),
            *(f"says “{fact}” with no quote that does" for fact in self._unsupported),
            *forbidden,
            *(f"does not cite {' or '.join(map(str, group))}" for group in self._uncited),
            *inexact,
        )


def _margin(task: AnswerTask, answer: Answer, missed: Sequence[str]) -> float | None:
    """How near the decision to answer was to the other one, where nothing else decided the case."""
    declined = answer.status == "not_covered"
    wrong = declined is not task.unanswerable
    if answer.leaning is None or answer.model is not None or (missed and not wrong):
        return None
    if len(missed) > 1:
        return None
    return -answer.leaning if task.unanswerable else answer.leaning


def _is_exact(citation: Citation, subject: Subject) -> bool:
    version = next((v for v in subject.versions if v.handle == citation.source), None)
    if version is None or citation.version != version.number:
        return False
    index = LineIndex(version.raw)
    if citation.lines.end > index.line_count:
        return False
    return index.cut(citation.lines).removeprefix(_BOM) == citation.quote.encode()


def _output(answer: Answer) -> dict[str, Json]:
    return {
        "question": answer.question,
        "status": answer.status,
        "answer": answer.answer,
        "citations": [
            {"n": c.n, "source": c.source, "lines": c.lines.as_list(), "quote": c.quote}
            for c in answer.citations
        ],
    }


def _usage(answer: Answer) -> Usage | None:
    """None where no model was asked, as for questions that the documents don't cover."""
    if answer.model is None:
        return None
    told, cost = answer.usage, answer.usage.get("cost_usd")
    return Usage(
        calls=1,
        input_tokens=int(told.get("input_tokens", 0)),
        output_tokens=int(told.get("output_tokens", 0)),
        cost=float(cost) if cost is not None else None,
    )


def read_ways(entry: Entry) -> tuple[str, ...]:
    """The phrases that say one fact: a phrase, or a list of them. Raises SuiteError."""
    ways = entry.texts()
    if not ways:
        raise entry.wrong("a phrase or a list of phrases")
    for way in ways:
        if not all(plain(piece.strip()) for piece in way.split(" * ")):
            raise entry.wrong("made of words, with ` * ` only between them")
    return ways


def _group(entry: Entry) -> tuple[Passage, ...]:
    if isinstance(entry.value, tuple):
        return tuple(read_passage(one) for one in entry.items(least=1, most=50))
    return (read_passage(entry),)
