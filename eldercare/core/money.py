"""Money is integer fen (1 yuan = 100 fen). No float anywhere."""

from __future__ import annotations

from decimal import Decimal


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
