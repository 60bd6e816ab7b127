"""The one engine for every subsidy: a run over a province and the estimate for one person are the same code.

Facts of persons with dates in, lines in integer fen out; columnar, exact, and the same bytes for the same input.
"""

from eldercare.subsidies.engine.compute import Result, compute
from eldercare.subsidies.engine.explain import assumptions, explain_line, explain_skip, source_of
from eldercare.subsidies.engine.frame import FACT_KINDS, Frame

#: Goes up whenever the same facts and the same pack could give other lines or other bytes.
VERSION = "1"

__all__ = [
    "FACT_KINDS",
    "VERSION",
    "Frame",
    "Result",
    "assumptions",
    "compute",
    "explain_line",
    "explain_skip",
    "source_of",
]
