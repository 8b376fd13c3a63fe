"""Terms of 上海市科技信用信息管理办法（试行）, 沪科规〔2020〕9号: the regulation, who acts, the four classes of information.

One case is one item of information about one party. The lifecycles that rest on these terms are in `credit`,
`credit_objection` and `credit_repair`.
"""

from __future__ import annotations

from datetime import date

from shixian.rules.conditions import AnyOf, Children, Expression, Mark, Not, OutcomeOf, fact
from shixian.rules.facts import Field, choice_fact, text_fact, unit_code_fact
from shixian.rules.family import ChildrenWhere
from shixian.rules.history import withdrawn
from shixian.rules.lifecycle import Actor, Binds, ClauseNote, Consequence, Regulation, Remember, SetsBarEnd

CREDIT = "sh-credit"
OBJECTION = "sh-credit-objection"
REPAIR = "sh-credit-repair"

STCSM = Actor("stcsm", "市科委", Binds.OFFICE)
PLATFORM = Actor("platform", "市科技信用信息平台", Binds.OFFICE)
PROVIDER = Actor("provider", "信息提供单位", Binds.OFFICE)
SUBJECT = Actor("subject", "信息主体", Binds.PARTY)

REGULATION = Regulation(
    key="sh-credit",
    title="上海市科技信用信息管理办法（试行）",
    number="沪科规〔2020〕9号",
    issuers=("上海市科学技术委员会",),
    issued=date(2020, 11, 17),
    in_force_from=date(2021, 1, 1),
    in_force_to=date(2022, 12, 31),
    force_clause="第二十四条",
    clauses=(
        ClauseNote("第一条", "目的和上位依据", "exhortation"),
        ClauseNote("第二条", "适用范围、科技信用信息和信息主体", "definition"),
        ClauseNote("第三条", "合法、安全、及时、准确", "exhortation"),
        ClauseNote("第四条", "市科委的职责", "definition"),
        ClauseNote("第五条", "10个、20个工作日内汇交"),
        ClauseNote("第六条", "基本、良好和失信信息"),
        ClauseNote("第七条", "基本信息的内容"),
        ClauseNote("第八条", "良好信息的内容", "definition"),
        ClauseNote("第九条", "失信信息的内容，一般和严重"),
        ClauseNote("第十条", "一般失信行为"),
        ClauseNote("第十一条", "严重失信行为"),
        ClauseNote("第十二条", "本人、授权和共享查询"),
        ClauseNote("第十三条", "3年、5年查询期限、延至惩戒截止日和另有规定"),
        ClauseNote("第十四条", "推动与科技部和长三角的信息共享、共认共用", "exhortation"),
        ClauseNote("第十五条", "守信激励"),
        ClauseNote("第十六条", "失信约束和惩戒"),
        ClauseNote("第十七条", "鼓励社会应用", "exhortation"),
        ClauseNote("第十八条", "信息安全和工作人员义务", "exhortation"),
        ClauseNote("第十九条", "2个工作日内删除良好信息"),
        ClauseNote("第二十条", "提出异议"),
        ClauseNote("第二十一条", "异议标注和中止查询"),
        ClauseNote("第二十二条", "信用修复的四项条件"),
        ClauseNote("第二十三条", "5个工作日内决定是否修复"),
        ClauseNote("第二十四条", "施行日和有效期"),
    ),
)

# -- 第五条: who hands in --------------------------------------------------------------------------------------

CITY, DISTRICT, INSTITUTION, OTHERS = "stcsm", "district", "institution", "other"
PROVIDER_KINDS = {
    CITY: "市科委",
    DISTRICT: "区科技行政部门",
    INSTITUTION: "科研事业单位",
    OTHERS: "其他企事业单位、社会组织",
}
FROM_CITY = fact("provider_kind").equals(CITY)

# -- 第六条至第十一条: the classes ------------------------------------------------------------------------------

BASIC, GOOD, GENERAL, SERIOUS = "basic", "good", "general", "serious"
CLASSES = {BASIC: "基本信息", GOOD: "良好信息", GENERAL: "一般失信信息", SERIOUS: "严重失信信息"}
CLASS = fact("information_class")
IS_BASIC, IS_GOOD = CLASS.equals(BASIC), CLASS.equals(GOOD)
IS_GENERAL, IS_SERIOUS = CLASS.equals(GENERAL), CLASS.equals(SERIOUS)
IS_DISHONEST = CLASS.is_one_of(GENERAL, SERIOUS)

GENERAL_ACTS = {
    "authorship": "违反成果署名、论文发表规范（第十条第（一）项）",
    "overdue_duty": "违反项目管理规定或合同，逾期履行义务（第十条第（二）项）",
    "overdue_return": "无正当理由逾期返还财政资助经费（第十条第（三）项）",
    "expert_duty": "咨询评审中未按规定履行专家职责（第十条第（四）项）",
    "general_other": "其他违反管理规定或合同的行为（第十条第（五）项）",
}
SERIOUS_ACTS = {
    "misappropriation": "截留、挤占、挪用、套取、转移、私分经费（第十一条第（一）项）",
    "false_materials": "提供虚假材料，组织、实施请托（第十一条第（二）项）",
    "plagiarism": "抄袭、剽窃、侵占、篡改、编造成果，侵犯知识产权（第十一条第（三）项）",
    "bribe": "索取、收受不正当利益，出具明显不当意见（第十一条第（四）项）",
    "no_rectification": "不配合监督检查或评估评价，不整改、虚假整改或整改未达要求（第十一条第（五）项）",
    "paper_trade": "论文买卖、代写代投，伪造、虚构、篡改数据（第十一条第（六）项）",
    "wilful_termination": "主观故意导致项目撤销或终止（第十一条第（七）项）",
    "audit_refused": "不配合经费审计，拒不返还经费（第十一条第（八）项）",
    "penalty": "因科研失信受到行政处罚、刑事处罚（第十一条第（九）项）",
    "serious_other": "其他违反管理规定或合同的行为（第十一条第（十）项）",
}


def only_if(guard: Expression, test: Expression) -> Expression:
    """What must hold only of some information."""
    return AnyOf((Not(guard), test))


# What must be on the platform before the information is: the stages that queries, sanctions and rights follow.
HANDED_IN_STAGES = ("collect_city", "collect_other", "classify")

# -- The party: a unit by its code, a natural person by name and unit -------------------------------------------

PARTY_NAMES = ("unit_code", "person_name")


def party_facts() -> tuple[Field, ...]:
    return (
        unit_code_fact("unit_code", "统一社会信用代码", clause="第七条", help="自然人填“无”", intake=True),
        text_fact("unit_name", "信息主体名称", clause="第七条", intake=True),
        text_fact(
            "person_name",
            "信息主体姓名（单位）",
            clause="第七条",
            help="自然人写明姓名与单位，与申报、提名材料写法一致；单位填“无”",
            intake=True,
        ),
    )


def class_fact(*, intake: bool) -> Field:
    found: Field = choice_fact("information_class", "信息类别", clause="第六条", choices=CLASSES, intake=intake)
    return found


def provider_fact(*, intake: bool) -> Field:
    found: Field = choice_fact(
        "provider_kind", "信息提供单位类别", clause="第五条", choices=PROVIDER_KINDS, intake=intake
    )
    return found


# -- What one item of dishonest information means for others -----------------------------------------------------

HANDED_IN = "sh-credit.dishonest"  # history: a dishonest item about the party was handed in


def lifted(clause: str, text: str) -> tuple[Consequence, ...]:
    """The information is gone, and its sanction ends at once."""
    return tuple(SetsBarEnd(clause=clause, subject=name, text=text, reading="bar_lifted") for name in PARTY_NAMES)


# -- Objections in hand (第二十一条) ----------------------------------------------------------------------------

IN_HAND = OutcomeOf("handle").equals("open") | OutcomeOf("handle_city").equals("open")
MARKED = ChildrenWhere(OBJECTION, OutcomeOf("mark").equals("marked") & IN_HAND) >= 1
SUSPENDED = ChildrenWhere(OBJECTION, OutcomeOf("suspend_query").equals("suspended") & IN_HAND) >= 1
REMOVED = Children(OBJECTION, outcome="removed") >= 1
REPAIRED = Children(REPAIR, outcome="repaired") >= 1
ON_PLATFORM = Mark("query.opened")  # the day of the hand-in

# What an objection removed was no dishonest information: it does not stand against a repair (reading new_record).
NEVER_HANDED_IN = tuple(
    Remember(key=withdrawn(HANDED_IN), subject=name, value=ON_PLATFORM, clause="第二十一条", only_if=IS_DISHONEST)
    for name in PARTY_NAMES
)
