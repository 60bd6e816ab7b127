"""Money is integer fen (1 yuan = 100 fen). No float anywhere."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction


def round_half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes away from zero, as offices round. -2.5 -> -3."""
    sign = -1 if value < 0 else 1
    return sign * ((2 * abs(value.numerator) + value.denominator) // (2 * value.denominator))


def yuan(fen: int) -> str:
    """140200 -> '1,402.00'."""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{rest:02d}"


def fen_of(text: str | Decimal) -> int:
    """'1,402.5' -> 140250. Raises ValueError when there is a part of a fen."""
    amount = Decimal(str(text).replace(",", "")) * 100
    if amount != amount.to_integral_value():
        raise ValueError(f"{text} has a part of a fen")
    return int(amount)
