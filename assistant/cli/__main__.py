"""`python -m assistant.cli` is the `convexpert` command."""

from assistant.cli.main import main

main()
