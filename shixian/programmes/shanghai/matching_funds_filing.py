"""沪科合〔2020〕15号, 第三条 申请条件, 第七条 and 第八条 配套备案, 第九条第一款 形式审查: how a matching case begins.

第三条 is checked at the formal check, not at the opening of the case. 第七条 shows in the filing, which states the
compiled budget.
"""

from __future__ import annotations

from shixian.programmes.shanghai.matching_funds_standing import with_reading
from shixian.programmes.shanghai.matching_funds_terms import RESPONSIBLE_DEPT, UNDERTAKER
from shixian.rules.conditions import Condition, Expression, fact, mark
from shixian.rules.kinds import Correction, examination, party_clock, submission
from shixian.rules.lifecycle import Closed, Document
from shixian.rules.timing import months

LEAD, PARTICIPANT = fact("role").equals("lead"), fact("role").equals("participant")


def required_of(who: Expression, key: str, text: str, clause: str) -> Condition:
    """A condition of 第三条 that binds lead units only, or participating units only."""
    return Condition(key, text, ~who | fact(key).equals(True), clause)


# ---- 第三条 申请条件 (checked at the formal check)
APPLICATION_CONDITIONS = (
    # Neither means that neither list of conditions was examined.
    Condition("role", "申请单位是项目（课题）牵头单位或者参与单位", LEAD | PARTICIPANT, "第三条"),
    Condition(
        "unit_in_shanghai", "承担国家科技重大专项任务的在沪单位", fact("unit_in_shanghai").equals(True), "第三条"
    ),
    required_of(
        LEAD, "contract_signed", "牵头单位与国家科技重大专项实施管理办公室已签订任务合同书", "第三条第一项（一）"
    ),
    required_of(
        LEAD,
        "contract_states_task",
        "任务合同书明确牵头单位、负责人、研究目标与内容、考核指标、任务分工和时间节点",
        "第三条第一项（二）",
    ),
    required_of(
        LEAD, "budgets_stated", "任务合同书和预算书明确中央财政资金预算和地方配套资金预算", "第三条第一项（二）"
    ),
    required_of(
        PARTICIPANT,
        "participant_named",
        "牵头单位的任务合同书明确参与单位、负责人、目标内容、指标、分工、节点和中央、地方预算额度",
        "第三条第二项（一）",
    ),
    required_of(
        PARTICIPANT,
        "independent_budget",
        "参与单位的任务有独立的预算，明确中央财政资金预算和地方配套资金预算",
        "第三条第二项（二）",
    ),
)

# ---- 第七条、第八条 编制预算、配套备案
FILING_DOCUMENTS = (
    Document("guide", "国家科技重大专项申报指南", "第八条第一项"),
    Document("approval", "国家科技重大专项立项批复", "第八条第二项"),
    Document("contract", "国家科技重大专项项目（课题）任务合同书", "第八条第三项"),
    Document("budget_book", "国家科技重大专项项目（课题）预算书", "第八条第四项"),
    Document("budget_review_report", "财政部投资评审中心预算评审报告", "第八条第五项"),
    Document(
        "appeal_materials",
        "预算评审申诉报告及复审意见",
        "第八条第五项",
        only_if=fact("review_appealed").is_known & fact("review_appealed").equals(True),
    ),
)
FILING = submission(
    "filing",
    "配套备案",
    clause="第八条",
    by=UNDERTAKER,
    documents=FILING_DOCUMENTS,
    inputs=("matching_budget",),
    optional=("review_appealed",),
    conditions=(
        Condition("approved", "已获得国家科技重大专项正式立项批复", fact("national_approval") <= mark("act"), "第八条"),
    ),
    clocks=(
        party_clock(
            "第八条",
            months(2).after("national_approval"),
            Closed("视为自动放弃"),
            title="配套备案",
            reading="approval-obtained",
        ),
    ),
    waiver="第八条",
)
FILING = with_reading(FILING, act="submit", reading="appeal-materials")

# ---- 第九条第一款 形式审查
FORMAL_CHECK = examination(
    "formal_check",
    "形式审查",
    clause="第九条第一款",
    by=RESPONSIBLE_DEPT,
    after=("filing",),
    inputs=("role",),
    optional=(
        "unit_name",
        "unit_code",
        "unit_in_shanghai",
        "contract_signed",
        "contract_states_task",
        "budgets_stated",
        "participant_named",
        "independent_budget",
        "materials_sealed",
    ),
    conditions=(
        *APPLICATION_CONDITIONS,
        Condition(
            "materials_sealed",
            "各材料均加盖公章，复印件已与原件核对、注明一致并加盖公章",
            fact("materials_sealed").equals(True),
            "第八条",
        ),
    ),
    correction=Correction(clause="第九条第一款", by=UNDERTAKER, period="correction_period"),
    failed=Closed("形式审查不通过，不进入预算评估", reason="refused", clause="第九条第二款"),
)
FORMAL_CHECK = with_reading(FORMAL_CHECK, clock="correction", reading="formal-check-correction")
FORMAL_CHECK = with_reading(FORMAL_CHECK, act="fail", reading="formal-check-failed")
