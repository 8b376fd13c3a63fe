"""The whole way through the shell: a database made, a case opened, acted on, refused, its clock run out, verified.

Each kind of command once as a process of its own; the same command again within this one, which costs a tenth.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from shixian.cli import main

DOCUMENTS = ("guide", "approval", "contract", "budget_book", "budget_review_report")


@pytest.mark.slow
def test_from_an_empty_folder_to_a_record_that_verifies(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """第八条: approved 2020-12-31, so to be filed by 2021-03-01 (28 February is a Sunday)."""
    file = tmp_path / "kept" / "cases.db"
    environment = {**os.environ, "SHIXIAN_DATABASE_URL": f"sqlite:///{file}", "PYTHONPATH": str(root)}

    monkeypatch.setenv("SHIXIAN_DATABASE_URL", environment["SHIXIAN_DATABASE_URL"])
    monkeypatch.chdir(tmp_path)
    known: set[tuple[str, int]] = set()

    def shixian(*tokens: str, code: int = 0) -> str:
        if (tokens[0], code) in known:
            assert main(list(tokens)) == code
            said = capsys.readouterr()
            return said.out + said.err
        known.add((tokens[0], code))
        told = subprocess.run(
            [sys.executable, "-m", "shixian.cli", *tokens],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert told.returncode == code, told.stdout + told.stderr
        assert "Traceback" not in told.stderr
        return told.stdout + told.stderr

    assert "先运行 shixian migrate" in shixian("verify", code=1)
    assert "先运行 shixian migrate" in shixian("cases", code=2)
    assert not file.exists()
    assert "新保存编码" in shixian("migrate")
    assert "不能视为通过" in shixian("verify", code=1)  # nothing there is not "valid"

    opened = shixian("open", "sh-matching-funds", "national_approval=2020-12-31", "--day", "2020-12-31")
    assert "已立案　SH-MF-2020-0001" in opened and "2021-03-01（失权，计算中）第八条" in opened
    assert "SH-MF-2020-0002" in shixian(
        "open", "sh-matching-funds", "national_approval=2020-12-31", "--day", "2020-12-31"
    )
    told = shixian("case", "SH-MF-2020-0001", "--as-of", "2021-01-31")
    assert (
        "到期月 2021 年 2 月没有对应日（31 日）" in told and "国家立项批复日期（national_approval）：2020-12-31" in told
    )

    for name in DOCUMENTS:
        (tmp_path / f"{name}.pdf").write_bytes(name.encode())
    submit = ("act", "SH-MF-2020-0001", "filing", "submit", "matching_budget=500万元", "--at", "2021-02-01T10:00")
    short = shixian(*submit, "--document", "guide=guide.pdf", code=2)
    assert "缺少材料" in short and "第八条" in short and "补齐后在期限内重新提交" in short
    documents = [word for name in DOCUMENTS for word in ("--document", f"{name}={name}.pdf")]
    assert "“配套备案”办结：已提交（第八条）" in shixian(*submit, *documents)
    second = json.loads(shixian(*submit, *documents, "--json", code=2))
    assert second["accepted"] is False and second["refusal"]["clause"] == "第八条"
    assert "已经结束" in second["refusal"]["because"]

    case = json.loads(shixian("case", "SH-MF-2020-0001", "--json"))
    kept = {one["document"]: (one["name"], one["sha256"], one["size"]) for one in case["documents"]}
    assert kept == {name: (f"{name}.pdf", sha256(name.encode()).hexdigest(), len(name)) for name in DOCUMENTS}
    assert [one["code"] for one in case["refusals"]] == ["missing_document", "not_open"]

    assert "失权1件（第八条）" in shixian("tick", "--as-of", "2021-03-02", "--dry-run")
    run = json.loads(shixian("tick", "--as-of", "2021-03-02", "--json"))
    (stage,) = run["lifecycles"]["sh-matching-funds"]
    assert (stage["moved"], stage["lapsed"], run["findings"]) == (1, [["失权", "第八条", 1]], [])
    assert "届满 0 件" in shixian("tick", "--as-of", "2021-03-02")
    lapsed = json.loads(shixian("case", "SH-MF-2020-0002", "--json"))
    assert (lapsed["status"], lapsed["closed_on"], lapsed["clause"]) == ("closed", "2021-03-01", "第八条")

    assert "记录完整" in shixian("verify")
    tamper(file)
    assert "SH-MF-2020-0001" in shixian("verify", code=1)


def tamper(file: Path) -> None:
    """What somebody with the file could do: drop the trigger that guards events, and say 9 million."""
    with sqlite3.connect(file) as connection:
        triggers = connection.execute("select name from sqlite_master where type = 'trigger' and tbl_name = 'event'")
        for (name,) in triggers.fetchall():
            connection.execute(f"drop trigger {name}")
        changed = connection.execute("update event set data = replace(data, '5000000.00', '9000000.00')")
        assert changed.rowcount
    connection.close()
