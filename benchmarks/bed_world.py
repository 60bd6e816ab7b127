"""Homes, beds and people for `bed_change`, with ids that a pgbench script can write: they hold client and number."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import psycopg

from eldercare.accounts.rules import Role, permissions_of
from eldercare.core import clock
from eldercare.core.actor import Actor

CLIENTS = 8
FIRST, LAST = 1000, 3499  # numbers of four digits: one pair of bed and person per change
SERVICE, FLOOR = 0, 1  # the two sides never touch each other's beds
BED, ELDER, HOME, ROOM, USER, REGION, FACT = range(1, 8)
PATH = "/cn/37/3702/370202/"


def id_of(kind: int, side: int = 0, client: int = 0, number: int = 0) -> UUID:
    """They differ in their first digits, as real ones do: an index over ids tells them apart early."""
    return UUID(f"{side}{kind:02d}{number:04d}{client}-0000-4000-8000-000000000000")


def operator(side: int, client: int) -> Actor:
    return Actor(
        kind="user",
        name="operator",
        user_id=id_of(USER),
        roles=frozenset({"operator"}),
        permissions=permissions_of(Role.OPERATOR),
        institution_ids=frozenset({id_of(HOME, side, client)}),
    )


def fill(database: psycopg.Connection[tuple[object, ...]], last: int = LAST) -> None:
    """One home per client and side, each with its beds, their past, and a person on file for each bed."""
    today = clock.today()
    region, path = id_of(REGION), PATH
    database.execute(
        "INSERT INTO region (id, code, name, level, kind, path, pinyin, initials, search_key)"
        " VALUES (%s, '370202', '市南区', 'county', 'administrative', %s, 'shinan', 'sn', 'shinan')",
        (region, path),
    )
    homes = [(side, client) for side in (SERVICE, FLOOR) for client in range(CLIENTS)]
    numbers = range(FIRST, last + 1)
    for side, client in homes:
        home = id_of(HOME, side, client)
        database.execute(
            "INSERT INTO institution (id, name, pinyin, initials, search_key, kind, region_id, region_path, updated_by,"
            " created_at, updated_at) VALUES (%s, 'home', 'home', 'h', 'home', 'care_home', %s, %s, 'bench', now(), now())",
            (home, region, path),
        )
        database.execute(
            "INSERT INTO room (id, institution_id, region_path, name) VALUES (%s, %s, %s, '1')",
            (id_of(ROOM, side, client), home, path),
        )
    with database.cursor() as cursor:
        with cursor.copy(
            "COPY bed (id, institution_id, region_path, room_id, label, bed_type, open) FROM STDIN"
        ) as copy:
            for side, client in homes:
                for number in numbers:
                    copy.write_row(
                        (id_of(BED, side, client, number), id_of(HOME, side, client), path, id_of(ROOM, side, client),
                         str(number), "nursing", "[2020-01-01 00:00:00+00,)")
                    )  # fmt: skip
        with cursor.copy(
            "COPY elder (id, name, name_pinyin, name_initials, sex, birth_date, region_path, hukou_path, created_at,"
            " version) FROM STDIN"
        ) as copy:
            for side, client in homes:
                for number in numbers:
                    copy.write_row(
                        (id_of(ELDER, side, client, number), "王秀英", "wangxiuying", "wxy", "f", date(1940, 5, 1), path,
                         path, "2020-01-01 00:00:00+00", 1)
                    )  # fmt: skip
        with cursor.copy(
            "COPY elder_grant (elder_id, ground, institution_id, valid, recorded_at, recorded_by) FROM STDIN"
        ) as copy:
            for side, client in homes:
                for number in numbers:
                    copy.write_row(
                        (id_of(ELDER, side, client, number), "stay", id_of(HOME, side, client), f"[{today},)",
                         "2020-01-01 00:00:00+00", "bench")
                    )  # fmt: skip
        # Every bed has a past: planners that saw an empty table would read the growing one from end to end.
        with cursor.copy(
            "COPY bed_occupancy (id, fact_id, bed_id, institution_id, region_path, kind, during, end_reason, recorded_at,"
            " recorded_by) FROM STDIN"
        ) as copy:
            for side, client in homes:
                for number in numbers:
                    fact = id_of(FACT, side, client, number)
                    copy.write_row(
                        (fact, fact, id_of(BED, side, client, number), id_of(HOME, side, client), path,
                         "out_of_service", "[2021-01-01 00:00:00+00,2021-02-01 00:00:00+00)", "in_service",
                         "2021-01-01 00:00:00+00", "bench")
                    )  # fmt: skip
