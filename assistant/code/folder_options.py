"""Which settings count for which file: the nearest file of settings, then its overrides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from agents.settings import CheckSettings, Settings, load_settings
from assistant.code.catalogue import require_known_in

if TYPE_CHECKING:
    from assistant.code.options import CheckOptions

_NAMES = ("convexpert.toml", "pyproject.toml")


class FolderOptions:
    """Gives the options for a file, by its absolute path."""

    def __init__(
        self,
        base: CheckOptions,
        settings: Settings,
        *,
        select: Sequence[str] | None = None,
        ignore: Sequence[str] | None = None,
    ) -> None:
        """`settings` count where no file of settings lies around the checked one.

        `select` and `ignore` are those of the command, which win over all settings.
        """
        _require_known(settings.check, settings.source)
        self._base = base
        self._default = settings
        self._select = select
        self._ignore = ignore
        self._settings: dict[Path, Settings] = {}
        self._known: dict[tuple[Path | None, tuple[int, ...]], CheckOptions] = {}

    def __call__(self, path: Path) -> CheckOptions:
        """Raises UsageError and CodeCheckError for settings that can't be read."""
        found = self._settings_at(path.parent)
        applying = tuple(
            place
            for place, one in enumerate(found.check.overrides)
            if found.source is not None and _matches(one.paths, path, found.source.parent)
        )
        key = (found.source, applying)
        if key not in self._known:
            self._known[key] = self._options(found, applying)
        return self._known[key]

    @property
    def default(self) -> CheckOptions:
        """The options where no file of settings lies around the checked file."""
        return self._options(self._default, ())

    def _settings_at(self, folder: Path) -> Settings:
        known = self._settings.get(folder)
        if known is not None:
            return known
        found: Settings | None = None
        if any((folder / name).is_file() for name in _NAMES):
            found = load_settings(folder)
            if found.source is None:
                found = self._default
            else:
                _require_known(found.check, found.source)
        elif folder.parent != folder:
            found = self._settings_at(folder.parent)
        self._settings[folder] = found or self._default
        return self._settings[folder]

    def _options(self, settings: Settings, applying: Sequence[int]) -> CheckOptions:
        check = settings.check
        select, ignore, severity = check.select, [*check.ignore], dict(check.severity)
        for place in applying:
            override = check.overrides[place]
            select = override.select or select
            ignore += override.ignore
            severity |= override.severity
        return replace(
            self._base,
            select=tuple(select if self._select is None else self._select),
            ignore=tuple(ignore if self._ignore is None else self._ignore),
            severity=severity,
            small_tables=frozenset(check.small_tables),
        )


def _require_known(check: CheckSettings, source: Path | None) -> None:
    overrides = [name for o in check.overrides for name in (*o.select, *o.ignore, *o.severity)]
    require_known_in(source, [*check.select, *check.ignore, *check.severity, *overrides])


def _matches(patterns: Sequence[str], path: Path, folder: Path) -> bool:
    try:
        relative = path.relative_to(folder).as_posix()
    except ValueError:
        return False
    return any(_pattern(pattern).match(relative) is not None for pattern in patterns)


@lru_cache(maxsize=1024)
def _pattern(glob: str) -> re.Pattern[str]:
    """A glob as an expression; a folder's name stands for all that is in it.

    `*` and `?` stay within a name, `**` does not.
    """
    parts = glob.strip("/").removeprefix("./").split("/")
    # Several `**` in a row are one: matching stays fast.
    kept = [part for i, part in enumerate(parts) if part != "**" or parts[i - 1 : i] != ["**"]]
    text = "".join(
        "(?:[^/]+/)*"
        if part == "**"
        else re.sub(r"\\\*(?:\\\*)*", "[^/]*", re.escape(part)).replace(r"\?", "[^/]") + "/"
        for part in kept
    )
    # `a/**` is all below `a`, `a` the file of that name, or all below the folder.
    return re.compile(
        rf"{text.removesuffix('/')}(?:/.*)?$" if kept[-1] != "**" else rf"{text}[^/]+$"
    )
