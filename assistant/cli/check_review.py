"""`convexpert check --review`: what a chat model makes of the items that no rule decides."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from agents.errors import UsageError
from agents.finding import Severity
from assistant.cli.ask_model import opened_model, usage_parts
from assistant.cli.console import counted, printable, progress_bar

if TYPE_CHECKING:
    from assistant.cli.context import CommandContext
    from assistant.code.check import CheckReport
    from assistant.code.store import Store
    from assistant.model.conversation import ChatModel
    from assistant.review.reviewing import Review
    from assistant.review.units import Unit


MOST_TOKENS = 3_000
"""Of a reply: a dozen verdicts, each with a quotation and a sentence."""


@dataclass(frozen=True)
class Reviewer:
    """A review as the command line asks for it."""

    obj: CommandContext
    model: ChatModel
    paths: Sequence[Path]
    limit: int
    revision: str | None

    @classmethod
    def opened(
        cls,
        obj: CommandContext,
        model: str | None,
        paths: Sequence[Path],
        *,
        limit: int,
        revision: str | None,
    ) -> Reviewer:
        """With the chosen model. Raises UsageError without one, and for standard input."""
        if Path("-") in paths:
            raise UsageError("--review reads files", hint="name files or folders")
        chat_model = opened_model(obj, model, most_tokens=MOST_TOKENS)
        if chat_model is None:
            raise UsageError(
                "--review needs a chat model",
                hint="name one with --model PROVIDER:NAME, or as `model` in the settings",
            )
        return cls(obj, chat_model, paths, limit, revision)

    def reviewed(
        self, report: CheckReport, *, minimum: Severity, store: Store | None
    ) -> CheckReport:
        """The report with what the model found; what it cost is told on standard error."""
        from assistant.review.reviewing import review

        with progress_bar() as progress:
            done = review(
                self._units(),
                report.review,
                self.model,
                most_units=self.limit,
                store=store,
                on_unit=lambda done, total: progress("reviewing", done, total),
            )
        sys.stderr.write(f"{printable(self._told(done))}\n")
        kept = tuple(finding for finding in done.findings if finding.severity.reaches(minimum))
        return replace(done, findings=kept).added_to(report)

    def _units(self) -> list[Unit]:
        from assistant.review.units import units_of

        units = units_of(self.paths)
        if self.revision is None:
            return units
        from assistant.code.changed import changed_lines

        changed = changed_lines(self.paths, self.revision)
        return [unit for unit in units if changed.hold(unit.file, unit.span)]

    def _told(self, done: Review) -> str:
        from assistant.model.cost import usage_shown

        usage = usage_shown(done.usage, self.model.name, self.obj.settings.prices)
        parts = [
            f"reviewed by {self.model.name}: {counted(done.asked, 'function')}",
            counted(len(done.findings), "finding"),
            f"{counted(len(done.settled), 'item')} settled",
        ]
        if done.unanswered:
            why = f" ({done.failure})" if done.failure else ""
            parts.append(f"no answer about {counted(done.unanswered, 'function')}{why}")
        if done.left_out:
            parts.append(f"{counted(done.left_out, 'function')} left out by --review-limit")
        return " · ".join([*parts, *usage_parts(usage)])
