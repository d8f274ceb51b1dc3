"""Records real commands in a terminal and draws them as `docs/images/recording.svg`.

    python docs/recording.py [--out FILE]

The commands run in a fresh folder, on a pseudo-terminal, one after the other; what they print is
drawn line by line, and appears line by line where a viewer animates. The drawing asks for nothing
from elsewhere.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

OUT = Path(__file__).parent / "images" / "recording.svg"
WIDTH = 100
"""Columns of the terminal."""
TYPING_SECONDS = 1.2
"""Between a prompt and the first line of its output."""
LINE_SECONDS = 0.06
READING_SECONDS = 2.5
"""Between the last line of an output and the next prompt."""

MESSAGES = """\
import { query, mutation } from "./_generated/server";
import { v } from "convex/values";

export const inRoom = query({
  args: { room: v.id("rooms") },
  handler: async (ctx, { room }) =>
    await ctx.db
      .query("messages")
      .filter((q) => q.eq(q.field("room"), room))
      .collect(),
});

export const send = mutation({
  args: { room: v.id("rooms"), author: v.string(), text: v.string() },
  handler: async (ctx, message) => {
    await fetch("https://hooks.example.com/new", { method: "POST" });
    await ctx.db.insert("messages", message);
  },
});
"""
SCHEMA = """\
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  rooms: defineTable({ name: v.string() }),
  messages: defineTable({
    room: v.id("rooms"),
    author: v.string(),
    text: v.string(),
  }).index("by_room", ["room"]),
});
"""


@dataclass(frozen=True)
class Step:
    """A command, and how many lines of its output are drawn."""

    command: str
    lines: int


STEPS = (
    Step("convexpert check convex", 30),
    Step('convexpert ask "Should I use filter or withIndex?"', 24),
)


def main() -> None:
    """Record, and write the drawing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT)
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as scratch:
        folder = _project(Path(scratch) / "chat")
        outputs = [_lines(_recorded(step.command, folder), step.lines) for step in STEPS]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(drawing([step.command for step in STEPS], outputs), encoding="utf-8")
    print(f"{out} written")


def _project(folder: Path) -> Path:
    (folder / "convex").mkdir(parents=True)
    (folder / "convex" / "messages.ts").write_text(MESSAGES, encoding="utf-8")
    (folder / "convex" / "schema.ts").write_text(SCHEMA, encoding="utf-8")
    # The index is built before, so that its progress is not part of the recording.
    _recorded("convexpert init", folder)
    _recorded("convexpert kb build", folder)
    return folder


def _recorded(command: str, folder: Path) -> str:
    """What a command prints on a terminal, with its escape sequences."""
    program, *arguments = shlex.split(command)
    assert program == "convexpert"
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, WIDTH, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-m", "assistant.cli", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env={**os.environ, "TERM": "xterm-256color", "CONVEXPERT_WORKSPACE": ""},
    ):
        os.close(theirs)
        printed = b"".join(_read(ours))
    os.close(ours)
    return printed.decode().replace("\r\n", "\n")


def _read(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            some = os.read(terminal, 65536)
        except OSError:  # Linux says so when the other side is closed
            return
        if not some:
            return
        yield some


def _lines(printed: str, most: int) -> list[Text]:
    lines = list(Text.from_ansi(printed.strip("\n")).split("\n"))
    return lines if len(lines) <= most else [*lines[:most], Text("…", style="dim")]


def drawing(commands: Sequence[str], outputs: Sequence[Sequence[Text]]) -> str:
    """The SVG of the commands, each with the lines of its output."""
    console = Console(
        record=True, width=WIDTH, file=StringIO(), force_terminal=True, color_system="truecolor"
    )
    delays: list[float] = []
    now = 0.0
    for command, lines in zip(commands, outputs, strict=True):
        prompt = Text.assemble(("$ ", "bold green"), (command, "bold"))
        now += TYPING_SECONDS if delays else 0.0
        for line in (prompt, *lines, Text("")):
            console.print(line, no_wrap=True, overflow="ellipsis", crop=True)
            delays.append(now)
            now += TYPING_SECONDS if line is prompt else LINE_SECONDS
        now += READING_SECONDS
    return _animated(console.export_svg(title="convexpert", unique_id="recording"), delays)


def _animated(svg: str, delays: Sequence[float]) -> str:
    # Rich asks a server for its font: whoever looks at the drawing has one of fixed width.
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    rules = (
        "@keyframes appear { from { opacity: 0 } }\n"
        "@media (prefers-reduced-motion: no-preference) {\n"
        + "".join(
            f'[clip-path="url(#recording-line-{number})"]'
            f" {{ animation: appear 0.05s {delay:.2f}s backwards }}\n"
            for number, delay in enumerate(delays)
        )
        + "}\n"
    )
    return svg.replace("</style>", rules + "</style>", 1)


if __name__ == "__main__":
    main()
