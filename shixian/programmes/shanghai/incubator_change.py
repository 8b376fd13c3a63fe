"""第十四条、第十五条: two small proceedings that a recognition opens: an objection to it, and a later change of the carrier."""

from __future__ import annotations

from shixian.programmes.shanghai.incubator_readings import CHANGE_READINGS, OBJECTION_READINGS
from shixian.programmes.shanghai.incubator_terms import (
    CARRIER,
    CHANGE,
    DISTRICT,
    EDU,
    OBJECTION,
    PARK,
    RECOGNITION,
    REGULATION,
    STCSM,
    UNIT_NAME,
    kind_fact,
)
from shixian.rules.conditions import Condition, fact, mark
from shixian.rules.facts import FactSet, choice_fact, date_fact, text_fact, unit_code_fact
from shixian.rules.kinds import party_clock, submission
from shixian.rules.lifecycle import SILENT, Act, Closed, Document, Lifecycle, Outcome, Stage
from shixian.rules.timing import months


def concurs() -> Act:
    """第十七条: in a park's case 市教委 takes part; its consent is an act of its own."""
    park = Condition("park", "仅大学科技园由市教委会同办理", fact("carrier").equals(PARK), "第十七条")
    return Act(verb="concur", title="市教委会同", by=(EDU,), clause="第十七条", conditions=(park,), at_most=1)


def concurred(stage: str) -> Condition:
    """第十七条: the condition that waits for `concurs` in the same stage."""
    test = fact("carrier").differs(PARK) | ~mark(f"{stage}.concur").is_none
    return Condition(f"{stage}.concurred", "大学科技园须由市教委会同办理", test, "第十七条", "edu_consent")


CHANGE_KINDS = {
    "name": "载体名称变更",
    "operator": "运营主体变更",
    "site": "场地位置变更",
    "area": "面积范围变更",
    "other": "其他变更",
}

CHANGE_LIFECYCLE = Lifecycle(
    key=CHANGE,
    title="载体变更报告",
    regulation=REGULATION,
    child_of=RECOGNITION,
    legal_event="parent",
    actors=(CARRIER, DISTRICT, STCSM, EDU),
    facts=FactSet(
        (
            kind_fact(),
            UNIT_NAME,
            unit_code_fact("unit_code", "统一社会信用代码", clause="第十五条"),
            date_fact("changed_on", "变更发生日", clause="第十五条", required=True, intake=True),
            choice_fact("change_kind", "变更事项", clause="第十五条", choices=CHANGE_KINDS, intake=True),
        )
    ),
    readings=CHANGE_READINGS,
    stages=(
        submission(
            "report",
            "变更报告",
            clause="第十五条",
            by=CARRIER,
            documents=(Document("change_report", "变更报告", "第十五条"),),
            inputs=("change_kind",),
            clocks=(
                party_clock(
                    "第十五条", months(3).after("changed_on"), SILENT, title="变更报告", reading="change_silent"
                ),
            ),
        ),
        Stage(
            key="site_check",
            title="实地核查",
            clause="第十五条",
            kind="审查",
            by=DISTRICT,
            after=("report",),
            acts=(
                Act(
                    verb="report_up",
                    title="实地核查并报请市科委",
                    by=(DISTRICT,),
                    clause="第十五条",
                    outcome="reported",
                    documents=(Document("site_record", "实地核查记录", "第十五条"),),
                ),
            ),
            outcomes=(Outcome(key="reported", title="已核查并报请审核"),),
        ),
        Stage(
            key="confirm_change",
            title="审核确认变更",
            clause="第十五条",
            kind="决定",
            by=STCSM,
            after=("site_check",),
            acts=(
                Act(
                    verb="confirm",
                    title="确认变更",
                    by=(STCSM,),
                    clause="第十五条",
                    outcome="confirmed",
                    conditions=(concurred("confirm_change"),),
                    head=True,
                ),
                Act(
                    verb="refuse",
                    title="不予确认变更",
                    by=(STCSM,),
                    clause="第十五条",
                    outcome="refused",
                    discretion=True,
                    head=True,
                    reading="change_refused",
                ),
                concurs(),
            ),
            outcomes=(
                Outcome(key="confirmed", title="变更已确认", clause="第十五条", ends_branch=True),
                Outcome(
                    key="refused",
                    title="变更不予确认",
                    clause="第十五条",
                    closes=Closed("变更不予确认", reason="refused"),
                ),
            ),
        ),
    ),
)

OBJECTION_LIFECYCLE = Lifecycle(
    key=OBJECTION,
    title="公示异议处理",
    regulation=REGULATION,
    child_of=RECOGNITION,
    legal_event="parent",
    actors=(STCSM,),
    facts=FactSet(
        (
            text_fact("objection_ground", "异议事实和理由", clause="第十四条"),
            text_fact("objector", "异议人", clause="第十四条", sealed=True),
        )
    ),
    readings=OBJECTION_READINGS,
    stages=(
        Stage(
            key="handle",
            title="异议处理",
            clause="第十四条",
            kind="审查",
            by=STCSM,
            acts=(
                Act(
                    verb="uphold",
                    title="异议成立",
                    by=(STCSM,),
                    clause="第十四条",
                    outcome="upheld",
                    discretion=True,
                    reading="objection_handling",
                ),
                Act(
                    verb="dismiss",
                    title="异议不成立",
                    by=(STCSM,),
                    clause="第十四条",
                    outcome="dismissed",
                    discretion=True,
                    reading="objection_handling",
                ),
            ),
            outcomes=(
                Outcome(key="upheld", title="异议成立", clause="第十四条", ends_branch=True),
                Outcome(key="dismissed", title="异议不成立", clause="第十四条", ends_branch=True),
            ),
        ),
    ),
)
