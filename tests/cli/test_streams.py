"""Standard streams of any kind: other encodings, closed ones, full ones, readers that go away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import pytest

PROGRAM = (sys.executable, "-m", "assistant.cli")
FULL = Path("/dev/full")

needs_posix = pytest.mark.skipif(os.name != "posix", reason="a matter of POSIX file descriptors")


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A file with a syntax error, whose name is no ASCII."""
    file = tmp_path / "größe🎉.ts"
    file.write_text("const a = (;\n", encoding="utf-8")
    return file


def call(
    folder: Path,
    *args: str | bytes,
    environ: Mapping[str, str] | None = None,
    out: int | IO[bytes] = subprocess.PIPE,
    prefix: tuple[str, ...] = PROGRAM,
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*prefix, *args],
        cwd=folder,
        env={**os.environ, "CONVEXPERT_WORKSPACE": str(folder / "w"), **(environ or {})},
        stdout=out,
        stderr=subprocess.PIPE,
        check=False,
    )


def closed(descriptors: str) -> tuple[str, ...]:
    """A command line that closes standard streams first."""
    return ("sh", "-c", f'exec "$@" {descriptors}', "sh", *PROGRAM)


def file_of(result: subprocess.CompletedProcess[bytes]) -> Any:
    return json.loads(result.stdout.decode("utf-8"))["findings"][0]["file"]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_is_utf_8_json_whatever_the_encoding_of_the_stream(code: Path, encoding: str) -> None:
    result = call(code.parent, "check", code.name, "--json", environ={"PYTHONIOENCODING": encoding})
    assert (result.returncode, file_of(result)) == (1, code.name)


def test_text_shows_what_the_encoding_lacks_as_escapes(code: Path) -> None:
    result = call(code.parent, "check", code.name, environ={"PYTHONIOENCODING": "ascii"})
    assert result.returncode == 1
    assert result.stdout.startswith(b"gr\\u00f6\\u00dfe\\ud83c\\udf89.ts\n")


@needs_posix
def test_a_name_that_is_no_utf_8_still_gives_json(tmp_path: Path) -> None:
    name = b"a\xff.ts"
    try:
        Path(os.fsdecode(bytes(tmp_path) + b"/" + name)).write_bytes(b"const a = (;\n")
    except OSError:
        pytest.skip("this file system takes no such names")
    result = call(tmp_path, "check", name, "--json", environ={"PYTHONUTF8": "1"})
    assert file_of(result) == "a\ufffd.ts"


@needs_posix
@pytest.mark.parametrize("streams", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_change_no_status(tmp_path: Path, streams: str) -> None:
    fine = call(tmp_path, "rules", prefix=closed(streams))
    wrong = call(tmp_path, "rules", "no-such-rule", "--json", prefix=closed(streams))
    assert (fine.returncode, wrong.returncode) == (0, 2)
    assert b"Traceback" not in fine.stderr + wrong.stderr


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("args", [("rules",), ("rules", "--json"), ("--version",), ("--help",)])
def test_a_full_disk_is_one_line_and_status_2(tmp_path: Path, args: tuple[str, ...]) -> None:
    with FULL.open("wb") as full:
        result = call(tmp_path, *args, out=full)
    assert result.returncode == 2
    assert result.stderr.startswith(b"error: No space left on device")
    assert result.stderr.count(b"\n") == 1


@needs_posix
@pytest.mark.parametrize("args", [("rules",), ("rules", "--json"), ("--help",), ("eval", "list")])
def test_a_reader_that_goes_away_ends_the_command_like_the_signal(
    tmp_path: Path, args: tuple[str, ...]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        result = call(tmp_path, *args, out=writing)
    finally:
        os.close(writing)
    assert (result.returncode, result.stderr) == (141, b"")
