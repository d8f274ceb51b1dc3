"""Copies of arrays: read back as they were written, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from kb.array_file import read_copy, write_copy

if TYPE_CHECKING:
    from numpy.typing import NDArray

KINDS = ("<i8", "<f8", "<u8", "<i4", "<f4", "S32")
ARRAYS = st.sampled_from(KINDS).flatmap(
    lambda kind: arrays(numpy.dtype(kind), array_shapes(max_dims=2, min_side=0, max_side=40))
)


@given(given=st.lists(ARRAYS, min_size=1, max_size=4))
def test_what_was_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, given: list[NDArray[Any]]
) -> None:
    folder = tmp_path_factory.mktemp("copies")
    write_copy(folder, "c-", "1", given)
    found = read_copy(folder, "c-", "1")
    assert found is not None
    assert [array.dtype for array in found] == [array.dtype for array in given]
    assert [array.shape for array in found] == [array.shape for array in given]
    assert [array.tobytes() for array in found] == [array.tobytes() for array in given]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    chance = numpy.random.default_rng(7)
    write_copy(tmp_path, "c-", "1", [numpy.arange(9), chance.standard_normal((200, 20))])
    return tmp_path / "c-1.npy"


def damaged(copy: Path, raw: bytes) -> bool:
    copy.write_bytes(raw)
    return read_copy(copy.parent, "c-", "1") is None


def test_one_bit_anywhere_makes_it_none(copy: Path) -> None:
    raw = copy.read_bytes()
    for at in range(0, len(raw), 61):
        flipped = bytearray(raw)
        flipped[at] ^= 1 << at % 8
        assert damaged(copy, bytes(flipped)), at
    assert not damaged(copy, raw)


def test_pages_that_changed_places_make_it_none(copy: Path) -> None:
    raw = copy.read_bytes()
    assert damaged(copy, raw[:4096] + raw[8192:12288] + raw[4096:8192] + raw[12288:])


def test_cut_off_or_lengthened_it_is_none(copy: Path) -> None:
    raw = copy.read_bytes()
    assert all(damaged(copy, raw[:size]) for size in range(0, len(raw), 97))
    assert damaged(copy, raw + b"\0")


def test_arrays_that_lie_across_are_written_in_order(tmp_path: Path) -> None:
    across = numpy.arange(6).reshape(2, 3).T
    write_copy(tmp_path, "c-", "1", [across])
    found = read_copy(tmp_path, "c-", "1")
    assert found is not None
    assert (found[0] == across).all()


def test_what_a_killed_process_had_not_finished_is_dropped(tmp_path: Path) -> None:
    (tmp_path / ".c-0.npy.123").write_bytes(b"half")
    (tmp_path / "other-1.npy").write_bytes(b"")
    write_copy(tmp_path, "c-", "1", [numpy.arange(3)])
    assert sorted(file.name for file in tmp_path.iterdir()) == ["c-1.npy", "other-1.npy"]
