"""Coverage-guided fuzzing of everything that reads what others wrote.

    pip install atheris
    python tests/fuzz/fuzz.py TARGET [FOLDER…] [-max_total_time=SECONDS]

A target may raise our own errors only. libFuzzer writes an input that makes one fail, or that takes
longer than -timeout, to a file. Once mended it belongs into tests/fixtures/fuzz/TARGET, where
`test_kept_cases.py` tries it ever after.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]


def main() -> None:
    """Fuzz one target until told to stop."""
    import atheris

    name, *arguments = sys.argv[1:]
    with atheris.instrument_imports(include=["agents", "kb", "assistant", "evals", "markdown_it"]):
        from targets import TARGETS

        target = TARGETS[name]
        target(b"---\nname: a\n---\n- b\n")  # imports what is imported late
    seeds = HERE.parent / "fixtures" / "fuzz" / name
    folders = [str(seeds)] if seeds.is_dir() else []
    if folders and all(argument.startswith("-") for argument in arguments):
        # libFuzzer writes what it finds into the first folder; the kept cases are no place for it.
        folders.insert(0, tempfile.mkdtemp(prefix="fuzz-"))
    defaults = ["-timeout=10", "-max_len=4096", "-rss_limit_mb=4096"]
    atheris.Setup([sys.argv[0], *defaults, *arguments, *folders], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
