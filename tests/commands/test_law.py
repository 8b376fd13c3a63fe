"""`programmes`, `show`, `readings`, `compute`, `clauses`, on a regulation of our own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shixian import programmes
from shixian.cli import main
from tests.commands import sample

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def only_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    sample.use(monkeypatch)


def told(capsys: Captured, *tokens: str, code: int = 0) -> str:
    assert main(list(tokens)) == code
    captured = capsys.readouterr()
    return captured.err if code else captured.out


def data(capsys: Captured, *tokens: str) -> Any:
    return json.loads(told(capsys, *tokens, "--json"))


def test_programmes(capsys: Captured) -> None:
    lines = told(capsys, "programmes").splitlines()
    assert lines[0].split() == ["程序", "名称", "文号", "施行期间", "环节", "上级程序"]
    assert lines[1].split() == ["sample-grant", "试验资助", "试科〔2020〕1号", "2020-07-01", "至", "2023-06-30", "7"]
    assert lines[2].endswith("sample-grant")
    child = data(capsys, "programmes")[1]
    assert (child["key"], child["parent"], child["stages"]) == ("sample-objection", "sample-grant", ["handled"])
    assert child["regulation"]["in_force_to"] == "2023-06-30"


def test_show_reads_like_the_regulation(capsys: Captured) -> None:
    lines = [line.strip() for line in told(capsys, "show", "sample-grant").splitlines()]
    for line in (
        "施行期间：2020-07-01 至 2023-06-30（第九条）",
        "3  现场核查      第三条  审查  主管部门  “形式审查”（通过）",
        "仅限：（类别为新申报、续报之一），且项目预算已查明",
        "材料：申报表（第二条）",
        "期限：2个月，自批复日期起；逾期：视为自动放弃（第二条）",
        "期限：10个工作日，自“形式审查”开始之日起；约束办理机关，逾期：列入督办，不使任何权利丧失（第三条）",
        "条件：研发人员不少于10人：研发人员数 ≥ 10（第三条）",
        "条件：每单位限报一项：按单位名称，每年度至多1件（第二条）",
        "后果：记入科研信用记录（严重）：弄虚作假（第八条）",
        "后果：三年内不得申报，期限3年（第八条）",
        "结果：不予受理〔failed〕→ 终结：不予受理（第三条）",
        "结果：通过〔passed〕→ 现场核查（第三条）",
        "自动：未结的“异议处理”件数 ＝ 0的，自动通过；否则等待（第四条）",
        "裁量：要求补正（主管部门，第三条）须说明理由",
        "裁量：补正逾期之后如何处理（第三条未规定）",
        "“结题报告”的期限 limit：以第七条代替一般规定（period.last_day）",
    ):
        assert line in lines
    window = next(line for line in lines if line.startswith("公示期："))
    assert "年度通知规定的公示期，自实际公布起" in window and "须提供异议理由，引起“异议处理”（第四条第二款）" in window
    decision = next(line for line in lines if line.startswith("决定："))
    assert "不超过公式“资助上限”（第五条）" in decision and decision.endswith("支付期限条文未规定")
    extension = next(line for line in lines if "届满前可由主管部门延长1次，至多15日（第七条）" in line)
    assert extension.startswith("期限：30日")


def test_piped_lines_are_whole(capsys: Captured) -> None:
    """Nothing is cut or wrapped: the longest line of the text is longer than any terminal of ours."""
    shown = told(capsys, "show", "sample-grant")
    assert max(map(len, shown.splitlines())) > 80 and "…" not in shown
    for stage in data(capsys, "show", "sample-grant")["stages"]:
        for deadline in stage["deadlines"]:
            assert any(deadline["words"] in line for line in shown.splitlines())


def test_show_json_has_the_stages_in_order(capsys: Captured) -> None:
    found = data(capsys, "show", "sample-grant")
    assert [stage["key"] for stage in found["stages"]] == [stage.key for stage in sample.STAGES]
    filing = found["stages"][0]
    assert filing["outcomes"][0]["leads_to"] == ["形式审查"] and filing["by"] == "申请单位"
    assert {item["name"] for item in found["facts"]} >= {"approved", "budget"}
    assert [item["key"] for item in found["limits"]] == ["one"]


def test_show_mermaid_has_a_node_for_every_stage_and_no_loose_end(capsys: Captured) -> None:
    lines = [line.strip() for line in told(capsys, "show", "sample-grant", "--mermaid").splitlines()]
    assert lines[0] == "flowchart TD"
    arrows = [line for line in lines if ">|" in line]
    nodes = {line.split("[")[0].split("(")[0].split("{")[0] for line in lines[1:] if ">|" not in line}
    assert {f"s_{stage.key}" for stage in sample.STAGES} <= nodes
    assert {arrow.split()[0] for arrow in arrows} | {arrow.split()[-1] for arrow in arrows} == nodes
    assert 's_filing -.->|"逾期 第二条"| end1' in arrows and 'end1(("终结：视为自动放弃"))' in lines


def test_readings_list_what_is_silent_and_what_is_read(capsys: Captured) -> None:
    found = data(capsys, "readings", "sample-grant")["sample-grant"]
    silences = {(item["kind"], item["clause"], tuple(item["used"])) for item in found["silences"]}
    assert silences == {
        ("lapse", "第三条", ("check.correction",)),
        ("act", "第三条", ("check.correction",)),
        ("call", "第四条", ("publicity.window",)),
        ("due", "第六条", ("award.试验财政局",)),
        ("lapse", "第七条", ("report.limit",)),
        ("lapse", "第七条、《民法典》第二百零三条", ("report.year",)),
    }
    used = {item["key"]: item["used"] for item in found["readings"]}
    assert used == {"fen": ["公式 ceiling"], "year_end": ["report.year"]}
    assert found["readings"][0]["since"] == "2026-11-23"
    text = told(capsys, "readings")
    assert "采用：舍去" in text and "另一读法：四舍五入" in text and "时限项目组选定" in text
    assert "sample-objection" in text and set(data(capsys, "readings")) == set(sample.CATALOGUE)


@pytest.mark.parametrize(
    ("budget", "grade", "amount"),
    [
        ("1000000", "A", "80000.00"),  # bare numbers are yuan: 1,000,000 x 8%
        ("1,000,000元", "A", "80000.00"),
        ("500万元", "A", "100000.00"),  # 80,000 + 4,000,000 x 5% = 280,000, at most 100,000
        ("100.01元", "A", "8.00"),  # 8.0008, cut to the fen
        ("100万元", "B", "40000.00"),
        ("0元", "A", "0.00"),
    ],
)
def test_compute(capsys: Captured, budget: str, grade: str, amount: str) -> None:
    tokens = ("compute", "sample-grant", "ceiling", f"budget={budget}", f"grade={grade}")
    found = data(capsys, *tokens)
    assert (found["amount"], found["clause"], found["readings"]) == (amount, "第五条", ["fen"])
    assert isinstance(found["working"], list) and all(isinstance(line, str) for line in found["working"])
    assert found["tree"]["name"] == "ceiling" and found["readings_in_words"][0]["chosen"] == "舍去"
    text = told(capsys, *tokens)
    assert f"{amount}元" in text.splitlines()[0] and all(line in text for line in found["working"])


def test_compute_without_a_formula_lists_them(capsys: Captured) -> None:
    assert told(capsys, "compute", "sample-grant").startswith("资助上限〔ceiling〕（第五条）：项目预算（budget，金额")
    inputs = data(capsys, "compute", "sample-grant")[0]["inputs"]
    assert [(item["name"], item["type"], item["choices"]) for item in inputs] == [
        ("budget", "money", []),
        ("grade", "choice", ["A", "B"]),
    ]
    assert told(capsys, "compute", "sample-objection") == "异议处理没有公式\n"


@pytest.mark.parametrize(
    ("tokens", "names"),
    [
        (["nothing"], ["sample-grant", "sample-objection"]),
        (["nothing", "ceiling"], ["sample-grant"]),
        (["sample-grant", "nothing"], ["资助上限（ceiling）"]),
        (["sample-objection", "ceiling"], ["没有公式"]),
        (["sample-grant", "ceiling"], ["budget", "grade"]),
        (["sample-grant", "ceiling", "budget=1", "grade=A", "x=1"], ["没有名为 x", "budget"]),
        (["sample-grant", "ceiling", "budget=1", "grade=C"], ["A、B"]),
        (["sample-grant", "ceiling", "budget=much", "grade=A"], ["much"]),
        (["sample-grant", "ceiling", "budget"], ["名称=值"]),
        (["sample-grant", "ceiling", "budget=1", "budget=2", "grade=A"], ["两次"]),
    ],
)
def test_compute_says_what_there_is(capsys: Captured, tokens: list[str], names: list[str]) -> None:
    error = told(capsys, "compute", *tokens, code=2)
    assert all(name in error for name in names) and "处理办法" in error


@pytest.mark.parametrize("command", ["show", "readings", "clauses"])
def test_an_unknown_programme_is_refused_with_what_there_is(capsys: Captured, command: str) -> None:
    error = told(capsys, command, "nothing", code=2)
    assert "没有 nothing" in error and "sample-grant" in error


def test_clauses_say_what_rests_on_each(capsys: Captured, tmp_path: Path) -> None:
    folder = tmp_path / "sample-grant"
    folder.mkdir()
    (folder / "filing.yaml").write_text(sample.SCENARIO, encoding="utf-8")
    (folder / "other.yaml").write_text("programme: other\nexpect: {A: {clause: 第二条}}", encoding="utf-8")
    found = data(capsys, "clauses", "sample-grant", "--scenarios", str(tmp_path))
    assert found["programmes"] == ["sample-grant", "sample-objection"]
    by_clause = {item["clause"]: item for item in found["clauses"]}
    uses = {clause: {(use["kind"], use["name"]) for use in item["uses"]} for clause, item in by_clause.items()}
    assert {("期限", "申报"), ("限额", "每单位限报一项"), ("案例期望", "sample-grant/filing.yaml")} <= uses["第二条"]
    assert not any(use["name"].endswith("other.yaml") for item in found["clauses"] for use in item["uses"])
    assert {("公式", "资助上限"), ("公式步骤", "资助上限"), ("案例引用", "sample-grant/filing.yaml")} <= uses["第五条"]
    assert ("期限", "处理") in uses["第四条"], "第四条第三款, of the child lifecycle, lies in 第四条"
    assert by_clause["第一条"]["uses"] == [] and by_clause["第一条"]["reason"].startswith("目的")
    assert not by_clause["第一条"]["gap"]
    assert found["other_law"] == [] and found["astray"] == []


def test_clauses_find_the_gaps(capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from dataclasses import replace

    from shixian.rules.lifecycle import ClauseNote

    notes = (*sample.REGULATION.clauses[1:], ClauseNote("第十条", "罚则"), ClauseNote("第十一条", "解释", "not_yet"))
    grant = replace(sample.GRANT, regulation=replace(sample.REGULATION, clauses=notes[1:]))
    monkeypatch.setattr(programmes, "catalogue", lambda: {"sample-grant": grant})
    text = told(capsys, "clauses", "sample", "--scenarios", str(tmp_path))
    assert "可执行而无对应的 1 条：第十条" in text and "没有对应的声明：尚未编码" in text
    astray = data(capsys, "clauses", "sample", "--scenarios", str(tmp_path))["astray"]
    assert {use["clause"] for use in astray} == {"第二条"}


def test_clauses_of_a_folder_that_is_not_there(capsys: Captured, tmp_path: Path) -> None:
    assert "没有" in told(capsys, "clauses", "sample", "--scenarios", str(tmp_path / "none"), code=2)
