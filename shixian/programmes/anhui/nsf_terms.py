"""Terms of 安徽省自然科学基金管理办法（修订）, 皖科基奖〔2020〕16号: the regulation, who acts, the types of project.

The lifecycles that rest on it are in `nsf` and the files beside it; here stands only what they share.
"""

from __future__ import annotations

from datetime import date

from shixian.rules.conditions import Condition, Expression, Later, fact, lift, mark
from shixian.rules.facts import Field, choice_fact, text_fact, texts_fact, unit_code_fact
from shixian.rules.lifecycle import Actor, Binds, ClauseNote, Regulation
from shixian.rules.timing import Span

APPLICATION = "ah-nsf-application"
OBJECTION = "ah-nsf-objection"
CHANGE = "ah-nsf-change"
PROGRESS = "ah-nsf-progress"
CONCLUSION = "ah-nsf-conclusion"
HOST_STATUS = "ah-nsf-host"
EXPERT_CONDUCT = "ah-nsf-expert"
REPORT = "ah-nsf-report"
# 第四十二条 bars from applying *or taking part*: taking part is no lifecycle, only something one may be barred from.
TAKING_PART = "ah-nsf-taking-part"

APPLICANT = Actor("applicant", "申请人", Binds.PARTY)
PI = Actor("pi", "项目负责人", Binds.PARTY)
HOST = Actor("host", "依托单位", Binds.PARTY)
OFFICE = Actor("office", "省自然科学基金委员会办公室（省基金办）", Binds.OFFICE)
PROVINCE = Actor("province", "省科技厅", Binds.OFFICE)
EXPERTS = Actor("experts", "同行专家", Binds.THIRD)
REPORTER = Actor("reporter", "举报人", Binds.THIRD)

REGULATION = Regulation(
    key="ah-nsf",
    title="安徽省自然科学基金管理办法（修订）",
    number="皖科基奖〔2020〕16号",
    issuers=("安徽省科学技术厅",),
    issued=date(2020, 7, 24),
    in_force_from=date(2020, 7, 24),
    in_force_to=None,
    force_clause="第四十六条",
    clauses=(
        ClauseNote("第一条", "目的和上位依据", "exhortation"),
        ClauseNote("第二条", "资助方向", "exhortation"),
        ClauseNote("第三条", "资金来源、捐资和联合基金", "exhortation"),
        ClauseNote("第四条", "资助原则", "exhortation"),
        ClauseNote("第五条", "定额资助，经费核拨至依托单位"),
        ClauseNote("第六条", "省科技厅、基金委员会和省基金办的分工", "definition"),
        ClauseNote("第七条", "依托单位注册的条件"),
        ClauseNote("第八条", "依托单位的职责"),
        ClauseNote("第九条", "项目负责人的职责"),
        ClauseNote("第十条", "项目类型", "definition"),
        ClauseNote("第十一条", "项目类型可以调整", "reference"),
        ClauseNote("第十二条", "年度申报通知"),
        ClauseNote("第十三条", "申请人的共同条件"),
        ClauseNote("第十四条", "限项和合作研究单位"),
        ClauseNote("第十五条", "杰青项目的条件"),
        ClauseNote("第十六条", "优青项目的条件"),
        ClauseNote("第十七条", "青年项目的条件"),
        ClauseNote("第十八条", "重点项目的条件"),
        ClauseNote("第十九条", "面上项目的条件"),
        ClauseNote("第二十条", "申请、推荐和申请回避函"),
        ClauseNote("第二十一条", "遴选程序"),
        ClauseNote("第二十二条", "初步审查、5日公示和不予受理"),
        ClauseNote("第二十三条", "通讯评审"),
        ClauseNote("第二十四条", "先通讯、后会议评审"),
        ClauseNote("第二十五条", "拟资助项目7日公示和立项计划"),
        ClauseNote("第二十六条", "异议的途径和理由"),
        ClauseNote("第二十七条", "评审专家回避"),
        ClauseNote("第二十八条", "评审信息保密", "reference"),
        ClauseNote("第二十九条", "计划任务书；视为放弃"),
        ClauseNote("第三十条", "年度进展报告"),
        ClauseNote("第三十一条", "过程性检查的限制"),
        ClauseNote("第三十二条", "技术路线调整备案"),
        ClauseNote("第三十三条", "人员、依托单位变更和终止"),
        ClauseNote("第三十四条", "延期"),
        ClauseNote("第三十五条", "3个月内组织结题"),
        ClauseNote("第三十六条", "结题审查"),
        ClauseNote("第三十七条", "结题结果A至D"),
        ClauseNote("第三十八条", "知识产权和成果标注", "reference"),
        ClauseNote("第三十九条", "接受检查和监督", "reference"),
        ClauseNote("第四十条", "实名举报和失信处理"),
        ClauseNote("第四十一条", "申请中的失信行为"),
        ClauseNote("第四十二条", "项目负责人的违规行为"),
        ClauseNote("第四十三条", "依托单位的违规行为"),
        ClauseNote("第四十四条", "评审专家的违规行为"),
        ClauseNote("第四十五条", "解释权", "reference"),
        ClauseNote("第四十六条", "施行日和废止"),
    ),
)

DISTINGUISHED, EXCELLENT, YOUTH, KEY, GENERAL, JOINT = (
    "distinguished",
    "excellent",
    "youth",
    "key",
    "general",
    "joint",
)
TYPES = {
    DISTINGUISHED: "杰青项目",
    EXCELLENT: "优青项目",
    YOUTH: "青年项目",
    KEY: "重点项目",
    GENERAL: "面上项目",
    JOINT: "联合基金项目",
}
TYPE = fact("project_type")
IS_JOINT = TYPE.equals(JOINT)

# History: what a person has undertaken as 项目负责人, and what of it has ended; registered hosts; experts struck off.
BORNE, ENDED = "ah-nsf.borne", "ah-nsf.ended"
HOST_RECORD = "ah-nsf.host"
EXPERT_DISQUALIFIED = "ah-nsf.expert-disqualified"
# The register begins with this regulation; earlier projects are stated by the applicant and checked by the host.
SINCE_THE_REGULATION = lift(REGULATION.in_force_from)

PROJECT_TYPE: Field = choice_fact(
    "project_type", "项目类型", clause="第十条", choices=TYPES, required=True, intake=True
)
APPLICANT_NAME: Field = text_fact(
    "applicant",
    "申请人（项目负责人）",
    clause="第十三条",
    help="姓名；同名的加注系统编号，同一人写法须一致",
    required=True,
    intake=True,
)
UNIT_NAME: Field = text_fact("unit_name", "依托单位", clause="第八条", intake=True)
UNIT_CODE: Field = unit_code_fact("unit_code", "依托单位统一社会信用代码", clause="第七条", intake=True)
KIN: Field = texts_fact("kin_experts", "与申请人、参与人是近亲属的专家", clause="第二十七条", answered_by="experts")
CONFLICTED: Field = texts_fact(
    "conflicted_experts", "有其他可能影响公正评审情形的专家", clause="第二十七条", answered_by="experts"
)


def only_for(kinds: tuple[str, ...], test: Expression) -> Expression:
    """The test, asked of projects of these types only."""
    return ~TYPE.is_one_of(*kinds) | test


def bar_within(length: Span, clause: str, reading: str) -> Condition:
    """…年以内: a bar that the decision states ends after its day, and no later than the longest the clause allows."""
    until = fact("barred_until")
    in_bounds = (until > mark("act")) & (until <= Later(mark("act"), length))
    return Condition(
        "bar_within",
        f"写明的限制截止日应在决定日之后，且不超过{length.amount}年",
        ~until.is_known | in_bounds,
        clause,
        reading,
    )
