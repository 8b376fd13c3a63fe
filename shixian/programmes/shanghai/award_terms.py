"""上海市科学技术奖 (沪科规〔2020〕2号): who acts, and the facts that a nomination and its review ask for.

Beside it: `award_nomination` (what a nomination must satisfy), `award` (the stages), `award_objection`,
`award_complaint`, `award_readings`.
"""

from __future__ import annotations

from shixian.rules.conditions import AnyOf, Expression, Not, fact
from shixian.rules.facts import (
    FactSet,
    choice_fact,
    date_fact,
    integer_fact,
    period_fact,
    text_fact,
    texts_fact,
    unit_code_fact,
    yes_no_fact,
)
from shixian.rules.lifecycle import Actor, Binds

NOMINATOR = Actor("nominator", "提名者", Binds.PARTY)
CANDIDATE = Actor("candidate", "候选对象", Binds.PARTY)
OBJECTOR = Actor("objector", "异议者", Binds.THIRD)
AWARD_OFFICE = Actor("award_office", "奖励办公室", Binds.OFFICE)
REVIEW_COMMITTEE = Actor("review_committee", "评审委员会", Binds.OFFICE)
AWARD_COMMITTEE = Actor("award_committee", "奖励委员会", Binds.OFFICE)
SUPERVISION_COMMITTEE = Actor("supervision_committee", "监督委员会", Binds.OFFICE)
STCSM = Actor("stcsm", "市科学技术行政部门", Binds.OFFICE)
CITY_GOVERNMENT = Actor("city_government", "市人民政府", Binds.OFFICE)
FOREIGN_AFFAIRS = Actor("foreign_affairs", "涉外主管部门", Binds.OFFICE)

AWARD_KINDS = {
    "merit": "科技功臣奖",
    "youth": "青年科技杰出贡献奖",
    "natural_science": "自然科学奖",
    "invention": "技术发明奖",
    "progress": "科技进步奖",
    "popularization": "科学技术普及奖",
    "cooperation": "国际科技合作奖",
}
# The four kinds given to projects, in grades (第十五、十八、二十二、二十五条); the other three go to persons, ungraded.
PROJECT_KINDS = ("natural_science", "invention", "progress", "popularization")
GRADES = {"special": "特等奖", "first": "一等奖", "second": "二等奖", "third": "三等奖"}

# 第二十八条第一款: what makes a person a 科学技术专家 who may nominate.
EXPERT_GROUNDS = {
    "national_top_award": "国家最高科学技术奖获奖人",
    "merit_award": "上海市科技功臣奖获奖人",
    "cas_academician": "中国科学院院士",
    "cae_academician": "中国工程院院士",
    "first_completer": "2000年（含）以后本市四类科学技术奖特等奖或者一等奖的第一完成人",
    "global_prize": "诺贝尔奖、图灵奖等全球性知名科技奖项获得者",
    "foreign_rd_expert": "本市外资研发中心的知名外籍专家",
}

# On what a candidate of each kind may be nominated: one of the listed grounds.
GROUNDS: dict[str, tuple[str, dict[str, str]]] = {
    "merit": (
        "第六条、第七条",
        {"merit_science": "基础研究、应用基础研究重大发现", "merit_innovation": "重大技术发明、创新并推动转化"},
    ),
    "youth": (
        "第九条",
        {
            "youth_basic": "基础研究类",
            "youth_technology": "技术开发与产业化类",
            "youth_enterprise": "企业创新创业类",
        },
    ),
    "natural_science": (
        "第十四条",
        {
            "science_idea": "提出总体学术思想、研究方案",
            "science_discovery": "发现重要科学现象、特性和规律并阐明学说",
            "science_method": "提出研究方法和手段，解决关键疑难，或者系统收集分析重要基础数据",
        },
    ),
    "invention": (
        "第十七条",
        {
            "invention_design": "在总体方案设计中做出重要贡献",
            "invention_core": "在核心技术攻关中做出重要技术发明",
            "invention_transfer": "在成果转化和应用中做出创造性贡献（技术发明）",
        },
    ),
    "progress": (
        "第二十一条",
        {
            "progress_scheme": "在总体技术方案中做出重要贡献",
            "progress_key_problem": "在关键技术和疑难问题中做出重要技术创新",
            "progress_transfer": "在成果转化和推广应用中做出创造性贡献（科技进步）",
            "progress_industry": "在高技术产业化方面做出重要贡献",
            "progress_management": "在科技管理、科技决策软科学研究中作出重要贡献",
        },
    ),
    "popularization": ("第二十四条", {"popular_author": "优秀科普成果的主要完成者"}),
    "cooperation": (
        "第二十七条",
        {
            "cooperation_research": "与本市合作研究、开发取得重大成果",
            "cooperation_training": "传授先进技术、提出重要建议、培养人才做出重要贡献",
            "cooperation_exchange": "促进科技交流与合作、提升国际影响力做出重要贡献",
        },
    ),
}

KIND = fact("award_kind")
IS_PROJECT = KIND.is_one_of(*PROJECT_KINDS)


def only_for(kinds: tuple[str, ...], test: Expression) -> Expression:
    """What only candidates of these award kinds must satisfy."""
    return AnyOf((Not(KIND.is_one_of(*kinds)), test))


NOMINATION_FACTS = (
    choice_fact("award_kind", "提名奖项", clause="第三十条", choices=AWARD_KINDS, intake=True),
    choice_fact("suggested_grade", "建议等级（不分等级的奖项填“无”）", clause="第三十条", choices=GRADES, intake=True),
    choice_fact("nominator_kind", "提名者类别", clause="第二十八条", choices={"expert": "专家", "unit": "单位"}, intake=True),
    text_fact("nominator_name", "提名者", clause="第二十八条", help="专家写明姓名与单位", intake=True),
    choice_fact("expert_ground", "专家提名资格（均不具备的填“无”）", clause="第二十八条", choices=EXPERT_GROUNDS, intake=True),
    integer_fact("expert_award_year", "专家获奖年度", clause="第二十八条", intake=True),
    choice_fact("expert_award_kind", "专家所获奖项", clause="第二十八条", choices=AWARD_KINDS, intake=True),
    choice_fact("expert_award_grade", "专家所获等级", clause="第二十八条", choices=GRADES, intake=True),
    yes_no_fact("expert_own_field", "属专家所熟悉研究领域", clause="第二十九条", intake=True),
    yes_no_fact("unit_qualified", "单位具备提名资格", clause="第二十八条", answered_by="stcsm"),
    text_fact("project_name", "项目名称", clause="第三十三条", intake=True),
    text_fact("unit_name", "第一完成单位", clause="第五十二条", intake=True),
    unit_code_fact("unit_code", "第一完成单位统一社会信用代码", clause="第五十二条", intake=True),
    texts_fact("completers", "候选人（按贡献大小排序）", clause="第四条", help="每人写明姓名与单位", intake=True),
    texts_fact("leading_completers", "前三完成人", clause="第三十三条", intake=True),
    yes_no_fact("units_are_main", "候选单位均为主要完成单位", clause="第五十二条", intake=True),
    choice_fact(
        "ground",
        "候选对象符合的条件（均不符合的填“无”）",
        clause="第三十条",
        choices={key: label for _, grounds in GROUNDS.values() for key, label in grounds.items()},
        intake=True,
    ),
    yes_no_fact("still_active", "继续活跃在科学技术前沿从事研究开发", clause="第八条", intake=True),
    date_fact("published_on", "主要论著发表（专著出版）日", clause="第十三条", intake=True),
    date_fact("implemented_since", "较大规模实施起始日", clause="第十六条、第二十条", intake=True),
    yes_no_fact("repeatable", "可重复实现，不仅依赖个人经验、技能、技巧", clause="第十九条", intake=True),
    yes_no_fact("invention_patent", "已获发明专利", clause="第十八条", intake=True),
    yes_no_fact("dispute_pending", "知识产权、完成单位或完成人员争议正在诉讼、仲裁、行政裁决、行政复议中", clause="第三十一条", intake=True),
    yes_no_fact("permit_required", "依法必须取得许可证", clause="第三十二条", intake=True),
    yes_no_fact("permit_granted", "已获主管行政机关批准", clause="第三十二条", intake=True),
    yes_no_fact("foreign_candidate", "候选人中有外籍人士", clause="第三十四条", intake=True),
    yes_no_fact("foreign_employed_here", "外籍人士受聘于在上海注册的机构", clause="第三十四条", intake=True),
    yes_no_fact("foreign_long_term", "外籍人士长期在上海从事科研工作", clause="第三十四条", intake=True),
    yes_no_fact("foreign_ip_chinese", "成果知识产权属中方所有或与中方共有", clause="第三十四条", intake=True),
    yes_no_fact("foreign_full_time", "在外国组织全职工作的外籍人士", clause="第二十六条", intake=True),
)
REVIEW_FACTS = (
    period_fact("correction_period", "补正期限", clause="第三十五条"),
    texts_fact("first_review_experts", "初评专家", clause="第四十二条"),
    texts_fact("second_review_experts", "复评专家", clause="第四十二条"),
    texts_fact("final_review_experts", "终评专家", clause="第四十二条"),
    choice_fact("proposed_grade", "复评建议等级（不分等级的奖项填“无”）", clause="第三十八条", choices=GRADES),
    choice_fact("final_grade", "授奖等级（不分等级的奖项填“无”）", clause="第四十条", choices=GRADES),
    texts_fact("winners", "授奖人（按贡献大小排序）", clause="第四条"),
    texts_fact("winning_units", "授奖单位", clause="第五十三条"),
    yes_no_fact("nomination_unchanged", "提名书内容无实质性变更", clause="第四十八条"),
)
FACTS = FactSet((*NOMINATION_FACTS, *REVIEW_FACTS))
