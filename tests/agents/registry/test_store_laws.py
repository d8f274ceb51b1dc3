"""Whatever is done in whatever order: versions never vanish, numbers have no gaps, labels hold."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from agents.document import digest_of
from agents.registry import open_registry
from agents.registry.submission import Submission
from agents.settings import Settings
from agents.workspace import Workspace

paths = st.sampled_from(["a.md", "b.md", "deep/a.md"])
names = st.sampled_from(["expert", "Expert", "other", ""])
label_names = st.sampled_from(["production", "staging"])
choices = st.integers(0, 1000)


class RegistryMachine(RuleBasedStateMachine):
    """Compares the registry with plain dictionaries."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        workspace = Workspace(Path(self.folder.name) / "w")
        self.registry = open_registry(workspace, Settings(), builtin=False)
        self.versions: dict[str, list[bytes]] = {}
        self.handles: dict[str, str] = {}
        self.labels: dict[str, dict[str, int]] = {}
        self.moves: dict[str, int] = {}
        self.removed: set[str] = set()
        self.seen: dict[str, object] = {}

    def teardown(self) -> None:
        self.registry.close()
        self.folder.cleanup()

    def visible(self) -> list[str]:
        return sorted(set(self.versions) - self.removed)

    @rule(collection=st.sampled_from(["x", "y"]), path=paths, name=names, raw=st.binary(max_size=2))
    def add(self, collection: str, path: str, name: str, raw: bytes) -> None:
        origin = f"{collection}/{path}"
        (added,) = self.registry.add([Submission(collection, path, raw, name, "d")])
        known = self.versions.setdefault(origin, [])
        if not known or known[-1] != raw:
            known.append(raw)
        assert added.number == len(known)
        assert self.handles.setdefault(origin, added.handle) == added.handle
        self.labels.setdefault(origin, {})
        self.moves.setdefault(origin, 0)

    @precondition(lambda self: self.visible())
    @rule(choice=choices, number=choices, label=label_names, back=st.booleans())
    def label(self, choice: int, number: int, label: str, back: bool) -> None:
        origin = self.visible()[choice % len(self.visible())]
        chosen = number % len(self.versions[origin]) + 1
        handle = self.handles[origin]
        if back:
            self.registry.rollback(handle, chosen, label=label)
        else:
            self.registry.label(f"{handle}@{chosen}", label)
        self.moves[origin] += self.labels[origin].get(label) != chosen
        self.labels[origin][label] = chosen

    @precondition(lambda self: any(self.labels[o] for o in self.visible()))
    @rule(choice=choices)
    def unlabel(self, choice: int) -> None:
        labelled = [o for o in self.visible() if self.labels[o]]
        origin = labelled[choice % len(labelled)]
        label = min(self.labels[origin])
        self.registry.unlabel(self.handles[origin], label)
        del self.labels[origin][label]
        self.moves[origin] += 1

    @precondition(lambda self: self.visible())
    @rule(choice=choices, new=st.sampled_from(["n1", "n2", "n3"]))
    def rename(self, choice: int, new: str) -> None:
        origin = self.visible()[choice % len(self.visible())]
        if new not in self.handles.values():
            self.registry.rename(self.handles[origin], new)
            self.handles[origin] = new

    @precondition(lambda self: self.versions)
    @rule(choice=choices, removed=st.booleans())
    def remove_or_restore(self, choice: int, removed: bool) -> None:
        origin = sorted(self.versions)[choice % len(self.versions)]
        if removed:
            self.registry.remove(self.handles[origin])
            self.removed.add(origin)
        else:
            self.registry.restore(self.handles[origin])
            self.removed.discard(origin)

    @invariant()
    def every_version_is_there_with_its_bytes_and_number(self) -> None:
        for origin, raws in self.versions.items():
            found = self.registry.versions(self.handles[origin])
            assert [v.raw for v in found] == raws
            assert [v.digest for v in found] == [digest_of(raw) for raw in raws]
            assert [v.number for v in found] == list(range(1, len(raws) + 1))

    @invariant()
    def handles_are_different_and_the_visible_agents_are_listed(self) -> None:
        assert len(set(self.handles.values())) == len(self.handles)
        assert {v.origin: v.handle for v in self.registry.agents()} == {
            origin: self.handles[origin] for origin in self.visible()
        }

    @invariant()
    def labels_point_where_they_were_put_and_moves_are_written_down(self) -> None:
        for origin, labels in self.labels.items():
            found = self.registry.versions(self.handles[origin])
            pairs = {label: v.number for v in found for label in v.labels}
            assert pairs == {**labels, "latest": len(found)}
            moves = self.registry.label_moves(self.handles[origin])
            assert len(moves) == self.moves[origin]
            last = {move.label: move.to_number for move in moves}
            assert {label: to for label, to in last.items() if to} == labels

    @invariant()
    def the_state_tells_exactly_what_search_can_see(self) -> None:
        visible = tuple(
            (o, self.handles[o], len(self.versions[o]), self.versions[o][-1])
            for o in self.visible()
        )
        state = self.registry.state()
        assert self.seen.setdefault(state, visible) == visible
        assert list(self.seen.values()).count(visible) == 1


RegistryMachine.TestCase.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
TestRegistry = RegistryMachine.TestCase
