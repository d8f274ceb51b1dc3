"""What speaks for a statement, whatever order Python's sets have in this process."""

from __future__ import annotations

import os
import subprocess
import sys

TOLD = """
from assistant.answer.evidence import Findings
from assistant.answer.question import read_question

words = [f"word{n}" for n in range(40)]
weights = {word: 1 / (number + 3) for number, word in enumerate(words)}
print(repr(Findings(read_question("why"), (), (), (), weights, ()).share(words)))
"""


def test_terms_weigh_the_same_together_in_every_process() -> None:
    told = {
        subprocess.run(
            [sys.executable, "-c", TOLD],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in range(1, 5)
    }
    assert len(told) == 1
