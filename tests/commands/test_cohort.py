"""`rank`: what it tells of a ranking, of a trial run and of a refusal; and that the exit code says which it was."""

from __future__ import annotations

from tests.commands.stored import House, house
from tests.rules.test_engine_complexes import RANKED

__all__ = ["house"]


def opened(house: House, count: int, scored: int) -> None:
    house.law({"ranked": RANKED})
    house.at("2021-06-01T09:00")
    for number in range(count):
        told = house.done("open", "ranked", f"name=甲{number}", "class=x", "ranks=是", "--json").data
        house.done("act", told["ref"], "filing", "submit", "--by", "applicant")
        if number < scored:
            house.done("act", told["ref"], "score", "score", f"base={60 + number}", "extra=0")


def test_a_ranking_is_told_with_its_working_and_everybodys_place(house: House) -> None:
    opened(house, 10, 10)
    tried = house.done("rank", "ranked", "rank", "--cycle", "2021", "--dry-run")
    assert "试算，未写入" in tried.out
    told = house.done("rank", "ranked", "末10%", "--cycle", "2021")
    assert "10 个 × 10% ＝ 1，舍去得 1 个名额（第五条）〔读法 rounding〕" in told.lines()
    lines = [line.split() for line in told.lines()]
    assert ["类别", "名次", "总分", "案号", "结果"] in lines
    last = lines[-1]
    assert last[:3] == ["甲类", "10/10", "60"] and last[-1] == "在末10%"
    again = house("rank", "ranked", "rank", "--cycle", "2021")
    assert again.code == 2 and "已于 2021-06-01 排序" in again.out and "处理办法" in again.out


def test_json(house: House) -> None:
    opened(house, 10, 10)
    told = house.done("rank", "ranked", "rank", "--cycle", "2021", "--day", "2021-05-31", "--json").data
    assert (told["stage"], told["cycle"], told["day"], told["dry_run"]) == ("rank", 2021, "2021-05-31", False)
    assert told["groups"] == [{"group": "甲类", "working": told["groups"][0]["working"], "readings": ["rounding"]}]
    assert [(case["place"], case["of"], case["score"], case["outcome"]) for case in told["cases"]] == [
        *((number, 10, str(70 - number), "others") for number in range(1, 10)),
        (10, 10, "60", "last"),
    ]


def test_a_refusal_is_two_with_clause_and_remedy(house: House) -> None:
    opened(house, 2, 1)
    told = house("rank", "ranked", "rank", "--cycle", "2021")
    assert told.code == 2 and "未予排序：尚有 1 件未到“末10%”" in told.out and "（第五条）" in told.out
    data = house("rank", "ranked", "rank", "--cycle", "2021", "--json").data
    assert data["accepted"] is False and data["refusal"]["code"] == "cohort_waits"
    wrong = house("rank", "ranked", "rank", "--cycle", "2021", "--by", "applicant")
    assert wrong.code == 2 and "应由主管部门作出" in wrong.out


def test_slips_are_told(house: House) -> None:
    opened(house, 1, 0)
    stage = house("rank", "ranked", "score", "--cycle", "2021")
    assert stage.code == 2 and "rank 末10%" in stage.err
    assert house("rank", "ranked", "rank").code == 2
    future = house("rank", "ranked", "rank", "--cycle", "2021", "--day", "2021-06-02")
    assert future.code == 2 and "晚于" in future.err


def test_a_case_that_waits_for_the_ranking_says_how_it_is_made(house: House) -> None:
    opened(house, 1, 1)
    told = house.done("case", "RANKED-2021-0001").lines()
    assert any("统一排序" in line and "shixian rank ranked rank --cycle 2021" in line for line in told)
