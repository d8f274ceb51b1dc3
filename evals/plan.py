"""What is run of a suite, and under which keys outcomes are kept."""

from __future__ import annotations

from dataclasses import dataclass

from evals.digests import code_digest, digest_of_value
from evals.kinds import KINDS
from evals.kinds.base import Needs
from evals.outcome import PassageGone, Skipped
from evals.passages import is_under_test, version_named
from evals.prompted import prompted_agent
from evals.subject import Subject
from evals.suite import Case, Suite

NO_MODEL = "needs a model: --model PROVIDER:NAME, or CONVEXPERT_EVAL_MODEL"
OTHERS = "about documents that are not named: --agents takes folders too"


@dataclass(frozen=True, slots=True)
class Planned:
    """A suite, its cases that are run and those that are not."""

    suite: Suite
    cases: tuple[Case, ...]
    skipped: tuple[Skipped, ...]

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of the cases that are run."""
        return frozenset(case.kind for case in self.cases)

    @property
    def rubrics(self) -> frozenset[str]:
        """The digests of the rubrics of the cases that are run."""
        return frozenset(case.task.judge.digest for case in self.cases if needs_of(case).judge)


def planned(suite: Suite, subject: Subject, *, chosen: bool) -> Planned:
    """The suite's cases, apart from those that need what is not there.

    `chosen`: documents were named one by one for this run, so that cases about others than those
    are not asked. Where a suite names its documents itself, such a case fails.
    """
    reasons = {case.id: _why_skipped(case, subject, chosen=chosen) for case in suite.cases}
    return Planned(
        suite,
        tuple(case for case in suite.cases if reasons[case.id] is None),
        tuple(
            Skipped(case.id, case.kind, case.tags, reason)
            for case in suite.cases
            if (reason := reasons[case.id]) is not None
        ),
    )


def _why_skipped(case: Case, subject: Subject, *, chosen: bool) -> str | None:
    needs = needs_of(case)
    if needs.only_with_model and subject.model is None:
        return NO_MODEL
    named = needs.named
    if needs.prompt and len(subject.versions) > 1:  # else the one that there is
        named = (*named, needs.prompt)
    if chosen and not all(is_under_test(name, subject.versions) for name in named):
        return OTHERS
    return None


def needs_of(case: Case) -> Needs:
    """All that the outcome of a case depends on."""
    return KINDS[case.kind].needs(case.task)


def outcome_key(case: Case, subject: Subject, repeat: int) -> str | None:
    """A digest of all that the outcome of an attempt depends on; None where that is not there.

    `repeat` counts the attempts at one case, from 0.
    """
    needs = needs_of(case)
    try:
        versions = (
            subject.versions
            if needs.documents is None
            else [version_named(name, subject.versions) for name in needs.documents]
        )
        if needs.prompt is not None:
            versions = [*versions, prompted_agent(needs.prompt, subject.versions)]
    except PassageGone:
        return None
    return digest_of_value(
        {
            "code": code_digest(),
            "case": [case.kind, case.digest, case.id, case.tags],
            "documents": sorted((v.handle, v.path, v.digest) for v in versions),
            "names": sorted((v.handle, v.name) for v in subject.versions) if needs.names else None,
            "embedding": subject.embedding_model if needs.index else None,
            "model": [subject.model, subject.settings.model_url] if needs.model else None,
            "judge": [subject.judge_model, subject.settings.model_url] if needs.judge else None,
            "types": _types(subject) if needs.types else None,
            "repeat": repeat,
        }
    )


def _types(subject: Subject) -> str:
    checker = subject.type_checker
    return checker if isinstance(checker, str) else checker.id
