"""One module for each rule, named by the rule's id; those that begin with `_` hold helpers."""
