"""The resident ID and the credit code: check digit, birth date, what people paste. No database."""

from __future__ import annotations

from datetime import date

import pytest

from eldercare.core import identifiers
from eldercare.core.errors import Invalid


@pytest.mark.parametrize(
    ("number", "born", "sex"),
    [
        ("11010519491231002X", date(1949, 12, 31), "f"),  # the example printed in GB 11643-1999
        ("440524188001010014", date(1880, 1, 1), "m"),  # the other one
    ],
)
def test_valid_ids(number: str, born: date, sex: str) -> None:
    assert identifiers.is_resident_id(number)
    assert identifiers.birth_date(number) == born
    assert identifiers.sex(number) == sex


def test_people_of_dissolved_counties_are_not_refused() -> None:
    """370205 四方区 was dissolved in 2012; its people keep their numbers."""
    head = "37020519440229123"
    assert identifiers.is_resident_id(head + identifiers.check_digit(head))


def test_pasted_numbers_are_cleaned() -> None:
    assert identifiers.parse_resident_id(" 1101 0519491231 002x ") == "11010519491231002X"
    assert identifiers.parse_resident_id("１１０１０５１９４９１２３１００２Ｘ") == "11010519491231002X"


@pytest.mark.parametrize(
    "number",
    [
        "",
        "110105194912310021",
        "11010519491331002X",
        "110105194902290025",
        "1101051949123100",
        "A1010519491231002X",
        "1" + "٣" * 17,
    ],
)
def test_wrong_ids_are_refused_without_repeating_them(number: str) -> None:
    assert not identifiers.is_resident_id(number)
    with pytest.raises(Invalid) as caught:
        identifiers.parse_resident_id(number)
    assert caught.value.problems[0].field == "id_number"
    assert not number or number not in str(caught.value)


def test_credit_code() -> None:
    assert identifiers.parse_credit_code("91110000600037341l") == "91110000600037341L"
    for wrong in ("91110000600037341M", "9111000060003734"):  # check character, length
        with pytest.raises(Invalid):
            identifiers.parse_credit_code(wrong)
