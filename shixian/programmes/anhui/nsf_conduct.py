"""皖科基奖〔2020〕16号: three proceedings beside the projects: a host's registration and status (第七条、第四十三条), an expert's
conduct (第四十四条), a report by real name (第四十条)."""

from __future__ import annotations

from dataclasses import replace

from shixian.programmes.anhui.nsf_readings import EXPERT_READINGS, HOST_READINGS, REPORT_READINGS
from shixian.programmes.anhui.nsf_terms import (
    EXPERT_CONDUCT,
    EXPERT_DISQUALIFIED,
    EXPERTS,
    HOST,
    HOST_RECORD,
    HOST_STATUS,
    PROVINCE,
    REGULATION,
    REPORT,
    REPORTER,
    UNIT_NAME,
    bar_within,
)
from shixian.rules.conditions import Condition, fact
from shixian.rules.facts import (
    NONE,
    FactSet,
    choice_fact,
    date_fact,
    period_fact,
    text_fact,
    unit_code_fact,
    yes_no_fact,
)
from shixian.rules.kinds import examination, party_clock, submission
from shixian.rules.lifecycle import Act, Bars, Closed, LeftToMeasures, Lifecycle, Outcome, Remember, Stage
from shixian.rules.timing import set_by_act, years

# ---- 第七条
HOST_KINDS = {
    "university": "高等学校",
    "institute": "科研机构",
    "public_benefit": "其他公益性机构",
    "other": "其他（如一般企业）",
}
REGISTRATION = submission(
    "host_registration",
    "依托单位注册",
    clause="第七条",
    by=HOST,
    inputs=("host_kind", "in_anhui", "research_capacity", "research_office", "finance_office", "asset_office"),
)
REGISTRATION_CHECK = examination(
    "registration_check",
    "注册审查",
    clause="第七条",
    by=PROVINCE,
    after=("host_registration",),
    conditions=(
        Condition(
            "kind",
            "应是高等学校、科研机构或其他公益性机构",
            fact("host_kind").is_one_of("university", "institute", "public_benefit"),
            "第七条",
        ),
        Condition("in_anhui", "应在安徽省境内", fact("in_anhui"), "第七条"),
        Condition("capacity", "具有从事基础研究的能力和条件", fact("research_capacity"), "第七条第（一）项"),
        Condition("research_office", "具有专门的科研管理机构和制度", fact("research_office"), "第七条第（二）项"),
        Condition("finance_office", "具有专门的财务管理机构和制度", fact("finance_office"), "第七条第（三）项"),
        Condition("asset_office", "具有必要的资产管理机构和制度", fact("asset_office"), "第七条第（四）项"),
    ),
    passed="注册",
    failed=Closed("不予注册", reason="refused"),
)

# ---- 第四十三条
HOST_MISCONDUCT = {
    "duties": "（一）未履行条件保障或者经费监督职责",
    "lax": "（二）对真实性审查不严，造成不良影响",
    "condoned": "（三）纵容、包庇弄虚作假",
    "changed_pi": "（四）未经批准擅自变更项目负责人",
    "embezzled": "（五）截留、挪用、侵占资助经费",
}
NOT_A_HOST = Bars(
    clause="第四十三条",
    subject="unit_code",
    lifecycles=(HOST_STATUS,),
    length=years(3),
    until="barred_until",
    text="取消三年以内作为依托单位的资格",
    reading="bar_length",
)
# A host is told by its code; its name too, where an application or a change gives no code.
NOT_A_HOST_BY_NAME = replace(NOT_A_HOST, subject="unit_name")
REGISTERED = Stage(
    key="registered",
    title="依托单位资格",
    clause="第八条",
    kind="期间",
    by=PROVINCE,
    after=("registration_check",),
    clocks=(
        party_clock(
            "第四十三条",
            set_by_act("correction_period").after("registered.order_correction"),
            LeftToMeasures("逾期不改正的，由省科技厅视情节准予继续改正或者取消依托单位资格，并说明理由"),
            key="correction",
            title="限期改正",
            met_by=("report_correction",),
            reading="correction_silent",
        ),
    ),
    acts=(
        Act(
            verb="order_correction",
            title="责成限期改正",
            by=(PROVINCE,),
            clause="第四十三条",
            inputs=("host_misconduct", "correction_period"),
            anew=True,
            discretion=True,
        ),
        Act(verb="report_correction", title="报告改正情况", by=(HOST,), clause="第四十三条"),
        Act(
            verb="disqualify",
            title="情节严重，取消依托单位资格",
            by=(PROVINCE,),
            clause="第四十三条",
            outcome="disqualified",
            inputs=("host_misconduct",),
            optional=("barred_until",),
            conditions=(bar_within(years(3), "第四十三条", "bar_length"),),
            discretion=True,
            head=True,
        ),
    ),
    outcomes=(
        Outcome(
            key="disqualified",
            title="取消依托单位资格",
            clause="第四十三条",
            closes=Closed(
                "取消三年以内作为依托单位的资格", reason="terminated", consequences=(NOT_A_HOST, NOT_A_HOST_BY_NAME)
            ),
        ),
    ),
)


def _registers(stage: Stage) -> Stage:
    """Registration is remembered under the host's code: its recommendations are asked for it."""
    record = Remember(key=HOST_RECORD, subject="unit_code", value=fact("host_kind"), clause="第七条")
    outcomes = tuple(replace(one, consequences=(record,)) if one.key == "passed" else one for one in stage.outcomes)
    return replace(stage, outcomes=outcomes)


HOST_LIFECYCLE = Lifecycle(
    key=HOST_STATUS,
    title="依托单位注册和管理",
    regulation=REGULATION,
    actors=(HOST, PROVINCE),
    facts=FactSet(
        (
            UNIT_NAME,
            unit_code_fact("unit_code", "依托单位统一社会信用代码", clause="第四十三条", required=True, intake=True),
            choice_fact("host_kind", "单位类别", clause="第七条", choices=HOST_KINDS, intake=True),
            yes_no_fact("in_anhui", "是否在安徽省境内", clause="第七条", intake=True),
            yes_no_fact("research_capacity", "是否具有基础研究能力和条件", clause="第七条第（一）项", intake=True),
            yes_no_fact("research_office", "是否具有科研管理机构和制度", clause="第七条第（二）项", intake=True),
            yes_no_fact("finance_office", "是否具有财务管理机构和制度", clause="第七条第（三）项", intake=True),
            yes_no_fact("asset_office", "是否具有资产管理机构和制度", clause="第七条第（四）项", intake=True),
            choice_fact(
                "host_misconduct", "违规情形", clause="第四十三条", choices=HOST_MISCONDUCT, answered_by="province"
            ),
            period_fact("correction_period", "改正期限", clause="第四十三条", answered_by="province"),
            date_fact("barred_until", "取消资格的截止日", clause="第四十三条", answered_by="province"),
        )
    ),
    readings=HOST_READINGS,
    stages=(REGISTRATION, _registers(REGISTRATION_CHECK), REGISTERED),
)

# ---- 第四十四条
EXPERT_MISCONDUCT = {
    "duties": "（一）未按规定履行评审职责或不尽责",
    "disclosure": "（二）擅自披露未公开的评审信息",
    "gain": "（三）利用工作便利谋取不正当利益",
}
EXPERT_LIFECYCLE = Lifecycle(
    key=EXPERT_CONDUCT,
    title="评审专家违规处理",
    regulation=REGULATION,
    is_application=False,
    party="expert",
    party_name="expert",
    actors=(EXPERTS, PROVINCE),
    facts=FactSet(
        (
            text_fact(
                "expert", "评审专家", clause="第四十四条", help="写法与评审专家名单一致", required=True, intake=True
            ),
            choice_fact(
                "expert_misconduct",
                "违规行为",
                clause="第四十四条",
                choices=EXPERT_MISCONDUCT,
                required=True,
                intake=True,
            ),
        )
    ),
    readings=EXPERT_READINGS,
    stages=(
        Stage(
            key="expert_conduct",
            title="督促改正或取消评审资格",
            clause="第四十四条",
            kind="处理",
            by=PROVINCE,
            acts=(
                Act(verb="urge", title="督促改正", by=(PROVINCE,), clause="第四十四条", discretion=True),
                Act(
                    verb="close",
                    title="已改正，办结",
                    by=(PROVINCE,),
                    clause="第四十四条",
                    outcome="corrected",
                    discretion=True,
                ),
                Act(
                    verb="strike_off",
                    title="情节严重，取消评审资格",
                    by=(PROVINCE,),
                    clause="第四十四条",
                    outcome="struck_off",
                    discretion=True,
                    head=True,
                    reading="struck_off_for_good",
                ),
            ),
            outcomes=(
                Outcome(key="corrected", title="已改正", ends_branch=True),
                Outcome(
                    key="struck_off",
                    title="取消评审资格",
                    ends_branch=True,
                    consequences=(
                        Remember(
                            key=EXPERT_DISQUALIFIED,
                            subject="expert",
                            value=fact("expert_misconduct"),
                            clause="第四十四条",
                        ),
                    ),
                ),
            ),
        ),
    ),
)

# ---- 第四十条
MATTERS = {"integrity": "违背科研诚信要求", "breach": "违反本办法规定"}
REPORT_LIFECYCLE = Lifecycle(
    key=REPORT,
    title="实名举报处理",
    regulation=REGULATION,
    is_application=False,
    party="reported",
    party_name="reported",
    actors=(REPORTER, PROVINCE),
    facts=FactSet(
        (
            text_fact("reported", "被举报人（单位）", clause="第四十条", required=True, intake=True),
            choice_fact("matter", "举报事项", clause="第四十条", choices=MATTERS, required=True, intake=True),
            text_fact(
                "reporter", "举报人", clause="第四十条", help="匿名的填“无”", sealed=True, required=True, intake=True
            ),
        )
    ),
    readings=REPORT_READINGS,
    stages=(
        Stage(
            key="report_handling",
            title="举报处理",
            clause="第四十条",
            kind="处理",
            by=PROVINCE,
            acts=(
                Act(
                    verb="find",
                    title="查实，转有关程序处理",
                    by=(PROVINCE,),
                    clause="第四十条",
                    outcome="substantiated",
                    conditions=(
                        Condition(
                            "real_name", "举报应实名提出", fact("reporter").differs(NONE), "第四十条", "anonymous"
                        ),
                    ),
                    discretion=True,
                ),
                Act(
                    verb="dismiss",
                    title="查不属实",
                    by=(PROVINCE,),
                    clause="第四十条",
                    outcome="unsubstantiated",
                    discretion=True,
                ),
                Act(
                    verb="set_aside",
                    title="匿名举报，不按本条办理",
                    by=(PROVINCE,),
                    clause="第四十条",
                    outcome="set_aside",
                    conditions=(
                        Condition("no_name", "仅适用于匿名举报", fact("reporter").is_none, "第四十条", "anonymous"),
                    ),
                    discretion=True,
                ),
            ),
            outcomes=(
                Outcome(key="substantiated", title="查实", ends_branch=True),
                Outcome(key="unsubstantiated", title="查不属实", ends_branch=True),
                Outcome(key="set_aside", title="不按本条办理", ends_branch=True),
            ),
        ),
    ),
)
