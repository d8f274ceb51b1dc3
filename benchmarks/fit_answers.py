"""Fit the weights of `assistant/answer/weights.json`, and report how they do on other questions.

    python benchmarks/fit_answers.py [--write] [--scratch DIR]

Two fits, both convex and without chance: which statement answers (a multinomial logistic regression
over the candidates of each question) and whether the documents answer at all (a logistic regression
over `coverage.FEATURES` and over the words that the leading statement doesn't say, in which each
library's answerable questions weigh as much as its others). Cross-validation keeps all libraries'
cases of a question together.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
from answer_questions import (
    LIBRARIES,
    Asked,
    earlier_questions,
    final_seed_questions,
    fresh_seed_questions,
    library,
    practice_seed_questions,
    questions,
    seed_questions,
)
from numpy.typing import NDArray

from assistant.answer import weights
from assistant.answer.coverage import (
    FEATURES,
    RULES,
    THRESHOLD,
    UNSAID,
    features_of,
)
from assistant.answer.evidence import MERITS, Evidence, gather
from assistant.answer.question import read_question
from assistant.answer.select import select_points
from kb.knowledge_base import KnowledgeBase

FOLDS = 10
RIDGE_OF_STATEMENTS = 0.0004
"""Against large weights, for each question."""
RIDGE_OF_COVERAGE = 1.0
"""Against large weights, for all questions together."""
RIDGE_OF_WORDS = 2.0
"""The same for each word that the leading statement doesn't say."""
LEAST_ASKED = 3
"""Questions that have such a word, or it says nothing of others."""
STEPS = 800
MOST_TURNS = 60
CLOSE_ENOUGH = 1e-7
"""Change of a weight below which a fit ends."""

Matrix = NDArray[numpy.float64]


@dataclass(frozen=True)
class Choice:
    """The candidates for one question in one library."""

    question: str
    library: str
    merits: Matrix
    right: NDArray[numpy.bool_]


@dataclass(frozen=True)
class Decision:
    """What the decision about one question in one library rests on."""

    question: str
    library: str
    features: Matrix
    unsaid: frozenset[str]
    """The words that the leading statement doesn't say."""
    answers: bool
    is_ruled_out: bool
    """Whether a rule declines it, whatever the weights are."""


def main() -> None:
    """Fit, report, and with `--write` store the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="store the fitted weights")
    parser.add_argument("--scratch", type=Path, help="where the indexes are kept")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        scratch = given.scratch or Path(temporary)
        training = [
            *questions("training"),
            *earlier_questions("questions"),
            *seed_questions("tuning"),
            *seed_questions("blind"),
            *fresh_seed_questions(),
            *practice_seed_questions(),
        ]
        choices = [choice for name in LIBRARIES for choice in _choices(name, training, scratch)]
        report_choices(choices)
        if given.write:
            _store("statement", dict(zip(MERITS, fit_choices(choices), strict=True)))
        decisions = [made for name in LIBRARIES for made in _decisions(name, training, scratch)]
        report_cross_validation(decisions)
        fitted = fit_decisions(decisions)
        if given.write:
            _store("coverage", fitted.features)
            _store("unsaid", fitted.words)
        for title, held in (
            ("development.yaml, held_out", questions("held_out")),
            ("held_out.yaml", earlier_questions("held_out")),
            ("seeds_final.yaml, blind", final_seed_questions()),
        ):
            made = [one for name in LIBRARIES for one in _decisions(name, held, scratch)]
            report(title, made, probabilities(made, fitted), name_them="blind" not in title)


# Which statement answers


def _choices(name: str, asked: Sequence[Asked], scratch: Path) -> Iterator[Choice]:
    with library(name, scratch) as (_, knowledge_base):
        for one in asked:
            if name not in one.libraries or not one.is_placed:
                continue
            found = gather(read_question(one.question), knowledge_base).evidence
            right = numpy.array([_is_right(evidence, one) for evidence in found])
            if right.any() and not right.all():
                rows = [[evidence.merits.get(merit, 0.0) for merit in MERITS] for evidence in found]
                yield Choice(one.question, name, numpy.array(rows), right)


def _is_right(found: Evidence, asked: Asked) -> bool:
    statement = found.statement
    told = f"{statement.text}\n{statement.quote}"
    return asked.is_answered_by(statement.chunk.path, statement.lines, told)


def fit_choices(choices: Sequence[Choice]) -> Matrix:
    """The weights under which the right candidates are likeliest, found by Adam from zero."""
    most = max(len(choice.right) for choice in choices)
    merits = numpy.zeros((len(choices), most, len(MERITS)))
    right = numpy.zeros((len(choices), most))
    absent = numpy.full((len(choices), most), -numpy.inf)
    for n, choice in enumerate(choices):
        merits[n, : len(choice.right)] = choice.merits
        right[n, : len(choice.right)] = choice.right
        absent[n, : len(choice.right)] = 0.0
    found = numpy.zeros(len(MERITS))
    mean, spread = numpy.zeros_like(found), numpy.zeros_like(found)
    for step in range(1, STEPS + 1):
        likely = _softmax(merits @ found + absent)
        rightly = likely * right
        wrongly = likely - rightly / rightly.sum(axis=1, keepdims=True)
        slope = numpy.einsum("qc,qcm->m", wrongly, merits) / len(choices)
        slope += RIDGE_OF_STATEMENTS * found
        mean = 0.9 * mean + 0.1 * slope
        spread = 0.99 * spread + 0.01 * slope**2
        rate = 0.15 if step <= 0.6 * STEPS else 0.03
        corrected = numpy.sqrt(spread / (1 - 0.99**step)) + 1e-8
        found -= rate * (mean / (1 - 0.9**step)) / corrected
    return found


def _softmax(scores: Matrix) -> Matrix:
    """The shares of each row."""
    odds: Matrix = numpy.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Matrix = odds / odds.sum(axis=1, keepdims=True)
    return shares


def report_choices(choices: Sequence[Choice]) -> None:
    """How often the best candidate is a right one, for questions that were not used."""
    folds = _folds([choice.question for choice in choices])
    hits = dict.fromkeys(LIBRARIES, 0)
    for fold in range(FOLDS):
        used = [c for c, of in zip(choices, folds, strict=True) if of != fold]
        found = fit_choices(used)
        for choice, of in zip(choices, folds, strict=True):
            if of == fold:
                hits[choice.library] += bool(choice.right[(choice.merits @ found).argmax()])
    for name in LIBRARIES:
        count = sum(choice.library == name for choice in choices)
        print(f"cross-validation, {name}: best candidate right {hits[name]}/{count}")


# Whether the documents answer


def _decisions(name: str, asked: Sequence[Asked], scratch: Path) -> Iterator[Decision]:
    with library(name, scratch) as (_, knowledge_base):
        for one in asked:
            if name in one.judged_in:
                yield _decision(one, name, knowledge_base)


def _decision(one: Asked, name: str, knowledge_base: KnowledgeBase) -> Decision:
    findings = gather(read_question(one.question), knowledge_base)
    points = select_points(findings, knowledge_base, sources=())
    features = features_of(findings, points, knowledge_base)
    row = numpy.array([features.get(feature, 0.0) for feature in FEATURES])
    ruled_out = any(features.get(rule) for rule in RULES)
    unsaid = frozenset(n.removeprefix(UNSAID) for n in features if n.startswith(UNSAID))
    return Decision(one.question, name, row, unsaid, name in one.libraries, ruled_out)


@dataclass(frozen=True)
class Fitted:
    """The weights of a decision, by name."""

    features: dict[str, float]
    """Of `coverage.FEATURES`, and `bias`."""
    words: dict[str, float]
    """Of words that the leading statement doesn't say."""

    def logit(self, one: Decision) -> float:
        """The odds' logarithm that the documents answer."""
        weights = [self.features[feature] for feature in FEATURES]
        words = sum(self.words.get(word, 0.0) for word in sorted(one.unsaid))
        return float(self.features["bias"] + one.features @ weights + words)


def fit_decisions(decisions: Sequence[Decision]) -> Fitted:
    """Bias and weights by Newton's method; what a rule decides is left out."""
    made = [one for one in decisions if not one.is_ruled_out]
    words = _words_asked(made)
    has = numpy.array([[float(word in one.unsaid) for word in words] for one in made])
    rows = numpy.hstack([numpy.array([[1.0, *one.features] for one in made]), has])
    wanted = numpy.array([float(one.answers) for one in made])
    groups = Counter((one.library, one.answers) for one in made)
    each = len(made) / len(groups)
    weight = numpy.array([each / groups[one.library, one.answers] for one in made])
    given = 1 + len(FEATURES)
    against = [1e-6] + [RIDGE_OF_COVERAGE] * len(FEATURES) + [RIDGE_OF_WORDS] * len(words)
    ridge = numpy.diag(against)
    found = numpy.zeros(rows.shape[1])
    for _ in range(MOST_TURNS):
        likely = 1.0 / (1.0 + numpy.exp(-(rows @ found)))
        curve = (rows.T * (weight * likely * (1 - likely))) @ rows + ridge
        slope = rows.T @ (weight * (likely - wanted)) + ridge @ found
        turn = numpy.linalg.solve(curve, slope)
        found -= turn
        if numpy.abs(turn).max() < CLOSE_ENOUGH:
            break
    return Fitted(
        dict(zip(("bias", *FEATURES), map(float, found[:given]), strict=True)),
        dict(zip(words, map(float, found[given:]), strict=True)),
    )


def _words_asked(decisions: Sequence[Decision]) -> list[str]:
    """The words that were left unsaid for several questions."""
    asked = {(word, one.question) for one in decisions for word in one.unsaid}
    counts = Counter(word for word, _ in asked)
    return sorted(word for word, count in counts.items() if count >= LEAST_ASKED)


def probabilities(decisions: Sequence[Decision], fitted: Fitted) -> list[float]:
    """How likely the documents answer each question."""
    return [
        0.0 if one.is_ruled_out else float(1.0 / (1.0 + numpy.exp(-fitted.logit(one))))
        for one in decisions
    ]


def report_cross_validation(decisions: Sequence[Decision]) -> None:
    """How the decision does on questions that were not used, for each library."""
    folds = _folds([one.question for one in decisions])
    likely = [0.0] * len(decisions)
    for fold in range(FOLDS):
        fitted = fit_decisions([d for d, of in zip(decisions, folds, strict=True) if of != fold])
        made = [n for n, of in enumerate(folds) if of == fold]
        for n, found in zip(made, probabilities([decisions[n] for n in made], fitted), strict=True):
            likely[n] = found
    report("cross-validation", decisions, likely)


def report(
    title: str, decisions: Sequence[Decision], likely: Sequence[float], *, name_them: bool = True
) -> None:
    """Print how many answerable questions and how many look-alikes are declined.

    With `name_them` also which ones were decided wrongly.
    """
    for name in [name for name in LIBRARIES if any(one.library == name for one in decisions)]:
        counts = {}
        for answers in (True, False):
            declined = [
                p < THRESHOLD
                for one, p in zip(decisions, likely, strict=True)
                if (one.library, one.answers) == (name, answers)
            ]
            counts[answers] = f"{sum(declined)}/{len(declined)}"
        print(f"{title}, {name}: answerable declined {counts[True]}, others {counts[False]}")
    for one, p in sorted(zip(decisions, likely, strict=True), key=lambda pair: pair[1]):
        if name_them and (p >= THRESHOLD) != one.answers:
            kind = "declined" if one.answers else "answered"
            print(f"  {kind} {one.library:8}{p:.2f} {one.question}")


def _folds(names: Sequence[str]) -> list[int]:
    """A fold for each name; equal names have equal ones, and neighbours different ones."""
    fold = {name: n % FOLDS for n, name in enumerate(sorted(set(names)))}
    return [fold[name] for name in names]


def _store(part: str, found: dict[str, Any]) -> None:
    stored = json.loads(weights.FILE.read_text(encoding="utf-8"))
    rounded = {name: round(float(weight), 2) for name, weight in found.items()}
    stored[part] = {name: weight for name, weight in rounded.items() if weight or part != "unsaid"}
    weights.FILE.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")
    weights.forget()


if __name__ == "__main__":
    main()
