"""The items that no rule decides, judged against the code by a chat model."""
