"""Importing: all rows or none, the same file twice, a changed row, the engine's own refusals, two imports at once."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select
from stdnum.cn import uscc

from models import METADATA, case_file, refused_opening
from shixian.casework.database import reading, transaction
from shixian.casework.lawbooks import LawBooks
from shixian.casework.staff.people import THE_SYSTEM, Person, Role
from shixian.casework.store import SqlStore
from shixian.casework.verify import verify
from shixian.intake import importing
from shixian.intake.importing import Report, Status, import_file
from shixian.rules.calendar import default_calendar
from shixian.rules.errors import IntakeError, NotFound, NotPermitted
from tests.intake.lifecycles import CODE, DAY, LIFECYCLE, OTHER_CODE, ROW, write_csv, write_xlsx

BOOKS = LawBooks({LIFECYCLE.key: LIFECYCLE}, default_calendar())
NOW = datetime(2022, 1, 1, tzinfo=UTC)
BAD = ROW | {"统一社会信用代码": OTHER_CODE, "立项批复日期": "2021-02-30"}


@pytest.fixture
def engine(database: Engine) -> Engine:
    """Each test runs on SQLite and on PostgreSQL."""
    return database


def take(engine: Engine, path: Path, *, day: date = DAY, person: Person = THE_SYSTEM, **options: Any) -> Report:
    return import_file(engine, LIFECYCLE.key, path, day=day, person=person, now=NOW, books=BOOKS, **options)


def everything(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with reading(engine) as connection:
        tables = METADATA.sorted_tables
        return {table.name: sorted(map(tuple, connection.execute(select(table))), key=repr) for table in tables}


def rows_of(engine: Engine, table: Any) -> list[Any]:
    with reading(engine) as connection:
        return list(connection.execute(select(table).order_by(table.c.id)))


def statuses(report: Report) -> list[str]:
    return [row.status.value for row in report.rows]


def reasons(report: Report) -> list[str]:
    return [problem.zh(row.row) for row in report.rows for problem in row.problems]


def several(count: int) -> list[dict[str, str]]:
    return [ROW | {"申报编号": f"A-{number}", "统一社会信用代码": unit_code(number)} for number in range(count)]


def unit_code(number: int) -> str:
    """A unit of its own for each row: a required code is never 无."""
    body = f"91310000MA1F{number:05}"
    return body + uscc.calc_check_digit(body)


def test_each_row_becomes_a_case_that_the_engine_runs(engine: Engine, tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", ROW | {"配套预算（万元）": 12.5, "立案日": "2021-02-03", "年度": "2020"})
    report = take(engine, path)
    assert report.written and not report.refused and statuses(report) == ["opened"]
    (case,) = rows_of(engine, case_file)
    assert (case.ref, case.opened, case.cycle) == (report.rows[0].ref, date(2021, 2, 3), 2020)
    assert (case.stage, case.party, case.party_name) == ("filing", CODE, "甲公司")
    assert case.next_day == date(2021, 4, 1), "2021-02-01 and two months"
    assert "125000.00元" in case.facts
    assert not verify(engine).problems, "every case of an import is chained like any other"


def test_without_a_day_of_its_own_a_row_is_opened_on_the_day_of_import(engine: Engine, tmp_path: Path) -> None:
    take(engine, write_csv(tmp_path / "a.csv", ROW))
    (case,) = rows_of(engine, case_file)
    assert (case.opened, case.cycle) == (DAY, 2021)


def test_nothing_is_half_imported(engine: Engine, tmp_path: Path) -> None:
    before = everything(engine)
    report = take(engine, write_csv(tmp_path / "a.csv", ROW, BAD))
    assert statuses(report) == ["withheld", "refused"] and not report.written
    assert everything(engine) == before


def test_a_refusal_by_the_engine_keeps_all_out_too(engine: Engine, tmp_path: Path) -> None:
    before = everything(engine)
    report = take(engine, write_csv(tmp_path / "a.csv", ROW, ROW | {"单位名称": "主管部门"}))
    assert statuses(report) == ["withheld", "refused"]
    assert "主管部门不得申报" in reasons(report)[0] and "（第八条）" in reasons(report)[0]
    assert everything(engine) == before


def test_the_good_rows_alone_when_asked(engine: Engine, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ROW, BAD)
    report = take(engine, path, all_or_nothing=False)
    assert statuses(report) == ["opened", "refused"] and report.written
    assert len(rows_of(engine, case_file)) == 1
    corrected = write_csv(tmp_path / "b.csv", ROW, BAD | {"立项批复日期": "2021-02-28"})
    assert statuses(take(engine, corrected)) == ["present", "opened"]


def test_a_dry_run_writes_nothing_and_tells_all(engine: Engine, tmp_path: Path) -> None:
    before = everything(engine)
    path = write_csv(tmp_path / "a.csv", ROW, ROW | {"单位名称": "主管部门"}, BAD)
    report = take(engine, path, dry_run=True, all_or_nothing=False)
    assert statuses(report) == ["withheld", "refused", "refused"] and everything(engine) == before


@pytest.mark.parametrize("options", [{}, {"all_or_nothing": False}])
def test_the_same_file_twice_adds_nothing(engine: Engine, tmp_path: Path, options: dict[str, Any]) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", *several(3), ROW)
    first = take(engine, path, **options)
    before = everything(engine)
    again = take(engine, path, day=date(2021, 3, 2), **options)
    assert statuses(first) == ["opened"] * 4 and statuses(again) == ["present"] * 4
    assert [row.ref for row in again.rows] == [row.ref for row in first.rows]
    assert not again.refused and everything(engine) == before


def test_the_same_rows_in_another_file_and_order_add_nothing(engine: Engine, tmp_path: Path) -> None:
    rows = [*several(3), ROW]
    take(engine, write_xlsx(tmp_path / "a.xlsx", *rows))
    before = everything(engine)
    assert statuses(take(engine, write_csv(tmp_path / "b.csv", *reversed(rows), encoding="gbk"))) == ["present"] * 4
    assert everything(engine) == before


def test_a_refusal_by_the_engine_is_recorded_once(engine: Engine, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ROW, ROW | {"单位名称": "主管部门"})
    take(engine, path, all_or_nothing=False)
    before = everything(engine)
    (refused,) = rows_of(engine, refused_opening)
    assert refused.clause == "第八条" and "第3行" in refused.origin
    assert statuses(take(engine, path, all_or_nothing=False)) == ["present", "refused"]
    assert everything(engine) == before


def test_the_same_number_with_other_content_is_refused_as_changed(engine: Engine, tmp_path: Path) -> None:
    row = ROW | {"申报编号": "A-1", "配套预算": "5万元"}
    ref = take(engine, write_csv(tmp_path / "a.csv", row)).rows[0].ref
    more = {"单位名称": "乙公司", "配套预算": "", "立案日": "2021-02-03", "年度": "2020"}
    report = take(engine, write_csv(tmp_path / "b.csv", row | more), all_or_nothing=False)
    (reason,) = reasons(report)
    assert f"该编号已导入为 {ref}，本次内容不同：单位名称、配套预算、立案日、年度；" in reason
    assert len(rows_of(engine, case_file)) == 1


def test_a_day_or_year_that_a_row_now_says_as_it_was_is_no_change(engine: Engine, tmp_path: Path) -> None:
    row = ROW | {"申报编号": "A-1"}
    take(engine, write_csv(tmp_path / "a.csv", row))
    path = write_csv(tmp_path / "b.csv", row | {"立案日": DAY.isoformat(), "年度": "2021"})
    assert statuses(take(engine, path)) == ["present"]


def test_a_limit_holds_within_one_file_and_across_files(engine: Engine, tmp_path: Path) -> None:
    rows = [ROW | {"申报编号": f"A-{number}"} for number in range(3)]
    report = take(engine, write_csv(tmp_path / "a.csv", *rows), all_or_nothing=False)
    assert statuses(report) == ["opened", "opened", "refused"]
    assert "每单位每年限报两项" in reasons(report)[0] and reasons(report)[0].endswith("（第八条）")
    report = take(engine, write_csv(tmp_path / "b.csv", ROW | {"申报编号": "B-1"}))
    assert statuses(report) == ["refused"]


def test_a_regulation_not_in_force_is_refused_with_its_clause(engine: Engine, tmp_path: Path) -> None:
    report = take(engine, write_csv(tmp_path / "a.csv", ROW | {"立案日": "2020-07-17"}))
    assert "没有施行中的版本" in reasons(report)[0] and reasons(report)[0].endswith("（第九条）")
    assert statuses(take(engine, write_csv(tmp_path / "b.csv", ROW | {"立案日": "2020-07-18"}))) == ["opened"]


def test_a_barred_party_is_refused_with_the_clause_of_the_bar(engine: Engine, tmp_path: Path) -> None:
    from models import bar

    source = take(engine, write_csv(tmp_path / "a.csv", ROW | {"统一社会信用代码": OTHER_CODE})).rows[0].ref
    case = rows_of(engine, case_file)[0]
    values = {
        "subject": CODE,
        "lifecycle": "*",
        "first_day": date(2021, 1, 1),
        "last_day": date(2021, 12, 31),
        "clause": "第七条",
        "text": "三年内不得申报",
        "source": source,
    }
    extra = {name: {"case_id": case.id, "seq": 1}[name] for name in ("case_id", "seq") if name in bar.c}
    with transaction(engine) as connection:
        connection.execute(bar.insert().values(**values, **extra))
    report = take(engine, write_csv(tmp_path / "b.csv", ROW))
    assert "三年内不得申报" in reasons(report)[0] and reasons(report)[0].endswith("（第七条）")


def test_sealed_facts_are_kept_encrypted(engine: Engine, tmp_path: Path) -> None:
    row = ROW | {"联系人": "张三丰", "申报编号": "A-1"}
    take(engine, write_csv(tmp_path / "a.csv", row))
    assert "张三丰" not in repr(everything(engine))
    assert statuses(take(engine, write_csv(tmp_path / "a.csv", row))) == ["present"]


def test_who_may_import(engine: Engine, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ROW)
    for roles in ({Role.FINANCE_MAKER}, {Role.OFFICER, Role.AUDITOR}, {Role.APPLICANT}):
        with pytest.raises(NotPermitted):
            take(engine, path, person=Person("p", "某人", frozenset(roles), CODE))
    take(engine, path, person=Person("p", "某人", frozenset({Role.OFFICER})))
    with reading(engine) as connection:
        persons = connection.execute(select(METADATA.tables["event"].c.person).distinct()).scalars().all()
    assert persons == ["p"]


def test_what_cannot_be_imported_at_all(engine: Engine, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ROW)
    with pytest.raises(IntakeError, match="晚于"):
        take(engine, path, day=date(2022, 1, 2))
    with pytest.raises(NotFound):
        import_file(engine, "nothing", path, day=DAY, now=NOW, books=BOOKS)


def test_a_case_that_only_another_case_opens_is_not_imported(engine: Engine, tmp_path: Path) -> None:
    child = LawBooks({LIFECYCLE.key: replace(LIFECYCLE, child_of="above")}, default_calendar())
    with pytest.raises(IntakeError, match="由 above 的案件引起"):
        import_file(engine, LIFECYCLE.key, write_csv(tmp_path / "a.csv", ROW), day=DAY, now=NOW, books=child)


def test_two_imports_at_once_open_each_row_once(engine: Engine, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", *several(20))
    start, reports = threading.Barrier(4), []

    def run() -> None:
        start.wait()
        reports.append(take(engine, path))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(report.count(Status.OPENED) for report in reports) == [0, 0, 0, 20]
    assert len(rows_of(engine, case_file)) == 20


def test_a_failure_midway_leaves_nothing(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, created = everything(engine), []
    original = SqlStore.create

    def fail(self: SqlStore, *arguments: Any) -> None:
        created.append(arguments)
        if len(created) == 3:
            raise RuntimeError("power cut")
        original(self, *arguments)

    monkeypatch.setattr(SqlStore, "create", fail)
    with pytest.raises(RuntimeError):
        take(engine, write_csv(tmp_path / "a.csv", *several(5)))
    assert everything(engine) == before


def test_the_work_of_a_row_does_not_grow_with_the_file(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 10)
    counted = 0

    def count(*_: Any) -> None:
        nonlocal counted
        counted += 1

    event.listen(engine, "before_cursor_execute", count)
    costs = []
    for name, size in (("warm", 10), ("a", 40), ("b", 160)):
        rows = [row | {"申报编号": f"{name}{row['申报编号']}"} for row in several(size)]
        counted = 0
        take(engine, write_csv(tmp_path / "a.csv", *rows))
        costs.append(counted / size)
    assert costs[2] <= costs[1], "statements a row"


def test_a_case_imported_under_an_earlier_encoding_is_still_known(engine: Engine, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", *several(2))
    take(engine, path)
    limits = (replace(LIFECYCLE.opening_limits[0], at_most=3),)
    changed = LawBooks({LIFECYCLE.key: replace(LIFECYCLE, opening_limits=limits)}, default_calendar())
    report = import_file(engine, LIFECYCLE.key, path, day=DAY, now=NOW, books=changed)
    assert statuses(report) == ["present"] * 2
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(case_file)) == 2
