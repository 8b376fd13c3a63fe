"""第五条至第七条、第十条: the standards of incubators, maker spaces and university science parks, and the 20% relief.

Each line is one requirement, in the order of the text. "以上" and "不少于" include the figure (Civil Code 1259);
"超过1年" does not include the anniversary, "满1年" does.
"""

from __future__ import annotations

from shixian.programmes.shanghai.incubator_terms import INCUBATOR, MAKERSPACE, PARK
from shixian.rules.conditions import AnyOf, Choose, Condition, Expression, Later, fact, lift, mark, share
from shixian.rules.facts import Field, choice_fact, date_fact, integer_fact, money_fact, number_fact, yes_no_fact
from shixian.rules.money import wan
from shixian.rules.timing import months, years

STANDARD_FACTS: tuple[Field, ...] = (
    yes_no_fact("shanghai_legal_person", "是否在本市注册的独立法人", clause="第五条第（一）项", intake=True),
    date_fact("operating_since", "成立并实际运行的起始日", clause="第五条第（一）项", intake=True),
    number_fact("own_area", "可自主支配的场地面积（平方米）", clause="第五条第（二）项", intake=True),
    number_fact("used_area", "供孵化使用的面积（含公共服务面积，平方米）", clause="第五条第（二）项", intake=True),
    yes_no_fact("space_concentrated", "孵化场地是否集中", clause="第五条第（二）项", intake=True),
    integer_fact("desks", "创业工位数", clause="第六条第（二）项", intake=True),
    money_fact("seed_fund", "自有种子资金", clause="第五条第（三）项", intake=True),
    money_fact("partner_fund", "合作的孵化资金", clause="第五条第（三）项", intake=True),
    integer_fact("fund_cases", "资金使用案例数", clause="第五条第（三）项", intake=True),
    integer_fact("staff_total", "机构总人数", clause="第五条第（四）项", intake=True),
    integer_fact("service_staff", "专业（专职）孵化服务人员数", clause="第五条第（四）项", intake=True),
    integer_fact("mentors", "创业（兼职）导师数", clause="第五条第（四）项", intake=True),
    integer_fact("tenants", "符合第八条的在孵企业数", clause="第五条第（五）项", intake=True),
    integer_fact("field_tenants", "与孵化器专业领域一致的在孵企业数", clause="第五条第（五）项", intake=True),
    integer_fact("patent_holders", "已申请专利的企业（团队）数", clause="第五条第（六）项", intake=True),
    integer_fact("ip_holders", "拥有有效知识产权的企业（团队）数", clause="第五条第（六）项", intake=True),
    yes_no_fact("services_complete", "孵化服务功能（服务体系）是否具备", clause="第五条第（七）项", intake=True),
    yes_no_fact("facilities_complete", "基础服务设施是否完善", clause="第六条第（二）项", intake=True),
    yes_no_fact("team_qualified", "团队和主要负责人是否具备所列背景和能力", clause="第六条第（三）项", intake=True),
    integer_fact(
        "residents", "入驻创业团队和企业数（大学科技园：在孵企业、入驻团队）", clause="第六条第（四）项", intake=True
    ),
    integer_fact("new_residents", "年内新注册入驻企业数", clause="第六条第（四）项", intake=True),
    date_fact("resident_founded_on", "入驻时成立最久的企业的成立日", clause="第六条第（四）项", intake=True),
    date_fact("resident_entered_on", "该企业的入驻日", clause="第六条第（四）项", intake=True),
    yes_no_fact("age_excepted", "入驻企业成立时间是否准予例外", clause="第六条第（四）项", answered_by="stcsm"),
    integer_fact("activities", "每年创业相关活动次数", clause="第六条第（六）项", intake=True),
    yes_no_fact("rules_complete", "服务流程和工作机制是否规范", clause="第六条第（六）项", intake=True),
    yes_no_fact("chain_brand", "是否同一品牌多基地连锁经营", clause="第六条第（七）项", intake=True),
    yes_no_fact("one_entity_per_district", "是否一区一法人主体多基地", clause="第六条第（七）项", intake=True),
    yes_no_fact("relies_on_university", "是否以有科研优势特色的大学为依托", clause="第七条第（一）项", intake=True),
    yes_no_fact("in_district_plans", "是否纳入所在地区发展规划", clause="第七条第（一）项", intake=True),
    yes_no_fact("well_managed", "管理、制度和经营状况是否良好", clause="第七条第（二）项", intake=True),
    integer_fact("linked_residents", "与依托高校有实质性联系的企业、团队数", clause="第七条第（四）项", intake=True),
    yes_no_fact("mentor_team", "是否具有专业化创业导师队伍", clause="第七条第（六）项", intake=True),
    yes_no_fact("student_base", "是否建有高校学生科技创业实习基地", clause="第七条第（七）项", intake=True),
    choice_fact(
        "relief_area",
        "所在的降低标准区域（都不属于的填“无”）",
        clause="第十条",
        intake=True,
        choices={
            "lingang": "自贸试验区临港新片区",
            "demonstration_zone": "长三角生态绿色一体化发展示范区",
            "zhangjiang": "张江科学城",
            "other": "其他区域",
        },
    ),
    yes_no_fact("other_area_accepted", "其他区域是否准予降低标准", clause="第十条", answered_by="stcsm"),
    yes_no_fact("desks_relieved", "创业工位标准是否准予降低", clause="第十条", answered_by="stcsm"),
)
STANDARD_NAMES = tuple(field.name for field in STANDARD_FACTS if field.intake)

# 第十条: relative (readings relief_relative, relief_areas, relief_standards).
RELIEF = share("80%")
IN_RELIEF_AREA = fact("relief_area").is_one_of("lingang", "demonstration_zone", "zhangjiang") | (
    fact("relief_area").equals("other") & fact("other_area_accepted")
)


def at_least(figure: Expression, standard: int | Expression) -> Expression:
    """The standard, or in the named areas four fifths of it. The area is asked for only when it matters."""
    return (figure >= standard) | (IN_RELIEF_AREA & (figure >= lift(standard) * RELIEF))


def ratio(part: str, whole: str) -> Expression:
    return fact(part) / fact(whole)


def patents_or_rights(of: str) -> Expression:
    """Patent applicants 50%, or holders of valid rights 30%: either suffices."""
    return at_least(ratio("patent_holders", of), share("50%")) | at_least(ratio("ip_holders", of), share("30%"))


# Measured on the day of application (reading measured_on).
A_YEAR_AFTER_START = Later(fact("operating_since"), years(1))
RUN_OVER_ONE_YEAR = mark("apply.submit") > A_YEAR_AFTER_START
RUN_ONE_FULL_YEAR = mark("apply.submit") >= A_YEAR_AFTER_START

DESK_STANDARD = lift(30)
DESKS = (fact("desks") >= DESK_STANDARD) | (
    IN_RELIEF_AREA & fact("desks_relieved") & (fact("desks") >= DESK_STANDARD * RELIEF)
)
RESIDENT_AGE = (
    fact("resident_founded_on").is_none
    | (fact("resident_entered_on") <= Later(fact("resident_founded_on"), months(24)))
    | fact("age_excepted")
)

# The item, a name, its words, its test, and the reading it rests on, if any.
Line = tuple[str, str, str, Expression] | tuple[str, str, str, Expression, str]


def standards(kind: str, article: str, *lines: Line) -> tuple[Condition, ...]:
    """Conditions that bind one kind of carrier only."""
    conditions = []
    for item, key, text, test, *reading in lines:
        bound = AnyOf((fact("carrier").differs(kind), test))
        conditions.append(Condition(f"{kind}.{key}", text, bound, f"{article}第{item}项", *reading))
    return tuple(conditions)


INCUBATOR_STANDARD = standards(
    INCUBATOR,
    "第五条",
    ("（一）", "legal_person", "在本市注册的独立法人", fact("shanghai_legal_person")),
    ("（一）", "running", "成立并实际运行超过1年", RUN_OVER_ONE_YEAR, "measured_on"),
    ("（二）", "concentrated", "孵化场地集中", fact("space_concentrated")),
    ("（二）", "area", "可自主支配的孵化场地面积不小于3000平方米", at_least(fact("own_area"), 3000), "relief_relative"),
    (
        "（二）",
        "used_area",
        "在孵企业使用面积（含公共服务面积）占75%以上",
        ratio("used_area", "own_area") >= share("75%"),
    ),
    (
        "（三）",
        "fund",
        "自有种子资金或合作的孵化资金不低于300万元",
        (fact("seed_fund") >= wan(300)) | (fact("partner_fund") >= wan(300)),
        "either_fund",
    ),
    ("（三）", "fund_cases", "不少于3个资金使用案例", fact("fund_cases") >= 3),
    ("（四）", "staff", "专业孵化服务人员占机构总人数80%以上", ratio("service_staff", "staff_total") >= share("80%")),
    (
        "（四）",
        "staff_per_ten",
        "每10家在孵企业至少1名专业孵化服务人员",
        fact("service_staff") * 10 >= fact("tenants"),
        "per_ten",
    ),
    ("（四）", "mentors_per_ten", "每10家在孵企业至少1名创业导师", fact("mentors") * 10 >= fact("tenants"), "per_ten"),
    ("（五）", "tenants", "在孵企业不少于15家", at_least(fact("tenants"), 15), "relief_relative"),
    ("（五）", "field", "75%在孵企业与专业领域一致", ratio("field_tenants", "tenants") >= share("75%")),
    (
        "（六）",
        "rights",
        "已申请专利的企业不低于50%或拥有有效知识产权的企业不低于30%",
        patents_or_rights("tenants"),
        "relief_relative",
    ),
    ("（七）", "services", "具备较为完善的孵化服务功能", fact("services_complete")),
)

MAKERSPACE_STANDARD = standards(
    MAKERSPACE,
    "第六条",
    ("（一）", "legal_person", "在本市注册的独立法人", fact("shanghai_legal_person")),
    ("（一）", "running", "成立并实际运营超过1年", RUN_OVER_ONE_YEAR, "measured_on"),
    ("（二）", "facilities", "具有完善的基础服务设施", fact("facilities_complete")),
    (
        "（二）",
        "space",
        "服务场地不低于500平方米或创业工位不少于30个",
        at_least(fact("used_area"), 500) | DESKS,
        "relief_relative",
    ),
    (
        "（二）",
        "used_area",
        "所提供的服务场地面积（含公共服务面积）占75%以上",
        ratio("used_area", "own_area") >= share("75%"),
        "makerspace_share",
    ),
    ("（三）", "team", "具备职业孵化服务队伍", fact("team_qualified")),
    ("（三）", "staff", "专职服务人员不少于3名", fact("service_staff") >= 3),
    ("（三）", "mentors", "兼职导师不少于3名", fact("mentors") >= 3),
    (
        "（四）",
        "residents",
        "已协议入驻不低于10家，或年内新注册入驻企业不低于5家",
        at_least(fact("residents"), 10) | at_least(fact("new_residents"), 5),
        "relief_relative",
    ),
    ("（四）", "resident_age", "企业入驻时成立一般不超过24个月", RESIDENT_AGE, "resident_age"),
    ("（五）", "services", "具有完善的服务体系", fact("services_complete")),
    ("（六）", "activities", "每年创业相关活动不少于10次", fact("activities") >= 10),
    ("（六）", "rules", "具有规范的服务流程和工作机制", fact("rules_complete")),
    (
        "（七）",
        "one_entity",
        "同一品牌多基地的，一区一法人主体多基地",
        Choose(fact("chain_brand"), fact("one_entity_per_district"), lift(True)),
    ),
)

PARK_STANDARD = standards(
    PARK,
    "第七条",
    ("（一）", "university", "以具有科研优势特色的大学为依托", fact("relies_on_university")),
    ("（一）", "plans", "纳入所在地区发展规划", fact("in_district_plans")),
    ("（二）", "legal_person", "在本市注册的独立法人", fact("shanghai_legal_person")),
    ("（二）", "running", "实际运营时间满1年", RUN_ONE_FULL_YEAR, "measured_on"),
    ("（二）", "managed", "管理规范、制度健全，经营状况良好", fact("well_managed")),
    ("（二）", "staff", "受训或有经验的服务人员占总人员60%以上", ratio("service_staff", "staff_total") >= share("60%")),
    ("（三）", "area", "可自主支配场地总面积不低于5000平方米", at_least(fact("own_area"), 5000), "relief_relative"),
    (
        "（三）",
        "used_area",
        "供孵化企业使用的场地占可自主支配面积60%以上",
        ratio("used_area", "own_area") >= share("60%"),
    ),
    ("（四）", "residents", "在孵企业、入驻团队达25家（个）以上", at_least(fact("residents"), 25), "relief_relative"),
    (
        "（四）",
        "rights",
        "已申请专利的占比不低于50%或拥有有效知识产权的占比不低于30%",
        patents_or_rights("residents"),
        "relief_relative",
    ),
    (
        "（四）",
        "linked",
        "50%以上的企业、团队与依托高校有实质性联系",
        ratio("linked_residents", "residents") >= share("50%"),
    ),
    ("（五）", "services", "能向入驻企业提供所列资源和服务", fact("services_complete")),
    ("（六）", "mentors", "具有专业化的创业导师队伍", fact("mentor_team")),
    ("（七）", "student_base", "建有高校学生科技创业实习基地", fact("student_base")),
)

STANDARDS = (*INCUBATOR_STANDARD, *MAKERSPACE_STANDARD, *PARK_STANDARD)
