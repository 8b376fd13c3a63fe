"""`batch release`, `batch inquire`, `batch resolve` and `reconcile` as a shell runs them, over a real bank process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shixian.casework.database import open_database, transaction
from shixian.casework.staff.people import put_person
from tests.commands.stored import House, house  # noqa: F401 - a fixture
from tests.disbursing.bank import SECRET, Bank, Payments, running_bank
from tests.faults.world import CHECKER, DAY, MAKER, OTHER_CHECKER, RELEASER
from tests.treasury.bank_files import Detail, Entry, statement


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    with running_bank(tmp_path / "bank.db") as bank:
        yield bank


@pytest.fixture
def paying(house: House, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> Iterator[Payments]:  # noqa: F811
    monkeypatch.setenv("SHIXIAN_TREASURY_URL", bank.url)
    monkeypatch.setenv("SHIXIAN_TREASURY_KEY", SECRET)
    monkeypatch.setenv("SHIXIAN_TREASURY_IDEMPOTENT", "true")
    monkeypatch.setenv("SHIXIAN_SECOND_CHECKER_ABOVE", "1亿元")
    house.at("2021-03-01T10:00")
    engine = open_database(house.url)
    with transaction(engine) as connection:
        for person in (MAKER, CHECKER, OTHER_CHECKER, RELEASER):
            put_person(connection, person)
    yield Payments.prepared(engine, bank, cases=2)
    engine.dispose()


def test_release_status_and_reconcile(house: House, paying: Payments) -> None:  # noqa: F811
    told = house("batch", "release", paying.ref, "--person", MAKER.key)
    assert told.code == 2 and "不能由其放行" in told.err and paying.attempts() == []
    told = house.done("batch", "release", paying.ref, "--person", RELEASER.key)
    assert "已付 4" in told.out and paying.times() == [1] * 4
    again = house.done("batch", "release", paying.ref, "--person", RELEASER.key, "--json").data
    assert again["complete"] and again["claimed"] == 0 and again["attempts"] == {"paid": 4}
    assert "已付：4 笔" in house.done("batch", "status", paying.ref).out
    compared = house.done("reconcile", "--day", f"{DAY}", "--person", CHECKER.key)
    assert "相符 4" in compared.out and SECRET not in compared.out
    assert house.done("reconcile", "--day", f"{DAY}", "--person", CHECKER.key, "--json").data[0]["known"] == 4
    assert "没有待处理" in house.done("reconcile", "--repair").out


def test_unknown_is_listed_asked_and_resolved_with_proof(house: House, paying: Payments) -> None:  # noqa: F811
    paying.bank.faults(lost_reply=True, no_queries=True)
    told = house("batch", "release", paying.ref, "--person", RELEASER.key)
    assert told.code == 1 and "结果不明 4" in told.out and "不会自动重付" in told.out
    told = house("batch", "inquire", paying.ref, "--person", RELEASER.key)
    keys = [row.key for row in paying.attempts()]
    assert told.code == 1 and "待查清单" in told.out and all(key in told.out for key in keys)
    words = ("--reason", "网银核实", "--proof", "回单7")
    refused = house("batch", "resolve", keys[0], "paid", *words, "--person", RELEASER.key)
    assert refused.code == 2 and "放行人不得认定" in refused.err
    assert "已付" in house.done("batch", "resolve", keys[0], "paid", *words, "--person", OTHER_CHECKER.key).out
    paying.bank.faults()
    assert "已付 4" in house.done("batch", "inquire", paying.ref, "--person", RELEASER.key).out
    assert paying.times() == [1] * 4
    paying.sound()


@pytest.mark.parametrize("missing", ["SHIXIAN_TREASURY_URL", "SHIXIAN_TREASURY_KEY"])
def test_without_a_treasury_nothing_is_released(
    house: House,  # noqa: F811
    paying: Payments,
    monkeypatch: pytest.MonkeyPatch,
    missing: str,
) -> None:
    monkeypatch.delenv(missing)
    told = house("batch", "release", paying.ref, "--person", RELEASER.key)
    assert told.code == 2 and missing in told.err and SECRET not in told.err and paying.attempts() == []


def test_reconcile_takes_a_statement_file(house: House, paying: Payments, tmp_path: Path) -> None:  # noqa: F811
    house.done("batch", "release", paying.ref, "--person", RELEASER.key)
    paid = [Entry(row.fen, [Detail(row.key)], reference=f"R{row.id}") for row in paying.attempts()]
    file = tmp_path / "camt.xml"
    words = ("reconcile", "--day", f"{DAY}", "--file", str(file), "--person", CHECKER.key)
    for data, why in (
        (statement(*paid).replace(b'Ccy="CNY"', b'Ccy="USD"'), "币种"),
        (statement(*paid)[:-40], "不是完整的 XML"),
        (statement(replace(paid[0], day="2021-02-28")), "不是 2021-03-01 的"),
    ):
        file.write_bytes(data)
        told = house(*words)
        assert told.code == 2 and why in told.err and "Traceback" not in told.err
    assert "没有待处理" in house.done("reconcile", "--repair").out
    file.write_bytes(statement(*paid))
    assert "相符 4" in house.done(*words).out
    assert house.done(*words, "--json").data[0]["known"] == 4
    file.write_bytes(statement(*paid, Entry(5, [], reference="FEE"), reference="STMT-2"))
    told = house(*words)
    assert told.code == 1 and "待修复 1" in told.out and "FEE" in house.done("reconcile", "--repair").out


@pytest.mark.parametrize("key", ["", "  "])
def test_an_empty_signing_key_is_said_clearly(
    house: House,  # noqa: F811
    paying: Payments,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
) -> None:
    monkeypatch.setenv("SHIXIAN_TREASURY_KEY", key)
    told = house("batch", "release", paying.ref, "--person", RELEASER.key)
    assert told.code == 2 and "SHIXIAN_TREASURY_KEY" in told.err and paying.attempts() == []
    told = house("reconcile", "--day", f"{DAY}", "--person", CHECKER.key)
    assert told.code == 2 and "SHIXIAN_TREASURY_KEY" in told.err
