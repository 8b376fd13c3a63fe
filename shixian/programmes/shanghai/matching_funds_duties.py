"""沪科合〔2020〕15号: duties that recur. 第六条 budget forecast; 第二十四条 annual inspection; 第二十五条 information.

The inspection of each year and each information report are opened by the main case; the forecast of a responsible
department for the next year is a case of its own.
"""

from __future__ import annotations

from shixian.programmes.shanghai.matching_funds_terms import (
    FORECAST,
    INFORMATION,
    INSPECTION,
    MATCHING_FUNDS,
    REGULATION,
    RESPONSIBLE_DEPT,
    REVIEW_GROUP,
    UNDERTAKER,
)
from shixian.rules.conditions import Condition, fact, mark
from shixian.rules.facts import FactSet, choice_fact, date_fact, integer_fact, money_fact, text_fact, yes_no_fact
from shixian.rules.kinds import submission
from shixian.rules.lifecycle import Document, Lifecycle
from shixian.rules.timing import on_day, set_by_act

# 第六条: the department reports its true budget of the NEXT year; no day is set.
FORECAST_LIFECYCLE = Lifecycle(
    key=FORECAST,
    title="地方配套资金预算申报",
    regulation=REGULATION,
    actors=(RESPONSIBLE_DEPT, REVIEW_GROUP),
    facts=FactSet(
        (
            text_fact("unit_name", "市责任部门名称", clause="第六条", intake=True),
            integer_fact("forecast_year", "预算年度", clause="第六条", intake=True),
            money_fact("forecast_amount", "地方配套资金预算", clause="第六条", intake=True),
        )
    ),
    stages=(
        submission(
            "budget_forecast",
            "预算申报",
            clause="第六条",
            by=RESPONSIBLE_DEPT,
            inputs=("forecast_year", "forecast_amount"),
            conditions=(
                Condition(
                    "next_year",
                    "申报的是下一年度预算",
                    fact("forecast_year").equals(mark("cycle") + 1),
                    "第六条",
                ),
            ),
            ends_branch=True,
        ),
    ),
)

# 第二十四条: opened on 31 December by the main case (reading annual-inspection).
INSPECTION_LIFECYCLE = Lifecycle(
    key=INSPECTION,
    title="地方配套资金年度检查",
    regulation=REGULATION,
    legal_event="parent",
    child_of=MATCHING_FUNDS,
    actors=(RESPONSIBLE_DEPT, REVIEW_GROUP),
    facts=FactSet(
        (yes_no_fact("major_problems", "存在重大问题", clause="第二十四条", answered_by="responsible_dept"),)
    ),
    stages=(
        submission(
            "annual_inspection",
            "年度检查报告备案",
            clause="第二十四条",
            by=RESPONSIBLE_DEPT,
            documents=(Document("inspection_report", "年度检查报告", "第二十四条"),),
            inputs=("major_problems",),
        ),
        submission(
            "spot_check",
            "会同责任部门抽查",
            clause="第二十四条",
            by=REVIEW_GROUP,
            after=("annual_inspection",),
            only_if=fact("major_problems").equals(True),
            ends_branch=True,
        ),
    ),
)

# 第二十五条: "within the time set", which the department sets with each request; no consequence is named.
INFORMATION_KINDS = {
    "approval": "立项",
    "midterm": "中期执行",
    "acceptance": "验收",
    "budget": "资金预算申报及到位",
    "results": "重要成果的应用及其经济社会效益",
}
INFORMATION_LIFECYCLE = Lifecycle(
    key=INFORMATION,
    title="地方配套资金信息报送",
    regulation=REGULATION,
    legal_event="parent",
    child_of=MATCHING_FUNDS,
    actors=(UNDERTAKER, RESPONSIBLE_DEPT),
    facts=FactSet(
        (
            choice_fact("information_kind", "信息类别", clause="第二十五条", choices=INFORMATION_KINDS),
            date_fact("information_due", "规定的报送日期", clause="第二十五条", required=True),
        )
    ),
    stages=(
        submission(
            "information_report",
            "信息报送",
            clause="第二十五条",
            by=UNDERTAKER,
            within=on_day(set_by_act("information_due")),
        ),
        submission(
            "information_summary",
            "汇总报市审核小组",
            clause="第二十五条",
            by=RESPONSIBLE_DEPT,
            after=("information_report",),
            ends_branch=True,
        ),
    ),
)
