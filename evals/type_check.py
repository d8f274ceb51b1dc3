"""Type-checking generated code with TypeScript against the `convex` package; runs none of it.

Used where Node is installed and somebody names a `node_modules` folder that holds `typescript` and
`convex`; nothing is downloaded. The code lies in a scratch folder beside a `_generated` folder that
stands for what Convex's tools would make: a data model from `convex/schema.ts` where there is one,
and references to functions that are not looked into. Packages that are not installed count as
known: their names are not the model's error.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from agents.errors import UsageError

TIMEOUT = 60.0
"""Seconds."""
MEMORY = 1024
"""Megabytes that the compiler may use."""
MOST_OUTPUT = 200_000
"""Bytes of what it says."""
MOST_ERRORS = 200

_ERROR = re.compile(r"(\S[^\n(]{0,300})\((\d{1,9}),(\d{1,9})\): error (TS\d{1,6}): ([^\n]{0,2000})")
_MODULE = re.compile(r"(?:module|file for module) '([^'\n]{1,300})'")
_REFERENCE = re.compile(r"^([ \t]{0,200})///[ \t]{0,200}<", re.MULTILINE)
"""The start of a comment that makes the compiler read another file, wherever that lies."""
_NO_MODULE = frozenset({"TS2307", "TS7016", "TS2792"})
_SYNTAX = re.compile(r"TS1\d{3}")
_NO_HINT = frozenset({"TS7006", "TS7031"})
"""A parameter without a type, as an event handler's is where React's types are not installed."""
_CHECKED = (".ts", ".tsx", ".mts")


@dataclass(frozen=True, slots=True)
class TypeFault:
    """One thing that the compiler finds wrong."""

    file: str
    line: int
    """1-based."""
    code: str
    """Such as `TS2345`."""
    message: str

    def __str__(self) -> str:
        return f"{self.code} at {self.file}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class TypeReport:
    """What a check found, or why there was none."""

    faults: tuple[TypeFault, ...] = ()
    unchecked: str | None = None


@dataclass(frozen=True, slots=True)
class TypeChecker:
    """An installed compiler beside an installed `convex`."""

    node: str
    modules: Path
    typescript: str
    """Its version."""
    convex: str

    @property
    def id(self) -> str:
        """What a result depends on, beside the code."""
        return f"typescript {self.typescript}, convex {self.convex}"

    def check(self, files: Mapping[str, str], *, timeout: float = TIMEOUT) -> TypeReport:
        """The faults of these files; `files` holds relative paths that were made safe before."""
        with tempfile.TemporaryDirectory(prefix="convexpert-types-") as folder:
            root = Path(folder).resolve()
            _write_project(root, files, self.modules)
            said = self._said(root, timeout)
        if said is None:
            return TypeReport(unchecked=f"tsc was not done after {timeout:g} seconds")
        untyped = not _has_react(self.modules)
        faults = _once_unparsed(fault for fault in _faults(said) if not _foreign(fault, untyped))
        if not faults and "error TS" in said.partition("\n")[0] and not _ERROR.search(said):
            return TypeReport(unchecked=f"tsc could not run: {said.partition(chr(10))[0][:200]}")
        return TypeReport(tuple(faults[:MOST_ERRORS]))

    def _said(self, root: Path, timeout: float) -> str | None:
        """What the compiler prints; None where it takes too long."""
        command = [
            self.node,
            f"--max-old-space-size={MEMORY}",
            str(self.modules / "typescript" / "lib" / "tsc.js"),
            *("-p", "tsconfig.json", "--pretty", "false"),
        ]
        # Nothing of the user's environment: no keys, no options for Node.
        environment = {"PATH": os.defpath, "HOME": str(root), "LC_ALL": "C"}
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(
                command,
                cwd=root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                process.wait(timeout)
            except BaseException as error:
                with suppress(OSError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                if isinstance(error, subprocess.TimeoutExpired):
                    return None
                raise
            output.seek(0)
            return output.read(MOST_OUTPUT).decode("utf-8", "replace")


def type_checker(modules: str | None) -> TypeChecker | str:
    """The compiler of a `node_modules` folder, or why types are not checked.

    Raises UsageError for a folder that somebody named and that does not hold what is needed.
    """
    if modules is None:
        return "no folder with typescript and convex is named (CONVEXPERT_NODE_MODULES)"
    folder = Path(modules).expanduser().absolute()
    if not folder.is_dir():
        raise UsageError("no such folder", hint="name a node_modules folder", path=str(folder))
    found = {name: _version(folder / name) for name in ("typescript", "convex")}
    missing = [name for name, version in found.items() if version is None]
    if missing or not (folder / "typescript" / "lib" / "tsc.js").is_file():
        raise UsageError(
            f"holds no package {' and no '.join(missing or ['typescript'])}",
            hint="npm install convex typescript, then name its node_modules",
            path=str(folder),
        )
    node = shutil.which("node")
    if node is None:
        return "node is not installed"
    return TypeChecker(node, folder, str(found["typescript"]), str(found["convex"]))


def _version(package: Path) -> str | None:
    try:
        told = json.loads((package / "package.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return str(told["version"]) if isinstance(told, dict) and "version" in told else None


def _write_project(root: Path, files: Mapping[str, str], modules: Path) -> None:
    has_schema = "convex/schema.ts" in files
    has_react = _has_react(modules)
    project = {
        **{
            path: _REFERENCE.sub(r"\1// <", text)
            for path, text in files.items()
            if path.endswith(_CHECKED)
        },
        "tsconfig.json": json.dumps(_config(jsx="react-jsx" if has_react else "preserve")),
        "ambient.d.ts": _AMBIENT if has_react else _AMBIENT + _ANY_JSX,
        "convex/_generated/api.ts": _API,
        "convex/_generated/server.ts": _SERVER,
        "convex/_generated/dataModel.ts": _WITH_SCHEMA if has_schema else _WITHOUT_SCHEMA,
    }
    for path, text in project.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", errors="replace", newline="")
    (root / "node_modules").symlink_to(modules, target_is_directory=True)


def _has_react(modules: Path) -> bool:
    return (modules / "@types" / "react" / "package.json").is_file()


def _faults(said: str) -> list[TypeFault]:
    return [
        TypeFault(found[1], int(found[2]), found[4], found[5].strip())
        for found in map(_ERROR.match, said.splitlines())
        if found is not None
    ]


def _once_unparsed(faults: Iterable[TypeFault]) -> list[TypeFault]:
    """Without what follows from a syntax error: one slip makes dozens of them."""
    kept: list[TypeFault] = []
    unparsed: set[str] = set()
    for fault in faults:
        if _SYNTAX.fullmatch(fault.code):
            if fault.file in unparsed:
                continue
            unparsed.add(fault.file)
        kept.append(fault)
    return kept


def _foreign(fault: TypeFault, untyped_react: bool) -> bool:
    """Whether it is about a package that is not installed, or about what stands in for Convex."""
    if untyped_react and fault.file.endswith("x") and fault.code in _NO_HINT:
        return True
    if fault.file.startswith(("convex/_generated/", "node_modules/", "../")):
        return True
    if fault.code not in _NO_MODULE:
        return False
    named = _MODULE.search(fault.message)
    return named is not None and not named[1].startswith((".", "/"))


def _config(*, jsx: str) -> dict[str, object]:
    return {**_CONFIG, "compilerOptions": {**_OPTIONS, "jsx": jsx}}


_OPTIONS = {
    "target": "ES2022",
    "lib": ["ES2022", "DOM", "DOM.Iterable"],
    "module": "ESNext",
    "moduleResolution": "Bundler",
    "strict": True,
    "skipLibCheck": True,
    "allowSyntheticDefaultImports": True,
    "forceConsistentCasingInFileNames": True,
    "isolatedModules": True,
    "noEmit": True,
    "types": [],
}
"""As strict as those of Convex's own starter projects."""
_CONFIG = {
    "include": ["**/*.ts", "**/*.tsx", "**/*.mts"],
    "exclude": ["node_modules"],
}
_AMBIENT = """\
declare const process: { env: Record<string, string | undefined> };
declare const Buffer: any;
declare module "node:*";
declare module "crypto";
"""
_ANY_JSX = "declare namespace JSX { interface IntrinsicElements { [name: string]: any } }\n"
"""Where React's types are not installed."""
_API = """\
import type { AnyApi, AnyComponents } from "convex/server";
export declare const api: AnyApi;
export declare const internal: AnyApi;
export declare const components: AnyComponents;
"""
_SERVER = """\
import type {
  ActionBuilder,
  GenericActionCtx,
  GenericDatabaseReader,
  GenericDatabaseWriter,
  GenericMutationCtx,
  GenericQueryCtx,
  HttpActionBuilder,
  MutationBuilder,
  QueryBuilder,
} from "convex/server";
import type { DataModel } from "./dataModel";
export declare const query: QueryBuilder<DataModel, "public">;
export declare const internalQuery: QueryBuilder<DataModel, "internal">;
export declare const mutation: MutationBuilder<DataModel, "public">;
export declare const internalMutation: MutationBuilder<DataModel, "internal">;
export declare const action: ActionBuilder<DataModel, "public">;
export declare const internalAction: ActionBuilder<DataModel, "internal">;
export declare const httpAction: HttpActionBuilder;
export declare const env: Record<string, any>;
export type QueryCtx = GenericQueryCtx<DataModel>;
export type MutationCtx = GenericMutationCtx<DataModel>;
export type ActionCtx = GenericActionCtx<DataModel>;
export type DatabaseReader = GenericDatabaseReader<DataModel>;
export type DatabaseWriter = GenericDatabaseWriter<DataModel>;
"""
_WITH_SCHEMA = """\
import type { DataModelFromSchemaDefinition, DocumentByName, TableNamesInDataModel }
  from "convex/server";
import type { GenericId } from "convex/values";
import type schema from "../schema";
export type DataModel = DataModelFromSchemaDefinition<typeof schema>;
export type TableNames = TableNamesInDataModel<DataModel>;
export type Doc<Name extends TableNames> = DocumentByName<DataModel, Name>;
export type Id<Name extends TableNames | "_storage" | "_scheduled_functions"> = GenericId<Name>;
"""
_WITHOUT_SCHEMA = """\
import type { GenericId } from "convex/values";
type AnyTable = {
  document: any;
  fieldPaths: any;
  indexes: { [name: string]: any };
  searchIndexes: { [name: string]: any };
  vectorIndexes: { [name: string]: any };
};
export type DataModel = { [table: string]: AnyTable };
export type TableNames = string;
export type Doc<Name extends TableNames = TableNames> = any;
export type Id<Name extends TableNames = TableNames> = GenericId<Name>;
"""
