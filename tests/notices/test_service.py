"""Messages: who is told, once, and who may read them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, session
from eldercare.core.errors import Forbidden, NotFound
from eldercare.notices import queries, service
from eldercare.notices.models import Notice
from tests.factories.accounts import make_user
from tests.support.cast import CAST, CITY, DISTRICT_A, DISTRICT_B, TOWN_A
from tests.support.signed_in import account_of

pytestmark = pytest.mark.usefixtures("db_session")
ActorAs = Callable[[str], Actor]
TOLD: dict[str, Any] = {"kind": "subsidies.computed", "msgid": "Computed", "link": "/subsidies"}


def people(*names: str) -> None:
    for name in names:
        account_of(CAST[name])


def told() -> set[str]:
    """The user ids that have an unread message, asked as the system."""
    return {str(one) for one in session().scalars(select(Notice.user_id))}


def test_holders_are_those_of_the_division_and_above(actor_as: ActorAs) -> None:
    people("official_city", "official_a", "official_b", "operator_1", "evaluator")
    count = service.notify_holders(actor_as("official_city"), permission="subsidies.review", region_path=TOWN_A, **TOLD)
    assert count == 1  # not who did it, not district B, not who lacks the permission
    assert told() == {str(CAST["official_a"].user_id)}


def test_a_town_is_not_told_of_its_district(actor_as: ActorAs) -> None:
    people("community_worker", "official_a")
    service.notify_holders(Actor.system("t"), permission="people.read", region_path=DISTRICT_A, **TOLD)
    assert told() == {str(CAST["official_a"].user_id)}


def test_people_without_an_active_account_are_not_told() -> None:
    make_user(username="gone", role="official", division_path=CITY, active=False)
    assert service.notify_holders(Actor.system("t"), permission="subsidies.review", region_path=CITY, **TOLD) == 0


def test_the_same_thing_told_twice_is_one_message_with_the_newer_words() -> None:
    people("official_a")
    who = [CAST["official_a"].user_id]
    service.notify(Actor.system("t"), user_ids=who, kind="k", msgid="%(n)s lines", link="/x", params={"n": 1})
    service.notify(Actor.system("t"), user_ids=who, kind="k", msgid="%(n)s lines", link="/x", params={"n": 2})
    assert [notice.params for notice in session().scalars(select(Notice))] == [{"n": 2}]


def test_once_read_it_is_told_anew(actor_as: ActorAs) -> None:
    people("official_a")
    reader = actor_as("official_a")
    for _time in range(2):
        service.notify(Actor.system("t"), user_ids=[CAST["official_a"].user_id], **TOLD)
        with acting_as(reader):
            service.mark_all_read(reader)
    assert session().scalar(select(func.count()).select_from(Notice)) == 2


def test_a_message_is_seen_by_its_person_alone(actor_as: ActorAs) -> None:
    people("official_a", "official_b")
    service.notify(Actor.system("t"), user_ids=[CAST["official_a"].user_id], **TOLD)
    notice_id = session().scalars(select(Notice.id)).one()
    for stranger in ("official_b", "administrator"):
        actor = actor_as(stranger)
        with acting_as(actor):
            assert queries.unread_count() == 0
            with pytest.raises(NotFound):
                service.mark_read(actor, notice_id=notice_id)
    reader = actor_as("official_a")
    with acting_as(reader):
        assert queries.unread_count() == 1
        assert service.mark_read(reader, notice_id=notice_id).read_at is not None
        assert queries.unread_count() == 0


def test_reading_all_leaves_other_peoples(actor_as: ActorAs) -> None:
    people("official_a", "official_b")
    service.notify(Actor.system("t"), user_ids=[CAST[name].user_id for name in ("official_a", "official_b")], **TOLD)
    with acting_as(actor_as("official_a")):
        assert service.mark_all_read(actor_as("official_a")) == 1
    unread = session().scalars(select(Notice.user_id).where(Notice.read_at.is_(None))).all()
    assert unread == [CAST["official_b"].user_id]


def test_the_public_and_evaluators_have_none(actor_as: ActorAs) -> None:
    with acting_as(Actor.public()):
        assert queries.unread_count() == 0
    with pytest.raises(Forbidden):
        service.mark_read(actor_as("evaluator"), notice_id=uuid4())


@pytest.mark.parametrize("link", ["https://elsewhere.example/", "//elsewhere.example", "relative"])
def test_a_link_leads_to_our_own_pages(link: str) -> None:
    from sqlalchemy.exc import IntegrityError

    people("official_a")
    with pytest.raises(IntegrityError):
        service.notify(Actor.system("t"), user_ids=[CAST["official_a"].user_id], kind="k", msgid="m", link=link)


def test_nobody_in_another_district_holds_it() -> None:
    people("official_b")
    assert queries.holders("subsidies.review", DISTRICT_A) == []
    assert queries.holders("subsidies.review", DISTRICT_B) == [CAST["official_b"].user_id]
