"""Digests of what an outcome depends on."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.digests import code_digest, digest_of_value


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
