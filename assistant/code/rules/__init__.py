"""The code rules: one file each, found by their file names (`no_filter_in_query.py`).

How to write one
================

A module of this folder has, in this order: its docstring (the rule's text), its check function or
functions, and the entry `RULE`. Nothing else has to be edited; fixtures go to
`tests/fixtures/rules/<rule-id>/`. What several rules share stands in a module whose name begins
with `_` and says what it knows (`_services.py`).

The docstring is read by `agents.rulebook` and shown by `convexpert rules ID`:

    One sentence: what is flagged.                    (the summary)

    Why: what goes wrong otherwise.
    Silent when: the exceptions.

    Bad:
        code, indented, that the rule flags (tests run it)
    Good:
        code that it leaves alone (tests run it)

    Intent:
        how documents ask for it, in the notation of `assistant.code.intent`;

Comments such as `// convex/schema.ts` or `// src/App.tsx`, alone on a line, separate files; an
example with one counts as a whole project, one without as a pasted `convex/main.ts`.

The entry: `RULE = Rule(id="no-filter-in-query", severity=Severity.WARNING, category="reading",
peer=True, check_query=check)`. See `assistant.code.rule.Rule` for all fields. The check functions,
each a generator of what `RULE.at(file, node, message, hint=…, severity=…, confidence=…)` gives:

- `check(node, file, project)` for each node whose kind is in `kinds=frozenset({"throw_statement"})`
  (of calls, with `names=frozenset({"setTimeout"})`, only those whose callee's last name is one)
- `check_call(call, project)` for each `ContextCall`: `ctx.db.insert(…)` under whatever name, with
  `.path == ("db", "insert")`, `.node`, `.name_node`, `.arguments`, `.file`, `.context.confidence`
- `check_query(query, project)` for each `DbQuery`, once for each way on where a chain forks
- `check_function(function, project)` for each `RegisteredFunction` that the backend knows
- `check_table(table, project)` for each `defineTable`
- `check_file(file, project)` for each file, `check_project(project)` once

What a rule may read decides what an edit makes stale (`assistant.code.dependencies`): for a file of
the functions folder all code of the project; for a client's file only itself, what it imports, and
the functions folder. A rule for clients must not look through other clients' files.

They are called for deployed files only, unless `files=` says otherwise (`PEER_FILES` for rules of
the official plugin, which looks at tests and configuration in the functions folder too). A rule
never looks at settings, directives, documents or other rules; the engine does. Report at the
identifier that names the offence. The same rule at the same span counts once (the weightiest
report wins).

What to ask
===========

Syntax (`from assistant.code import syntax`): `text_of`, `field`, `unwrap` (casts, `!`,
parentheses), `unwrap_await`, `wrapped` (the way out), `arguments(call)`, `argument(call, i)`,
`callee`,
`callee_name`, `receiver`, `name_chain` (`("Promise", "all")`), `string_value`, `object_member(s)`,
`parameters`, `returned_expressions`, `is_async`, `is_awaited`, `loop_around`, `ancestors`,
`descendants(node, *kinds)`, `is_inside`. `file.nodes(*kinds)`: all nodes of a kind, without a walk;
`file.tree.nodes_inside(node, kind)` those within a node, which for a function is far cheaper than
`descendants`; `file.calls_named(names)` and `file.calls_by_name` calls by callee,
`file.members_by_name` members; `operator(node)`. What is found out about a helper or a name alone
is kept for the project, by `project.once(…)`: many functions run the same helpers.
Nodes compare with `==` (never `is`) and have `.id` as a key within one file.

Names: `file.resolve(identifier)` gives a `Binding` (`kind`, `value`, `path` for destructuring,
`imported`, `function`/`position` of a parameter, `assignments`) or None for a global;
`file.names.uses(binding)` all identifiers that refer to it. `project.follow(file, node)` gives the
`Target` that an expression stands for, across imports, aliases and members: a `file` and `node`
(function, class, object, call …), or a `module` and `name` that is no file of the project
(`is_package`, `is_missing`; `_generated/server` and so on are modules too).

Contexts: `project.contexts.path_of(file, node)` says that an expression is `("db",)` of a context;
`project.contexts.calls(file)` all calls of its parts. Confidence is low for `anything.db`.

Functions: `project.functions` (iterable), `.in_file(file)`, `.around(file, node)`,
`.by_path("lib/auth", "check")`. A `RegisteredFunction` has `kind` (`Kind.QUERY` …), `public`,
`internal`, `exported`, `registered`, `name`, `name_node`, `call`, `config`, `args`, `returns`,
`member(name)`, `config_is_complete`, `handler` (a `Place`: file and node), `handler_in_place`,
`old_syntax`, `wrappers`, `route`, `context`, `argument_bindings`, `builder.provenance`,
`builder.layers`.

Reach: `project.reach.runs_at(file, node, *kinds)` gives a `ReachedFrom` (`function`, `via`,
`described` for messages) when code runs in one of these kinds of functions, be it in a handler or
in a helper that one reaches; `.kinds_at(file, node)`; `.reached_by(function, runs=False)` all units
of code that a function runs (`runs`: through `ctx.run…` too); `.unit_of(file, node)`;
`.calls_of(unit)`; `.call_nodes_of(unit)`; `.own_calls_in(file)` the calls of the project's own
functions; `.runs_in(file)` all `ctx.run…` and scheduler calls with their `reference` and `target`,
`.runs_of(unit)` and `.context_calls_of(unit)` those of one unit.
`assistant.code.references.reference_of` reads `internal.a.b`.

Queries: a `DbQuery` has `table`, `steps`, `index` (`name`, `range.ops`, `range.exact`,
`is_search`), `filters`, `order`, `terminal`, `reads` (`"collect"`, `"for await"` …), `restricted`,
`bounded_by_equality`, `result`, `unit`, `context`, `escapes`, `is_system`. Each `Step` has `name`,
`file`, `node`, `name_node`, `direct`, `conditional`, `argument(i)`. `project.queries` (iterable),
`.in_file(file)`.

Schema: `project.schema_for(file)` gives a `Schema` or None: `tables[name]` with `fields`,
`fields_complete`, `indexes` (`name`, `kind`, `fields`, `filter_fields`, `staged`),
`indexes_complete`, `indexes_named(name)`; `complete` says whether there can be further tables.
`assistant.code.validators.read_validator(project, file, node)` reads `v.…` expressions.
`project.once(RowTables).of(file, node)` (`assistant.code.row_tables`): the table of the document
or id that an expression gives. `project.schemas.app`: the app's schema, seen from a component.

Project: `files`, `server_files`, `client_files`, `component_of(file)` (None in the app itself),
`small_tables`, `convex_version`, `is_snippet` (pasted code: much may be missing), `has_package`,
`dependencies`.
File: `path`, `module`, `category`, `uses_node`, `exports`, `raw`, `line(node)`.

What can't be resolved lowers a report's confidence or silences it; nothing is ever guessed.
"""
