"""`shixian backup` and `shixian restore`, as typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from shixian.casework.database import open_database
from tests.casework.office import Office
from tests.commands.stored import House, house  # noqa: F401 - the fixture


@pytest.fixture
def kept(house: House, tmp_path: Path) -> Path:  # noqa: F811
    """A backup of a database with an awarded case, by the command."""
    engine = open_database(house.url)
    Office(engine).awarded()
    engine.dispose()
    house.at("2021-02-01T02:00")
    told = house.done("backup", str(tmp_path))
    assert "已备份至" in told.out and "案件 1，" in told.out and "内容摘要" in told.out
    return tmp_path / "shixian-20210201-020000.zip"


def test_there_and_back_again(house: House, kept: Path, tmp_path: Path) -> None:  # noqa: F811
    assert kept.exists()
    refused = house("restore", str(kept))
    assert refused.code == 2 and "--replace" in refused.err and "原库会另存" in refused.err
    house.at("2021-02-03T10:00")
    told = house.done("restore", str(kept), "--replace", "--person", "ops")
    assert "记录完整" in told.out and "原库另存于" in told.out
    assert "2021-02-01 至 2021-02-03 共 3 日须先对账" in told.out
    assert house.done("verify").out.strip().endswith("记录完整")


def test_as_json_and_to_another_place(house: House, kept: Path, tmp_path: Path) -> None:  # noqa: F811
    house.url = f"sqlite:///{tmp_path / 'elsewhere' / 'new.db'}"
    told = house.done("restore", str(kept), "--json").data
    assert told["holds"] and told["aside"] == "" and told["unknown"] == 0 and told["reconcile"] == ["2021-02-01"]
    again = house.done("backup", str(tmp_path / "again.zip"), "--json").data
    assert again["lineage"] == told["manifest"]["lineage"] and again["counts"]["journal_event"] == 1


def test_what_cannot_be(house: House, kept: Path, tmp_path: Path) -> None:  # noqa: F811
    for tokens, why in (
        (("backup", str(kept)), "备份不覆盖任何文件"),
        (("backup", str(tmp_path / "no" / "b.zip")), "没有文件夹"),
        (("restore", str(tmp_path / "no.zip")), "没有文件"),
        (("restore", __file__), "不是完好的备份"),
    ):
        told = house(*tokens)
        assert told.code == 2 and why in told.err and "处理办法" in told.err, tokens
    house.url = "sqlite://"
    assert "不能恢复到内存数据库" in house("restore", str(kept)).err
