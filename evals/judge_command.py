"""`convexpert eval judge`: how far a judging model agrees with people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.context import command_context, given_path
from assistant.cli.options import AsJson

if TYPE_CHECKING:
    from rich.console import Console

    from evals.judge_labels import JudgedLabel, Labels, Measured
    from evals.outcome import Usage


def judge_command(
    context: typer.Context,
    labels: Annotated[
        str,
        typer.Argument(
            metavar="LABELS", help="A YAML file with a rubric, and outputs with people's verdicts."
        ),
    ],
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "--judge",
            "--judge-model",
            metavar="PROVIDER:NAME",
            help="The chat model that judges; CONVEXPERT_JUDGE_MODEL without it.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(metavar="N", min=0, help="Seed of the resampling behind the interval.")
    ] = 0,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Ask again about labels that were judged before.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure how far a judge agrees with labelled verdicts, and record it: then it may gate."""
    from agents.errors import UsageError
    from assistant.cli.console import progress_bar, stdout, write_json
    from evals.judge_agreement import Agreement, record_agreement
    from evals.judge_kept import open_judge
    from evals.judge_labels import judge_labels, load_labels, measured_agreement
    from evals.run import utc_now

    found = command_context(context)
    name = model or found.settings.judge_model
    if name is None:
        raise UsageError(
            "no model is named that judges", hint="--model PROVIDER:NAME, or CONVEXPERT_JUDGE_MODEL"
        )
    read = load_labels(given_path(labels))
    with (
        progress_bar() as progress,
        open_judge(name, found.workspace, found.settings, fresh=fresh) as judge,
    ):
        judged, usage = judge_labels(read, judge, progress=progress)
    results = measured_agreement(judged, seed=seed)
    for one in results:
        interval = one.interval
        record_agreement(
            found.workspace,
            Agreement(
                judge.name,
                read.rubric.digest,
                one.asked,
                one.kappa,
                interval.low if interval is not None else None,
                interval.high if interval is not None else None,
                one.labels,
                utc_now().isoformat(timespec="seconds"),
            ),
        )
    if as_json:
        write_json(_json(judge.name, read, judged, results, usage))
    else:
        _show(stdout(), judge.name, judged, results)


def _json(
    judge: str,
    labels: Labels,
    judged: tuple[JudgedLabel, ...],
    results: tuple[Measured, ...],
    usage: Usage,
) -> dict[str, Any]:
    from dataclasses import asdict

    from evals.gates import KAPPA

    return {
        "judge": judge,
        "rubric": labels.rubric.digest,
        "agreement": [
            {
                "asked": one.asked,
                "labels": one.labels,
                "kappa": one.kappa,
                "interval": [one.interval.low, one.interval.high] if one.interval else None,
                "level": one.interval.level if one.interval else None,
                "agreed": one.agreed,
                "may_gate": one.kappa is not None and one.kappa >= KAPPA,
                "confusion": [
                    {"label": label, "verdict": verdict, "count": count}
                    for (label, verdict), count in sorted(one.confusion.items())
                ],
            }
            for one in results
        ],
        "labels": [
            {
                "id": one.label.id,
                "asked": one.label.asked,
                "label": one.label.verdict,
                "verdict": one.verdict,
                "reason": one.reason,
            }
            for one in judged
        ],
        "usage": asdict(usage),
    }


def _show(
    console: Console, judge: str, judged: tuple[JudgedLabel, ...], results: tuple[Measured, ...]
) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from assistant.cli.console import printable
    from evals.gates import KAPPA

    sorts = {"single": "one output", "pairwise": "two outputs, in both orders"}
    for one in results:
        console.print(Text(f"{printable(judge)}: {sorts[one.asked]}", style="bold"))
        console.print(Text(f"  {_kappa(one)}; {one.agreed:.0%} of {one.labels} labels agree"))
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for header in ("label", *one.verdicts):
            table.add_column(header, justify="left" if header == "label" else "right")
        for label in one.verdicts:
            counts = [one.confusion[label, verdict] for verdict in one.verdicts]
            if any(counts):
                table.add_row(label, *map(str, counts))
        console.print(Padding(table, (0, 0, 0, 2)))
        good = one.kappa is not None and one.kappa >= KAPPA
        console.print(
            f"  recorded: it {'may gate' if good else 'is information and gates nothing'}"
            f" where a suite asks for κ ≥ {KAPPA:g} (`gates.kappa`)"
        )
    for said in judged:
        if said.verdict != said.label.verdict:
            told = f"{said.label.id}: {said.label.verdict}, judged {said.verdict}: "
            console.print(Text(printable(" ".join((told + said.reason).split()))), soft_wrap=True)


def _kappa(one: Measured) -> str:
    if one.kappa is None:
        return "κ is not defined: all labels and verdicts are the same"
    around = ""
    if one.interval is not None:
        around = f" (95 % interval {one.interval.low:.2f} to {one.interval.high:.2f})"
    return f"κ {one.kappa:.2f}{around}"
