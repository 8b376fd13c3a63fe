"""Terms of 浙江省工程研究中心管理办法, 浙发改高技〔2020〕339号: the regulation, who acts, the grades, the facts shared.

The evaluation that rests on it is in `erc`, the loss of the title in `erc_revocation`, what the text leaves open in
`erc_readings`. Recognition (第九条至第十六条) and adjustments of the plan (第二十三条) are lifecycles of their own.
"""

from __future__ import annotations

from datetime import date

from shixian.rules.facts import Field, text_fact, unit_code_fact
from shixian.rules.lifecycle import Actor, Binds, ClauseNote, Regulation

EVALUATION = "zj-erc-evaluation"
REVOCATION = "zj-erc-revocation"

CENTRE = Actor("centre", "省工程中心", Binds.PARTY)
SUPERVISOR = Actor("supervisor", "主管部门", Binds.OFFICE)
THIRD_PARTY = Actor("third_party", "第三方机构", Binds.THIRD)
NDRC = Actor("ndrc_zj", "省发展改革委", Binds.OFFICE)

# 第二十条
EXCELLENT, GOOD, MEDIUM, BASIC, FAIL = "excellent", "good", "medium", "basic", "fail"
GRADES = {EXCELLENT: "优秀", GOOD: "良好", MEDIUM: "中等", BASIC: "基本合格", FAIL: "不合格"}

# The history of a centre: each result, each round that was its own (not a re-evaluation), the loss of the title.
RESULTS = "zj-erc-grade"
ROUNDS = "zj-erc-round"
REVOKED = "zj-erc-revoked"

REGULATION = Regulation(
    key="zj-erc",
    title="浙江省工程研究中心管理办法",
    number="浙发改高技〔2020〕339号",
    issuers=("浙江省发展和改革委员会",),
    issued=date(2020, 10, 29),
    in_force_from=date(2020, 11, 1),
    in_force_to=date(2025, 11, 1),  # 有效期至2025年11月1日: 至 takes in the day named (reading last_day_in_force)
    force_clause="第二十八条",
    clauses=(
        ClauseNote("第一条", "目的和上位依据", "exhortation"),
        ClauseNote("第二条", "适用范围和省工程中心的含义", "definition"),
        ClauseNote("第三条", "建设宗旨和目的", "exhortation"),
        ClauseNote("第四条", "主要任务", "exhortation"),
        ClauseNote("第五条", "责任与义务", "exhortation"),
        ClauseNote("第六条", "省发展改革委的职责", "definition"),
        ClauseNote("第七条", "主管部门的职责", "definition"),
        ClauseNote("第八条", "实施主体单位的职责", "exhortation"),
        ClauseNote("第九条", "领域布局和申报通知", "not_yet"),
        ClauseNote("第十条", "申报条件：场地、设备、人员", "not_yet"),
        ClauseNote("第十一条", "鼓励独立法人，优先申报", "exhortation"),
        ClauseNote("第十二条", "鼓励创新联合体", "exhortation"),
        ClauseNote("第十三条", "提出申请报告", "not_yet"),
        ClauseNote("第十四条", "主管部门审查推荐", "not_yet"),
        ClauseNote("第十五条", "初审、实地考察和评审", "not_yet"),
        ClauseNote("第十六条", "公示7个工作日、发文认定", "not_yet"),
        ClauseNote("第十七条", "每年组织，三年一个周期"),
        ClauseNote("第十八条", "评价工作指南（附件2）", "reference"),
        ClauseNote("第十九条", "5月1日、5月31日报送材料，核实，公布结果"),
        ClauseNote("第二十条", "五个等次"),
        ClauseNote("第二十一条", "各等次的后果，1年整改期和再评价"),
        ClauseNote("第二十二条", "主管部门的管理制度和统计", "exhortation"),
        ClauseNote("第二十三条", "组建方案重大调整", "not_yet"),
        ClauseNote("第二十四条", "核实责任；虚假材料计入信用记录"),
        ClauseNote("第二十五条", "撤销称号的七种情形"),
        ClauseNote("第二十六条", "统一命名", "definition"),
        ClauseNote("第二十七条", "设区市办法和县级奖励，未定金额", "reference"),
        ClauseNote("第二十八条", "解释权、施行日和有效期"),
    ),
)

# One unit may run several centres: the grades belong to the centre, the credit record (第二十四条) to the unit.
CENTRE_NAME: Field = text_fact(
    "centre", "省工程中心名称", clause="第二十六条", required=True, intake=True, help="××浙江省工程研究中心"
)
UNIT_CODE: Field = unit_code_fact(
    "unit_code", "实施主体单位统一社会信用代码", clause="第二十四条", required=True, intake=True
)
UNIT_NAME: Field = text_fact("unit_name", "实施主体单位名称", clause="第八条", intake=True)
