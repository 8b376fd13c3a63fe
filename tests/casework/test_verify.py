"""Verification catches each kind of tampering, on both databases; and it never calls nothing proven."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from models import case_file, event
from shixian.casework.anchors import anchor_heads
from shixian.casework.chain import digest
from shixian.casework.database import reading, transaction
from shixian.casework.verify import require_record, verify
from shixian.rules.errors import Conflict, RecordError
from tests.casework.office import FACTS, Office, at, day


@pytest.fixture
def office(database: Engine) -> Office:
    return Office(database)


def tamper(engine: Engine, *statements: str, **values: Any) -> None:
    """As somebody with the database's password would: first the triggers, then the rows."""
    with transaction(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
            for statement in statements:
                connection.execute(text(statement), values)
            connection.execute(text("SET session_replication_role = origin"))
            return
        for name in list(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))):
            connection.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            connection.execute(text(statement), values)


def problems(office: Office) -> str:
    found = verify(office.engine).problems
    assert found, "the tampering was not seen"
    return "\n".join(found)


def test_an_untouched_record_verifies_and_says_how_much_it_looked_at(office: Office) -> None:
    office.awarded()
    report = verify(office.engine)
    assert report.holds and report.counts["cases"] == 1 and report.counts["obligations"] == 2
    assert report.counts["events"] == len(office.view("LAB-G-2021-0001").events)
    assert report.lines()[-1] == "记录完整" and require_record(report) is report


def test_nothing_is_no_proof(office: Office) -> None:
    report = verify(office.engine)
    assert not report.holds and "没有任何事件" in report.problems[0]
    with pytest.raises(RecordError):
        require_record(report)


TAMPERED = {
    "an event's content": (
        "UPDATE event SET data = replace(data, '30000000', '90000000') WHERE kind = 'decided'",
        "哈希不符",
    ),
    "an event's clause": ("UPDATE event SET clause = '第九条' WHERE seq = 3", "第 3 个事件的内容与哈希不符"),
    "when it was recorded": (
        "UPDATE event SET recorded_at = '2020-01-01T00:00:00.000000+00:00' WHERE seq = 2",
        "第 2 个事件的内容与哈希不符",
    ),
    "who did it": ("UPDATE event SET person = 'li' WHERE person = 'wang' AND seq = 4", "第 4 个事件"),
    "a hash": (f"UPDATE event SET hash = '{'0' * 64}' WHERE seq = 2", "第 3 个事件不接续前一事件"),
    "a gap": ("DELETE FROM event WHERE seq = 3", "缺漏"),
    "the end cut off": ("DELETE FROM event WHERE kind = 'obligation_created'", "缺漏|末端哈希"),
    "no events left": ("DELETE FROM event", "没有事件"),
    "the head": (f"UPDATE case_file SET head = '{'0' * 64}'", "末端哈希"),
    "the number": ("UPDATE case_file SET number = number + 1", "个事件，实有"),
    "where it stands": ("UPDATE case_file SET stage = 'award'", "stage 与事件"),
    "its status": ("UPDATE case_file SET status = 'closed'", "status 与事件"),
    "its progress": ("UPDATE case_file SET progress = replace(progress, '2021-03-31', '2029-03-31')", "progress 与事件"),
    "its shape": (f"UPDATE case_file SET shape = '{'0' * 64}'", "shape 与事件"),
    "a fact": ("UPDATE case_file SET facts = replace(facts, '甲实验室', '乙实验室')", "facts 与事件"),
    "the next day": ("UPDATE case_file SET next_day = '2029-01-01'", "next_day"),
    "no next day": ("UPDATE case_file SET next_day = NULL, next_stage = NULL", "next_day"),
    "the pin": (f"UPDATE case_file SET encoding = '{'0' * 64}'", "encoding 与事件"),
    "a deadline moved": ("UPDATE deadline SET last_day = '2029-03-31' WHERE stage = 'report'", "期限 report.yearly 的记录行"),
    "a deadline met": ("UPDATE deadline SET status = 'met' WHERE stage = 'report'", "期限 report.yearly 的记录行"),
    "a deadline gone": ("DELETE FROM deadline WHERE stage = 'report'", "没有记录行"),
    "a deadline from nowhere": (
        "INSERT INTO deadline "
        "(case_id, stage, clock, round, title, provisional, status, effect, binds, clause, set_seq) "
        "SELECT case_id, stage, clock, 7, title, provisional, 'void', effect, binds, clause, set_seq FROM deadline "
        "WHERE stage = 'report'",
        "没有事件依据",
    ),
    "a claim without event": (
        "INSERT INTO effect_claim (case_id, stage, clock, round, effect, seq) "
        "VALUES (1, 'filing', 'limit', 1, '失权', 2)",
        "届满的记录行（事件 2）没有事件依据",
    ),
    "an event without claim": ("DELETE FROM effect_claim", "没有记录行"),
    "a decided amount": ("UPDATE decision SET fen = fen + 1", "决定的记录行.*fen"),
    "its tree": ("UPDATE decision SET tree = replace(tree, '300000', '900000')", "决定的记录行.*tree"),
    "an obligation": ("UPDATE obligation SET fen = fen * 2 WHERE sequence = 1", "义务的记录行.*fen"),
    "a payee": ("UPDATE obligation SET payee = '丙公司'", "义务的记录行.*payee"),
    "an obligation gone": (
        "DELETE FROM ledger_entry WHERE obligation_id = 2; DELETE FROM obligation WHERE sequence = 2",
        "义务（事件 .*没有记录行",
    ),
    "a claimed place": ("UPDATE limit_claim SET scope = '声学|2021'", "名额的记录行"),
    "a list": (
        "INSERT INTO list_item (case_id, key, list, stage, clause, text, since) "
        "VALUES (1, 'k', 'decide', 'report', '第七条', 'x', '2021-01-01')",
        "待办清单",
    ),
    "one side of a posting": ("UPDATE ledger_entry SET debit = debit + 100 WHERE debit > 0", "借贷不平"),
    "both sides of a posting": (
        "UPDATE ledger_entry SET debit = debit * 2, credit = credit * 2",
        "应预留 30000000 分，账上为 60000000",
    ),
    "a posting gone": ("DELETE FROM ledger_entry", "应预留 30000000 分，账上为 None"),
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(TAMPERED))
def test_tampering_is_seen(office: Office, what: str) -> None:
    office.awarded()
    statements, seen = TAMPERED[what]
    tamper(office.engine, *statements.split("; "))
    with pytest.raises(AssertionError, match=seen):
        raise AssertionError(problems(office).replace("\n", "；"))


def test_a_null_hash_is_seen(office: Office) -> None:
    office.awarded()
    if office.engine.dialect.name == "postgresql":
        tamper(
            office.engine, "ALTER TABLE event ALTER hash DROP NOT NULL", "UPDATE event SET hash = NULL WHERE seq = 2"
        )
    else:
        tamper(
            office.engine,
            "PRAGMA writable_schema = ON",
            "UPDATE sqlite_master SET sql = replace(sql, 'hash VARCHAR(64) NOT NULL', 'hash VARCHAR(64)') "
            "WHERE name = 'event'",
        )
        office.engine.dispose()  # the schema is read again by new connections
        tamper(office.engine, "UPDATE event SET hash = NULL WHERE seq = 2")
    assert "第 2 个事件没有哈希" in problems(office)
    if office.engine.dialect.name == "postgresql":  # the database is used again by other tests
        tamper(office.engine, "DELETE FROM event", "ALTER TABLE event ALTER hash SET NOT NULL")


def rehash(engine: Engine, ref: str) -> None:
    """What a careful forger does: compute every hash of a case again, so that the chain holds by itself."""
    with reading(engine) as connection:
        case = connection.execute(select(case_file).where(case_file.c.ref == ref)).mappings().one()
        rows = (
            connection.execute(select(event).where(event.c.case_id == case["id"]).order_by(event.c.seq))
            .mappings()
            .all()
        )
    previous = rows[0]["previous"]
    for row in rows:
        named = {name: row[name] for name in row if name not in ("id", "case_id", "hash", "previous", "version")}
        own = digest(case=ref, **named, previous=previous)
        values = {"previous": previous, "hash": own, "id": row["id"]}
        tamper(engine, "UPDATE event SET previous = :previous, hash = :hash WHERE id = :id", **values)
        previous = own
    tamper(engine, "UPDATE case_file SET head = :head WHERE ref = :ref", head=previous, ref=ref)


def test_a_whole_chain_forged_anew_is_seen_by_the_anchor(office: Office) -> None:
    ref = office.open().ref
    anchor_heads(office.engine, day("2021-01-04"), now=at("2021-01-04T23:00"))
    tamper(office.engine, "UPDATE event SET person = 'li' WHERE seq = 1")
    rehash(office.engine, ref)
    assert problems(office) == "锚 2021-01-04 的摘要与现有事件不符"


def test_a_case_removed_whole_is_seen_by_the_anchor(office: Office) -> None:
    office.open()
    gone = office.open(facts={**FACTS, "field": "声学"}).ref
    anchored = anchor_heads(office.engine, day("2021-01-04"), now=at("2021-01-04T23:00"))
    assert (anchored.events, anchored.heads) == (6, 2)
    mine = "case_id IN (SELECT id FROM case_file WHERE ref = :ref)"
    tamper(
        office.engine,
        f"DELETE FROM event WHERE {mine}",
        f"DELETE FROM deadline WHERE {mine}",
        "DELETE FROM case_file WHERE ref = :ref",
        ref=gone,
    )
    assert "锚 2021-01-04 记有 6 个事件，现有 3 个" in problems(office)


def test_anchors_follow_one_another_and_a_day_has_one(office: Office) -> None:
    ref = office.open().ref
    first = anchor_heads(office.engine, day("2021-01-04"), now=at("2021-01-04T23:00"))
    office.act(ref, "filing", "submit", "unit", "2021-01-05T09:00")
    second = anchor_heads(office.engine, day("2021-01-05"), now=at("2021-01-05T23:00"))
    assert anchor_heads(office.engine, day("2021-01-05"), now=at("2021-01-05T23:30")) == second != first
    assert verify(office.engine).problems == ()
    with pytest.raises(Conflict, match="不能再补锚"):
        anchor_heads(office.engine, day("2021-01-03"), now=at("2021-01-06T23:00"))
    tamper(office.engine, "DELETE FROM anchor WHERE day = '2021-01-04'")
    assert "不接续前一锚" in problems(office)


def test_no_events_cannot_be_anchored(office: Office) -> None:
    with pytest.raises(RecordError, match="没有任何事件"):
        anchor_heads(office.engine, day("2021-01-04"), now=at("2021-01-04T23:00"))


def test_events_of_no_case_are_seen(office: Office) -> None:
    office.open()
    other = office.open(facts={**FACTS, "field": "声学"}).ref
    statement = "DELETE FROM case_file WHERE ref = :ref"
    if office.engine.dialect.name == "sqlite":
        with office.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA foreign_keys = OFF")
            raw.execute(statement, {"ref": other})
            raw.execute("PRAGMA foreign_keys = ON")
    else:
        tamper(office.engine, statement, ref=other)
    assert "事件属于不存在的案件 2" in problems(office)


def test_one_case_can_be_verified_alone(office: Office) -> None:
    first = office.open().ref
    second = office.open(facts={**FACTS, "field": "声学"}).ref
    tamper(office.engine, "UPDATE case_file SET stage = 'x' WHERE ref = :ref", ref=second)
    assert verify(office.engine, refs=[first]).holds and not verify(office.engine, refs=[second]).holds
    assert json.loads(office.view(first).row["facts"])["field"] == "光学"
