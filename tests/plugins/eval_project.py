"""A project with documents and a suite, and runs over it whose model is a scripted server."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scripted_model import Script, scripted_server

from agents.settings import ModelPrice, Settings
from agents.workspace import FOLDER, Workspace
from evals.record import Run
from evals.run import RunOptions, run_suites
from evals.suite import load_suite

GARDEN = """\
---
name: garden
description: Plants.
---
# Garden

## Watering

- Water tomatoes at dawn, because evening moisture invites blight.
"""
SUITE = "suite.yaml"


def eval_project(folder: Path, suite: str, **documents: str) -> Path:
    """The folder, with `documents/NAME.md` for each document and `suite.yaml`."""
    (folder / "documents").mkdir()
    for name, text in documents.items():
        (folder / "documents" / f"{name}.md").write_text(text, encoding="utf-8")
    (folder / SUITE).write_text(suite, encoding="utf-8")
    return folder


def scripted_run(
    folder: Path,
    *script: Script,
    options: RunOptions,
    prices: Mapping[str, ModelPrice] | None = None,
) -> tuple[Run, int]:
    """The run of the project's suite, and how often the server was asked."""
    with scripted_server(*script) as server:
        run = run_suites(
            [load_suite(folder / SUITE)],
            options,
            workspace=Workspace(folder / FOLDER),
            settings=Settings(model_url=server.url, prices=dict(prices or {})),
        )
        return run, len(server.requests)
