"""convexpert as a Model Context Protocol server: the toolbox, and agents as prompts and resources.

The package owns the import of `mcp`; only `assistant.cli.mcp` imports it, when it is called.
"""
