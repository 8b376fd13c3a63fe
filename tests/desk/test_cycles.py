"""周期: counts that agree with the cases, load by officer, and cycle runs with Prefect up, down and confused."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from models import case_file
from shixian.casework.database import reading
from shixian.casework.journal import entries
from shixian.casework.run_requests import JOURNAL
from shixian.casework.staff.assignments import assign
from shixian.casework.staff.people import Role
from shixian.desk.config import DeskConfig
from shixian.desk.prefect import DEPLOYMENT
from shixian.display.cycles import cycle_page, overview
from tests.desk.office import NOW, OVERDUE, PEOPLE, client_for
from tests.desk.prefect_stub import RUN, prefect_stub

RUNS = "/cycles/sh-award/2021/runs"


def test_the_stages_add_up_to_the_cases(desk: DeskConfig) -> None:
    lifecycle = desk.books.lifecycle("sh-award")
    told = cycle_page(desk.engine, lifecycle, 2021, today=desk.today(), books=desk.books)
    query = select(case_file.c.stage, case_file.c.status).where(
        case_file.c.lifecycle == "sh-award", case_file.c.cycle == 2021
    )
    with reading(desk.engine) as connection:
        expected = Counter((row.stage, row.status.value) for row in connection.execute(query))
    have = {(one.key, "open"): one.open for one in told.stages} | {
        (one.key, "closed"): one.closed for one in told.stages
    }
    assert {key: count for key, count in have.items() if count} == dict(expected)
    assert sum(expected.values()) == told.total > 5


def test_what_is_due_falls_on_an_officers_desk(desk: DeskConfig) -> None:
    lifecycle = desk.books.lifecycle("sh-matching-funds")
    assign(
        desk.engine, [OVERDUE, "SH-MF-2021-0005"], "officer", by=PEOPLE[Role.SECTION_HEAD], now=NOW, books=desk.books
    )
    told = cycle_page(desk.engine, lifecycle, 2021, today=desk.today(), books=desk.books)
    load = next(one for one in told.loads if one.officer == "officer")
    assert (load.past, load.due) == (1, (1, 1, 1))  # 31 May is past; 15 June lies within five working days
    assert load.everywhere == 2
    assert "SH-MF-2021-0005" in {one.ref for one in told.due} and OVERDUE not in {one.ref for one in told.due}
    assert told.due_count == len(told.due)
    rows = overview(desk.engine, PEOPLE[Role.OFFICER], today=desk.today(), books=desk.books)
    assert next(row.past for row in rows if (row.key, row.cycle) == ("sh-matching-funds", 2021)) == 1


def test_a_run_is_started_watched_and_noted(desk: DeskConfig) -> None:
    with prefect_stub() as prefect:
        browser = client_for(replace(desk, prefect_url=prefect.address), Role.OPERATOR)
        started = browser.post(RUNS, data={"as_of": "2021-06-10", "dry_run": "true"})
        assert started.headers["location"] == f"{RUNS}/{RUN}"
        body = prefect.asked[-1][2]
        assert body["parameters"] == {"as_of": "2021-06-10", "dry_run": True, "cycle": 2021}
        assert body["state"] == {"type": "SCHEDULED"}
        text = browser.get(f"{RUNS}/{RUN}").text
        assert "运行中" in text and "every 2s" in text and f"{prefect.address}/runs/flow-run/{RUN}" in text
        prefect.state = "COMPLETED"
        part = browser.get(f"{RUNS}/{RUN}", headers={"hx-request": "true"}).text
        assert "已完成" in part and "every 2s" not in part and "<html" not in part
        prefect.broken = True
        assert "不能读取" in browser.get(f"{RUNS}/{RUN}").text
    with reading(desk.engine) as connection:
        (note,) = entries(connection, JOURNAL)
    assert (note["kind"], note["person"]) == ("run_requested", "operator") and '"dry_run":true' in note["data"]


@pytest.mark.parametrize("address", [None, "http://127.0.0.1:9"])
def test_without_prefect_the_page_says_so_and_works(desk: DeskConfig, address: str | None) -> None:
    browser = client_for(replace(desk, prefect_url=address), Role.OPERATOR)
    answer = browser.post(RUNS, data={"as_of": "2021-06-10"})
    assert answer.status_code == 503 and "Prefect" in answer.text and "各环节件数" in answer.text
    assert browser.get(f"{RUNS}/{RUN}").status_code == 200
    assert browser.get("/cycles/sh-award/2021").status_code == 200


def test_clocks_are_not_settled_before_they_end(desk: DeskConfig) -> None:
    with prefect_stub() as prefect:
        browser = client_for(replace(desk, prefect_url=prefect.address), Role.OPERATOR)
        assert browser.post(RUNS, data={"as_of": "2021-06-11"}).status_code == 422
        assert not prefect.asked
        assert browser.post(RUNS, data={"as_of": "2021-06-11", "dry_run": "true"}).status_code == 303


def test_every_lifecycle_is_deployed_under_the_name_that_the_desk_asks_for(root: Path) -> None:
    deployments = yaml.safe_load((root / "prefect.yaml").read_text("utf-8"))["deployments"]
    daily = [one for one in deployments if "周期运行" in one.get("tags", ())]
    assert daily and {one["name"] for one in daily} == {DEPLOYMENT}


@pytest.mark.parametrize("path", ["/cycles/sh-award/0", "/cycles/sh-award/99999", "/cycles/nothing/2021", f"{RUNS}/x"])
def test_what_is_not_there_is_said_so(desk: DeskConfig, path: str) -> None:
    assert client_for(desk, Role.AUDITOR).get(path).status_code in (404, 422)
