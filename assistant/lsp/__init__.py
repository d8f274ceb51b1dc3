"""The language server: findings while somebody types, hover, quick fixes."""
