"""No input makes a 500: schemathesis over the API's own description, and by hand what people and programs get wrong.

Examples are bounded and always the same, so that a failure is the code's and not the day's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance
from starlette.testclient import TestClient

from shixian.casework.staff.people import Role
from shixian.desk.access import accesses
from shixian.desk.api.schema import description
from shixian.desk.app import create_app
from shixian.desk.config import DeskConfig
from tests.desk.api_house import token_for
from tests.desk.conftest import ClientOf
from tests.desk.office import client_for

CASE = "SH-MF-2021-9001"
SCHEMA = schemathesis.openapi.from_dict(description())
ALL = (Role.OFFICER, Role.SECTION_HEAD, Role.FINANCE_MAKER, Role.FINANCE_CHECKER)


@pytest.fixture
def everyone(desk: DeskConfig) -> Iterator[TestClient]:
    """A client that may do everything, so that nothing stops at the permission."""
    client = client_for(desk, None)
    client.headers["Authorization"] = f"Bearer {token_for(desk, *ALL)}"
    with client:
        yield client


@SCHEMA.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_nothing_in_the_description_makes_a_500(case: schemathesis.Case, everyone: TestClient) -> None:
    kwargs = case.as_transport_kwargs(base_url="http://desk.test")
    headers = {name: value.encode("utf-8", "replace") for name, value in dict(kwargs.pop("headers", {}) or {}).items()}
    headers["Authorization"] = everyone.headers["Authorization"].encode()
    wanted = {name: value for name, value in kwargs.items() if name in ("params", "json", "data", "content")}
    response = everyone.request(kwargs["method"], kwargs["url"], headers=headers, **wanted)
    checks = [not_a_server_error, status_code_conformance, content_type_conformance]
    case.validate_response(schemathesis.Response.from_httpx(response, verify=False), checks=checks)


NASTY_TEXT = [
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "\x1f",
    "\ufffe",
    "\u202e",
    "'; DROP TABLE event; --",
    "{{7*7}}",
    "%00",
    "../../etc/passwd",
    "é" * 5000,
    "9" * 400,
    "-1",
    "1e400",
    "NaN",
    "无",
    "未知",
]
NASTY_BODIES = [
    b"",
    b"null",
    b"[]",
    b"{",
    b"\xff\xfe\x00",
    b'{"a":' * 5000,
    b"[" * 100_000,
    b"1" * 5000,
    b'{"lifecycle":"sh-award","facts":{"a":1e999}}',
    b'{"lifecycle":"sh-award","facts":{"a":' + b"9" * 5000 + b"}}",
    b'{"lifecycle":"sh-award","facts":{},"lifecycle":"x"}',
    b'{"lifecycle":"sh-award","facts":{},"cycle":' + str(2**63).encode() + b"}",
    b'{"lifecycle":"sh-award","facts":{},"cycle":1e3}',
    b'{"lifecycle":"sh-award","facts":{},"day":"0001-01-01"}',
    b'{"lifecycle":"sh-award","facts":{},"day":"9999-12-31"}',
    b'{"lifecycle":"sh-award","facts":{"\\u0000":"x"}}',
    b'{"lifecycle":"sh-award","facts":{"project_name":"\\ud800"}}',
    b'{"lifecycle":"sh-award","facts":{"project_name":"\\u0000"}}',
    b'{"lifecycle":"sh-award","facts":{"project_name":["a","\\udc00"]}}',
    b'{"lifecycle":"sh-award","facts":{"project_name":{"deep":{}}}}',
    b'{"lifecycle":"sh-award","facts":{"expert_award_year":9223372036854775808}}',
    b'{"lifecycle":"sh-award","facts":{"expert_award_year":9223372036854775807}}',
    b'{"\\ud800":1}',
]
WRITES = ["/cases", f"/cases/{CASE}/acts", f"/cases/{CASE}/objections", "/calls", "/batches", "/batches/X/approve"]


@pytest.mark.parametrize("path", WRITES)
def test_broken_bodies_are_problems(everyone: TestClient, path: str) -> None:
    for number, body in enumerate(NASTY_BODIES):
        headers = {"Idempotency-Key": f"n{number}", "Content-Type": "application/json"}
        answer = everyone.post(f"/api/v1{path}", content=body, headers=headers)
        assert 400 <= answer.status_code < 500, (body[:80], answer.status_code)
        assert answer.headers["content-type"] == "application/problem+json", body[:80]


@pytest.mark.parametrize(
    "media", ["text/plain", "application/xml", "multipart/form-data", "", "application/json; charset=utf-16"]
)
def test_the_wrong_content_type_is_a_problem(everyone: TestClient, media: str) -> None:
    body = json.dumps({"lifecycle": "sh-award"}).encode("utf-16" if "16" in media else "utf-8")
    headers = {"Idempotency-Key": "m", "Content-Type": media}
    assert 400 <= everyone.post("/api/v1/cases", content=body, headers=headers).status_code < 500


def test_nasty_texts_in_every_field_of_every_write(everyone: TestClient) -> None:
    for number, text in enumerate(NASTY_TEXT):
        bodies: dict[str, Any] = {
            "/cases": {"lifecycle": "sh-award", "facts": {"project_name": text}, "origin": text},
            f"/cases/{CASE}/acts": {"stage": "filing", "verb": "answer", "by": text, "given": {"unit_name": text},
                                    "reason": text},
            "/cases/SH-A-2021-0009/objections": {
                "stage": "second_review_notice", "kind": "person", "name": text, "number": text, "contact": text,
                "grounds": text * 3, "papers": [{"document": "evidence", "name": text, "content": "!"}],
            },
            "/calls": {"lifecycle": "sh-award", "cycle": 2021, "name": "notice_length", "value": text, "because": text},
        }  # fmt: skip
        for path, body in bodies.items():
            raw = json.dumps(body).encode()
            headers = {"Idempotency-Key": f"t{number}", "Content-Type": "application/json"}
            answer = everyone.post(f"/api/v1{path}", content=raw, headers=headers)
            assert answer.status_code < 500, (path, text[:20])


def test_keys_and_tokens_of_any_bytes(everyone: TestClient) -> None:
    for raw in (b"\xff", b"\x7f", "键".encode(), b"a\tb", b"k" * 5000):
        headers = {b"Idempotency-Key": raw, b"Authorization": everyone.headers["Authorization"].encode()}
        assert everyone.post("/api/v1/cases", json={}, headers=headers).status_code == 422
        assert everyone.get("/api/v1/cases", headers={b"Authorization": b"Bearer " + raw}).status_code == 401


PATHS = ["%00", "%ff%fe", "%ed%a0%80", "..%2f..%2fetc", "x" * 3000, "%F0%9F%92%A9", "a%0d%0ab", "%2e%2e", "1" * 400]


def test_pages_stand_nasty_addresses(desk: DeskConfig) -> None:
    """Every route that reads, of every part of the desk, with each of these in each of its places."""
    browser = client_for(desk, Role.OFFICER)
    tried = 0
    for route, _ in accesses(create_app(desk)):
        if "GET" not in (route.methods or ()):
            continue
        places = [name for name in route.param_convertors]
        for nasty in PATHS:
            path = route.path_format
            for name in places:
                path = path.replace("{" + name + "}", nasty)
            for query in ("", f"?page={nasty}&q={nasty}&after={nasty}&lifecycle={nasty}&day={nasty}&cycle={nasty}"):
                if places or query:
                    tried += 1
                    answer = browser.get(path + query)
                    assert answer.status_code < 500, f"{path[:200]}{query[:60]}: {answer.status_code}"
    assert tried > 100


@pytest.mark.parametrize(
    "path", ["/progress", "/objections/SH-A-2021-0009/second_review_notice", "/sign-in", "/language"]
)
def test_pages_stand_nasty_forms(client_of: ClientOf, path: str) -> None:
    browser = client_of(None)
    names = (
        "ref",
        "code",
        "kind",
        "name",
        "number",
        "contact",
        "grounds",
        "token",
        "account",
        "password",
        "language",
        "next",
    )
    for text in NASTY_TEXT:
        kept = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        assert browser.post(path, data=dict.fromkeys(names, kept)).status_code < 500
    broken = [
        (b"a=%ff%fe&ref=%00&code=%ed%a0%80", "application/x-www-form-urlencoded"),
        (
            b'--x\r\nContent-Disposition: form-data; name="ref"\r\n\r\n\xff\x00\r\n--x--',
            "multipart/form-data; boundary=x",
        ),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"garbage", "multipart/form-data"),
        (b"{}", "application/json"),
        (b"a=1&" * 5000, "application/x-www-form-urlencoded"),
        (b"ref=" + b"x" * 3_000_000, "application/x-www-form-urlencoded"),
    ]
    for body, media in broken:
        answer = browser.post(path, content=body, headers={"Content-Type": media})
        assert answer.status_code < 500, (body[:40], media, answer.status_code)
