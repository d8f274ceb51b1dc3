"""Rules for agent documents: one file for each rule, found by its name."""
