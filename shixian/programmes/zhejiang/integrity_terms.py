"""Terms of 浙江省科研诚信信息管理办法（试行）, 浙科发监〔2020〕28号: the regulation, who acts, what its four lifecycles share.

They are `integrity_collection` with `integrity_disclosure` (第二章, 第十八条, 第二十二条), `integrity_blacklist` with
`integrity_measures` (第十五条至第二十条, 第二十五条), `integrity_objection` (第二十八条, 第二十九条) and `integrity_repair`
(第三十条); `integrity` puts them together.
"""

from __future__ import annotations

from datetime import date

from shixian.rules.conditions import Condition, Constant, Expression, Remembered
from shixian.rules.facts import Field, choice_fact, date_fact, text_fact
from shixian.rules.lifecycle import Actor, Bars, Binds, ClauseNote, Document, Regulation, Remember, SetsBarEnd

COLLECTION = "zj-integrity-collection"
BLACKLIST = "zj-integrity-blacklist"
OBJECTION = "zj-integrity-objection"
REPAIR = "zj-integrity-repair"

SUBJECT = Actor("subject", "科研诚信主体", Binds.PARTY)
PROVIDER = Actor("provider", "信息提供单位", Binds.OFFICE)
RECOGNISER = Actor("recogniser", "认定单位", Binds.OFFICE)
PROVINCE = Actor("province_st", "省科技厅", Binds.OFFICE)
REVIEWER = Actor("reviewer", "各级科学技术行政部门、项目管理专业机构", Binds.OFFICE)
HEAD = Actor("head", "省科技厅、部门负责人", Binds.OFFICE)

REGULATION = Regulation(
    key="zj-integrity",
    title="浙江省科研诚信信息管理办法（试行）",
    number="浙科发监〔2020〕28号",
    issuers=("浙江省科学技术厅",),
    issued=date(2020, 6, 11),
    in_force_from=date(2020, 7, 11),
    in_force_to=None,
    force_clause="第三十二条",
    clauses=(
        ClauseNote("第一条", "目的和上位依据", "exhortation"),
        ClauseNote("第二条", "适用范围、主体和诚信信息的含义"),
        ClauseNote("第三条", "省科技厅的职责；定期发布诚信状况报告，未定周期", "definition"),
        ClauseNote("第四条", "信息提供单位及其职责", "definition"),
        ClauseNote("第五条", "信息管理系统和运行维护", "definition"),
        ClauseNote("第六条", "科研信用信息目录"),
        ClauseNote("第七条", "信息的来源；30日内汇交；真实完整"),
        ClauseNote("第八条", "基础信息"),
        ClauseNote("第九条", "失信信息须经认定，分一般和严重"),
        ClauseNote("第十条", "一般失信行为八项"),
        ClauseNote("第十一条", "严重失信行为十一项"),
        ClauseNote("第十二条", "守信激励信息"),
        ClauseNote("第十三条", "评价得分0至1000分；指标体系另行规定", "reference"),
        ClauseNote("第十四条", "五级；分值界限另行规定", "reference"),
        ClauseNote("第十五条", "列入严重失信名单的条件、决定书和通报"),
        ClauseNote("第十六条", "列入前告知、惩戒的告知和公布、陈述申辩"),
        ClauseNote("第十七条", "有失信行为的不得评为A级；评级依另行规定的指标", "reference"),
        ClauseNote("第十八条", "三类信息的保存和披露期限"),
        ClauseNote("第十九条", "名单披露5年"),
        ClauseNote("第二十条", "移出名单的三项条件和公布"),
        ClauseNote("第二十一条", "依法公开"),
        ClauseNote("第二十二条", "诚信审核、严格审查和一票否决"),
        ClauseNote("第二十三条", "分级分类监管", "reference"),
        ClauseNote("第二十四条", "A级的激励措施，未定金额", "reference"),
        ClauseNote("第二十五条", "对列入名单者的惩戒措施"),
        ClauseNote("第二十六条", "各科技活动管理办法自行规定奖惩", "reference"),
        ClauseNote("第二十七条", "汇交国家和省平台、联合奖惩", "reference"),
        ClauseNote("第二十八条", "15日内提出异议；核查处理；申请复核"),
        ClauseNote("第二十九条", "5个工作日处理；累计不超过20个工作日"),
        ClauseNote("第三十条", "信用修复"),
        ClauseNote("第三十一条", "社会监督、投诉举报", "exhortation"),
        ClauseNote("第三十二条", "施行日和解释权"),
    ),
)

# 第十条: what is a general breach. Item （六） names four kinds of an expert's conduct, told apart by their own conditions.
GENERAL_BREACHES = {
    "late_material": "（一）未按时提交考核评估材料、申请验收或完成验收",
    "withdrawal": "（二）认定后或立项公示后放弃",
    "revoked": "（三）被撤销相关资格",
    "provider_failure": "（四）信息提供单位责任履行不到位",
    "malicious_report": "（五）捏造事实、恶意举报",
    "expert_absent": "（六）专家接受邀请后不参加评审",
    "expert_left": "（六）专家迟到或擅离职守",
    "expert_rules": "（六）专家未按规定或规则评判",
    "expert_deviation": "（六）专家评审结果严重偏离",
    "expert_bias": "（六）专家有明显倾向性评价",
    "inspection": "（七）执法检查、监督中发现的一般违规",
    "other": "（八）其他一般失信行为",
}
# 第十一条: what is a serious breach.
SERIOUS_BREACHES = {
    "plagiarism": "（一）抄袭、剽窃、侵占",
    "fabrication": "（二）编造、伪造、篡改",
    "trading": "（三）买卖、代写，虚构同行评议",
    "fraud": "（四）弄虚作假或以不正当手段获取",
    "ethics": "（五）违反科技伦理规范",
    "authorship": "（六）违反署名及论文发表规范",
    "money": "（七）擅自超权限调整，或套取、转移、挪用、贪污经费",
    "rent_seeking": "（八）设租寻租、管理严重失职",
    "expert_bribery": "（九）索贿受贿、违反回避、泄露评审信息",
    "obstruction": "（十）不配合监督检查、拒不整改",
    "other": "（十一）其他严重科研失信行为",
}

# 第二十二条: the activities of the province's S&T departments that the veto (一票否决) closes: those that are worked in
# this system, and any other (`ACTIVITY`), to which the departments admit at `integrity_disclosure.examine`. Engineering
# research centres are recognised by the development-and-reform departments, which this regulation does not bind.
ACTIVITY = "zj-st-activity"
PROVINCIAL_ACTIVITIES = (
    ACTIVITY,
    "zj-new-rd-recognition",
    "zj-new-rd-funding",
    "zj-provincial-lab-establishment",
    "zj-provincial-key-lab-adjust",
    "zj-clinical-establish",
    "zj-complex-application",
)


def subject_facts() -> tuple[Field, ...]:
    """Who the information is about. An identity document is never asked for: a name and unit tell a person here."""
    return (
        text_fact(
            "subject",
            "科研诚信主体",
            clause="第二条第二款",
            help="法人填统一社会信用代码，自然人填姓名和所在单位，如：张三（甲大学）；各案须填写一致",
            required=True,
            intake=True,
        ),
        text_fact("subject_name", "名称", clause="第八条第（一）项", intake=True),
        SUBJECT_KIND,
    )


SUBJECT_KIND: Field = choice_fact(
    "subject_kind", "主体类别", clause="第二条第二款", choices={"person": "自然人", "unit": "法人机构"}, intake=True
)
RECEIVED: Field = date_fact("decision_received", "收到处理决定之日（未送达处理决定的填无）", clause="第二十八条")

OBJECTION_RESULT = Document("objection_result", "异议处理或复核结果", "第二十八条")

# -- On the list (第十九条, 第二十条, 第三十条) ---------------------------------------------------------------------------
LIST = "浙江省严重失信名单"  # history: who was put on the list and taken off it, by any case


def _times(value: str) -> Expression:
    return Remembered(LIST, "subject", value=value, after=Constant(REGULATION.issued))  # nobody can be on it sooner


LISTED, REMOVED = "列入", "移出"
OFF_LIST: Expression = _times(LISTED).equals(_times(REMOVED))


def remembers(value: str, clause: str) -> Remember:
    """Writes that the subject has been put on the list, or taken off, for every case that asks `OFF_LIST`."""
    return Remember(key=LIST, subject="subject", value=Constant(value), clause=clause)


# -- The veto (第二十二条) -----------------------------------------------------------------------------------------
VETO = Bars(
    clause="第二十二条",
    subject="subject",
    lifecycles=PROVINCIAL_ACTIVITIES,
    length=None,
    text="严重失信行为责任主体，一票否决",
    reading="veto",
)


def veto_ends(clause: str, text: str, *, through: bool = False) -> SetsBarEnd:
    """The veto ends with the entry it rests on, at the end (`through`) of a term's last day; a disqualification
    (第二十五条第（四）项) has its own end."""
    return SetsBarEnd(clause=clause, subject="subject", text=text, only=VETO.clause, through=through)


def all_bars_end(clause: str, text: str) -> SetsBarEnd:
    """An entry found wrong bars nothing any more, whatever was imposed because of it."""
    return SetsBarEnd(clause=clause, subject="subject", text=text)


def not_on_list(clause: str, key: str = "off_list") -> Condition:
    return Condition(key, "该主体不在严重失信名单上", OFF_LIST, clause)
