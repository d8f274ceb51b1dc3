"""How runs are shown: layout only, no arithmetic."""
