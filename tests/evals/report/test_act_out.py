"""The workflow of the docs, acted out in a scratch repository."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
AGENT = """\
---
name: reader
description: Use for questions about how Convex data is read.
---
# Reader

## Rules

- Use `withIndex` on a database query instead of `.filter`.
- Read one page after the other with `paginate`.
"""


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("act_out", EXAMPLES / "act_out.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["act_out"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_good_edit_passes_and_one_that_drops_the_advice_names_what_it_lost(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    agents = tmp_path / "agents"
    agents.mkdir()
    (agents / "reader.md").write_text(AGENT, encoding="utf-8")
    repository = tmp_path / "repository"
    repository.mkdir()
    assert script.act_out(repository, agents) == 0, capsys.readouterr().out
    told = capsys.readouterr().out
    assert "✓ the good edit passes: status 0" in told
    assert "✓ the bad edit fails, lost cases named: status 1" in told
    assert "✗ lost reader-rules" in told
    comment = (repository / "evals-comment.md").read_text(encoding="utf-8")
    assert "- **lost** `reader-rules`" in comment
    assert "<h1>" in (repository / "evals.html").read_text(encoding="utf-8")
    assert "<failure" in (repository / "evals.xml").read_text(encoding="utf-8")
    assert (repository / ".git" / "summary.md").read_text(encoding="utf-8").endswith(comment)


def test_only_agents_with_the_advice_are_edited(script: ModuleType, tmp_path: Path) -> None:
    stage = script.Stage(tmp_path)
    (tmp_path / script.AGENTS).mkdir(parents=True)
    other = AGENT.replace("instead of `.filter`", "")
    (tmp_path / script.AGENTS / "a.md").write_text(other, encoding="utf-8")
    (tmp_path / script.AGENTS / "b.md").write_text(AGENT, encoding="utf-8")
    assert [path.name for path in stage.advised()] == ["b.md"]


def test_a_step_with_an_expression_that_nobody_filled_in_is_refused(script: ModuleType) -> None:
    with pytest.raises(ValueError, match="not known here"):
        script._filled("echo ${{ github.event.pull_request.title }}")
