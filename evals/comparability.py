"""What makes two runs less comparable, and what they say nothing about, one line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from evals.record import Run, RunSpec, SuiteRun


def notes(base: Run, head: Run) -> tuple[str, ...]:
    """The lines that a reader of the comparison should know."""
    before = {suite.name: suite for suite in base.suites}
    after = {suite.name: suite for suite in head.suites}
    alone = [
        f"the suite {name} is in the {'base' if name in before else 'head'} alone"
        for name in sorted(before.keys() ^ after.keys())
    ]
    of_suites = [
        line for name in before if name in after for line in _suites(before[name], after[name])
    ]
    return (*_specs(base.spec, head.spec), *alone, *of_suites)


def _specs(old: RunSpec, new: RunSpec) -> Iterator[str]:
    if old.convexpert != new.convexpert:
        yield f"made by different versions: {old.convexpert} and {new.convexpert}"
    elif old.code and new.code and old.code != new.code:
        yield "made by different states of convexpert's code; a change may come from it"
    if old.embedding_model and new.embedding_model and old.embedding_model != new.embedding_model:
        yield f"different embedding models: {old.embedding_model}, {new.embedding_model}"
    if old.model != new.model:
        yield f"different models: {old.model or 'none'} and {new.model or 'none'}"
    if old.judge != new.judge:
        yield f"different judges: {old.judge or 'none'} and {new.judge or 'none'}"
    if old.types != new.types and old.model and new.model:
        yield f"types were checked by {old.types or 'nothing'} and {new.types or 'nothing'}"
    if old.repeat != new.repeat:
        yield f"cases were run {old.repeat} and {new.repeat} times"


def _suites(before: SuiteRun, after: SuiteRun) -> Iterator[str]:
    name = after.name
    if before.digest != after.digest:
        yield f"the suite {name} was edited; only its unedited cases count"
    for side, suite in (("base", before), ("head", after)):
        for reason, count in Counter(one.reason for one in suite.skipped).items():
            cases = "1 case was" if count == 1 else f"{count} cases were"
            yield f"{name}: {cases} skipped in the {side}: {reason}"
    for metric, reason in after.informal.items():
        yield f"{name}: {metric} is information, and gates nothing: {reason}"
    failed = {case.case for case in before.failed} & {case.case for case in after.failed}
    if failed:
        named = ", ".join(case.case for case in after.failed if case.case in failed)
        yield f"{name}: can't be scored in either run, and says nothing: {named}"
