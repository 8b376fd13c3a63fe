"""`notices snapshot`: what was shown is kept once a day, on that day alone; days that nothing was kept of are named."""

from __future__ import annotations

from tests.commands.stored import House, house

__all__ = ["house"]


def published(house: House) -> str:
    """Published on Wednesday 6 January 2021; five working days, to the 13th."""
    house.at("2021-01-04T09:00")
    house.done("call", "lab-grant", "2021", "notice_length=5个工作日", "--because", "申报通知")
    facts = ("unit_code=913100001322038217", "unit_name=甲实验室", "field=光学")
    ref = str(house.done("open", "lab-grant", *facts, "--json").data["ref"])
    house.at("2021-01-05T09:00")
    house.done("act", ref, "filing", "submit", "--by", "unit")
    house.at("2021-01-06T09:00")
    house.done("act", ref, "publicity", "publish", "--by", "office")
    return ref


def test_it_keeps_once_a_day_and_names_the_gaps(house: House) -> None:
    ref = published(house)
    house.at("2021-01-06T23:40")
    assert house.done("notices", "snapshot", "--json").data == {"day": "2021-01-06", "kept": 1, "missing": []}
    assert house.done("notices", "snapshot", "--day", "2021-01-06", "--json").data["kept"] == 0
    house.at("2021-01-09T07:40")
    told = house.done("notices", "snapshot", "--json").data
    gap = {"case": ref, "stage": "publicity", "clause": "第四条", "days": ["2021-01-07", "2021-01-08"]}
    assert told == {"day": "2021-01-09", "kept": 1, "missing": [gap]}
    text = house.done("notices", "snapshot").out
    assert "2021-01-09：新留存 0 项公示" in text and "2021-01-07、2021-01-08" in text and "登记公示中断" in text
    assert "第四条" in text


def test_another_day_cannot_be_kept(house: House) -> None:
    published(house)
    house.at("2021-01-08T07:40")
    for day in ("2021-01-07", "2021-01-09"):
        told = house("notices", "snapshot", "--day", day)
        assert told.code == 2 and "只能在当日进行" in told.err
    assert house("notices", "snapshot", "--day", "soon").code == 2
    assert house.done("notices", "snapshot", "--json").data["missing"][0]["days"] == ["2021-01-06", "2021-01-07"]


def test_after_the_last_day_nothing_is_kept(house: House) -> None:
    published(house)
    house.at("2021-01-13T23:59")
    assert house.done("notices", "snapshot", "--json").data["kept"] == 1
    house.at("2021-01-14T00:00")
    assert house.done("notices", "snapshot", "--json").data["kept"] == 0
