"""`convexpert doctor`: see whether a workspace is whole, and mend what can be mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Annotated, Any

import typer

from agents.errors import ConvexpertError
from agents.health import Symptom
from agents.settings import Settings
from agents.workspace import Workspace
from assistant.cli.console import printable, write, write_json
from assistant.cli.context import command_context
from assistant.cli.options import AsJson

app = typer.Typer()

Examination = Callable[[Workspace, Settings], Iterator[Symptom]]


@app.command(epilog="Example: convexpert doctor --fix")
def doctor(
    context: typer.Context,
    fix: Annotated[
        bool,
        typer.Option(
            "--fix", help="Mend what can be mended; end other convexpert processes first."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check registry, index, vectors, stored runs and conversations of this workspace.

    Ends with 0 where all is well or was mended, with 1 where something is left.
    """
    from assistant.cli.main import EXAMINATIONS

    obj = command_context(context)
    results = []
    for part, target in EXAMINATIONS.items():
        found = list(_examined(part, target, obj.workspace, obj.settings))
        results += [_result(symptom, fix=fix) for symptom in found]
        if not as_json:
            _show(part, results[len(results) - len(found) :])
    left = [result for result in results if result["mended"] is None]
    if as_json:
        write_json({"workspace": str(obj.workspace.root), "healthy": not left, "symptoms": results})
    elif left:
        mendable = any(result["mendable"] for result in left)
        write("mend it with: convexpert doctor --fix" if mendable else "this needs a person")
    raise typer.Exit(1 if left else 0)


def _examined(
    part: str, target: str, workspace: Workspace, settings: Settings
) -> Iterator[Symptom]:
    module, name = target.split(":")
    examine: Examination = getattr(import_module(module), name)
    try:
        yield from examine(workspace, settings)
    except ConvexpertError as error:
        yield Symptom(part, error.message, error.hint or "see what the message says")


def _result(symptom: Symptom, *, fix: bool) -> dict[str, Any]:
    mended = None
    hint = symptom.hint
    if fix and symptom.mend is not None:
        try:
            mended = symptom.mend()
        except (ConvexpertError, OSError) as error:
            hint = str(error)
    return {
        "part": symptom.part,
        "message": symptom.message,
        "hint": hint,
        "mendable": symptom.mend is not None,
        "mended": mended,
    }


def _show(part: str, results: list[dict[str, Any]]) -> None:
    if not results:
        write(f"✓ {part}")
    for result in results:
        write(f"✗ {result['part']}: {printable(result['message'])}")
        if result["mended"] is not None:
            write(f"  mended: {printable(result['mended'])}")
        else:
            write(f"  {printable(result['hint'])}")
