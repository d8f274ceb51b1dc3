"""From registry versions to the files of other tools; one module per target."""
