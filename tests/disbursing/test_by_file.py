"""Paying by files: one order a batch, whole and once, also after a crash; reports come back; silence is nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from shixian.casework.money import attempts, batches
from shixian.casework.verify import verify
from shixian.disbursing import by_file
from shixian.disbursing.by_file import order, take_report
from shixian.rules.errors import NotPermitted
from shixian.treasury.files import FilesConfig, FileTreasury
from shixian.treasury.iso20022.pain001 import Debtor
from shixian.treasury.port import TreasuryError
from tests.disbursing.bank import NOW, Payments
from tests.faults.world import BANK, CHECKER, RELEASER
from tests.lifecycles import BOOKS
from tests.treasury.bank_files import ACCOUNT, Status, status_report


@pytest.fixture
def files(tmp_path: Path) -> FileTreasury:
    for name in ("out", "in"):
        (tmp_path / name).mkdir()
    return FileTreasury(
        FilesConfig(tmp_path / "out", tmp_path / "in", Debtor("样例财政局", ACCOUNT, BANK)), lambda: NOW
    )


def ordered(payments: Payments, files: FileTreasury) -> Path:
    return order(payments.engine, payments.ref, person=RELEASER, files=files, now=NOW, books=BOOKS).path


def reported(payments: Payments, files: FileTreasury, tmp_path: Path, *statuses: Status) -> by_file.Reported:
    path = tmp_path / "in" / "report.xml"
    path.write_bytes(status_report(*statuses, original=payments.ref, block_id=f"{payments.ref}-1"))
    return take_report(payments.engine, path, person=RELEASER, files=files, now=NOW)


def test_an_order_leaves_once_and_its_report_comes_back(
    payments: Payments, files: FileTreasury, tmp_path: Path
) -> None:
    path = ordered(payments, files)
    written = path.read_bytes()
    assert payments.statuses() == ["sent"] * 6 and files.ordered(payments.ref) == {r.key for r in payments.attempts()}
    assert ordered(payments, files) == path and path.read_bytes() == written
    first, second, *others = payments.attempts()
    done = reported(
        payments,
        files,
        tmp_path,
        Status(first.key, "ACSC", first.fen),
        Status(second.key, "RJCT", second.fen, reason="AC04"),
        Status("0" * 32, "ACSC", 1),
    )
    assert done.recorded == 2 and len(done.unmatched) == 1
    assert payments.statuses() == ["paid", "rejected"] + ["sent"] * 4  # nothing is inferred for what it leaves out
    rest = [Status(one.key, "ACSC", one.fen) for one in others]
    assert reported(payments, files, tmp_path, *rest).recorded == 4
    again = reported(payments, files, tmp_path, *rest)
    assert payments.statuses() == ["paid", "rejected", *["paid"] * 4] and again.alarms == ()
    assert verify(payments.engine).problems == ()


def test_killed_before_the_order_is_written(
    payments: Payments, files: FileTreasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Intents without an order: nothing was sent, and the next run writes one order with all of them."""
    monkeypatch.setattr(files, "submit", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        ordered(payments, files)
    assert payments.statuses() == ["intended"] * 6 and files.ordered(payments.ref) is None
    keys = {row.key for row in payments.attempts()}
    monkeypatch.undo()
    ordered(payments, files)
    assert files.ordered(payments.ref) == keys and payments.statuses() == ["sent"] * 6


def test_killed_after_the_order_is_written(
    payments: Payments, files: FileTreasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order lies there and nothing says so: the next run writes no other, and records what it holds."""
    monkeypatch.setattr(attempts, "settle", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        ordered(payments, files)
    monkeypatch.undo()
    written = files.order_file(payments.ref).read_bytes()
    assert payments.statuses() == ["intended"] * 6
    assert ordered(payments, files).read_bytes() == written and payments.statuses() == ["sent"] * 6


def test_who_may_not_and_what_cannot(payments: Payments, files: FileTreasury) -> None:
    with pytest.raises(NotPermitted):
        order(payments.engine, payments.ref, person=CHECKER, files=files, now=NOW, books=BOOKS)
    assert files.ordered(payments.ref) is None
    files.order_file(payments.ref).write_text("<Document/>", encoding="utf-8")
    with pytest.raises(TreasuryError):
        ordered(payments, files)
    assert "sent" not in payments.statuses() and batches.show(payments.engine, payments.ref).fen > 0
