"""The bed board, what is done on it, the house behind it, and reported counts."""

from eldercare.beds.pages import bed, counts, house
from eldercare.beds.pages.board import blueprint

__all__ = ["bed", "blueprint", "counts", "house"]
