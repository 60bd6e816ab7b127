"""Use cases of subsidies: runs that people make and decide on, chunks that workers compute, estimates for everybody."""

from eldercare.subsidies.service import chunks, estimate, runs

__all__ = ["chunks", "estimate", "runs"]
