"""What `--agents` names: paths, versions, labels and git revisions, in a run's own registry."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from agents.document import digest_of
from agents.errors import UsageError
from agents.registry import open_registry
from agents.registry.importer import import_paths
from agents.settings import Settings
from agents.workspace import Workspace
from evals.named_agents import Usual
from evals.subject import AgentUnderTest, open_subject

OLD = "---\nname: payments\ndescription: Payments.\n---\n# Payments\n\n- Never refund twice.\n"
NEW = OLD.replace("twice", "by hand")


def git(folder: Path, *args: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *args], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two states of `.claude/agents/payments.md`, the newer one on `main`."""
    project = tmp_path / "shop"
    documents = project / ".claude" / "agents"
    documents.mkdir(parents=True)
    git(project, "init", "-q", "-b", "main")
    (documents / "payments.md").write_text(OLD, encoding="utf-8")
    (documents / "notes.txt").write_text("no document", encoding="utf-8")
    git(project, "add", ".")
    git(project, "commit", "-qm", "one")
    (documents / "payments.md").write_text(NEW, encoding="utf-8")
    (documents / "link.md").symlink_to("payments.md")
    git(project, "add", ".")
    git(project, "commit", "-qm", "two")
    monkeypatch.chdir(project)
    return project


def under_test(project: Path, *names: str, usual: Usual | None = None) -> list[AgentUnderTest]:
    workspace = Workspace(project.parent / "workspace")
    with open_subject(names, workspace=workspace, settings=Settings(), usual=usual) as subject:
        return list(subject.agents)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("HEAD~1:.claude/agents", OLD),
        ("main:.claude/agents/payments.md", NEW),
        ("HEAD~1:./.claude", OLD),
        ("HEAD:", NEW),
        (".claude/agents", NEW),
    ],
)
def test_a_revision_with_a_path_is_that_path_as_it_was_then(
    name: str, expected: str, project: Path
) -> None:
    (agent,) = under_test(project, name)
    assert (agent.handle, agent.digest) == ("payments", digest_of(expected.encode()))


def test_a_revision_alone_is_what_the_suite_names_as_it_was_then(project: Path) -> None:
    (project / "evals").mkdir()
    usual = Usual(("../.claude/agents",), project / "evals")
    (agent,) = under_test(project, "HEAD~1", usual=usual)
    assert agent.digest == digest_of(OLD.encode())
    assert agent.reference is not None
    assert agent.reference.endswith(":.claude/agents")


def test_the_same_documents_have_the_same_origin_wherever_they_come_from(project: Path) -> None:
    (at_path,) = under_test(project, ".claude/agents")
    (at_revision,) = under_test(project, "main:.claude/agents")
    assert at_path.origin == at_revision.origin == "documents/payments.md"


def test_several_names_are_taken_together(project: Path) -> None:
    other = project / "other.md"
    other.write_text(OLD.replace("payments", "refunds"), encoding="utf-8")
    found = under_test(project, "HEAD~1:.claude/agents", "other.md", ".claude/agents")
    assert [agent.handle for agent in found] == ["payments", "payments-documents-3", "refunds"]


def test_a_label_means_every_version_that_bears_it(project: Path) -> None:
    with open_registry(Workspace(project.parent / "workspace"), Settings(), builtin=False) as users:
        import_paths(users, [project / ".claude" / "agents"])
        users.label("payments@1", "production")
        (project / ".claude" / "agents" / "payments.md").write_text(OLD, encoding="utf-8")
        import_paths(users, [project / ".claude" / "agents"])
    for name in ("production", "@production", "payments@production"):
        (agent,) = under_test(project, name)
        assert (agent.reference, agent.digest) == ("payments@1", digest_of(NEW.encode()))


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ((".claude/agents/payments.md",), True),
        (("main:.claude/agents/payments.md", ".claude/agents/payments.md"), True),
        (("payments@1",), True),
        (("payments@production",), True),
        (("production",), False),
        ((".claude/agents",), False),
        (("main:.claude/agents",), False),
        ((".claude/agents/payments.md", "builtin"), False),
    ],
)
def test_documents_are_chosen_where_each_was_named(
    names: tuple[str, ...], chosen: bool, project: Path
) -> None:
    workspace = Workspace(project.parent / "workspace")
    with open_registry(workspace, Settings(), builtin=False) as users:
        import_paths(users, [project / ".claude" / "agents"])
        users.label("payments@1", "production")
    with open_subject(names, workspace=workspace, settings=Settings()) as subject:
        assert subject.is_chosen is chosen


def test_a_revision_alone_chooses_nothing_though_the_suite_names_a_file(project: Path) -> None:
    usual = Usual((".claude/agents/payments.md",), project)
    workspace = Workspace(project.parent / "workspace")
    with open_subject(["HEAD~1"], workspace=workspace, settings=Settings(), usual=usual) as subject:
        assert not subject.is_chosen


@pytest.mark.parametrize(
    "name",
    ["nothing", "HEAD~9", "HEAD:no/such/folder", "HEAD:../..", "--all", "-h", "\x1b[31m", ""],
)
def test_what_names_nothing_is_a_usage_error(name: str, project: Path) -> None:
    with pytest.raises(UsageError):
        under_test(project, name)


def test_a_revision_alone_of_documents_outside_the_repository_asks_for_a_folder(
    project: Path,
) -> None:
    with pytest.raises(UsageError, match="which this repository does not hold"):
        under_test(project, "HEAD", usual=Usual(("../elsewhere",), project))


def test_a_document_that_cannot_be_read_is_named_as_it_stands_in_the_revision(
    project: Path,
) -> None:
    (project / ".claude" / "agents" / "bad.md").write_bytes(b"a\0b")
    git(project, "add", ".")
    git(project, "commit", "-qm", "three")
    with pytest.raises(UsageError) as raised:
        under_test(project, "HEAD:.claude/agents")
    assert raised.value.path is not None
    assert raised.value.path.endswith(":.claude/agents/bad.md")
