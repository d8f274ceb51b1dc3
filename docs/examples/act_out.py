"""Acts the workflow out on this machine, in a scratch git repository.

    python docs/examples/act_out.py [--agents DIR] [--keep DIR]

The repository gets agents (the built-in ones, or copies of yours), the suites of `eval init`, and
`questions.yaml` where the built-in agents are used. A pull request that rewords nothing but adds an
item must pass; one that drops the advice to use `withIndex` instead of `filter` must fail, and name
the cases that it lost. What is run are the workflow's own steps that bear an id and the command of
the pre-commit hook, read from the files beside this one. Ends with 0 where all came out so.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml  # noqa: TID253 -- a script of its own

HERE = Path(__file__).parent
AGENTS = Path(".claude/agents")
ADVICE = re.compile(r"^\s*[-*] .*withIndex.*instead of.*filter.*\n", re.MULTILINE | re.IGNORECASE)
GOOD = "\n## Words\n\n- Say *table*, *index* and *document* as the Convex documentation does.\n"


def main() -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--agents", type=Path, help="a folder of agents that hold the advice")
    parser.add_argument("--keep", type=Path, help="make the repository here, and leave it")
    given = parser.parse_args()
    if given.keep is not None:
        given.keep.mkdir(parents=True)  # a new folder: nobody's files are touched
        return act_out(given.keep.resolve(), given.agents)
    with tempfile.TemporaryDirectory(prefix="act-out-") as scratch:
        return act_out(Path(scratch).resolve(), given.agents)


def act_out(repository: Path, agents: Path | None) -> int:
    """Both pull requests; the number of expectations that were not met."""
    stage = Stage(repository)
    stage.begin(agents)
    advised = stage.advised()
    if not advised:
        print("act-out: no agent advises `withIndex` instead of `filter`", file=sys.stderr)
        return 2

    stage.branch("good-edit")
    path = advised[0]
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + "\n" + GOOD, encoding="utf-8")
    wrong = stage.expect("the hook lets the good edit pass", stage.hook(), status=0)
    stage.commit("Say how things are called")
    wrong += stage.expect("the good edit passes", stage.workflow(), status=0)

    stage.branch("bad-edit")
    for path in advised:
        path.write_text(ADVICE.sub("", path.read_text(encoding="utf-8")), encoding="utf-8")
    wrong += stage.expect("the hook stops the bad edit", stage.hook(), status=1, names="✗ lost ")
    stage.commit("Shorten the rules")
    told = stage.workflow()
    wrong += stage.expect("the bad edit fails, lost cases named", told, status=1, names="✗ lost ")
    return min(wrong, 1)


class Stage:
    """A scratch repository, and what runs in it."""

    def __init__(self, repository: Path) -> None:
        self._at = repository
        workflow = _read(HERE / "evals.yml")
        (self._job,) = workflow["jobs"].values()
        hooks = _read(HERE / "pre-commit-config.yaml")["repos"][0]["hooks"]
        self._hooks = [hook for hook in hooks if hook["id"] == "convexpert-evals"]
        # As if the package's own commands came first, wherever Python was started from.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        bare = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        self._env = {
            **bare,
            "PATH": path,
            "GITHUB_STEP_SUMMARY": str(repository / ".git" / "summary.md"),
            **{name: _filled(value) for name, value in self._job["env"].items()},
        }

    def begin(self, agents: Path | None) -> None:
        """The first commit, on `main`."""
        self._run("git", "init", "-q", "-b", "main")
        folder = self._at / AGENTS
        folder.mkdir(parents=True)
        source = agents or Path(str(files("agents") / "definitions"))
        for path in sorted(source.glob("*.md")):
            shutil.copyfile(path, folder / path.name)
        self._run("convexpert", "eval", "init", "evals", "--agents", str(AGENTS))
        if agents is None:
            shutil.copyfile(HERE / "questions.yaml", self._at / "evals" / "questions.yaml")
        ignored = ".convexpert/\nevals-comment.md\nevals.html\nevals.xml\n"
        (self._at / ".gitignore").write_text(ignored, encoding="utf-8")
        self.commit("Begin")
        self._run("git", "update-ref", "refs/remotes/origin/main", "main")

    def advised(self) -> list[Path]:
        """The agents that hold the advice."""
        every = sorted((self._at / AGENTS).glob("*.md"))
        return [path for path in every if ADVICE.search(path.read_text(encoding="utf-8"))]

    def branch(self, name: str) -> None:
        """A new branch from `main`."""
        self._run("git", "switch", "-q", "-c", name, "main")

    def commit(self, message: str) -> None:
        """Everything that was edited."""
        who = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
        self._run("git", "add", "-A")
        self._run("git", *who, "commit", "-q", "--no-verify", "-m", message)

    def hook(self) -> tuple[int, str]:
        """The status and the output of the pre-commit hook's command."""
        status, shown = 0, ""
        for hook in self._hooks:
            code, said = self._shell(hook["name"], hook["entry"])
            status, shown = max(status, code), shown + said
        return status, shown

    def workflow(self) -> tuple[int, str]:
        """The status of the job and the output of its steps that bear an id."""
        status, shown = 0, ""
        for step in self._job["steps"]:
            always = "!cancelled()" in str(step.get("if", ""))
            if "id" in step and (always or not status):
                code, said = self._shell(step["name"], step["run"])
                status, shown = status or code, shown + said
        return status, shown

    def expect(self, what: str, told: tuple[int, str], *, status: int, names: str = "") -> int:
        """Says whether it came out so; 1 where it did not."""
        met = told[0] == status and names in told[1]
        print(f"{'✓' if met else '✗'} {what}: status {told[0]}", flush=True)
        lost = dict.fromkeys(line.strip() for line in told[1].splitlines() if "✗ lost " in line)
        for line in lost:
            print(f"    {line}", flush=True)
        if not met:
            print(told[1], flush=True)
        return not met

    def _shell(self, name: str, command: str) -> tuple[int, str]:
        print(f"  … {name}", flush=True)
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", _filled(command)],
            cwd=self._at,
            env=self._env,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def _run(self, *command: str) -> None:
        where = shutil.which(command[0], path=self._env["PATH"])
        subprocess.run([where or command[0], *command[1:]], cwd=self._at, env=self._env, check=True)


def _filled(text: str) -> str:
    """What the server would put in; nothing else that it knows may occur in these steps."""
    filled = text.replace("${{ github.base_ref }}", "main")
    if "${{" in filled:
        raise ValueError(f"not known here: {filled}")
    return filled


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(main())
