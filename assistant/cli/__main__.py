"""The `convexpert` command, which `python -m assistant.cli` is too."""

from __future__ import annotations

import sys


def main() -> None:
    """Load the program and run it; Ctrl-C ends it quietly while it is still being loaded, too."""
    try:
        from assistant.cli.main import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
