"""`simulate`: JSON and report, what differs, and files that cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shixian.cli import main
from shixian.rules.narrate import _KINDS, asked, event_text
from shixian.rules.state import KINDS
from shixian.scenarios import read_text, report, run
from tests.commands import sample

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def only_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    sample.use(monkeypatch)


def written(folder: Path, text: str) -> str:
    file = folder / "case.yaml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_json_gives_every_case_as_reported(capsys: Captured, tmp_path: Path) -> None:
    assert main(["simulate", written(tmp_path, sample.SCENARIO), "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (found["as_of"], found["programme"], found["differences"]) == ("2021-04-20", "sample-grant", [])
    scenario = read_text(sample.SCENARIO, sample.CATALOGUE)
    assert found["cases"] == json.loads(json.dumps(report(run(scenario, sample.CATALOGUE))))
    deadline = found["cases"]["A"]["deadlines"][0]
    assert deadline["last_day"] == "2021-03-01" and len(deadline["working"]) > 3
    assert found["cases"]["B"]["decisions"][0]["amount"] == "80000.00"
    assert found["cases"]["B"]["refusals"][0]["clause"] == "第三条"


def test_the_report_says_what_happened_and_why(capsys: Captured, tmp_path: Path) -> None:
    assert main(["simulate", written(tmp_path, sample.SCENARIO)]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    for line in (
        "第二条逾期，第五条金额　截至 2021-04-20",
        "A　试验资助（sample-grant）　已终结　环节：申报",
        "2021-03-01 视为自动放弃（第二条，lapsed）",
        "申报·申报：2021-03-01（失权，已届满）第二条",
        "最后一日：2021-03-01（第二条）",
        "2021-03-02T09:00:00+08:00　申报·提交申报：案件已于2021-03-01终结：视为自动放弃（第二条）",
        "B　试验资助（sample-grant）　办理中　环节：结题报告",
        "2021-03-11　资助金额：80000.00元（第五条）",
        "资助上限 ＝ 80,000.00元（第五条）",
        "试验财政局付乙 80000.00元，第1期，条文未规定支付期限（第六条）",
        "比较：研发人员不少于10人：研发人员数（9） ≥ 10（第三条）",
        "处理办法：符合条件后重新提出",
        "[待决定] 条文未规定逾期后果，由经办人决定并说明理由（第七条）",
        "2021-03-10　“公示”公示期届满（第四条）",
        "2021-04-10　“结题报告”期限届满（第七条）",
        "与期望相符：A、B",
    ):
        assert line in lines


def test_a_difference_is_one_and_is_named(capsys: Captured, tmp_path: Path) -> None:
    file = written(tmp_path, sample.SCENARIO.replace("clause: 第二条, source", "clause: 第三条, source"))
    assert main(["simulate", file]) == 1
    assert "A：clause 应为 第三条，实为 第二条" in capsys.readouterr().out
    assert main(["simulate", file, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["differences"] == ["A：clause 应为 第三条，实为 第二条"]


def test_an_act_on_no_case_is_a_difference(capsys: Captured, tmp_path: Path) -> None:
    wrong = "- {at: 2021-03-02T13:00, stage: handled, do: answer, by: office, child: objection1}\n      - "
    text = sample.SCENARIO.replace("- {at: 2021-03-03T09:00", f"{wrong}{{at: 2021-03-03T09:00")
    assert main(["simulate", written(tmp_path, text), "--json"]) == 1
    assert "没有这一案件" in json.loads(capsys.readouterr().out)["differences"][0]


def test_a_refused_opening_and_a_question_are_told(capsys: Captured, tmp_path: Path) -> None:
    text = """
programme: sample-grant
cases:
  A:
    opened: 2024-01-01
    facts: {approved: 2024-01-01, kind: new}
  B:
    opened: 2021-01-04
    facts: {approved: 2021-01-04, kind: new, unit_name: 丙}
    acts:
      - {at: 2021-01-05T09:00, stage: filing, do: submit, by: applicant, with: {documents: [form]}}
      - {at: 2021-01-05T10:00, stage: check, do: pass, by: office}
as_of: 2021-01-06
"""
    assert main(["simulate", written(tmp_path, text)]) == 0
    shown = capsys.readouterr().out
    assert "A　试验资助（sample-grant）　未予立案" in shown and "2024-01-01　立案：" in shown
    assert "需查明：研发人员数" in shown and "文件没有写期望" in shown


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "应为"),
        ("programme: nothing\ncases: {}\nas_of: 2021-01-01", "没有 nothing"),
        ("programme: sample-grant\ncases: {A: {}}\nas_of: 2021-01-01", "opened"),
        ("programme: [", "YAML"),
        (sample.SCENARIO.replace("100万元", "1000000"), "未写单位"),
        (sample.SCENARIO.replace("reason: lapsed", "ending: lapsed"), "不认识 ending"),
    ],
)
def test_what_cannot_be_read_is_two(capsys: Captured, tmp_path: Path, text: str, says: str) -> None:
    code = main(["simulate", written(tmp_path, text)])
    told = capsys.readouterr()
    if "未写单位" in says:  # a fact of a case that cannot be read refuses that case, not the file
        assert code == 1 and says in told.out
    else:
        assert code == 2 and told.out == "" and says in told.err


def test_no_file_and_a_folder_are_two(capsys: Captured, tmp_path: Path) -> None:
    assert main(["simulate", str(tmp_path / "none.yaml")]) == 2
    assert main(["simulate", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("处理办法") >= 1


def test_every_transition_has_words() -> None:
    assert set(_KINDS) == set(KINDS)
    scenario = read_text(sample.SCENARIO, sample.CATALOGUE)
    world = run(scenario, sample.CATALOGUE)
    events = [event for case in report(world).values() for event in case["events"]]
    assert events and all(event_text(sample.GRANT, event) for event in events)


def test_questions_are_asked_by_label() -> None:
    assert asked(sample.GRANT, "staff") == "研发人员数"
    assert asked(sample.GRANT, "call:notice_length") == "年度通知规定的公示期"
