"""What evals measure: metrics, and values that were or were not measured."""
