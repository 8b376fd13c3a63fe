"""`shixian deadline` and `shixian workday`, on an App of their own."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import cyclopts
import pytest

from shixian.commands.time import register
from shixian.rules.calendar import default_calendar
from shixian.rules.errors import PeriodError
from shixian.rules.periods import last_day_within, months

TWO_MONTHS = ["deadline", "--anchor", "2020-12-31", "--within", "2 months"]


def run(capsys: pytest.CaptureFixture[str], *tokens: str) -> str:
    app = cyclopts.App(name="shixian", result_action="return_value")
    register(app)
    app(list(tokens), exit_on_error=False)
    return capsys.readouterr().out


def data(capsys: pytest.CaptureFixture[str], *tokens: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(capsys, *tokens, "--json"))
    return found


def test_deadline_prints_the_working(capsys: pytest.CaptureFixture[str]) -> None:
    expected = last_day_within(months(2), date(2020, 12, 31), default_calendar())
    assert run(capsys, *TWO_MONTHS).splitlines() == expected.working
    found = data(capsys, *TWO_MONTHS)
    assert (found["last_day"], found["provisional"]) == ("2021-03-01", False)
    assert found["working"] == expected.working and found["calendar_version"] == default_calendar().version


@pytest.mark.parametrize(
    ("within", "last"),
    [
        ("60 days", "2021-03-01"),
        ("5 working days", "2021-01-08"),
        ("1 years", "2021-12-31"),
        ("5个工作日", "2021-01-08"),
    ],
)
def test_units(capsys: pytest.CaptureFixture[str], within: str, last: str) -> None:
    assert data(capsys, "deadline", "--anchor", "2020-12-31", "--within", within)["last_day"] == last


def test_backwards(capsys: pytest.CaptureFixture[str]) -> None:
    tokens = ["deadline", "--at-least", "60 days", "--before", "2021-07-01"]
    assert data(capsys, *tokens)["last_day"] == "2021-05-02"
    found = data(capsys, *tokens, "--roll", "previous-working-day")
    assert found["last_day"] == "2021-04-30" and "backward-roll-previous-working-day" in found["readings"]


def test_provisional_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    tokens = ["deadline", "--anchor", "2026-12-31", "--within", "2 months"]
    assert data(capsys, *tokens)["provisional"] is True
    assert "暂定" in run(capsys, *tokens)


def test_calendar_as_of(capsys: pytest.CaptureFixture[str]) -> None:
    tokens = ["deadline", "--anchor", "2020-01-21", "--within", "10 days"]
    assert data(capsys, *tokens)["last_day"] == "2020-02-03"
    assert data(capsys, *tokens, "--calendar-as-of", "2020-01-26")["last_day"] == "2020-01-31"
    assert data(capsys, "workday", "2020-01-31", "--calendar-as-of", "2020-01-26")["working"] is True


def test_the_anchor_day_may_count(capsys: pytest.CaptureFixture[str]) -> None:
    tokens = ["deadline", "--anchor", "2021-03-01", "--within", "5 days", "--count-anchor-day"]
    assert data(capsys, *tokens)["last_day"] == "2021-03-05"


def test_workday_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "workday", "2021-02-20").splitlines() == [
        "2021-02-20（星期六）：工作日",
        "原因：春节调休上班",
        "依据：国办发明电〔2020〕27号《国务院办公厅关于2021年部分节假日安排的通知》，2020-11-25 公布",
    ]
    assert run(capsys, "workday", "2021-03-01") == "2021-03-01（星期一）：工作日\n"
    assert "暂定" in run(capsys, "workday", "2027年3月1日")
    found = data(capsys, "workday", "2021-02-20")
    assert (found["working"], found["kind"], found["notice"]["published"]) == (True, "makeup", "2020-11-25")
    assert data(capsys, "workday", "2021-03-06")["notice"] is None


@pytest.mark.parametrize(
    "tokens",
    [
        ["deadline"],
        ["deadline", "--anchor", "2020-12-31"],
        ["deadline", "--at-least", "60 days"],
        [*TWO_MONTHS, "--before", "2021-07-01"],
        ["deadline", "--at-least", "60 days", "--before", "2021-07-01", "--count-anchor-day"],
        ["deadline", "--at-least", "60 days", "--before", "2021-07-01", "--roll", "next-working-day"],
        ["deadline", "--anchor", "2021-02-29", "--within", "2 months"],
        ["deadline", "--anchor", "2021-02-28", "--within", "soon"],
        ["workday", "2021-02-29"],
        ["workday", "2021-02-20", "--calendar-as-of", "then"],
    ],
)
def test_what_cannot_be_counted_is_raised(capsys: pytest.CaptureFixture[str], tokens: list[str]) -> None:
    with pytest.raises(PeriodError):
        run(capsys, *tokens)
    assert capsys.readouterr().out == ""
