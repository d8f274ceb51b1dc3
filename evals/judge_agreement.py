"""How far judges agree with people: Cohen's kappa, measured once and kept in the workspace.

A record belongs to a judging model, a rubric and a way to ask (one output, or two against each
other). Where there is none that is good enough, a judge's metric is shown and gates nothing.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from agents.errors import WorkspaceError
from agents.whole_file import write_whole
from agents.workspace import Workspace
from evals.statistics import LEVEL, RESAMPLES, Interval, quantile

FILE = "eval-judges.json"
FORMAT = 1
SINGLE, PAIRWISE = "single", "pairwise"
"""Ways to ask: whether one output meets the rubric, or which of two does better."""
NONE = "none"
"""In a confusion: the judge gave no verdict that counts."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was measured over labelled verdicts."""

    judge: str
    """`provider:name`."""
    rubric: str
    """Its digest."""
    asked: str
    """SINGLE or PAIRWISE."""
    kappa: float | None
    """None where chance alone would always agree: all labels and verdicts are the same."""
    low: float | None
    high: float | None
    """Of the 95 % interval."""
    labels: int
    measured_at: str
    """ISO 8601, UTC."""


Pair = tuple[str, str]
"""A label and the judge's verdict."""


def cohens_kappa(pairs: Sequence[Pair]) -> float | None:
    """Agreement beyond chance (Cohen, *A Coefficient of Agreement for Nominal Scales*, 1960).

    1 is full agreement, 0 what chance gives. None where it is not defined.
    """
    count = len(pairs)
    if not count:
        return None
    agreed = sum(label == verdict for label, verdict in pairs) / count
    labels, verdicts = Counter(one for one, _ in pairs), Counter(one for _, one in pairs)
    chance = sum(labels[word] * verdicts[word] for word in labels) / count**2
    return None if chance >= 1 else (agreed - chance) / (1 - chance)


def kappa_interval(
    pairs: Sequence[Pair], *, seed: int, resamples: int = RESAMPLES
) -> Interval | None:
    """The 95 % percentile bootstrap interval of kappa; None for fewer than two labels.

    Draws in which kappa is not defined say nothing and are left out.
    """
    if len(pairs) < 2:
        return None
    chance = random.Random(seed)
    drawn = (cohens_kappa(chance.choices(pairs, k=len(pairs))) for _ in range(resamples))
    found = sorted(kappa for kappa in drawn if kappa is not None)
    if not found:
        return None
    tail = (1 - LEVEL) / 2
    return Interval(quantile(found, tail), quantile(found, 1 - tail))


def recorded_agreement(
    workspace: Workspace, *, judge: str, rubric: str, asked: str
) -> Agreement | None:
    """The newest record for this judge, rubric and way to ask."""
    found = [
        one
        for one in _records(workspace.root / FILE)
        if (one.judge, one.rubric, one.asked) == (judge, rubric, asked)
    ]
    return found[-1] if found else None


def record_agreement(workspace: Workspace, agreement: Agreement) -> None:
    """Keep a record in place of earlier ones of its kind. Raises WorkspaceError."""
    workspace.create()
    path = workspace.root / FILE
    key = (agreement.judge, agreement.rubric, agreement.asked)
    kept = [one for one in _records(path) if (one.judge, one.rubric, one.asked) != key]
    told = {"format": FORMAT, "agreements": [asdict(one) for one in (*kept, agreement)]}
    try:
        write_whole(path, f"{json.dumps(told, indent=1)}\n".encode(), mode=0o600)
    except OSError as error:
        raise WorkspaceError(
            f"can't keep the agreement: {error.strerror or error}", path=str(path)
        ) from error


def why_not_gating(
    workspace: Workspace, *, judge: str | None, rubrics: Iterable[str], asked: str, bound: float
) -> str | None:
    """Why a judge's word is information alone; None where it may gate.

    `rubrics` are digests; `bound` is the least kappa.
    """
    if judge is None:
        return "no judge was asked"
    for rubric in sorted(set(rubrics)):
        found = recorded_agreement(workspace, judge=judge, rubric=rubric, asked=asked)
        if found is None or found.kappa is None:
            return (
                f"no agreement of {judge} with people is recorded for a rubric; "
                "`convexpert eval judge` measures it"
            )
        if found.kappa < bound:
            return f"agreement of {judge} with people is κ {found.kappa:.2f}, below {bound:g}"
    return None


def _records(path: Path) -> list[Agreement]:
    """What is kept; nothing of a file that can't be read, since then nothing was shown."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            return []
        return [Agreement(**one) for one in told["agreements"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
