"""The commands end to end: `tell` into a practice sink over SMTP, and the outbox with its receipts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models import MessageStatus
from shixian.casework.database import open_database
from shixian.cli import main
from shixian.telling.mail_sink import read_mails
from tests.casework.office import HEAD
from tests.telling.house import OPERATOR, messages_of, put_message, sink, staff


@pytest.fixture
def stored(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    path = tmp_path / "cases.db"
    path.write_bytes(sqlite_template.read_bytes())
    monkeypatch.setenv("SHIXIAN_DATABASE_URL", f"sqlite:///{path}")
    return open_database(f"sqlite:///{path}")


def test_tell_delivers_to_the_sink_and_the_outbox_shows_the_receipt(
    stored: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    staff(stored, OPERATOR, HEAD)
    number = put_message(stored, "a", recipient="li", subject="【督办】形式审查已逾期")
    mails = tmp_path / "mails"
    with sink(mails) as port:
        monkeypatch.setenv("SHIXIAN_MAIL_SERVER", f"127.0.0.1:{port}")
        monkeypatch.setenv("SHIXIAN_MAIL_SECURITY", "none")
        assert main(["tell", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    # The sample message is years old: an alarm says that it waited, and goes to the operator in the same run.
    assert "messages_waiting" in {one["kind"] for one in told["alarms"]} and told["delivered"] >= 2
    assert {(mail.recipient, mail.subject[:5]) for mail in read_mails(mails)} == {
        ("li@example.cn", "【督办】形"),
        ("ops@example.cn", "【时限警报"),
    }
    assert main(["outbox", "show", f"{number}"]) == 0
    assert "li@example.cn 成" in capsys.readouterr().out
    assert main(["mail-sink", "--list", "--folder", str(mails)]) == 0
    assert "形式审查已逾期" in capsys.readouterr().out


def test_a_dry_run_prints_and_writes_nothing(stored: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    put_message(stored, "a")
    assert main(["tell", "--dry-run"]) == 0
    assert "试运行" in capsys.readouterr().out and len(messages_of(stored)) == 1


def test_the_outbox_lists_by_status_and_retries(stored: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    staff(stored, OPERATOR)
    number = put_message(stored, "a", status=MessageStatus.FAILED, tries=6)
    assert main(["outbox", "list", "--status", "failed", "--json"]) == 0
    assert [one["key"] for one in json.loads(capsys.readouterr().out)] == ["a"]
    assert main(["outbox", "retry", f"{number}", "--person", "ops"]) == 0
    assert messages_of(stored)[0].status is MessageStatus.WAITING
    assert main(["outbox", "list", "--status", "lost"]) == 2
    assert main(["outbox", "show", "999"]) == 2
