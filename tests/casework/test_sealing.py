"""An objector's identity: encrypted, shown to the handler only, every look an event, erased for ever by its key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from models import METADATA, sealed_value, sealing_key
from shixian.casework.cases import file_objection, resolve_objection
from shixian.casework.database import reading, transaction
from shixian.casework.publicity.identity import erase_identity, look_at_identity
from shixian.casework.publicity.sealing import HIDDEN, is_token
from shixian.casework.staff.people import Person
from shixian.casework.verify import verify
from shixian.rules.decide import Acted
from shixian.rules.errors import CaseworkError, NotFound, NotPermitted
from tests.casework.office import AUDITOR, CITIZEN, HEAD, OFFICER, OTHER_OFFICER, SECURITY, Office, at

NAME = "欧阳异议"


@pytest.fixture
def office(database: Engine) -> Office:
    return Office(database)


def objection(
    office: Office, ref: str, *, name: str = NAME, person: Person = OFFICER, when: str = "2021-01-08T10:00"
) -> Any:
    given = {"objector_name": name, "grounds": f"{name}认为材料不实"}
    return file_objection(
        office.engine, ref, "publicity", given, at=at(when), person=person, now=at(when), books=office.books
    )


def everything(engine: Engine) -> str:
    """Every row of every table as text, keys of sealing left out."""
    with reading(engine) as connection:
        found = [
            repr(tuple(row))
            for name, table in METADATA.tables.items()
            if name != "sealing_key"
            for row in connection.execute(select(table))
        ]
    return "\n".join(found)


def test_the_name_is_nowhere_in_the_database(office: Office, tmp_path: Path) -> None:
    filed = objection(office, office.published(), person=CITIZEN)
    assert filed.ref == "LAB-G-2021-0001/objection1" and filed.refusal is None
    rows = everything(office.engine)
    assert NAME not in rows and "citizen-7" not in rows and "周公民" not in rows
    view = office.view(filed.ref)
    assert view.facts["objector_name"] == HIDDEN and view.facts["grounds"] == f"{HIDDEN}认为材料不实"
    assert all(is_token(e.data["facts"]["objector_name"]) for e in view.events if e.kind == "case_opened")
    if office.engine.dialect.name == "sqlite":
        files = b"".join(path.read_bytes() for path in tmp_path.glob("*.db*"))
        assert files and NAME.encode() not in files
    assert verify(office.engine).problems == ()


def test_a_refused_objection_does_not_name_the_objector_either(office: Office) -> None:
    ref = office.published()
    filed = objection(office, ref, name="未知")
    assert filed.ref is None and filed.refusal is not None and filed.refusal.clause == "第四条"
    late = objection(office, ref, when="2021-01-14T00:00")
    assert late.refusal is not None and late.refusal.code == "late" and NAME not in everything(office.engine)


def test_the_handler_sees_it_and_every_look_is_an_event(office: Office) -> None:
    ref = objection(office, office.published(), person=CITIZEN).ref
    given: dict[str, Any] = {"reason": "核实异议", "now": at("2021-01-11T09:00"), "books": office.books}
    seen = look_at_identity(office.engine, ref, person=OFFICER, **given)
    assert seen == {"objector_name": NAME, "account": "citizen-7"}
    last = office.view(ref).events[-1]
    assert (last.kind, last.person, last.data["reason"]) == ("identity_viewed", "wang", "核实异议")
    assert last.data["names"] == ["account", "objector_name"] and NAME not in everything(office.engine)
    with pytest.raises(CaseworkError, match="理由"):
        look_at_identity(office.engine, ref, person=OFFICER, **{**given, "reason": " "})
    for person in (AUDITOR, CITIZEN, SECURITY):
        with pytest.raises(NotPermitted):
            look_at_identity(office.engine, ref, person=person, **given)
    assert verify(office.engine).problems == ()


def test_once_somebody_handles_it_only_they_see_it(office: Office) -> None:
    ref = objection(office, office.published()).ref
    acted = Acted("handling", "pass", "office", at("2021-01-11T09:00"))
    resolve_objection(office.engine, ref, acted, person=OFFICER, now=at("2021-01-11T09:00"), books=office.books)
    given: dict[str, Any] = {"reason": "x", "now": at("2021-01-11T10:00"), "books": office.books}
    assert look_at_identity(office.engine, ref, person=OFFICER, **given)["objector_name"] == NAME
    for person in (OTHER_OFFICER, HEAD):
        with pytest.raises(NotPermitted, match="承办人"):
            look_at_identity(office.engine, ref, person=person, **given)


def test_erasing_destroys_the_key_and_the_record_still_verifies(office: Office) -> None:
    ref = objection(office, office.published()).ref
    given: dict[str, Any] = {"reason": "依申请删除", "now": at("2022-01-11T09:00"), "books": office.books}
    with pytest.raises(NotPermitted):
        erase_identity(office.engine, ref, person=OFFICER, **given)
    erase_identity(office.engine, ref, person=SECURITY, **given)
    with reading(office.engine) as connection:
        assert connection.execute(select(sealing_key)).all() == []
        assert len(connection.execute(select(sealed_value)).all()) == 1  # ciphertext without a key
    assert office.view(ref).events[-1].kind == "identity_erased" and verify(office.engine).problems == ()
    for again in (look_at_identity, erase_identity):
        with pytest.raises(NotFound, match="销毁"):
            again(office.engine, ref, person=SECURITY if again is erase_identity else OFFICER, **given)


def test_a_key_that_vanished_without_event_is_seen(office: Office) -> None:
    objection(office, office.published())
    with transaction(office.engine) as connection:
        connection.execute(text("DELETE FROM sealing_key"))
    assert any("密钥不见了" in problem for problem in verify(office.engine).problems)


def test_the_case_hears_of_the_objection_and_moves_on_its_end(office: Office) -> None:
    parent = office.published()
    ref = objection(office, parent).ref
    assert office.view(parent).row["family"] and office.view(ref).row["parent_ref"] == parent
    acted = Acted("handling", "fail", "office", at("2021-01-11T09:00"), reason="属实")
    resolve_objection(office.engine, ref, acted, person=OFFICER, now=at("2021-01-11T09:00"), books=office.books)
    told = next(e for e in office.view(parent).events if e.kind == "child_closed")
    assert told.data["outcome"] == "failed" and office.status(ref) == ("closed", "handling", "upheld")
    with pytest.raises(CaseworkError, match="不是异议案件"):
        resolve_objection(office.engine, parent, acted, person=OFFICER, now=at("2021-01-11T09:00"), books=office.books)
    assert verify(office.engine).problems == ()
