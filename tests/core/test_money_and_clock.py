from datetime import UTC, date, datetime

import pytest

from eldercare.core import clock, money


@pytest.mark.parametrize(
    ("fen", "text"), [(0, "0.00"), (5, "0.05"), (-140205, "-1,402.05"), (123456789, "1,234,567.89")]
)
def test_yuan(fen: int, text: str) -> None:
    assert money.yuan(fen) == text


def test_fen_of_refuses_a_part_of_a_fen() -> None:
    assert money.fen_of("1,402.5") == 140250
    with pytest.raises(ValueError, match="part of a fen"):
        money.fen_of("1.005")


def test_the_business_day_is_chinas() -> None:
    with clock.freeze(datetime(2023, 1, 31, 16, 30, tzinfo=UTC)):  # half past midnight in China
        assert clock.today() == date(2023, 2, 1)
    assert clock.start_of(date(2023, 2, 1)) == datetime(2023, 1, 31, 16, tzinfo=UTC)


def test_freeze_needs_an_aware_instant() -> None:
    with pytest.raises(ValueError, match="aware"), clock.freeze(datetime(2023, 1, 1)):
        pass
