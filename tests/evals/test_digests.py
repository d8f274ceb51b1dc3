"""Digests of what an outcome depends on."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import evals
from evals.digests import _AFTERWARDS, code_digest, digest_of_value


@dataclass(frozen=True)
class Point:
    x: object


@dataclass(frozen=True)
class Place:
    x: object


scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
values = st.recursive(
    scalars,
    lambda inner: st.tuples(inner, inner) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(values, values)
def test_values_have_the_same_digest_when_and_only_when_they_are_the_same(
    one: object, other: object
) -> None:
    same = digest_of_value(one) == digest_of_value(other)
    assert same == (repr(one) == repr(other))


def test_types_of_the_same_fields_are_told_apart_and_sets_have_no_order() -> None:
    assert digest_of_value(Point(1)) != digest_of_value(Place(1))
    assert digest_of_value(Point(frozenset("abc"))) == digest_of_value(Point(frozenset("cab")))
    with pytest.raises(TypeError):
        digest_of_value(object())


def test_another_process_gives_the_same_digest_of_a_set() -> None:
    script = "from evals.digests import digest_of_value as d; print(d({'a', 'b', 'c', 'd'}))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.strip() == digest_of_value({"a", "b", "c", "d"})


def test_the_codes_digest_is_one_of_sha_256_and_stays_within_a_process() -> None:
    assert len(code_digest()) == 64
    assert code_digest() == code_digest()


def test_nothing_that_runs_cases_needs_what_the_codes_digest_leaves_out() -> None:
    folder = Path(evals.__file__).parent
    kinds = [f"kinds/{path.name}" for path in (folder / "kinds").glob("*.py")]
    waiting, seen = ["execute.py", "case_store.py", *kinds], set[str]()
    while waiting:
        name = waiting.pop()
        if name not in seen and (folder / name).exists():
            seen.add(name)
            waiting += _needed(ast.parse((folder / name).read_text(encoding="utf-8")))
    assert {"subject.py", "suite.py", "kinds/answer.py"} <= seen
    left_out = {name.removeprefix("evals/") for name in _AFTERWARDS}
    assert not seen & left_out
    assert all((folder / name).exists() for name in left_out)


def _needed(tree: ast.AST) -> list[str]:
    """The files of `evals` that a module imports, wherever in it."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            parts = node.module.split(".")
            if parts[0] == "evals":
                inner = [[*parts[1:], alias.name] for alias in node.names]
                found += ["/".join(each) + ".py" for each in [parts[1:], *inner] if each]
    return found
