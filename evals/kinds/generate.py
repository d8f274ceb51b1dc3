"""Generate: a task for a model whose prompt is an agent's document; the code it writes is held up.

Fields: `task`, what is to be written; `agent`, the document that is the system prompt (the only one
under test without it); `files`, what the project already holds, by path; `must`, each a pattern of
code or a list of which one must be there, and `must_not`, patterns (see `evals.code_patterns`);
`rules`, the rules of the code check that must not fire (any that warns, without it); `ignore`,
rules that the task itself sets aside, whose findings count nowhere; `judge`, a `rubric` for a model
that judges.

The code is taken from the reply's fenced blocks (`evals.reply_code`), checked, and type-checked
where a compiler is named; it is never run. A reply without code, an empty one and a refusal are
outcomes of the prompt; that a model can't be reached or takes too long is no outcome but a failure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.errors import ModelError
from agents.finding import Severity
from evals.checked_files import Found, check_files
from evals.code_patterns import CodePattern, readable, tokens_of
from evals.judge import JUDGED, Rubric, judged_result, read_rubric, rubric_schema
from evals.kinds.base import TEXT, TEXTS, Needs
from evals.kinds.check import MAX_FILES, MAX_SOURCE, known_rules, safe_path
from evals.metrics import generated
from evals.metrics.base import Measured, Measurement, Metric, NotMeasured, share
from evals.outcome import Json, Result, Usage
from evals.prompted import prompted_agent
from evals.reply_code import code_files
from evals.subject import Subject
from evals.type_check import TypeReport
from evals.yaml_lines import Entry, Table

if TYPE_CHECKING:
    from agents.registry import AgentVersion
    from assistant.model.conversation import ChatModel, Message, Reply

_METRICS = {metric.name: metric for metric in (*generated.METRICS, JUDGED)}
_FAMILY = f"{generated.FOUND.name}:"
_ANSWERS = {"refusal": "the model refused", "empty": "the reply is empty"}
"""By the cause of a ModelError: what a prompt can be blamed for."""
_MOST_TOLD = 20
"""Findings or errors of types that are told of one case."""

_ASKED = """\
{task}

Reply with every file that you add or change, whole, each as one fenced block of TypeScript whose \
first line is a comment with the file's path. What Convex generates in convex/_generated is there, \
and sign-in is set up."""
_SCAFFOLD = {
    "convex/auth.config.ts": "export default {\n"
    '  providers: [{ domain: "https://sign-in.example.com", applicationID: "convex" }],\n};\n',
}
"""What every project holds, so that no reply is blamed for leaving it out."""
_GIVEN = "These files are in the project already:"


@dataclass(frozen=True, slots=True)
class GenerateTask:
    """The fields of a generate case."""

    task: str
    agent: str = ""
    files: Mapping[str, str] | None = None
    must: tuple[CodePattern, ...] = ()
    must_not: tuple[CodePattern, ...] = ()
    rules: tuple[str, ...] | None = None
    """None for any rule whose findings are warnings or errors."""
    ignore: tuple[str, ...] = ()
    judge: Rubric | None = None


class GenerateKind:
    """See the module's text."""

    name = "generate"
    fields = ("task", "agent", "files", "must", "must_not", "rules", "ignore", "judge")

    def schema(self) -> Mapping[str, Json]:
        """The JSON Schema of each field."""
        return {
            "task": {**TEXT, "description": "What the model is to write."},
            "agent": {
                **TEXT,
                "description": "The document that is its system prompt; the only one under test "
                "without it.",
            },
            "files": {
                "type": "object",
                "description": "What the project already holds: paths and contents.",
                "additionalProperties": TEXT,
            },
            "must": {
                "type": "array",
                "description": "What the code must hold: a pattern, or a list of which one must "
                "be there.",
                "items": TEXTS,
            },
            "must_not": {**TEXTS, "description": "Patterns that the code must not hold."},
            "rules": {
                **TEXTS,
                "description": "Rules of the code check that must not fire; any that warns "
                "without it.",
            },
            "ignore": {
                **TEXTS,
                "description": "Rules that the task sets aside: what they find does not count.",
            },
            "judge": rubric_schema(),
        }

    def read(self, table: Table) -> GenerateTask:
        """The kind's own fields of a case."""
        agent, files, rules = table.get("agent"), table.get("files"), table.get("rules")
        must, must_not, ignore = table.get("must"), table.get("must_not"), table.get("ignore")
        return GenerateTask(
            task=table.need("task").text().strip(),
            agent=agent.text() if agent is not None else "",
            files=_files(files) if files is not None else None,
            must=tuple(_pattern(one) for one in must.items(most=50)) if must is not None else (),
            must_not=tuple(CodePattern((way,)) for way in _ways(must_not))
            if must_not is not None
            else (),
            rules=tuple(sorted(known_rules(rules))) if rules is not None else None,
            ignore=tuple(sorted(known_rules(ignore))) if ignore is not None else (),
            judge=read_rubric(table.get("judge")),
        )

    def needs(self, task: GenerateTask) -> Needs:
        """The prompt alone, and a model."""
        return Needs(
            documents=(),
            model=True,
            only_with_model=True,
            prompt=task.agent,
            types=True,
            judge=task.judge is not None,
        )

    def run(self, task: GenerateTask, subject: Subject) -> Result:
        """Ask for the code, and hold it against the expectations."""
        version = prompted_agent(task.agent, subject.versions)
        model = subject.coding_model
        if model is None:
            raise ModelError("no model is given to write code", hint="--model PROVIDER:NAME")
        try:
            reply = model.reply(_messages(task, version), on_text=lambda _: None)
        except ModelError as error:
            if error.cause not in _ANSWERS:
                raise
            return _without_code(task, version, _ANSWERS[error.cause], None, None)
        used = _usage(reply, model, subject)
        said = reply.text.encode("utf-8", "replace").decode()
        written = code_files(said)
        if not written:
            return _without_code(task, version, "the reply has no code", said, used)
        held = _Held(task, written, reply, subject)
        result = Result(held.scores(), held.missed(), _output(task, version, held), used)
        return judged_result(
            result,
            rubric=task.judge,
            question=task.task,
            output=shown_code(written),
            subject=subject,
        )

    def metric(self, name: str) -> Metric | None:
        """The metric of that name, also the findings of one rule: `findings:n-plus-one`."""
        if name.startswith(_FAMILY):
            rule = name.removeprefix(_FAMILY)
            return generated.findings_of(rule) if _is_rule(rule) else None
        return _METRICS.get(name)


KIND = GenerateKind()


def shown_code(files: Mapping[str, str]) -> str:
    """The files as one text."""
    return "\n".join(f"// {path}\n{text}" for path, text in files.items())


class _Held:
    """The code of a reply beside what was expected of it."""

    def __init__(
        self, task: GenerateTask, written: Mapping[str, str], reply: Reply, subject: Subject
    ) -> None:
        from assistant.model.conversation import Finish

        project = {**_SCAFFOLD, **(task.files or {}), **written}
        tokens = tokens_of(written)
        self.written = written
        self.cut_off = reply.finish is Finish.CUT_OFF
        # What stood there before is nobody's fault here.
        self.findings = [
            found
            for found in check_files(project, held_to=task.rules or ())
            if found.severity.reaches(Severity.WARNING)
            and found.file in written
            and found.rule not in task.ignore
        ]
        self.forbidden = [
            found for found in self.findings if task.rules is None or found.rule in task.rules
        ]
        self.absent = [one for one in task.must if not one.found_in(tokens)]
        self.unwanted = [one for one in task.must_not if one.found_in(tokens)]
        checker = subject.type_checker
        self.types = (
            TypeReport(unchecked=checker) if isinstance(checker, str) else checker.check(project)
        )
        self.faults = [one for one in self.types.faults if one.file in written]
        self._task = task

    @property
    def violations(self) -> int:
        found = len(self.findings) + len(self.faults) + self.cut_off
        return found + len(self.absent) + len(self.unwanted)

    def scores(self) -> dict[str, Measurement]:
        task, unchecked = self._task, self.types.unchecked
        rules = {found.rule for found in self.findings} | set(task.rules or ())
        counts = {
            generated.findings_of(rule).name: Measured(
                float(sum(found.rule == rule for found in self.findings)), 1
            )
            for rule in sorted(rules)
        }
        return {
            generated.VIOLATIONS.name: Measured(float(self.violations), 1),
            generated.CODE_GIVEN.name: Measured(1.0, 1),
            generated.FOUND.name: Measured(float(len(self.findings)), 1),
            generated.MUST_HAVE.name: share(
                len(task.must) - len(self.absent), len(task.must), nothing=_NO_PATTERN
            ),
            generated.MUST_NOT_ABSENT.name: share(
                len(task.must_not) - len(self.unwanted), len(task.must_not), nothing=_NO_PATTERN
            ),
            generated.TYPE_ERRORS.name: NotMeasured(unchecked)
            if unchecked is not None
            else Measured(float(len(self.faults)), 1),
            **counts,
        }

    def missed(self) -> tuple[str, ...]:
        return (
            *(("the reply was cut off",) if self.cut_off else ()),
            *(f"{one.rule} at {one.file}:{one.line}" for one in self.forbidden[:_MOST_TOLD]),
            *(f"does not hold “{one}”" for one in self.absent),
            *(f"holds “{one}”" for one in self.unwanted),
            *(map(str, self.faults[:_MOST_TOLD])),
        )


_NO_PATTERN = "the case names no pattern"


def _without_code(
    task: GenerateTask, version: AgentVersion, why: str, said: str | None, used: Usage | None
) -> Result:
    """A reply without code breaks no rule, and holds nothing of what it must."""
    nothing = NotMeasured(why)
    names = [metric.name for metric in generated.METRICS]
    scores: dict[str, Measurement] = dict.fromkeys(names, nothing)
    scores[generated.VIOLATIONS.name] = Measured(float(max(1, len(task.must))), 1)
    scores[generated.CODE_GIVEN.name] = Measured(0.0, 1)
    scores[generated.MUST_HAVE.name] = share(0, len(task.must), nothing=_NO_PATTERN)
    output: dict[str, Json] = {
        "question": task.task,
        "agent": version.handle,
        "status": why,
        "files": {},
        "findings": [],
        "type_errors": [],
        "types": None,
        "reply": said,
    }
    return Result(scores, (why,), output, used)


def _output(task: GenerateTask, version: AgentVersion, held: _Held) -> dict[str, Json]:
    return {
        "question": task.task,
        "agent": version.handle,
        "status": "the reply was cut off" if held.cut_off else "code",
        "files": dict(held.written),
        "findings": [_found_json(found) for found in held.findings],
        "type_errors": [
            {"code": one.code, "file": one.file, "line": one.line, "message": one.message}
            for one in held.faults
        ],
        "types": held.types.unchecked or "checked",
    }


def _found_json(found: Found) -> dict[str, Json]:
    return {
        "rule": found.rule,
        "file": found.file,
        "line": found.line,
        "severity": found.severity.value,
        "message": found.message,
    }


def _messages(task: GenerateTask, version: AgentVersion) -> list[Message]:
    """The document as the system prompt, and the task. Equal input gives equal messages."""
    from assistant.generate.prompt import agent_prompt
    from assistant.model.conversation import Message

    system = agent_prompt(version.document)
    asked = _ASKED.format(task=task.task)
    if task.files:
        shown = "\n\n".join(
            f"```ts\n// {path}\n{text.rstrip()}\n```" for path, text in task.files.items()
        )
        asked = f"{asked}\n\n{_GIVEN}\n\n{shown}"
    user = Message("user", asked)
    # Some providers take no message without text.
    return [Message("system", system), user] if system else [user]


def _usage(reply: Reply, model: ChatModel, subject: Subject) -> Usage:
    from assistant.model.cost import usage_shown

    told = usage_shown(reply.usage, model.name, subject.settings.prices)
    cost = told.get("cost_usd")
    return Usage(
        calls=1,
        input_tokens=reply.usage.input_tokens,
        output_tokens=reply.usage.output_tokens,
        cost=float(cost) if cost is not None else None,
    )


def _files(entry: Entry) -> dict[str, str]:
    found = {safe_path(path, one): one.text(longest=MAX_SOURCE) for path, one in entry.table()}
    if not found or len(found) > MAX_FILES:
        raise entry.wrong(f"a mapping of 1 to {MAX_FILES} paths to their contents")
    return found


def _pattern(entry: Entry) -> CodePattern:
    return CodePattern(_ways(entry))


def _ways(entry: Entry) -> tuple[str, ...]:
    ways = entry.texts()
    if not ways:
        raise entry.wrong("a pattern or a list of patterns")
    for way in ways:
        if not readable(way):
            raise entry.wrong("made of pieces of code, with ` * ` only between them")
    return ways


def _is_rule(rule: str) -> bool:
    from assistant.code.catalogue import rule_ids

    return rule in rule_ids() or rule == "syntax-error"
