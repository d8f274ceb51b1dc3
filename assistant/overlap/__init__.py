"""What several agents say alike, and where they contradict each other."""

from assistant.overlap.contradiction import Contradiction, Kind
from assistant.overlap.find import Overlap, Shared, find_overlap
from assistant.overlap.side import Side

__all__ = ["Contradiction", "Kind", "Overlap", "Shared", "Side", "find_overlap"]
