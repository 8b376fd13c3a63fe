"""皖科基奖〔2020〕16号, 第十三条至第十九条: who may apply for what. The common conditions, the limits, and five profiles
of age, title and history. Checked at the preliminary examination (第二十二条第（一）项); the limits are held from the
host's recommendation on, for only then has an application reached the province.
"""

from __future__ import annotations

from shixian.programmes.anhui.nsf_terms import (
    BORNE,
    DISTINGUISHED,
    ENDED,
    EXCELLENT,
    GENERAL,
    IS_JOINT,
    KEY,
    SINCE_THE_REGULATION,
    YOUTH,
    only_for,
)
from shixian.rules.ages import NewYearsDay
from shixian.rules.conditions import Condition, Expression, Later, Remembered, Size, fact, mark
from shixian.rules.facts import choice_fact, date_fact, integer_fact, texts_fact, yes_no_fact
from shixian.rules.lifecycle import Limit
from shixian.rules.timing import years

# ---- 第十三条, 第十四条: everybody

COMMON = (
    Condition("credit", "社会信用记录良好", fact("credit_good"), "第十三条第（一）项"),
    Condition("employed", "应是依托单位正式受聘的科学技术人员", fact("formally_employed"), "第十三条第（二）项"),
    Condition("able", "应具有履行项目负责人责任的能力", fact("able"), "第十三条第（二）项"),
    Condition(
        "months_at_host", "执行期间每年在依托单位工作不少于6个月", fact("months_at_host") >= 6, "第十三条第（二）项"
    ),
    Condition("leads", "应是所申请项目的实际负责人", fact("actual_lead"), "第十三条第（三）项"),
    Condition("experienced", "应具有从事基础研究的经历", fact("research_experience"), "第十三条第（三）项"),
    Condition(
        "in_post", "在读研究生、离退休以及兼职人员不得申请", fact("position").equals("in_post"), "第十三条第二款"
    ),
    Condition(
        "none_running",
        "正在承担省基金项目的负责人不得作为项目负责人申请",
        IS_JOINT | ~fact("running_project"),
        "第十四条第（三）项",
    ),
    Condition(
        "none_running_on_record",
        "记录中没有正在承担的省基金项目",
        IS_JOINT
        | (
            Remembered(BORNE, "applicant", after=SINCE_THE_REGULATION)
            <= Remembered(ENDED, "applicant", after=SINCE_THE_REGULATION)
        ),
        "第十四条第（三）项",
        "record_and_statement",
    ),
    Condition(
        "within_call",
        "符合年度申报通知对申请数量的限制",
        IS_JOINT | fact("within_call_limits"),
        "第十四条第（四）项",
    ),
    Condition(
        "joint_agreement", "联合基金项目应符合合作协议的限项要求", ~IS_JOINT | fact("meets_agreement"), "第十四条第三款"
    ),
)

COOPERATING_UNITS = Condition(
    "cooperating_units", "合作研究单位不得超过2个", Size(fact("cooperating_units")) <= 2, "第十四条第二款"
)

ONE_AS_PI = Limit(
    key="ah-nsf.as-pi",
    clause="第十四条第（一）项",
    scope=(fact("applicant"),),
    at_most=1,
    text="作为项目负责人同年申请省基金项目限1项",
    only_if=~IS_JOINT,
)
# One key for both: a person's applications of a year are counted together, whichever the part.
TWO_AS_APPLICANT = Limit(
    key="ah-nsf.in-all",
    clause="第十四条第（二）项",
    scope=(fact("applicant"),),
    at_most=2,
    text="作为项目负责人和参与人同年申请省基金项目合计限2项（申请人）",
    only_if=~IS_JOINT,
)
TWO_AS_PARTICIPANT = Limit(
    key="ah-nsf.in-all",
    clause="第十四条第（二）项",
    scope=(fact("participants"),),
    at_most=2,
    text="作为项目负责人和参与人同年申请省基金项目合计限2项（参与人）",
    only_if=~IS_JOINT,
)
LIMITS = (ONE_AS_PI, TWO_AS_APPLICANT, TWO_AS_PARTICIPANT)

# ---- 第十五条至第十九条: the five profiles

NEW_YEAR = NewYearsDay(mark("cycle"))


def younger_than(age: int) -> Expression:
    """申请当年1月1日未满…周岁: the birthday itself still counts as under age (reading `age`)."""
    return Later(fact("born_on"), years(age)) >= NEW_YEAR


SENIOR_OR_DOCTOR = fact("title").equals("senior") | fact("doctorate")
RECOMMENDED = fact("recommenders") >= 2


def _never(name: str, value: str) -> Expression:
    """Never 项目负责人 of a project of this type, by the applicant's statement nor by the record."""
    return fact(name).equals(0) & Remembered(BORNE, "applicant", value=value, after=SINCE_THE_REGULATION).equals(0)


def _fewer_than(most: int, name: str, value: str) -> Expression:
    """With this one, no more than `most` projects of the type, by statement and by record."""
    record = Remembered(BORNE, "applicant", value=value, after=SINCE_THE_REGULATION)
    return (fact(name) < most) & (record < most)


DISTINGUISHED_PROFILE = (
    Condition("dis_age", "申请当年1月1日未满45周岁", younger_than(45), "第十五条第（一）项", "age"),
    Condition("dis_title", "具有博士学位或高级专业技术职称", SENIOR_OR_DOCTOR, "第十五条第（二）项"),
    Condition(
        "dis_never",
        "作为项目负责人未承担过杰青项目",
        _never("borne_distinguished", DISTINGUISHED),
        "第十五条第（三）项",
        "record_and_statement",
    ),
    Condition(
        "dis_national",
        "作为项目负责人承担过国家级基础研究项目（课题），且成果突出",
        fact("national_role").equals("pi") & fact("results").equals("outstanding"),
        "第十五条第（四）项",
    ),
    Condition("dis_talent", "未曾获得国家级人才培养计划资助", ~fact("national_talent"), "第十五条第（五）项"),
)

EXCELLENT_PROFILE = (
    Condition("exc_age", "申请当年1月1日未满40周岁", younger_than(40), "第十六条第（一）项", "age"),
    Condition("exc_title", "具有博士学位或高级专业技术职称", SENIOR_OR_DOCTOR, "第十六条第（二）项"),
    Condition(
        "exc_never",
        "作为项目负责人未承担过杰青项目、优青项目",
        _never("borne_distinguished", DISTINGUISHED) & _never("borne_excellent", EXCELLENT),
        "第十六条第（三）项",
        "record_and_statement",
    ),
    Condition(
        "exc_national",
        "作为项目负责人或主要参与人承担过国家级基础研究项目（课题），且成果较好",
        fact("national_role").is_one_of("pi", "main_participant") & fact("results").is_one_of("outstanding", "good"),
        "第十六条第（四）项",
    ),
    Condition("exc_talent", "未曾获得国家级人才培养计划资助", ~fact("national_talent"), "第十六条第（五）项"),
)

YOUTH_PROFILE = (
    Condition(
        "you_age",
        "申请当年1月1日男性未满35周岁，女性未满38周岁",
        (fact("sex").equals("male") & younger_than(35)) | (fact("sex").equals("female") & younger_than(38)),
        "第十七条第（一）项",
        "age",
    ),
    Condition(
        "you_title",
        "具有中级及以上职称或博士学位，或者有2名同领域高级职称人员推荐",
        fact("title").is_one_of("senior", "middle") | fact("doctorate") | RECOMMENDED,
        "第十七条第（二）项",
    ),
    Condition("you_never", "作为项目负责人未承担过省基金项目", ~fact("borne_any"), "第十七条第（三）项"),
    Condition(
        "you_never_on_record",
        "记录中未承担过省基金项目",
        Remembered(BORNE, "applicant", after=SINCE_THE_REGULATION).equals(0),
        "第十七条第（三）项",
        "record_and_statement",
    ),
)

KEY_PROFILE = (
    Condition("key_age", "申请当年1月1日未满57周岁", younger_than(57), "第十八条第（一）项", "age"),
    Condition("key_title", "具有高级职称或博士学位", SENIOR_OR_DOCTOR, "第十八条第（二）项"),
    Condition("key_field", "具有从事所申报领域的研究经历", fact("field_experience"), "第十八条第（三）项"),
    Condition(
        "key_two",
        "作为项目负责人承担的重点项目合计限2项",
        _fewer_than(2, "borne_key", KEY),
        "第十八条第（四）项",
        "record_and_statement",
    ),
)

# 第（五）项: whoever has had a 杰青 may have one 面上 in all.
_AFTER_DISTINGUISHED = _never("borne_distinguished", DISTINGUISHED) | _never("borne_general", GENERAL)
GENERAL_PROFILE = (
    Condition("gen_age", "申请当年1月1日未满55周岁", younger_than(55), "第十九条第（一）项", "age"),
    Condition(
        "gen_title",
        "具有高级职称或博士学位，或者有2名同领域高级职称人员推荐",
        SENIOR_OR_DOCTOR | RECOMMENDED,
        "第十九条第（二）项",
    ),
    Condition("gen_field", "具有从事所申报领域的研究经历", fact("field_experience"), "第十九条第（三）项"),
    Condition(
        "gen_two",
        "作为项目负责人承担的面上项目合计限2项",
        _fewer_than(2, "borne_general", GENERAL),
        "第十九条第（四）项",
        "record_and_statement",
    ),
    Condition(
        "gen_after_distinguished",
        "承担过杰青项目的，面上项目限1次",
        _AFTER_DISTINGUISHED,
        "第十九条第（五）项",
        "record_and_statement",
    ),
)


def _profile(kind: str, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    return tuple(
        Condition(one.key, one.text, only_for((kind,), one.test), one.clause, one.reading) for one in conditions
    )


PROFILES = (
    *_profile(DISTINGUISHED, DISTINGUISHED_PROFILE),
    *_profile(EXCELLENT, EXCELLENT_PROFILE),
    *_profile(YOUTH, YOUTH_PROFILE),
    *_profile(KEY, KEY_PROFILE),
    *_profile(GENERAL, GENERAL_PROFILE),
)
ELIGIBLE = (*COMMON, *PROFILES)

# ---- what the application form asks

NATIONAL_ROLES = {"pi": "项目负责人", "main_participant": "主要参与人", "none": "未承担过"}
RESULTS = {"outstanding": "突出", "good": "较好", "none": "尚无"}
POSITIONS = {"in_post": "在岗", "student": "在读研究生", "retired": "离退休", "part_time": "兼职"}

APPLICANT_FACTS = (
    texts_fact("participants", "参与人", clause="第十四条第（二）项", help="没有的填“无”", intake=True),
    texts_fact("cooperating_units", "合作研究单位", clause="第十四条第二款", help="没有的填“无”", intake=True),
    yes_no_fact("credit_good", "社会信用记录是否良好", clause="第十三条第（一）项", intake=True),
    yes_no_fact("formally_employed", "是否依托单位正式受聘", clause="第十三条第（二）项", intake=True),
    yes_no_fact("able", "是否具有履行负责人责任的能力", clause="第十三条第（二）项", intake=True),
    integer_fact("months_at_host", "执行期间每年在依托单位工作月数", clause="第十三条第（二）项", intake=True),
    yes_no_fact("actual_lead", "是否项目的实际负责人", clause="第十三条第（三）项", intake=True),
    yes_no_fact("research_experience", "是否有基础研究经历", clause="第十三条第（三）项", intake=True),
    choice_fact("position", "身份", clause="第十三条第二款", choices=POSITIONS, intake=True),
    yes_no_fact("running_project", "是否正承担省基金项目（负责人）", clause="第十四条第（三）项", intake=True),
    yes_no_fact("within_call_limits", "是否符合通知的数量限制", clause="第十四条第（四）项", answered_by="host"),
    yes_no_fact("meets_agreement", "是否符合合作协议的限项要求", clause="第十四条第三款", answered_by="host"),
    date_fact("born_on", "出生日期", clause="第十五条第（一）项", intake=True),
    choice_fact("sex", "性别", clause="第十七条第（一）项", choices={"male": "男", "female": "女"}, intake=True),
    choice_fact(
        "title",
        "专业技术职务（职称）",
        clause="第十五条第（二）项",
        choices={"senior": "高级", "middle": "中级", "other": "其他或无"},
        intake=True,
    ),
    yes_no_fact("doctorate", "是否有博士学位", clause="第十五条第（二）项", intake=True),
    integer_fact("recommenders", "同领域高级职称推荐人数", clause="第十七条第（二）项", intake=True),
    integer_fact("borne_distinguished", "作为负责人承担过的杰青项目数", clause="第十五条第（三）项", intake=True),
    integer_fact("borne_excellent", "作为负责人承担过的优青项目数", clause="第十六条第（三）项", intake=True),
    integer_fact("borne_key", "作为负责人承担的重点项目数", clause="第十八条第（四）项", intake=True),
    integer_fact("borne_general", "作为负责人承担的面上项目数", clause="第十九条第（四）项", intake=True),
    yes_no_fact("borne_any", "是否作为负责人承担过省基金项目", clause="第十七条第（三）项", intake=True),
    choice_fact(
        "national_role",
        "在国家级基础研究项目中的角色",
        clause="第十五条第（四）项",
        choices=NATIONAL_ROLES,
        intake=True,
    ),
    choice_fact("results", "基础研究成果", clause="第十五条第（四）项", choices=RESULTS, intake=True),
    yes_no_fact("national_talent", "是否曾获国家级人才培养计划资助", clause="第十五条第（五）项", intake=True),
    yes_no_fact("field_experience", "是否有所申报领域的研究经历", clause="第十八条第（三）项", intake=True),
)
APPLICANT_NAMES = tuple(field.name for field in APPLICANT_FACTS)
