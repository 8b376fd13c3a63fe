"""沪科合〔2020〕15号: the regulation and its articles, who acts in it, and the names of its cases.

Shared by the modules of the matching funds; the stages are in `matching_funds` and `matching_funds_children`.
"""

from __future__ import annotations

from datetime import date

from shixian.rules.lifecycle import Actor, Binds, ClauseNote, Regulation

MATCHING_FUNDS = "sh-matching-funds"
DRAWDOWN = "sh-matching-funds-drawdown"
ADJUSTMENT = "sh-matching-funds-adjustment"
INSPECTION = "sh-matching-funds-inspection"
INFORMATION = "sh-matching-funds-information"
FORECAST = "sh-matching-funds-forecast"

UNDERTAKER = Actor("undertaker", "承担单位", Binds.PARTY)
PROJECT_HEAD = Actor("project_head", "课题负责人", Binds.PARTY)
RESPONSIBLE_DEPT = Actor("responsible_dept", "市责任部门", Binds.OFFICE)
REVIEW_GROUP = Actor("review_group", "市审核小组", Binds.OFFICE)
FINANCE_BUREAU = Actor("finance_bureau", "市财政局", Binds.OFFICE)
ASSESSOR = Actor("assessor", "第三方评估机构", Binds.THIRD)
RECHECKER = Actor("rechecker", "市审核小组委托的相关机构", Binds.THIRD)

REGULATION = Regulation(
    key=MATCHING_FUNDS,
    title="国家科技重大专项资金配套管理办法实施细则",
    number="沪科合〔2020〕15号",
    issuers=("上海市科学技术委员会", "上海市发展和改革委员会", "上海市财政局"),
    issued=date(2020, 6, 17),
    in_force_from=date(2020, 7, 18),  # reading in-force-day
    in_force_to=date(2023, 6, 30),
    force_clause="第二十八条",
    clauses=(
        ClauseNote("第一条", "目的依据", "exhortation"),
        ClauseNote("第二条", "适用于本市地方配套资金的申请、使用和管理", "definition"),
        ClauseNote("第三条", "牵头单位、参与单位的申请条件"),
        ClauseNote("第四条", "前补助、后补助；支持额度的确定依据"),
        ClauseNote("第五条", "直接费用、间接费用；劳务费和间接费用上限"),
        ClauseNote("第六条", "下一年度预算申报"),
        ClauseNote("第七条", "按批复和评审报告编制配套预算"),
        ClauseNote("第八条", "立项批复后2个月内备案，逾期视为放弃"),
        ClauseNote("第九条", "形式审查、第三方评估、修改和确认"),
        ClauseNote("第十条", "预算复核"),
        ClauseNote("第十一条", "9月30日前提请审核会；预算批复"),
        ClauseNote("第十二条", "中央资金到款后1个月内申请，分期核拨"),
        ClauseNote("第十三条", "预算调整的三种报批情形和内部审批"),
        ClauseNote("第十四条", "绩效评价结果和审计报告报送、财务核查、核查报告备案"),
        ClauseNote("第十五条", "结余资金的上交和留用"),
        ClauseNote("第十六条", "垫付与归垫参照国家规定", "reference"),
        ClauseNote("第十七条", "后补助参照国家和本市规定", "reference"),
        ClauseNote("第十八条", "政府采购按本市规定", "reference"),
        ClauseNote("第十九条", "承担单位简化科研设备采购", "exhortation"),
        ClauseNote("第二十条", "固定资产和无形资产的归属与管理", "reference"),
        ClauseNote("第二十一条", "仪器设备和数据开放共享按规定", "reference"),
        ClauseNote("第二十二条", "监督检查的方式", "definition"),
        ClauseNote("第二十三条", "承担单位法人负责制，健全内控", "exhortation"),
        ClauseNote("第二十四条", "年度检查报告备案，重大问题抽查"),
        ClauseNote("第二十五条", "按规定时间报送各类信息"),
        ClauseNote("第二十六条", "信用信息记录，作为以后审核的依据"),
        ClauseNote("第二十七条", "解释机关", "reference"),
        ClauseNote("第二十八条", "施行日期和有效期"),
    ),
)
