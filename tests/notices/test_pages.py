"""The page of one's own messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from eldercare.core.actor import Actor
from eldercare.core.db import acting_as, session
from eldercare.notices import service
from eldercare.notices.models import Notice
from tests.support.cast import CAST

ClientAs = Callable[[str], Any]


@pytest.fixture
def reader(client_as: ClientAs) -> Any:
    return client_as("official_a")


def tell(number: int, name: str = "official_a") -> None:
    with acting_as(Actor.system("t")):
        service.notify(
            Actor.system("t"), user_ids=[CAST[name].user_id], kind="k", msgid="Message %(number)s <b>",
            params={"number": number}, link=f"/policy?n={number}",
        )  # fmt: skip


def test_the_list_is_empty_in_words(reader: Any) -> None:
    assert "还没有消息" in reader.get("/notices").text


def test_messages_are_counted_in_the_header_and_escaped(reader: Any) -> None:
    tell(1)
    html = reader.get("/notices").text
    assert "Message 1 &lt;b&gt;" in html
    assert '<span class="count">' in html


def test_more_than_a_page(reader: Any) -> None:
    for number in range(21):
        tell(number)
    assert "第 1–20 条，共 21 条" in reader.get("/notices").text
    assert reader.get("/notices?page=2").text.count('scope="row"') == 1


def test_opening_marks_it_read_and_leads_there(reader: Any) -> None:
    tell(7)
    with acting_as(Actor.system("t")):
        notice_id = session().scalars(select(Notice.id)).one()
    answer = reader.post(f"/notices/{notice_id}/open")
    assert (answer.status_code, answer.location) == (303, "/policy?n=7")
    assert "没有未读消息" in reader.get("/notices?show=unread").text


def test_mark_all(reader: Any) -> None:
    tell(1)
    tell(2)
    assert "已将 2 条消息标为已读" in reader.post("/notices/read", follow_redirects=True).text


def test_somebody_elses_message_is_like_an_unknown_one(reader: Any, client_as: ClientAs) -> None:
    client_as("official_b")
    tell(1, "official_b")
    with acting_as(Actor.system("t")):
        notice_id = session().scalars(select(Notice.id)).one()
    answers = [reader.post(f"/notices/{one}/open") for one in (notice_id, uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_strangers(client: Any, client_as: ClientAs) -> None:
    assert client.get("/notices").status_code == 303
    assert client_as("evaluator").get("/notices").status_code == 403
