"""The event chain: one canonical form in Python and in SQL; nothing is changed, deleted or forked."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, Text, cast, insert, literal, select, text
from sqlalchemy.exc import DBAPIError

from models import METADATA, case_file, event
from shixian.casework.chain import FIELDS, SEPARATOR, canonical_json, digest, genesis
from shixian.casework.database import reading, sha256_hex, transaction
from shixian.rules.errors import CaseworkError, Conflict
from tests.casework.office import Office

EVENT: dict[str, Any] = {
    "case": "LAB-G-2021-0001",
    "seq": 1,
    "kind": "case_opened",
    "legal_day": date(2021, 1, 4),
    "recorded_at": datetime(2021, 1, 4, 10, 0, tzinfo=UTC),
    "actor": "office",
    "person": "wang",
    "clause": "第二条",
    "stage": "",
    "regulation": "试〔2020〕2号",
    "encoding": "e" * 64,
    "data": '{"cycle":2021}',
    "previous": "f" * 64,
}


@pytest.fixture
def office(database: Engine) -> Office:
    return Office(database)


def test_the_hash_of_an_event_is_fixed_for_ever() -> None:
    """Worked with `printf ... | sha256sum` over the fields in the order that the decision record gives."""
    joined = SEPARATOR.join(
        ["1", "LAB-G-2021-0001", "1", "case_opened", "2021-01-04", "2021-01-04T10:00:00.000000+00:00", "office", "wang"]
        + ["第二条", "", "试〔2020〕2号", "e" * 64, '{"cycle":2021}', "f" * 64]
    )
    from hashlib import sha256

    assert digest(**EVENT) == sha256(joined.encode()).hexdigest()
    assert len(FIELDS) == len(joined.split(SEPARATOR)) == 14


@pytest.mark.parametrize("name", [name for name in FIELDS if name != "version"])
def test_every_field_is_in_the_hash(name: str) -> None:
    other: dict[str, Any] = {"seq": 2, "legal_day": date(2021, 1, 5), "recorded_at": datetime(2021, 1, 5, tzinfo=UTC)}
    assert digest(**{**EVENT, name: other.get(name, "x")}) != digest(**EVENT)


def test_parts_cannot_run_into_one_another() -> None:
    assert digest(**{**EVENT, "actor": "officewang", "person": ""}) != digest(**EVENT)
    for bad in ("a\x1fb", "a\nb", "\x00"):
        with pytest.raises(CaseworkError, match="控制字符"):
            digest(**{**EVENT, "stage": bad})


def test_canonical_json_has_one_text() -> None:
    assert canonical_json({"b": 1, "a": ["文", None, True]}) == '{"a":["文",null,true],"b":1}'
    assert canonical_json({"a": "x\x1fy\n"}) == '{"a":"x\\u001fy\\n"}'
    with pytest.raises(CaseworkError, match="浮点数"):
        canonical_json({"a": [{"b": 0.1}]})


def test_two_cases_never_begin_alike() -> None:
    assert genesis("A") != genesis("B") and len(genesis("A")) == 64


def test_the_database_computes_the_same_hash(office: Office) -> None:
    office.awarded()
    columns = event.c
    parts = [
        cast(columns.version, Text),
        case_file.c.ref,
        cast(columns.seq, Text),
        columns.kind,
        cast(columns.legal_day, Text),
        *(columns[name] for name in ("recorded_at", "actor", "person", "clause", "stage", "regulation", "encoding")),
        columns.data,
        columns.previous,
    ]
    joined: Any = cast(parts[0], Text)
    for part in parts[1:]:
        joined = joined + literal(SEPARATOR, Text()) + cast(part, Text)
    query = select(columns.hash, sha256_hex(joined)).join(case_file, case_file.c.id == columns.case_id)
    with reading(office.engine) as connection:
        rows = connection.execute(query).all()
    assert len(rows) > 20 and all(stored == computed for stored, computed in rows)


APPEND_ONLY = (
    "event",
    "effect_claim",
    "decision",
    "ledger_entry",
    "history",
    "integrity_record",
    "document",
    "call",
    "encoding",
    "erratum",
    "anchor",
    "refused_opening",
)


@pytest.mark.parametrize(
    "what", ["UPDATE event SET clause = '第三条'", "DELETE FROM event", "DELETE FROM ledger_entry"]
)
def test_the_record_refuses_update_and_delete(office: Office, what: str) -> None:
    office.awarded()
    with pytest.raises(DBAPIError, match="只可追加"), transaction(office.engine) as connection:
        connection.execute(text(what))


def test_every_append_only_table_has_its_triggers(office: Office) -> None:
    assert set(APPEND_ONLY) <= set(METADATA.tables)
    sqlite = office.engine.dialect.name == "sqlite"
    query = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'" if sqlite else (
        "SELECT event_object_table FROM information_schema.triggers WHERE event_manipulation IN ('UPDATE', 'DELETE')"
    )  # fmt: skip
    with reading(office.engine) as connection:
        found = list(connection.scalars(text(query)))
    assert {name: found.count(name) for name in APPEND_ONLY} == dict.fromkeys(APPEND_ONLY, 2)


def test_replacing_a_row_does_not_get_past_the_triggers(office: Office) -> None:
    if office.engine.dialect.name != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's; PostgreSQL has TRUNCATE, below")
    office.open()
    with pytest.raises(DBAPIError, match="只可追加"), transaction(office.engine) as connection:
        connection.execute(text("INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 1"))


def test_a_table_is_not_emptied_at_once(office: Office) -> None:
    if office.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no TRUNCATE; INSERT OR REPLACE is tried above")
    office.open()
    with pytest.raises(DBAPIError, match="只可追加"), transaction(office.engine) as connection:
        connection.execute(text("TRUNCATE event CASCADE"))


@pytest.mark.parametrize("change", [{"seq": 99}, {"previous": "0" * 64}])
def test_a_fork_cannot_commit(office: Office, change: dict[str, Any]) -> None:
    """A second event after the same one, under another number; or under the same number, after another one."""
    office.open()
    with reading(office.engine) as connection:
        row = dict(connection.execute(select(event).where(event.c.seq == 2)).mappings().one())
    row.pop("id")
    with pytest.raises(Conflict), transaction(office.engine) as connection:
        connection.execute(insert(event), row | change)
