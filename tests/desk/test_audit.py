"""The auditor's pages: search, verification, recomputing (H3), discretion, readings, looks; and what they keep to."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from models import case_file, decision, event, look
from shixian.casework.database import reading
from shixian.casework.lawbooks import default_books
from shixian.casework.recompute import recompute
from shixian.casework.staff.people import Role
from shixian.casework.verify import verify
from shixian.desk.config import DeskConfig
from shixian.rules.money import Money
from tests.desk.conftest import ClientOf
from tests.desk.money_office import words
from tests.desk.office import OVERDUE

AUDITOR, ADMIN, OFFICER = Role.AUDITOR, Role.AUDIT_ADMIN, Role.OFFICER


@pytest.fixture
def auditor(client_of: ClientOf) -> TestClient:
    return client_of(AUDITOR)


def get(browser: TestClient, path: str) -> str:
    shown = browser.get(path)
    assert shown.status_code == 200, (path, shown.status_code, words(shown.text))
    return shown.text


def wait(browser: TestClient, name: str) -> None:
    browser.app.state.jobs.wait(name)  # type: ignore[attr-defined]


# -- searching ---------------------------------------------------------------------------------------------------------


def test_events_are_found_by_case_kind_person_clause_and_days(auditor: TestClient, desk_engine: Engine) -> None:
    with reading(desk_engine) as connection:
        ref, clause, day, person = connection.execute(
            select(case_file.c.ref, event.c.clause, event.c.legal_day, event.c.person)
            .join(case_file, case_file.c.id == event.c.case_id)
            .where(event.c.kind == "decided")
            .order_by(event.c.id)
        ).first()  # type: ignore[misc]
    found = words(get(auditor, f"/audit?case={ref}&kind=decided"))
    assert ref in found and "决定" in found and "没有符合条件" not in found
    for query in (f"clause={clause}", f"first={day}&last={day}", f"person={person}"):
        assert ref in get(auditor, f"/audit?case={ref}&kind=decided&{query}")
    for query in ("clause=第一百条", "last=2019-01-01", "person=nobody"):
        assert "没有符合条件的记录" in get(auditor, f"/audit?case={ref}&kind=decided&{query}")
    assert f'href="/cases/{ref}?as_of={day}"' in get(auditor, f"/audit?case={ref}&kind=decided")
    assert 'name="as_of"' in get(auditor, f"/audit?case={ref}")


def test_pages_follow_one_another_without_gap_or_repetition(auditor: TestClient, desk_engine: Engine) -> None:
    with reading(desk_engine) as connection:
        expected = len(connection.execute(select(event.c.id).where(event.c.kind == "stage_opened")).all())
    path, rows, pages = "/audit?kind=stage_opened", 0, 0
    while path:
        page = get(auditor, path)
        rows += page.count('<td class="said">')
        pages += 1
        more = re.search(r'href="(/audit\?[^"]*before=[^"]*)"', page)
        path = more[1].replace("&amp;", "&") if more else ""
    assert rows == expected and pages > 1


def test_without_the_right_to_read_cases_nothing_is_said(client_of: ClientOf) -> None:
    admin = client_of(ADMIN)
    shown = get(admin, f"/audit?case={OVERDUE}")
    assert OVERDUE in shown and "逾期研究所" not in shown and '<td class="said"></td>' in shown
    assert "/cases/" not in shown
    assert not re.search(r'<td class="said">[^<]', get(admin, "/audit/journals") + get(admin, "/audit/discretion"))


# -- verifying ---------------------------------------------------------------------------------------------------------


def spoil(engine: Engine, table: str, statement: str, *values: object) -> None:
    """Change rows as somebody with the database file in hand could."""
    engine.dispose()
    with sqlite3.connect(str(engine.url.database)) as connection:
        for name in ("update", "delete"):
            connection.execute(f"DROP TRIGGER IF EXISTS {table}_no_{name}")
        changed = connection.execute(statement, values).rowcount
    assert changed == 1


def test_the_record_verifies_from_the_page_and_shows_counts(auditor: TestClient, desk_engine: Engine) -> None:
    assert auditor.post("/audit/verify").status_code == 303
    wait(auditor, "verify")
    said = words(get(auditor, "/audit/verify"))
    counted = verify(desk_engine).counts
    assert "记录完整" in said and f"案件 {counted['cases']}，事件 {counted['events']}" in said
    one = auditor.post("/audit/verify", data={"ref": OVERDUE})
    assert one.status_code == 200 and "案件 1，" in words(one.text)
    assert auditor.post("/audit/verify", data={"ref": "no-such"}).status_code == 404


def test_a_changed_event_is_named(auditor: TestClient, desk_engine: Engine) -> None:
    with reading(desk_engine) as connection:
        number = connection.scalar(select(case_file.c.id).where(case_file.c.ref == OVERDUE))
    spoil(desk_engine, "event", "UPDATE event SET clause = '第九十九条' WHERE case_id = ? AND seq = 2", number)
    one = words(auditor.post("/audit/verify", data={"ref": OVERDUE}).text)
    assert f"{OVERDUE}：第 2 个事件的内容与哈希不符" in one and "停止办理" in one
    auditor.post("/audit/verify")
    wait(auditor, "verify")
    assert "发现 1 处问题" in words(get(auditor, "/audit/verify"))


# -- recomputing -------------------------------------------------------------------------------------------------------


def test_every_decision_of_the_samples_comes_out_as_stored(auditor: TestClient, desk_engine: Engine) -> None:
    found = recompute(desk_engine)
    assert found.agrees and found.formulas >= 10 and found.stated >= 10 and found.left == [], found.lines()
    assert auditor.post("/audit/recompute").status_code == 303
    wait(auditor, "recompute:all")
    assert words(found.lines()[0]) in words(get(auditor, "/audit/recompute")) + "。"
    assert "全部相符" in get(auditor, "/audit/recompute")


def with_formula(engine: Engine, column: str = "ceiling") -> tuple[int, str, str]:
    """A decision with a ceiling by a formula: its number, case and tree."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(decision.c.id, case_file.c.ref, decision.c[column])
            .join(case_file, case_file.c.id == decision.c.case_id)
            .where(decision.c.key == "indirect_cost", decision.c[column].is_not(None))
        )
        number, ref, tree = rows.first()  # type: ignore[misc]
    return number, ref, tree


def wrong_result(tree: str) -> str:
    """The ceiling two yuan higher, and its whole tree saying so: consistent, and wrong."""
    data = json.loads(tree)
    was, now = Money(data["fen"]), Money(data["fen"] + 200)
    return json.dumps(json.loads(tree.replace(was.zh, now.zh)) | {"fen": now.fen, "amount": now.yuan_text})


def wrong_input(tree: str) -> str:
    """An input changed and everything computed from it: only the case's facts say otherwise."""
    formula = default_books().lifecycle("sh-matching-funds").formula(json.loads(tree)["explanation"]["name"])
    assert formula is not None
    found = re.search(r'"local_grant","origin":"[^"]*","text":"[^"]*","value":"([^"]+)"', tree)
    assert found is not None
    return json.dumps(formula.compute({"local_grant": Money(Money.parse(found[1]).fen + 100_000_000)}).to_json())


def wrong_words(tree: str) -> str:
    """The same amount with another tier told."""
    return tree.replace("× 8%", "× 9%", 1)


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [(wrong_result, "按存储的输入重算为"), (wrong_input, "当时案卷所载为"), (wrong_words, "计算过程不同")],
)
def test_one_wrong_decision_among_many_is_named_and_only_it(  # H3
    auditor: TestClient, desk_engine: Engine, wrong: Callable[[str], str], cause: str
) -> None:
    number, ref, tree = with_formula(desk_engine)
    copies(desk_engine, ref, 400)
    spoil(desk_engine, "decision", "UPDATE decision SET ceiling = ? WHERE id = ?", wrong(tree), number)
    found = recompute(desk_engine)
    assert found.decisions > 500 and [(one.case, one.decision) for one in found.differences] == [(ref, "indirect_cost")]
    assert cause in found.differences[0].cause and found.left == []
    shown = auditor.post("/audit/recompute", data={"ref": ref})
    assert cause in shown.text and "发现 1 件不符" in words(shown.text)


def test_an_amount_other_than_the_fact_it_states_is_named(desk_engine: Engine) -> None:
    number, ref, tree = with_formula(desk_engine, "tree")
    data = json.loads(tree)
    was, now = Money(data["fen"]), Money(data["fen"] - 100)
    other = json.dumps(json.loads(tree.replace(was.zh, now.zh)) | {"fen": now.fen, "amount": now.yuan_text})
    spoil(desk_engine, "decision", "UPDATE decision SET tree = ?, fen = ? WHERE id = ?", other, now.fen, number)
    found = recompute(desk_engine)
    assert [(one.case, one.stored) for one in found.differences] == [(ref, now.zh)]
    assert was.zh in found.differences[0].cause and "fact:indirect_cost" in found.differences[0].cause


def test_a_formula_changed_since_is_never_used_instead(desk_engine: Engine) -> None:
    number, ref, _ = with_formula(desk_engine)
    spoil(desk_engine, "decision", "UPDATE decision SET encoding = ? WHERE id = ?", "0" * 64, number)
    found = recompute(desk_engine)
    assert found.differences == [] and [one.case for one in found.left] == [ref]
    assert "不以现行公式代替" in found.left[0].cause


def test_nothing_to_recompute_is_no_agreement(database: Engine) -> None:
    assert not recompute(database).agrees and "不能视为相符" in recompute(database).lines()[-1]


def copies(engine: Engine, ref: str, how_many: int) -> None:
    """The case of a decision again and again, under other references."""
    engine.dispose()
    with sqlite3.connect(str(engine.url.database)) as connection:
        (own,) = connection.execute("SELECT id FROM case_file WHERE ref = ?", (ref,)).fetchone()
        (last,) = connection.execute("SELECT max(id) FROM case_file").fetchone()
        for table in ("case_file", "event", "decision"):
            names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != "id"]
            listed = ", ".join(f'"{name}"' for name in names)
            for number in range(1, how_many + 1):
                other = {"case_id": f"{last + number}", "ref": f"'COPY-{number:05d}'", "imported_key": "NULL"}
                values = ", ".join(other.get(name, f'"{name}"') for name in names)
                which, new = ("id", f"{last + number}, ") if table == "case_file" else ("case_id", "")
                into = f"id, {listed}" if table == "case_file" else listed
                connection.execute(
                    f"INSERT INTO {table} ({into}) SELECT {new}{values} FROM {table} WHERE {which} = {own}"
                )


# -- registers ---------------------------------------------------------------------------------------------------------


def test_discretion_is_listed_by_month_with_reason_and_person(auditor: TestClient, desk_engine: Engine) -> None:
    with reading(desk_engine) as connection:
        rows = connection.execute(
            select(event.c.legal_day, event.c.data).where(event.c.kind == "act_recorded").order_by(event.c.id)
        )
        reasoned = [(day, json.loads(data)["reason"]) for day, data in rows if json.loads(data).get("reason")]
    assert reasoned
    day, reason = reasoned[0]
    assert reason in get(auditor, f"/audit/discretion?month={day:%Y-%m}")
    assert "本月没有" in get(auditor, "/audit/discretion?month=1999-01")


def test_every_reading_stands_in_the_register_and_leads_to_its_cases(auditor: TestClient) -> None:
    shown = get(auditor, "/audit/readings")
    for lifecycle in default_books().lifecycles.values():
        for one in lifecycle.readings:
            assert f"key={one.key}" in shown, one.key
    touched = words(get(auditor, "/audit/readings?law=sh-matching-funds&key=ceiling-rounding"))
    assert "据此作出金额的决定" in touched or "没有决定的金额据此作出" in touched
    assert get(auditor, "/audit/readings?law=odd&key=odd")


def test_looks_and_sign_ins_are_the_audit_administrators(client_of: ClientOf, desk_engine: Engine) -> None:
    assert client_of(OFFICER).get(f"/cases/{OVERDUE}").status_code == 200
    admin = client_of(ADMIN)
    shown = get(admin, f"/audit/looks?subject={OVERDUE}&what=case&person=officer")
    assert words(shown).count(OVERDUE) >= 1 and "officer" in shown
    assert "没有符合条件" in get(admin, "/audit/looks?person=nobody")
    admin.post("/sign-in", data={"account": "officer", "password": "wrong-wrong-wrong"})
    assert "失败" in words(get(admin, "/audit/sign-ins"))
    for path in ("/audit/looks", "/audit/sign-ins"):
        assert client_of(AUDITOR).get(path).status_code == 403
    assert client_of(OFFICER).get("/audit").status_code == 403


def test_anchors_are_listed(auditor: TestClient, desk: DeskConfig) -> None:
    from shixian.casework.anchors import anchor_heads

    made = anchor_heads(desk.engine, desk.today(), now=desk.now())
    assert made.digest in get(auditor, "/audit/anchors")


def test_the_audit_changes_nothing(auditor: TestClient, desk_engine: Engine, tmp_path: Path) -> None:
    def everything() -> dict[str, list[tuple[object, ...]]]:
        with sqlite3.connect(str(desk_engine.url.database)) as connection:
            names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            skipped = (look.name, "case_look", "desk_session", "sign_in_try")
            return {
                name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in names if name not in skipped
            }

    before = everything()
    for path in ("", "/journals", "/verify", "/recompute", "/discretion", "/readings", "/anchors"):
        get(auditor, f"/audit{path}")
    for path, job in (("/audit/verify", "verify"), ("/audit/recompute", "recompute:all")):
        assert auditor.post(path).status_code == 303
        wait(auditor, job)
    assert everything() == before


@pytest.mark.parametrize(
    "path",
    [
        "/audit?before=x&kind=odd&clause=%25_'",
        "/audit?first=2021-02-30",
        "/audit?before=999999999999999999999",
        "/audit/recompute?year=abc",
        "/audit/discretion?month=2021-13",
        "/audit/discretion?month=9999-12",
        "/audit/journals?case=batch:%25",
    ],
)
def test_odd_questions_are_answered(auditor: TestClient, path: str) -> None:
    assert auditor.get(path).status_code in (200, 422)
