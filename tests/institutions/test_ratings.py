"""Star ratings entered by hand: what overlaps gives way, and everything that was known stays."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from eldercare.core.db import session
from eldercare.core.errors import Forbidden, Invalid, NotFound
from eldercare.institutions import queries, ratings
from eldercare.institutions.models import Institution, InstitutionRating
from eldercare.institutions.rules import NATIONAL_SCHEME
from tests.factories.institutions import institution, rating
from tests.factories.regions import some_regions
from tests.support.cast import INSTITUTION_1


@pytest.fixture
def home(database):
    regions = some_regions("370202", "370203")
    home = institution(regions["370202"], id=INSTITUTION_1)
    institution(regions["370203"], "市北区某养老院", address="东路2号")
    rating(home, 3, date(2024, 1, 1), date(2027, 1, 1))
    session().commit()
    return home


def periods(home: Institution) -> list[tuple[int, date, date | None]]:
    return [(row.stars, row.valid.lower, row.valid.upper) for row in reversed(queries.ratings_of(home.id))]


@pytest.mark.parametrize(
    ("since", "last_day", "expected"),
    [
        (date(2026, 1, 1), None, [(3, date(2024, 1, 1), date(2026, 1, 1)), (4, date(2026, 1, 1), None)]),
        (date(2023, 1, 1), date(2023, 12, 31),
         [(4, date(2023, 1, 1), date(2024, 1, 1)), (3, date(2024, 1, 1), date(2027, 1, 1))]),
        (date(2025, 1, 1), date(2025, 12, 31),
         [(3, date(2024, 1, 1), date(2025, 1, 1)), (4, date(2025, 1, 1), date(2026, 1, 1)),
          (3, date(2026, 1, 1), date(2027, 1, 1))]),
        (date(2024, 1, 1), date(2026, 12, 31), [(4, date(2024, 1, 1), date(2027, 1, 1))]),
    ],
)  # fmt: skip
def test_what_overlaps_gives_way(home, actor_as, since, last_day, expected):
    ratings.record_rating(
        actor_as("official_a"), institution_id=home.id, scheme=NATIONAL_SCHEME, stars=4, since=since, last_day=last_day
    )
    assert periods(home) == expected


def test_what_was_known_stays(home, actor_as):
    actor = actor_as("official_a")
    ratings.record_rating(actor, institution_id=home.id, scheme=NATIONAL_SCHEME, stars=5, since=date(2024, 1, 1))
    rows = session().scalars(select(InstitutionRating).order_by(InstitutionRating.recorded_at)).all()
    assert sorted((row.stars, row.superseded_at is None) for row in rows) == [(3, False), (5, True)]
    ratings.withdraw_rating(actor, institution_id=home.id, rating_id=rows[-1].id)
    assert periods(home) == []
    with pytest.raises(NotFound):
        ratings.withdraw_rating(actor, institution_id=home.id, rating_id=rows[-1].id)


@pytest.mark.parametrize(
    ("since", "last_day", "field"),
    [(date(2026, 1, 2), date(2026, 1, 1), "last_day"), (date(2999, 1, 1), None, "since")],
)
def test_impossible_days_are_refused(home, actor_as, since, last_day, field):
    with pytest.raises(Invalid) as refused:
        ratings.record_rating(
            actor_as("official_a"),
            institution_id=home.id,
            scheme=NATIONAL_SCHEME,
            stars=4,
            since=since,
            last_day=last_day,
        )
    assert [problem.field for problem in refused.value.problems] == [field]


def test_only_who_keeps_the_register_rates(home, actor_as):
    with pytest.raises(Forbidden):
        ratings.record_rating(
            actor_as("inspector"), institution_id=home.id, scheme=NATIONAL_SCHEME, stars=4, since=date(2026, 1, 1)
        )


def test_the_form_records_and_names_what_is_wrong(home, client_as):
    official = client_as("official_a")
    path = f"/registry/{home.id}/ratings"
    wrong = official.post(path, data={"stars": "6", "since": "gestern", "scheme": "own"})
    assert wrong.status_code == 422
    assert periods(home) == [(3, date(2024, 1, 1), date(2027, 1, 1))]
    done = official.post(
        path, data={"stars": "4", "since": "2026-01-01", "last_day": "2028-12-31", "certificate": "QD-1"}
    )
    assert done.status_code == 303
    session().expire_all()
    assert periods(home)[-1] == (4, date(2026, 1, 1), date(2029, 1, 1))
    assert "QD-1" in official.get(f"/registry/{home.id}").text
