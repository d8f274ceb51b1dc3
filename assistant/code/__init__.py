"""The code check: TypeScript of a Convex app, held to the rules that agent documents ask for.

`assistant.code.check` is the front door; `assistant.code.rules` says how a rule is written.
"""
