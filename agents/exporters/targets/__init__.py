"""One file for each tool that agents can be exported to; it is found because it is there."""
