"""沪科合〔2020〕15号, 第十三条 预算调整: who decides which change of an approved budget.

Items 1 to 3 go to the review group; everything else the undertaker decides itself, and within one group of direct
costs it may leave to the project head. The main case opens one case for each adjustment.
"""

from __future__ import annotations

from shixian.programmes.shanghai.matching_funds_readings import chosen
from shixian.programmes.shanghai.matching_funds_terms import (
    ADJUSTMENT,
    DRAWDOWN,
    MATCHING_FUNDS,
    PROJECT_HEAD,
    REGULATION,
    RESPONSIBLE_DEPT,
    REVIEW_GROUP,
    UNDERTAKER,
)
from shixian.rules.conditions import Condition, OfParent, fact
from shixian.rules.facts import FactSet, choice_fact, money_fact, yes_no_fact
from shixian.rules.family import DecidedByChildren
from shixian.rules.kinds import submission
from shixian.rules.lifecycle import Act, Closed, Decides, Document, Lifecycle, Outcome, Stage
from shixian.rules.money import wan

# 第二项: the change lies between units. 第三项: 以上 counts the number itself.
BETWEEN_UNITS = fact("adjustment_kind").is_one_of("undertaker_change", "between_undertakers")
BIG_EQUIPMENT = fact("new_equipment_unit_price") >= wan(50)
MORE_LABOUR = fact("labour_total_increased").equals(True)
FOR_REVIEW_GROUP = BETWEEN_UNITS | BIG_EQUIPMENT | MORE_LABOUR

GROUPS = {
    "materials": "材料、测试化验加工、燃料动力、出版/文献/信息传播/知识产权事务",
    "labour": "劳务、专家咨询、差旅/会议/国际合作与交流、其他支出",
    "neither": "不在两类之中（设备、基本建设）",
}
WITHIN_ONE_GROUP = fact("from_group").equals(fact("to_group")) & fact("from_group").is_one_of("materials", "labour")

DECIDED_BY_REVIEW_GROUP = Outcome(
    key="approved_by_review_group",
    title="市审核小组核批",
    clause="第十三条",
    closes=Closed("市审核小组核批", reason="completed"),
)
NOT_APPROVED = Outcome(
    key="rejected", title="不予核批", clause="第十三条", closes=Closed("市审核小组不予核批", reason="refused")
)


def rejection(clause: str) -> Act:
    """核批 includes not approving, with a reason."""
    return Act(
        verb="reject",
        title="不予核批",
        by=(REVIEW_GROUP,),
        clause=clause,
        outcome="rejected",
        discretion=True,
        head=True,
    )


APPLICATION = Stage(
    key="budget_adjustment",
    title="预算调整申请",
    clause="第十三条",
    kind="报送",
    by=UNDERTAKER,
    acts=(
        Act(
            verb="propose_total",
            title="报请调整总预算",
            by=(RESPONSIBLE_DEPT,),
            clause="第十三条第一项",
            outcome="proposed",
            inputs=("new_total",),
            reading="total-adjustment-application",
        ),
        Act(
            verb="apply",
            title="申请调整预算",
            by=(UNDERTAKER,),
            clause="第十三条第二项、第三项",
            outcome="applied",
            documents=(Document("adjustment_application", "预算调整申请", "第十三条"),),
            inputs=("adjustment_kind",),
            optional=("new_equipment_unit_price", "labour_total_increased", "from_group", "to_group"),
            conditions=(
                Condition(
                    "kind_stated",
                    "写明总预算不变的调整属于哪一类型",
                    ~fact("adjustment_kind").is_none,
                    "第十三条第二项、第三项",
                ),
            ),
        ),
    ),
    outcomes=(
        Outcome(key="proposed", title="总预算调整", clause="第十三条第一项"),
        Outcome(key="applied", title="总预算不变的调整", clause="第十三条第二项、第三项"),
    ),
)

TOTAL_APPROVAL = Stage(
    key="total_approval",
    title="总预算调整核批",
    clause="第十三条第一项",
    kind="决定",
    by=REVIEW_GROUP,
    after=("budget_adjustment:proposed",),
    acts=(
        Act(
            verb="approve",
            title="核批总预算调整",
            by=(REVIEW_GROUP,),
            clause="第十三条第一项",
            outcome="approved_by_review_group",
            head=True,
            conditions=(
                Condition(
                    "not_below_drawn",
                    "调整后的总预算不低于已核拨金额",
                    fact("new_total") >= OfParent(DecidedByChildren(DRAWDOWN, "drawdown")),
                    "第十三条第一项",
                    reading="total-below-drawn",
                ),
            ),
            decides=Decides(
                key="total_budget", title="调整后的总预算", clause="第十三条第一项", amount=fact("new_total")
            ),
        ),
        rejection("第十三条第一项"),
    ),
    outcomes=(DECIDED_BY_REVIEW_GROUP, NOT_APPROVED),
)

REPORT_TO_GROUP = submission(
    "report_to_group",
    "报市审核小组",
    clause="第十三条第二项、第三项",
    by=RESPONSIBLE_DEPT,
    after=("budget_adjustment:applied",),
    only_if=FOR_REVIEW_GROUP,
)

GROUP_APPROVAL = Stage(
    key="group_approval",
    title="市审核小组核批",
    clause="第十三条第二项、第三项",
    kind="决定",
    by=REVIEW_GROUP,
    after=("report_to_group:submitted",),
    acts=(
        Act(
            verb="approve",
            title="核批预算调整",
            by=(REVIEW_GROUP,),
            clause="第十三条第二项、第三项",
            outcome="approved_by_review_group",
            head=True,
            reading="equipment-price",
        ),
        rejection("第十三条第二项、第三项"),
    ),
    outcomes=(DECIDED_BY_REVIEW_GROUP, NOT_APPROVED),
)

INTERNAL_APPROVAL = Stage(
    key="internal_approval",
    title="承担单位内部审批",
    clause="第十三条第三项",
    kind="决定",
    by=UNDERTAKER,
    after=("budget_adjustment:applied",),
    only_if=~FOR_REVIEW_GROUP,
    acts=(
        Act(
            verb="approve",
            title="内部审批通过",
            by=(UNDERTAKER,),
            clause="第十三条第三项",
            outcome="internal",
        ),
        Act(
            verb="shift",
            title="课题负责人自行调剂",
            by=(PROJECT_HEAD,),
            clause="第十三条第二款",
            outcome="internal",
            inputs=("head_authorised",),
            optional=("from_group", "to_group"),
            conditions=(
                Condition(
                    "within_one_group",
                    "在同一类预算额度内调剂",
                    WITHIN_ONE_GROUP,
                    "第十三条第二款",
                    reading="ungrouped-items",
                ),
                Condition(
                    "authorised",
                    "承担单位已授权课题负责人自行调剂",
                    fact("head_authorised").equals(True),
                    "第十三条第二款",
                ),
            ),
        ),
    ),
    outcomes=(
        Outcome(
            key="internal",
            title="内部审批",
            clause="第十三条第三项",
            closes=Closed("承担单位内部审批", reason="completed"),
        ),
    ),
)

ADJUSTMENT_LIFECYCLE = Lifecycle(
    key=ADJUSTMENT,
    title="地方配套资金预算调整",
    regulation=REGULATION,
    legal_event="parent",
    child_of=MATCHING_FUNDS,
    actors=(UNDERTAKER, PROJECT_HEAD, RESPONSIBLE_DEPT, REVIEW_GROUP),
    facts=FactSet(
        (
            money_fact("new_total", "调整后的总预算", clause="第十三条第一项", answered_by="responsible_dept"),
            choice_fact(
                "adjustment_kind",
                "总预算不变的调整类型",
                clause="第十三条第二项、第三项",
                choices={
                    "undertaker_change": "承担单位变更引起的调整",
                    "between_undertakers": "承担单位之间的调整",
                    "within": "同一承担单位的预算科目调整",
                },
            ),
            money_fact(
                "new_equipment_unit_price",
                "新增设备的最高单价",
                clause="第十三条第三项",
                help="不新增设备的填“无”",
                answered_by="undertaker",
            ),
            yes_no_fact(
                "labour_total_increased", "劳务费预算总额调增", clause="第十三条第三项", answered_by="undertaker"
            ),
            choice_fact("from_group", "调出科目所属类别", clause="第十三条第二款", choices=GROUPS),
            choice_fact("to_group", "调入科目所属类别", clause="第十三条第二款", choices=GROUPS),
            yes_no_fact("head_authorised", "已授权课题负责人自行调剂", clause="第十三条第二款"),
        )
    ),
    stages=(APPLICATION, TOTAL_APPROVAL, REPORT_TO_GROUP, GROUP_APPROVAL, INTERNAL_APPROVAL),
    readings=chosen("total-adjustment-application", "total-below-drawn", "equipment-price", "ungrouped-items"),
)
