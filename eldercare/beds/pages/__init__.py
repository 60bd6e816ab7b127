"""The bed board and what is done on it."""

from eldercare.beds.pages import bed
from eldercare.beds.pages.board import blueprint

__all__ = ["bed", "blueprint"]
