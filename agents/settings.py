"""Settings: `[tool.convexpert]` in `pyproject.toml` or `convexpert.toml`, then the environment."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from agents.errors import UsageError, did_you_mean
from agents.finding import Severity

LONGEST_TIMEOUT = 3600
"""Seconds."""

_FROM_ENVIRONMENT = (
    "registry_url",
    "chroma_url",
    "embedding_model",
    "model",
    "model_url",
    "eval_model",
    "judge_model",
    "node_modules",
)
_WITHOUT_HEAD = "in this file [check], not [tool.convexpert.check]"
_NEVER_IN_A_FILE = frozenset({"source", "node_modules"})
_AT_LINE = re.compile(r"\(at line (\d+),")


@dataclass(frozen=True, slots=True)
class CheckOverride:
    """One `[[tool.convexpert.check.overrides]]`: what differs for some files."""

    paths: tuple[str, ...]
    """Globs, relative to the folder of the settings' file; a folder's name means all in it."""
    select: tuple[str, ...] = ()
    """In place of the section's own; empty leaves that."""
    ignore: tuple[str, ...] = ()
    """Besides the section's own."""
    severity: Mapping[str, Severity] = field(default_factory=lambda: MappingProxyType({}))
    """Over the section's own."""


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """`[tool.convexpert.check]`."""

    select: tuple[str, ...] = ()
    """Rule ids to run; empty means all that are not off."""
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=lambda: MappingProxyType({}))
    """Severity by rule id, in place of the rule's default."""
    fail_on: Severity = Severity.WARNING
    small_tables: tuple[str, ...] = ()
    """Tables that are small enough to be read whole."""
    overrides: tuple[CheckOverride, ...] = ()
    """In the order of the file; where several apply, later ones win."""


@dataclass(frozen=True, slots=True)
class LintSettings:
    """`[tool.convexpert.lint]`, for `agents lint`."""

    select: tuple[str, ...] = ()
    """Rule ids to run; empty means all that are not off."""
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=lambda: MappingProxyType({}))
    """Severity by rule id, in place of the rule's default."""
    fail_on: Severity = Severity.WARNING


@dataclass(frozen=True, slots=True)
class ModelPrice:
    """What a model costs, in US dollars for a million tokens."""

    input: float
    output: float


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a user can set."""

    registry_url: str | None = None
    """SQLAlchemy URL; None means the workspace's own SQLite file."""
    chroma_url: str | None = None
    """Address of a Chroma server; None means the workspace's embedded store."""
    server_timeout: float | None = None
    """Seconds that the registry's or the vectors' server may be silent; None means the default."""
    embedding_model: str | None = None
    """Folder or name of a sentence-transformers model; None means all-MiniLM-L6-v2."""
    model: str | None = None
    """Chat model as `provider:name`; None means answers without a model."""
    model_url: str | None = None
    """Address of the model's server; None means the provider's own."""
    model_timeout: float | None = None
    """Seconds to wait for the model; None means the default."""
    eval_model: str | None = None
    """Chat model that evals ask, as `provider:name`; None means none is asked."""
    judge_model: str | None = None
    """Chat model that judges in evals; None means nobody does."""
    node_modules: str | None = None
    """Folder that holds `typescript` and `convex`, for types of generated code. From the
    environment or an option alone: what lies there is run."""
    prices: Mapping[str, ModelPrice] = field(default_factory=lambda: MappingProxyType({}))
    """`[tool.convexpert.prices]`, by `provider:name`."""
    check: CheckSettings = field(default_factory=CheckSettings)
    lint: LintSettings = field(default_factory=LintSettings)
    items: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """`[tool.convexpert.items]`: code rules by the text of the checklist item that they enforce,
    in place of what matching finds; no rules mean that people decide it."""
    source: Path | None = None
    """The file that these settings were read from."""


def load_settings(start: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings that apply at `start`: the nearest file upwards, then `CONVEXPERT_…`.

    Raises UsageError for a file that can't be read, an unknown key, or a value of the wrong type.
    """
    settings = _from_files(start.absolute())
    given: dict[str, Any] = {
        name: environ[variable]
        for name in _FROM_ENVIRONMENT
        if environ.get(variable := f"CONVEXPERT_{name.upper()}")
    }
    for name in ("model_timeout", "server_timeout"):
        variable = f"CONVEXPERT_{name.upper()}"
        if wanted := environ.get(variable):
            given[name] = _seconds(wanted, variable)
    return replace(settings, **given) if given else settings


def _seconds(text: str, variable: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST_TIMEOUT:
        raise UsageError(f"{variable} must be seconds from 1 to {LONGEST_TIMEOUT}, not {text!r}")
    return seconds


def _from_files(start: Path) -> Settings:
    for folder in (start, *start.parents):
        own = folder / "convexpert.toml"
        if own.is_file():
            return _settings(_read_toml(own), own)
        project = folder / "pyproject.toml"
        if project.is_file():
            tool = _read_toml(project).get("tool")
            if isinstance(tool, dict) and "convexpert" in tool:
                return _settings(tool["convexpert"], project)
    return Settings()


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        place = _AT_LINE.search(str(error))
        raise UsageError(
            f"can't read the settings: {error}",
            hint="mend the file's TOML",
            path=str(path),
            line=int(place[1]) if place else None,
        ) from error


def _settings(table: object, path: Path) -> Settings:
    reader = _Reader(path)
    if not isinstance(table, dict):
        raise reader.wrong("tool.convexpert", "a table")
    if "node_modules" in table:
        raise UsageError(
            "the setting node_modules can't stand in a file",
            hint="whoever wrote the file would choose what is run; set CONVEXPERT_NODE_MODULES",
            path=str(path),
            line=reader.line_of("node_modules"),
        )
    reader.refuse_unknown(table, {f.name for f in fields(Settings)} - _NEVER_IN_A_FILE, "")
    check = reader.section(table, "check", CheckSettings)
    lint = reader.section(table, "lint", LintSettings)
    return Settings(
        registry_url=reader.text(table, "registry_url"),
        chroma_url=reader.text(table, "chroma_url"),
        server_timeout=reader.number(table, "server_timeout", LONGEST_TIMEOUT),
        embedding_model=reader.text(table, "embedding_model"),
        model=reader.text(table, "model"),
        eval_model=reader.text(table, "eval_model"),
        judge_model=reader.text(table, "judge_model"),
        model_url=_own_address(reader, table),
        model_timeout=reader.number(table, "model_timeout", LONGEST_TIMEOUT),
        prices=_prices(reader, table.get("prices", {})),
        check=CheckSettings(
            **_rule_settings(reader, check, "check"),
            small_tables=reader.texts(check, "check.small_tables"),
            overrides=_overrides(reader, check.get("overrides", [])),
        ),
        lint=LintSettings(**_rule_settings(reader, lint, "lint")),
        items=_items(reader, table.get("items", {})),
        source=path,
    )


def _rule_settings(reader: _Reader, table: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What the sections for rules have in common."""
    severity = table.get("severity", {})
    if not isinstance(severity, dict):
        raise reader.wrong(f"{name}.severity", "a table of rule = severity")
    return {
        "select": reader.texts(table, f"{name}.select"),
        "ignore": reader.texts(table, f"{name}.ignore"),
        "severity": {
            rule: reader.severity(value, f"{name}.severity.{rule}")
            for rule, value in severity.items()
        },
        "fail_on": reader.severity(table.get("fail_on", "warning"), f"{name}.fail_on"),
    }


def _overrides(reader: _Reader, tables: object) -> tuple[CheckOverride, ...]:
    name = "check.overrides"
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise reader.wrong(name, "tables, each headed [[tool.convexpert.check.overrides]]")
    found = []
    for table in tables:
        reader.refuse_unknown(table, {f.name for f in fields(CheckOverride)}, f"{name}.")
        paths = reader.texts(table, f"{name}.paths")
        if not any(path.strip("./") for path in paths):
            raise reader.wrong(f"{name}.paths", "a list of paths")
        given = _rule_settings(reader, table, name)
        del given["fail_on"]
        found.append(CheckOverride(paths=paths, **given))
    return tuple(found)


def _own_address(reader: _Reader, table: Mapping[str, Any]) -> str | None:
    """The setting `model_url`, which a file may only give for a server on this machine.

    Whoever wrote a project's file would get the user's key and questions otherwise.
    """
    address = reader.text(table, "model_url")
    if address is None:
        return None
    try:
        host = urlsplit(address).hostname
    except ValueError:
        host = None
    if host not in ("localhost", "127.0.0.1", "::1"):
        raise UsageError(
            "the setting model_url names another machine",
            hint="a file may only name one such as http://localhost:8080/v1; for others set "
            "CONVEXPERT_MODEL_URL",
            path=str(reader.path),
            line=reader.line_of("model_url"),
        )
    return address


def _items(reader: _Reader, table: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(table, dict):
        raise reader.wrong("items", 'a table of "text of an item" = [rules]')
    for text, rules in table.items():
        if not isinstance(rules, list) or not all(isinstance(rule, str) for rule in rules):
            raise reader.wrong(f"items.{text}", "a list of rule ids")
    return {text: tuple(rules) for text, rules in table.items()}


def _prices(reader: _Reader, table: object) -> dict[str, ModelPrice]:
    if not isinstance(table, dict):
        raise reader.wrong("prices", "a table of model = { input = …, output = … }")
    found = {}
    for model, price in table.items():
        if not isinstance(price, dict) or set(price) != {"input", "output"}:
            raise reader.wrong(f"prices.{model}", "{ input = …, output = … }")
        amounts = [reader.number(price, name, 1e6, zero=True) or 0.0 for name in price]
        found[model] = ModelPrice(**dict(zip(price, amounts, strict=True)))
    return found


@dataclass(frozen=True, slots=True)
class _Reader:
    path: Path

    def wrong(self, key: str, expected: str) -> UsageError:
        return UsageError(
            f"the setting {key} must be {expected}", path=str(self.path), line=self.line_of(key)
        )

    def line_of(self, key: str) -> int | None:
        """The 1-based line that sets a key; None where it isn't written plainly on a line."""
        last = re.escape(key.rpartition(".")[2])
        wanted = re.compile(rf"""[^#]*(?<![\w-])["']?{last}["']?\s*[=\].]""")
        lines = self.path.read_text(encoding="utf-8").splitlines()
        found = [number for number, line in enumerate(lines, 1) if wanted.match(line)]
        return found[0] if len(found) == 1 else None

    def refuse_unknown(self, table: Mapping[str, Any], known: set[str], prefix: str) -> None:
        for key in table:
            if key not in known:
                known_are = f"known are {', '.join(sorted(known))}"
                headed = key == "tool" and self.path.name == "convexpert.toml"
                hint = _WITHOUT_HEAD if headed else did_you_mean(key, known, known_are)
                raise UsageError(
                    f"unknown setting {prefix}{key}",
                    hint=hint,
                    path=str(self.path),
                    line=self.line_of(key),
                )

    def text(self, table: Mapping[str, Any], key: str) -> str | None:
        value = table.get(key)
        if value is not None and not isinstance(value, str):
            raise self.wrong(key, "a string")
        return value

    def number(
        self, table: Mapping[str, Any], key: str, most: float, *, zero: bool = False
    ) -> float | None:
        value = table.get(key)
        if value is None:
            return None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 0 <= value <= most or (value == 0 and not zero):
            raise self.wrong(key, f"a number up to {most:g}")
        return float(value)

    def section(self, table: Mapping[str, Any], key: str, shape: type[Any]) -> dict[str, Any]:
        value = table.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, "a table")
        self.refuse_unknown(value, {f.name for f in fields(shape)}, f"{key}.")
        return value

    def texts(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        """The list at the last part of a dotted key."""
        value = table.get(key.rpartition(".")[2], [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise self.wrong(key, "a list of strings")
        return tuple(value)

    def severity(self, value: object, key: str) -> Severity:
        try:
            return Severity(value)  # type: ignore[arg-type]
        except ValueError:
            raise self.wrong(key, "one of off, info, warning, error") from None
