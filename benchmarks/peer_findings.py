"""What the official ESLint plugin reports, without type information, in given files."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agents.location import Span

PREFIX = "@convex-dev/"
SET_UP = """
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
const [folder, cwd, list] = process.argv.slice(2);
const require = createRequire(folder + "/lint.js");
const { ESLint } = require("eslint");
const typescript = require("typescript-eslint");
const loaded = require("@convex-dev/eslint-plugin");
const plugin = loaded.default ?? loaded;
const ids = Object.keys(plugin.rules).map((id) => "@convex-dev/" + id);
const lint = new ESLint({
  cwd,
  ignore: false,
  overrideConfigFile: true,
  overrideConfig: [{
    files: ["**/*.{ts,tsx,js,jsx,mts,mjs,cts,cjs}"],
    languageOptions: {
      parser: typescript.parser,
      parserOptions: { ecmaFeatures: { jsx: true } },
    },
    plugins: { "@convex-dev": plugin },
    rules: Object.fromEntries(ids.map((id) => [id, "warn"])),
  }],
});
const files = readFileSync(list, "utf8").trim().split("\\n");
"""
"""Makes `lint`, of JavaScript, with all rules of the plugin; `files` are to be linted."""
_ESLINT = (
    SET_UP
    + """const results = await lint.lintFiles(files);
console.log(JSON.stringify(results.map(({ filePath, messages, suppressedMessages }) => ({
  file: filePath,
  messages,
  silenced: suppressedMessages,
}))));
"""
)


@dataclass(frozen=True, slots=True)
class PeerFinding:
    """One report of the plugin."""

    rule: str
    """Without the plugin's name."""
    file: Path
    span: Span
    """Of the node that is reported; columns in UTF-16 units, as ESLint counts them."""
    silenced: bool
    """Whether a directive of ESLint's keeps it from being shown."""


@dataclass(frozen=True, slots=True)
class PeerReport:
    """What the plugin says about some files."""

    findings: tuple[PeerFinding, ...]
    unparsed: tuple[tuple[Path, str], ...]
    """Files that its parser gives up on, and why."""
    files: int


def peer_findings(eslint: Path, files: Sequence[Path]) -> PeerReport:
    """Run the plugin that is installed in the folder `eslint` over `files`, all its rules on.

    Raises SystemExit with ESLint's words where it fails.
    """
    with tempfile.TemporaryDirectory() as scratch:
        script, listed = Path(scratch) / "lint.mjs", Path(scratch) / "files.txt"
        script.write_text(_ESLINT, encoding="utf-8")
        listed.write_text("\n".join(map(str, files)), encoding="utf-8")
        root = os.path.commonpath([path.parent for path in files])
        run = subprocess.run(
            ["node", str(script), str(eslint.absolute()), root, str(listed)],
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    if run.returncode != 0:
        raise SystemExit(run.stderr)
    return read_report(run.stdout)


def read_report(printed: str) -> PeerReport:
    """The report that the script printed as JSON."""
    findings: list[PeerFinding] = []
    unparsed: list[tuple[Path, str]] = []
    results = json.loads(printed)
    for result in results:
        file = Path(result["file"])
        for message in (*result["messages"], *result["silenced"]):
            if message.get("fatal"):
                unparsed.append((file, message["message"]))
            elif (message["ruleId"] or "").startswith(PREFIX):
                span = Span(
                    message["line"],
                    message["column"],
                    message.get("endLine") or message["line"],
                    message.get("endColumn") or message["column"],
                )
                rule = message["ruleId"].removeprefix(PREFIX)
                silenced = message in result["silenced"]
                findings.append(PeerFinding(rule, file, span, silenced))
    return PeerReport(tuple(findings), tuple(unparsed), len(results))
