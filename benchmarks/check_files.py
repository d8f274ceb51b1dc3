"""The code check per file, beside parsing alone and, where at hand, the official ESLint plugin.

    python benchmarks/check_files.py [PROJECT] [--eslint FOLDER]

PROJECT is a folder with Convex code (by default the labelled fixtures); FOLDER one in which
`npm i eslint typescript-eslint @convex-dev/eslint-plugin` was run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from timing import Row, print_table

from assistant.code.catalogue import catalogue
from assistant.code.check import CheckOptions, check_paths
from assistant.code.syntax import Tree

FIXTURES = Path(__file__).parents[1] / "tests" / "fixtures" / "rules"
ESLINT = """
import { createRequire } from "node:module";
const [folder, cwd, ...files] = JSON.parse(process.argv[2]);
const require = createRequire(folder + "/lint.js");
const { ESLint } = require("eslint");
const typescript = require("typescript-eslint");
const loaded = require("@convex-dev/eslint-plugin");
const plugin = loaded.default ?? loaded;
const ids = Object.keys(plugin.rules).map((id) => "@convex-dev/" + id);
const lint = new ESLint({
  cwd,
  overrideConfigFile: true,
  overrideConfig: [{
    files: ["**/*.ts", "**/*.tsx"],
    languageOptions: {
      parser: typescript.parser,
      parserOptions: { ecmaFeatures: { jsx: true } },
    },
    plugins: { "@convex-dev": plugin },
    rules: Object.fromEntries(ids.map((id) => [id, "warn"])),
  }],
});
await lint.lintFiles(files.slice(0, 3));
const start = process.cpuUsage();
const linted = await lint.lintFiles(files);
const used = process.cpuUsage(start);
console.log(JSON.stringify({ ms: (used.user + used.system) / 1000, files: linted.length }));
"""


def cpu_milliseconds(work: Callable[[], object]) -> float:
    """CPU time of this process for one call of `work`."""
    start = time.process_time()
    work()
    return 1000 * (time.process_time() - start)


def eslint_milliseconds(folder: Path, project: Path, files: list[Path]) -> float:
    """CPU time per file of a Node.js process that has linted before, all rules of the plugin on."""
    given = [folder.absolute(), project.absolute(), *(path.absolute() for path in files)]
    with tempfile.TemporaryDirectory() as scratch:
        script = Path(scratch) / "lint.mjs"
        script.write_text(ESLINT, encoding="utf-8")
        run = subprocess.run(
            ["node", str(script), json.dumps([str(path) for path in given])],
            check=True,
            capture_output=True,
            encoding="utf-8",
        )
    result = json.loads(run.stdout)
    return float(result["ms"]) / float(result["files"])


def main() -> None:
    """Print CPU per file."""
    options = argparse.ArgumentParser()
    options.add_argument("project", nargs="?", type=Path, default=FIXTURES)
    options.add_argument("--eslint", type=Path)
    given = options.parse_args()
    files = sorted(
        path
        for path in given.project.rglob("*.ts*")
        if path.suffix in (".ts", ".tsx") and not {"_generated", "node_modules"} & set(path.parts)
    )
    every = CheckOptions(select=tuple(catalogue()))
    check_paths(files[:3], every)
    # Each folder of the fixtures is a project of its own.
    targets = sorted(FIXTURES.iterdir()) if given.project == FIXTURES else [given.project]
    checked = 0

    def check() -> None:
        nonlocal checked
        checked = sum(check_paths([target], every).files for target in targets)

    ours = cpu_milliseconds(check) / max(checked, 1)
    parsing = cpu_milliseconds(
        lambda: [Tree(path.read_bytes(), tsx=path.suffix == ".tsx").root for path in files]
    )
    rows = [
        Row(f"all {len(every.select)} rules, {checked} files", ours, None, "ms"),
        Row("tree-sitter alone", parsing / len(files), None, "ms"),
    ]
    if given.eslint:
        peer = eslint_milliseconds(given.eslint, given.project, files)
        rows[0] = Row(rows[0].what, ours, peer, "ms")
    print_table("Code check: CPU per file", rows, peer="ESLint, official plugin, all rules")


if __name__ == "__main__":
    main()
