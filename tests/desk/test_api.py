"""The API's reads, its tokens, and the form of its refusals."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models import api_client, look
from shixian.casework.database import reading
from shixian.casework.staff.api_clients import clients, close_client, find_client, make_client
from shixian.casework.staff.people import Role
from shixian.casework.verify import verify
from shixian.desk.access import PUBLIC, accesses
from shixian.desk.api.access import ApiAccess
from shixian.desk.api.schema import description
from shixian.desk.app import create_app
from shixian.desk.config import DeskConfig
from shixian.rules.errors import CaseworkError, NotFound, NotPermitted
from tests.desk.api_house import caller, get, post, token_for
from tests.desk.conftest import ClientOf
from tests.desk.office import NOW, PEOPLE

AWARD, FILING = "SH-A-2021-0009", "SH-MF-2020-0002"
READS = ["/lifecycles", "/lifecycles/sh-award", "/cases", f"/cases/{FILING}", f"/cases/{FILING}/events"]
READS += [f"/cases/{FILING}/{part}" for part in ("deadlines", "decisions", "obligations")] + ["/batches"]


def test_the_document_is_openapi_31_and_names_every_route(client_of: ClientOf, desk: DeskConfig) -> None:
    found = client_of(None).get("/api/v1/openapi.json").json()
    assert found["openapi"] == "3.1.0" and found == description()
    routes = {
        (route.path_format, method.lower())
        for route, _ in accesses(create_app(desk))
        for method in route.methods or ()
        if route.path.startswith("/api/") and route.include_in_schema
    }
    assert routes == {(path, method) for path, methods in found["paths"].items() for method in methods}
    for path, methods in found["paths"].items():
        for method, one in methods.items():
            public = path.startswith("/api/v1/notices")
            assert ("security" not in one) is public and "422" in one["responses"], path
            named = {parameter["name"].lower() for parameter in one.get("parameters", [])}
            assert ("idempotency-key" in named) is (method == "post"), path


@pytest.mark.parametrize("path", READS)
def test_a_read_takes_a_token_and_the_permission(desk: DeskConfig, client_of: ClientOf, path: str) -> None:
    assert get(caller(desk, Role.OFFICER), path).status_code == 200
    nobody = get(caller(desk), path)
    assert nobody.status_code == 401 and nobody.headers["www-authenticate"] == "Bearer"
    assert nobody.headers["content-type"] == "application/problem+json"
    assert get(caller(desk, Role.PUBLIC), path).status_code == 403
    assert client_of(Role.OFFICER).get(f"/api/v1{path}").status_code == 401, "a cookie is no token"


def test_every_route_of_the_api_takes_a_token_but_the_public_ones(desk: DeskConfig) -> None:
    for route, access in accesses(create_app(desk)):
        if route.path.startswith("/api/"):
            assert isinstance(access, ApiAccess) or access is PUBLIC
            if access is PUBLIC:
                assert route.path.startswith(("/api/v1/notices", "/api/v1/openapi"))


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x", "Basic abc", "Bearer sx_", "bearer  sx_nothing", "Bearer ü"]
)
def test_a_wrong_token_is_nobody(desk: DeskConfig, header: str) -> None:
    client = caller(desk)
    assert client.get("/api/v1/cases", headers={"Authorization": header.encode("utf-8")}).status_code == 401


def test_tokens_are_kept_as_hashes_and_can_be_ended(desk: DeskConfig) -> None:
    token = token_for(desk, Role.OFFICER, name="reader")
    with reading(desk.engine) as connection:
        assert token not in repr(connection.execute(select(api_client)).all())
    found = find_client(desk.engine, token)
    assert found is not None and found.person.key == "reader" and "token" not in dict(clients(desk.engine)[0])
    security = PEOPLE[Role.SECURITY_ADMIN]
    close_client(desk.engine, "reader", by=security, now=NOW)
    assert find_client(desk.engine, token) is None
    with pytest.raises(NotFound):
        close_client(desk.engine, "reader", by=security, now=NOW)
    with pytest.raises(CaseworkError, match="人员账号"):
        make_client(desk.engine, "borrowed", "officer", by=security, now=NOW)
    with pytest.raises(CaseworkError, match="已被使用"):
        token_for(desk, Role.OFFICER, name="reader")
    with pytest.raises(NotPermitted):
        make_client(desk.engine, "other", "reader", by=PEOPLE[Role.OFFICER], now=NOW)
    assert verify(desk.engine).problems == (), "making and ending a client stand in a journal"


def test_cases_are_read_in_pages(desk: DeskConfig) -> None:
    client = caller(desk, Role.OFFICER)
    seen, after = [], 0
    while after is not None:
        answer = get(client, "/cases", after=after, limit=7).json()
        assert len(answer["items"]) <= 7
        seen += [one["ref"] for one in answer["items"]]
        after = answer["next"]
    assert len(seen) == len(set(seen)) > 30 and FILING in seen
    awards = get(client, "/cases", lifecycle="sh-award", cycle=2021, status="closed", limit=200).json()["items"]
    assert awards and all((one["lifecycle"], one["status"]) == ("sh-award", "closed") for one in awards)
    for wrong in ({"limit": 201}, {"limit": 0}, {"after": 2**63}, {"after": -1}, {"status": "lost"}, {"cycle": 10**30}):
        answer = get(client, "/cases", **wrong)
        assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json", wrong


def test_a_case_is_told_with_clause_working_and_tree(desk: DeskConfig) -> None:
    client = caller(desk, Role.AUDITOR)
    deadlines = get(client, f"/cases/{FILING}/deadlines").json()["items"]
    assert deadlines and all(one["clause"] and one["working"] for one in deadlines if one["last_day"])
    decisions = get(client, f"/cases/{FILING}/decisions").json()["items"]
    budget = next(one for one in decisions if one["key"] == "indirect_cost")
    assert budget["clause"] and budget["tree"]["explanation"]
    owed = get(client, f"/cases/{FILING}/drawdown1/obligations").json()["items"]
    assert owed and owed[0]["clause"] and owed[0]["sequence"] == 1
    events = get(client, f"/cases/{FILING}/events", limit=3).json()
    assert [one["seq"] for one in events["items"]] == [1, 2, 3] and events["next"] == 3
    whole = get(client, f"/cases/{FILING}").json()
    assert whole["ref"] == FILING and whole["may_not"] is not None
    with reading(desk.engine) as connection:
        looks = connection.execute(select(look.c.person, look.c.what, look.c.subject)).all()
    assert ("machine-auditor", "case", FILING) in [tuple(one) for one in looks], "every read of a case is on record"


def test_an_account_reads_only_what_lies_in_its_scope(desk: DeskConfig) -> None:
    client = caller(desk, Role.OFFICER, name="award-only", programmes=frozenset({"sh-award"}))
    assert {one["lifecycle"] for one in get(client, "/cases", limit=200).json()["items"]} <= {
        "sh-award", "sh-award-objection", "sh-award-complaint",
    }  # fmt: skip
    assert get(client, f"/cases/{FILING}").status_code == 403 and get(client, f"/cases/{AWARD}").status_code == 200
    assert all(one["key"].startswith("sh-award") for one in get(client, "/lifecycles").json()["items"])


def test_notices_are_public_and_masked(desk: DeskConfig) -> None:
    client = caller(desk)
    found = get(client, "/notices", open="true").json()["items"]
    assert {one["ref"] for one in found} == {"SH-A-2021-0008", AWARD, "SH-IR-2021-0001"}
    one = get(client, f"/notices/{AWARD}/second_review_notice").json()
    assert one["last_day"] == "2021-06-15" and one["open"] and one["objection_clause"] == "第四十三条"
    assert "样例" not in next(item["value"] for item in one["items"] if item["label"].startswith("候选人"))
    assert one["kept"][0]["state"] == "missing" and one["withheld"][0]["clause"]
    assert get(client, "/notices/SH-A-2021-9002/second_review_notice").status_code == 404


def test_problems_have_the_form_of_rfc_9457(desk: DeskConfig) -> None:
    client = caller(desk, Role.OFFICER)
    answers = [
        get(client, "/cases/NO-1"),
        get(client, "/nowhere"),
        client.put("/api/v1/cases"),
        post(client, "/cases", {}),
    ]
    assert [one.status_code for one in answers] == [404, 404, 405, 422]
    for one in answers:
        body = one.json()
        assert one.headers["content-type"] == "application/problem+json"
        assert body["status"] == one.status_code and body["title"] and body["detail"] and body["type"] == "about:blank"
