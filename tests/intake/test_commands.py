"""`shixian template` and `shixian import` as a person runs them: what is printed, the exit code, where cases go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

import cyclopts
import openpyxl
import pytest
from sqlalchemy import create_engine, text

from shixian import programmes
from shixian.casework import lawbooks
from shixian.casework.database import open_database, transaction
from shixian.casework.staff.people import Person, Role, put_person
from shixian.commands.intake import register
from shixian.rules.errors import IntakeError, NotFound, NotPermitted
from tests.intake.lifecycles import LIFECYCLE, ROW, write_csv

BAD = ROW | {"申报编号": "A-2", "立项批复日期": "2021-02-30"}
DAY = ("--day", "2021-03-01")


@pytest.fixture(autouse=True)
def only_our_lifecycle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The commands find this test's lifecycle, and stand in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    lawbooks.default_books.cache_clear()
    for module in (programmes, lawbooks):
        monkeypatch.setattr(module, "catalogue", lambda: MappingProxyType({LIFECYCLE.key: LIFECYCLE}))
    yield
    lawbooks.default_books.cache_clear()


def run(capsys: pytest.CaptureFixture[str], *tokens: str) -> tuple[int, str]:
    app = cyclopts.App(name="shixian", result_action="return_value")
    register(app)
    code: Any = app(list(tokens), exit_on_error=False)
    return code, capsys.readouterr().out


def cases(path: Path) -> int:
    with create_engine(f"sqlite:///{path}").connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM case_file")).scalar_one())


def test_template_filled_in_is_imported(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out = run(capsys, "template", "intake-test", "out.xlsx")
    assert code == 0 and "已写入 out.xlsx" in out and "shixian import intake-test out.xlsx" in out
    book = openpyxl.load_workbook("out.xlsx")
    sheet = book["填报"]
    header = [cell.value for cell in sheet[1]]
    for name, value in ROW.items():
        sheet.cell(2, header.index(name) + 1, value)
    book.save("out.xlsx")
    code, out = run(capsys, "import", "intake-test", "out.xlsx", *DAY)
    assert code == 0 and out.splitlines() == ["第2行 已立案 INTAKE-T-2021-0001", "共 1 行：已立案 1 行"]
    code, out = run(capsys, "import", "intake-test", "out.xlsx")
    assert code == 0 and out.splitlines() == ["第2行 早已导入 INTAKE-T-2021-0001", "共 1 行：早已导入 1 行"]
    assert cases(tmp_path / ".shixian/shixian.db") == 1, "the default database, in the folder one stands in"


def test_a_refused_row_is_told_and_ends_with_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = str(write_csv(tmp_path / "a.csv", ROW, BAD))
    code, out = run(capsys, "import", "intake-test", path, *DAY)
    assert code == 2
    assert out.splitlines()[0].startswith("第3行 列C 立项批复日期 值“2021-02-30” 不存在的日期")
    assert "（第二条）" in out and "共 2 行：合格，未导入 1 行，拒收 1 行" in out and "全部未导入" in out
    assert cases(tmp_path / ".shixian/shixian.db") == 0
    code, out = run(capsys, "import", "intake-test", path, *DAY, "--accept-good")
    assert code == 2 and "已立案 1 行，拒收 1 行" in out and cases(tmp_path / ".shixian/shixian.db") == 1


def test_a_dry_run_writes_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = str(write_csv(tmp_path / "a.csv", ROW))
    code, out = run(capsys, "import", "intake-test", path, *DAY, "--dry-run")
    assert code == 0 and "合格，未导入 1 行" in out and "未写入" in out
    assert cases(tmp_path / ".shixian/shixian.db") == 0


def test_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = str(write_csv(tmp_path / "a.csv", ROW, BAD))
    code, out = run(capsys, "import", "intake-test", path, *DAY, "--json")
    data = json.loads(out)
    assert code == 2 and data["written"] is False and data["counts"]["refused"] == 1
    assert data["rows"][1]["problems"][0]["clause"] == "第二条" and data["rows"][1]["row"] == 3


def test_which_database(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(write_csv(tmp_path / "a.csv", ROW))
    monkeypatch.setenv("SHIXIAN_DATABASE_URL", f"sqlite:///{tmp_path}/env/cases.db")
    run(capsys, "import", "intake-test", path, *DAY)
    run(capsys, "import", "intake-test", path, *DAY, "--database", f"sqlite:///{tmp_path}/option/cases.db")
    assert cases(tmp_path / "env/cases.db") == cases(tmp_path / "option/cases.db") == 1
    assert not (tmp_path / ".shixian").exists()
    with pytest.raises(IntakeError, match="数据库地址"):
        run(capsys, "import", "intake-test", path, "--database", "nonsense")


def test_what_cannot_be_done_is_raised_before_a_database_is_made(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(NotFound):
        run(capsys, "import", "nothing", "none.csv")
    with pytest.raises(NotFound):
        run(capsys, "template", "nothing", "out.xlsx")
    assert not (tmp_path / ".shixian").exists() and not (tmp_path / "out.xlsx").exists()
    with pytest.raises(IntakeError, match="无法打开"):
        run(capsys, "import", "intake-test", "none.csv")


def test_the_account_that_imports(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = str(write_csv(tmp_path / "a.csv", ROW))
    with pytest.raises(NotFound):
        run(capsys, "import", "intake-test", path, *DAY, "--person", "li")
    engine = open_database(f"sqlite:///{tmp_path}/.shixian/shixian.db")
    with transaction(engine) as connection:
        put_person(connection, Person("li", "李四", frozenset({Role.FINANCE_MAKER})))
        put_person(connection, Person("wang", "王五", frozenset({Role.OFFICER})))
    engine.dispose()
    with pytest.raises(NotPermitted, match="李四"):
        run(capsys, "import", "intake-test", path, *DAY, "--person", "li")
    assert run(capsys, "import", "intake-test", path, *DAY, "--person", "wang")[0] == 0
