"""The small demonstration: complete, the same every time, and only for an empty database."""

from datetime import date

import psycopg
import pytest
from sqlalchemy import func, select, text

from eldercare import migrate
from eldercare.beds.queries import figures
from eldercare.core import clock
from eldercare.core.errors import Conflict
from eldercare.core.identifiers import is_resident_id
from eldercare.demo import names
from eldercare.demo.load import is_loaded, load
from eldercare.demo.size import SMALL
from eldercare.directory.queries import as_directory, search_places
from eldercare.directory.rules import Criteria

TODAY = date(2026, 11, 22)


def quiet(what: str, count: int) -> None:
    assert count > 0, what


def scalar(session, sql: str):
    return session.scalar(text(sql))


@pytest.fixture
def demo(db_session):
    load(SMALL, say=quiet, today=TODAY)
    return db_session


def test_it_has_what_it_promises(demo) -> None:
    assert is_loaded()
    assert scalar(demo, "SELECT count(*) FROM elder") == SMALL.elders + 2 * SMALL.destitute
    single = scalar(demo, "SELECT count(*) FROM bed")
    counted = scalar(demo, "SELECT coalesce(sum(total), 0) FROM bed_count")
    assert single + counted == SMALL.beds
    nursing = scalar(demo, "SELECT count(*) FROM bed WHERE bed_type = 'nursing'") + scalar(
        demo, "SELECT coalesce(sum(total), 0) FROM bed_count WHERE bed_type = 'nursing'"
    )
    assert nursing == SMALL.beds * 589 // 1000
    assert scalar(demo, "SELECT count(*) FROM home_bed") == SMALL.home_beds
    assert scalar(demo, "SELECT count(DISTINCT level) FROM assessment") >= 4


def test_both_county_groups_of_yantai_have_destitute_elders(demo) -> None:
    found = set(
        demo.scalars(
            text(
                "SELECT DISTINCT split_part(region_path, '/', 5) FROM elder JOIN circumstance ON elder_id = elder.id "
                "WHERE kind = 'economic_category' AND value = 'destitute' AND region_path LIKE '/cn/37/3706/%'"
            )
        )
    )
    assert {"370602", "370687"} <= found  # 芝罘 (group A) and 海阳 (group B)


def test_a_second_time_is_refused(demo) -> None:
    with pytest.raises(Conflict):
        load(SMALL, say=quiet, today=TODAY)


def test_it_is_the_same_every_time(app, db_session) -> None:
    def fingerprint() -> list[str]:
        return [
            scalar(db_session, f"SELECT md5(string_agg(id::text || {column}, '' ORDER BY id)) FROM {table}")
            for table, column in (
                ("elder", "name || birth_date"),
                ("bed_occupancy", "during::text"),
                ("institution", "name || uscc"),
            )
        ]

    with db_session.begin_nested() as first:
        load(SMALL, say=quiet, today=TODAY)
        one = fingerprint()
        first.rollback()
    db_session.expunge_all()
    load(SMALL, say=quiet, today=TODAY)
    assert fingerprint() == one


def test_invented_numbers_are_well_formed_and_nobodys() -> None:
    number = names.id_number(names.AREAS["city"], "19400501", 3, True)
    assert is_resident_id(number)
    assert number.startswith("9901")
    with pytest.raises(ValueError, match="one day"):
        names.id_number(names.AREAS["city"], "19400501", 500, True)


def test_the_planner_is_told_of_the_rows(committed_db) -> None:
    """Without statistics the first search on the full city took half a minute."""
    url = committed_db.app.extensions["config"].database_owner_url
    with psycopg.connect(url.replace("+psycopg", "")) as plain:
        known = "SELECT count(*) FROM pg_stats WHERE tablename = 'alembic_version'"
        assert plain.execute(known).fetchone() == (0,)
        migrate.analyze(url)
        assert plain.execute(known).fetchone() == (1,)


def test_a_search_lists_exactly_the_homes_whose_counts_show_a_free_bed(demo) -> None:
    at = clock.now()
    for bed_type in ("nursing", "ordinary", "any"):
        with as_directory():
            beds = figures(at)
            wanted = [beds.c.bed_type == bed_type] if bed_type != "any" else []
            counted = {
                row[0]: (int(row[1]), int(row[2]))
                for row in demo.execute(
                    select(beds.c.institution_id, func.sum(beds.c.free), func.sum(beds.c.total))
                    .where(*wanted)
                    .group_by(beds.c.institution_id)
                )
            }
            found = search_places(Criteria(bed_type=bed_type), at, 1, 100).items
        assert {place.id: (place.free, place.total) for place in found} == {
            home: both for home, both in counted.items() if both[0] > 0
        }
        assert found
