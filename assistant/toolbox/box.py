"""What other programs can ask of convexpert: each tool as a method that returns the JSON.

MCP and LangChain both offer these; they are the functions that the command line calls.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.closing import Closing
from agents.errors import UsageError
from agents.registry.describe import details_of, jsonable, summary_of
from agents.settings import Settings, load_settings
from agents.workspace import Workspace, find_workspace
from assistant.toolbox import arguments as given
from assistant.toolbox.folders import Folders, project_folder

if TYPE_CHECKING:
    from agents.registry import AgentVersion, Registry
    from assistant.code.check import CheckOptions
    from assistant.code.documented import Documentation
    from kb.build import Progress
    from kb.knowledge_base import KnowledgeBase

Json = dict[str, Any]


class Toolbox(Closing):
    """A workspace, opened when a tool first needs it and kept open. A context manager.

    Threads may share one. All methods raise the errors of `agents.errors`.
    """

    def __init__(
        self,
        workspace: Workspace,
        settings: Settings,
        *,
        folders: Folders | None = None,
        registry: Registry | None = None,
        knowledge_base: KnowledgeBase | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Use this workspace.

        `folders` are what `check_code` may read, by default the workspace's project folder. A
        registry and a knowledge base that are given stay the caller's to close.
        """
        self.workspace = workspace
        self.settings = settings
        self.folders = project_folder(workspace) if folders is None else folders
        self._progress = progress
        self._registry = registry
        self._knowledge_base = knowledge_base
        self._opened = ExitStack()
        # Apart, so that the registry can be read while the index is built.
        self._registry_lock = threading.Lock()
        self._base_lock = threading.Lock()
        self._documentation_lock = threading.Lock()
        self._check_lock = threading.Lock()
        self._documentation: tuple[object, Documentation] | None = None

    @classmethod
    def here(cls) -> Toolbox:
        """The workspace and the settings that apply in the current folder."""
        start = Path.cwd()
        return cls(find_workspace(start), load_settings(start))

    def close(self) -> None:
        """Close what was opened."""
        self._opened.close()

    # The parts

    def registry(self) -> Registry:
        """The registry, made at need."""
        with self._registry_lock:
            if self._registry is None:
                from agents.registry import open_registry

                opened = open_registry(self.workspace, self.settings)
                self._registry = self._opened.enter_context(opened)
                self._opened.callback(setattr, self, "_registry", None)
            return self._registry

    def knowledge_base(self) -> KnowledgeBase:
        """The knowledge base, up to date with the registry and with other processes' builds."""
        registry = self.registry()
        with self._base_lock:
            if self._knowledge_base is None:
                from kb.knowledge_base import KnowledgeBase

                base = KnowledgeBase.open(
                    self.workspace, registry, self.settings, progress=self._progress
                )
                self._knowledge_base = self._opened.enter_context(base)
                self._opened.callback(setattr, self, "_knowledge_base", None)
            else:
                self._knowledge_base.refresh()
            return self._knowledge_base

    # The tools

    def search_knowledge(self, asked: given.SearchKnowledge) -> Json:
        """As `kb search --json`."""
        from assistant.toolbox.search_json import search_json

        found = self.knowledge_base().search(
            asked.query, k=asked.k, mode=asked.mode, sources=asked.sources
        )
        return _json(search_json(found))

    def ask(self, asked: given.Ask) -> Json:
        """As `ask --json`, from the documents alone: who calls a tool has a model already."""
        from assistant.generate.answering import respond

        answer = respond(
            asked.question,
            knowledge_base=self.knowledge_base(),
            registry=self.registry(),
            agent=asked.agent,
            k=asked.k,
            history=[{"role": turn.role, "content": turn.content} for turn in asked.history],
        )
        return _json(answer.to_json())

    def check_code(self, asked: given.CheckCode, granted: Folders | None = None) -> Json:
        """As `check --json`, of a text and of paths in the toolbox's or the granted folders."""
        from agents.reporters.json import document
        from assistant.toolbox.code_check import check_files, check_text, joined

        if asked.code is None and not asked.paths:
            raise UsageError("nothing to check", hint="give `code`, `paths` or both")
        readable = self.folders + (granted or Folders())
        paths = [readable.find(path) for path in asked.paths]
        options = self._check_options(asked)
        reports = []
        with self._check_lock:  # the parser is one for all
            if asked.code is not None:
                reports.append(check_text(asked.code, asked.filename, options, readable))
            if paths:
                reports.append(check_files(paths, options, readable))
        values = document(joined(reports))
        wants_review = bool(asked.agents) if asked.review is None else asked.review
        return _json(
            {
                **values,
                "findings": values["findings"][: asked.limit],
                "review": values["review"] if wants_review else [],
                "omitted": max(len(values["findings"]) - asked.limit, 0),
            }
        )

    def list_agents(self, asked: given.ListAgents) -> Json:
        """As `agents list --json`, under the key `agents`."""
        found = self.registry().agents(label=asked.label)
        return _json({"agents": [summary_of(version) for version in found]})

    def get_agent(self, asked: given.GetAgent) -> Json:
        """As `agents show --json`, with the document's text."""
        from assistant.code.documented import rules_of_item

        version = self.registry().resolve(asked.reference)
        text = version.document.text if asked.text else None
        return _json({**details_of(version, rules_of_item), "text": text})

    def explain_rule(self, asked: given.ExplainRule) -> Json:
        """As `rules ID --json`."""
        from assistant.code.rule_json import rule_manual

        items = self._documentation_of(self.registry().agents()).rules.get(asked.rule, ())
        return _json(rule_manual(asked.rule, items))

    # What the check holds code to

    def _check_options(self, asked: given.CheckCode) -> CheckOptions:
        from assistant.code.check import CheckOptions

        registry = self.registry()
        versions = [registry.resolve(one) for one in asked.agents] or registry.agents()
        documentation = self._documentation_of(versions)
        settings = self.settings.check
        return CheckOptions(
            select=tuple(asked.select) or settings.select,
            ignore=tuple(asked.ignore) or settings.ignore,
            severity=settings.severity,
            minimum=asked.severity,
            small_tables=frozenset(settings.small_tables),
            documentation=documentation.rules,
            only_documented=bool(asked.agents),
            review=documentation.review,
            handles={version.digest: version.handle for version in versions},
        )

    def _documentation_of(self, versions: Sequence[AgentVersion]) -> Documentation:
        """What these versions ask for; kept for the next call, which mostly wants the same."""
        from assistant.code.documented import documentation

        key = [(version.handle, version.number, version.digest) for version in versions]
        with self._documentation_lock:
            if self._documentation is None or self._documentation[0] != key:
                self._documentation = (key, documentation(versions))
            return self._documentation[1]


def _json(value: Json) -> Json:
    made: Json = jsonable(value)
    return made
