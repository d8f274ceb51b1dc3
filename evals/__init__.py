"""Evals: suites, metrics, runs and their comparison. The highest package."""
