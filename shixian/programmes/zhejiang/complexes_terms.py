"""Terms of 浙江省省级产业创新服务综合体管理考核办法（试行）, 浙科领办〔2020〕3号: the regulation, who acts, what is scored.

The yearly evaluation that rests on it is in `complexes`, what the text leaves open in `complexes_readings`.
"""

from __future__ import annotations

from datetime import date

from shixian.rules.conditions import Condition, fact, lift
from shixian.rules.facts import Field, integer_fact, number_fact
from shixian.rules.lifecycle import Actor, Binds, ClauseNote, Regulation
from shixian.rules.points import AtMost, sum_of

ANNUAL = "zj-complex-annual"

COMPLEX = Actor("complex", "综合体", Binds.PARTY)
CITY = Actor("city", "市、县（市、区）", Binds.PARTY)
PROVINCE_ST = Actor("province_st", "省科技厅会同省财政厅", Binds.OFFICE)
OFFICE = Actor("office", "省科技领导小组办公室", Binds.OFFICE)

STATES = {"completed": "建成类", "creation": "创建类", "cultivation": "培育类"}
INDUSTRIES = {
    "agriculture": "农林牧渔",
    "block": "传统块状经济",
    "cluster": "现代产业集群",
    "services": "现代服务业",
    "other": "其他产业特征",
}

REGULATION = Regulation(
    key="zj-innovation-complexes",
    title="浙江省省级产业创新服务综合体管理考核办法（试行）",
    number="浙科领办〔2020〕3号",
    issuers=("浙江省科技领导小组办公室",),
    issued=date(2020, 4, 3),
    in_force_from=date(2020, 4, 3),
    in_force_to=None,
    force_clause="第二十四条",
    clauses=(
        ClauseNote("第一条", "目的和依据", "exhortation"),
        ClauseNote("第二条", "综合体的含义和功能", "definition"),
        ClauseNote("第三条", "建设原则和运行机制", "exhortation"),
        ClauseNote("第四条", "省市县三级分工", "definition"),
        ClauseNote("第五条", "申报的基本条件", "not_yet"),
        ClauseNote("第六条", "每年申报通知、在线填报、限额推荐", "not_yet"),
        ClauseNote("第七条", "申报弄虚作假：2年、5年内不得再行申报", "not_yet"),
        ClauseNote("第八条", "形式审查和评审", "not_yet"),
        ClauseNote("第九条", "创建和培育名单；择优转创建；连续两年未转的不再培育", "not_yet"),
        ClauseNote("第十条", "公示5个工作日、发文", "not_yet"),
        ClauseNote("第十一条", "三年内事故和环保问题不予支持", "not_yet"),
        ClauseNote("第十二条", "同等条件下的优先", "not_yet"),
        ClauseNote("第十三条", "谁实施年度绩效评价和建设期满考核", "definition"),
        ClauseNote("第十四条", "年度绩效评价：评分、分类排序、黄牌、移出、培育转创建"),
        ClauseNote("第十五条", "建设期满考核的四个等级", "not_yet"),
        ClauseNote("第十六条", "考核数据的提供和真实性；弄虚作假一票否决"),
        ClauseNote("第十七条", "事前支持和绩效奖励，不含宁波", "not_yet"),
        ClauseNote("第十八条", "创建类最高2000万元", "not_yet"),
        ClauseNote("第十九条", "建设期满考核的奖励和追回", "not_yet"),
        ClauseNote("第二十条", "资金用途", "not_yet"),
        ClauseNote("第二十一条", "运营单位变更等重要事项", "not_yet"),
        ClauseNote("第二十二条", "鼓励总结经验", "exhortation"),
        ClauseNote("第二十三条", "市县可以制订办法", "reference"),
        ClauseNote("第二十四条", "自发布之日起施行；与先前规定不一致的以本办法为准"),
        ClauseNote("第二十五条", "解释权", "reference"),
    ),
)

# 附件: second-level indicators and their standard points, by the five indicators of 第十四条第（一）项.
INDICATORS: dict[str, tuple[tuple[str, str, int], ...]] = {
    "体制机制创新": (
        ("collaboration", "政府部门协同推进、最多跑一次、数字化服务能力", 5),
        ("management", "统一的专业化管理机构、市场化运行、可持续发展能力", 5),
        ("leading_firms", "龙头企业带动全产业链提升", 5),
    ),
    "创新能力指数": (
        ("resources", "科技创新资源集聚指数", 8),
        ("talent", "科技人才团队集聚指数", 8),
        ("key_technology", "关键共性技术攻关指数", 9),
    ),
    "服务能力指数": (
        ("progress", "建设进度（质量）指数", 8),
        ("service_results", "服务成效指数", 12),
        ("finance", "科技金融指数", 5),
    ),
    "产业竞争力提升": (
        ("rd_intensity", "产业集群研发投入强度", 4),
        ("rd_intensity_growth", "产业集群研发投入强度较上年增长", 4),
        ("productivity", "产业集群全员劳动生产率", 4),
        ("productivity_growth", "产业集群全员劳动生产率较上年增长", 4),
        ("new_high_tech", "当年新增国家高新技术企业数占比", 3),
        ("industry_specific", "综合体所在产业差异化评价", 6),
    ),
    "带动区域创新": (
        ("innovation_index", "科技创新指数", 4),
        ("rd_deduction", "当年企业研发费用加计扣除额", 2),
        ("vouchers", "当年该区域创新券使用额", 2),
        ("local_funding", "当年该区域本级财政科技拨款", 1),
        ("local_funding_growth", "当年该区域本级财政科技拨款较上年增长", 1),
    ),
}
LINES = tuple(line for lines in INDICATORS.values() for line in lines)
SCORED = tuple(name for name, _, _ in LINES)

SCORE_FACTS: tuple[Field, ...] = (
    *(
        number_fact(name, f"{label}得分（标准分{points}分）", clause="第十四条第（一）项", answered_by="province_st")
        for name, label, points in LINES
    ),
    integer_fact("commendations", "省级以上领导肯定性批示项数", clause="第十四条第（一）项", answered_by="province_st"),
    integer_fact(
        "experiences", "在省内外推广应用的建设经验项数", clause="第十四条第（一）项", answered_by="province_st"
    ),
    number_fact("bonus", "特色亮点工作各项加分合计", clause="第十四条第（一）项", answered_by="province_st"),
)
SCORE_NAMES = tuple(field.name for field in SCORE_FACTS)

BONUS_ITEMS = fact("commendations") + fact("experiences")

SCORE_CONDITIONS = (
    *(
        Condition(
            name,
            f"{label}得分在0分至标准分{points}分之间",
            (fact(name) >= 0) & (fact(name) <= points),
            "第十四条第（一）项",
        )
        for name, label, points in LINES
    ),
    Condition(
        "bonus_items",
        "特色亮点工作项数不为负数",
        (fact("commendations") >= 0) & (fact("experiences") >= 0),
        "第十四条第（一）项",
    ),
    Condition(
        "bonus_per_item",
        "特色亮点工作每项加2分至3分",
        (fact("bonus") >= BONUS_ITEMS * 2) & (fact("bonus") <= BONUS_ITEMS * 3),
        "第十四条第（一）项",
    ),
)

BONUS_CAP = 10  # 累计不超过10分
TOTAL = sum_of(SCORED) + AtMost(fact("bonus"), lift(BONUS_CAP))
