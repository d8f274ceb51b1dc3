"""The items that no rule decides, judged against the code by a chat model."""

MOST_UNITS = 50
"""Functions that one review looks at, unless it is told otherwise."""
