"""Bodies and addresses that no honest client sends: refused by a clear answer, never a fault of ours."""

from __future__ import annotations

import io

import pytest
from werkzeug.exceptions import BadRequest

from eldercare.core.api import read_json

URL = "/api/v1/assessments/score"
JSON = "application/json"


@pytest.mark.parametrize(
    "content",
    [
        b"{", b"[" * 200_000, b'{"a":' * 100_000, b'{"a": ' + b"9" * 5000 + b"}", b'{"a": 1, "a": 2}', b'{"a": NaN}',
        b'{"a": -Infinity}', '{"a": "中"}'.encode("gbk"), '{"a": 1}'.encode("utf-16"), b"\x00",
    ],
    ids=lambda content: repr(content[:16]),
)  # fmt: skip
def test_what_two_readers_could_take_differently_is_no_json(content: bytes) -> None:
    with pytest.raises(BadRequest):
        read_json(content)


def test_json_is_read() -> None:
    assert read_json('{"a": [1, null, "中"]}'.encode()) == {"a": [1, None, "中"]}


@pytest.mark.parametrize("content", [b"[" * 200_000, b'{"standard": ' + b"9" * 5000 + b"}", b'{"a": 1, "a": 2}'])
def test_a_bad_body_is_answered_as_a_problem_of_the_body(client, content: bytes) -> None:
    answer = client.post(URL, data=content, content_type=JSON)
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert list(answer.json["errors"]) == ["body"]


def test_the_reason_is_told_in_the_readers_language(client) -> None:
    answer = client.post(URL, data=b'{"a": 1, "a": 2}', content_type=JSON, headers={"Accept-Language": "zh"})
    assert answer.json["errors"]["body"] == ["请求内容中有重复的项。"]
    assert "重复" in answer.get_data(as_text=True)  # Chinese as Chinese


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_another_content_type_is_refused_not_ignored(client, content_type: str) -> None:
    answer = client.post(URL, data=b"standard=gbt42195-2022", content_type=content_type)
    assert (answer.status_code, answer.content_type) == (415, "application/problem+json")


@pytest.mark.parametrize("address", ["/?q=%00", "/?%00=1", "/api/v1/places?q=a%00b", "/places/%00"])
def test_nul_in_an_address_is_refused(client, address: str) -> None:
    assert client.get(address).status_code in (400, 404)


@pytest.mark.parametrize(
    "address",
    ["/assessments?level=99999999999999999999", "/inspections?as_of=9999-12-31", "/inspections?until=0001-01-01",
     "/subsidies?state=%00"],
)  # fmt: skip
def test_figures_out_of_all_bounds_are_no_fault_of_ours(client_as, address: str) -> None:
    assert client_as("official_city").get(address).status_code in (200, 400, 422)


@pytest.mark.parametrize("given", ['x"><script>1</script>', "short", "a b c d e f", "x" * 65])
def test_a_request_id_that_is_none_is_replaced(client, given: str) -> None:
    assert client.get("/healthz", headers={"X-Request-Id": given}).headers["X-Request-Id"] != given


def test_a_refusal_is_described_as_it_is(client) -> None:
    described = client.get("/api/v1/openapi.json").json["components"]
    assert list(described["responses"]["DEFAULT_ERROR"]["content"]) == ["application/problem+json"]
    body = client.get("/api/v1/nothing-here").json
    schema = next(value for name, value in described["schemas"].items() if name.endswith("ProblemDetails"))
    assert set(schema["required"]) <= set(body) <= set(schema["properties"])


@pytest.mark.parametrize("path", [URL, "/api/v1/estimates", "/estimate"])
def test_a_body_over_the_limit_is_refused_with_the_limit(client, path: str) -> None:
    answer = client.post(path, data=b" " * (20 * 1024 * 1024 + 1), content_type=JSON)
    assert answer.status_code == 413
    assert "20 MB" in answer.get_data(as_text=True)


def test_a_body_of_unknown_length_is_not_cut_off_in_silence(client) -> None:
    body = b'{"standard": "x"}'.ljust(20 * 1024 * 1024 + 100)
    chunked = {"input_stream": io.BytesIO(body), "environ_overrides": {"wsgi.input_terminated": True}}
    assert client.post(URL, content_type=JSON, **chunked).status_code == 413


@pytest.mark.parametrize("days", ["first_day=0001-01-01", "last_day=9999-12-31"])
def test_the_first_and_the_last_day_there_is_are_out_of_range(client_as, days: str) -> None:
    assert client_as("administrator").get(f"/audit?{days}").status_code == 422


@pytest.mark.parametrize("month", ["0000-01", "9999-12", "2023-13", "2023-1", "x"])
def test_a_month_that_is_none_is_refused_by_name(client_as, month: str) -> None:
    body = {"jurisdiction": "yantai", "month": month}
    answer = client_as("official_city").post("/api/v1/subsidy-runs", json=body)
    assert answer.status_code == 422
