"""上海市科学技术奖 (沪科规〔2020〕2号): what a nomination must satisfy, article by article (第八条至第三十四条), and the
grades and numbers of an award (第十五条至第二十五条, 第五十三条).

第三十条 has the nominator keep strictly to these conditions, so they are checked when the nomination is submitted.
"""

from __future__ import annotations

from datetime import date

from shixian.programmes.shanghai.award_terms import (
    EXPERT_GROUNDS,
    GRADES,
    GROUNDS,
    IS_PROJECT,
    KIND,
    PROJECT_KINDS,
    only_for,
)
from shixian.rules.conditions import AnyOf, Condition, Expression, Later, Mark, Not, Remembered, Size, fact
from shixian.rules.experts import Shared
from shixian.rules.facts import NONE
from shixian.rules.lifecycle import Document, Limit, Remember
from shixian.rules.names import First
from shixian.rules.timing import years

# -- History that later years ask for ---------------------------------------------------------------------------

CANDIDATES = Remember(key="sh-award.candidate", subject="completers", value=KIND, clause="第四十二条")
AWARDED = Remember(
    key="sh-award.awarded", subject="leading_completers", value=KIND, clause="第三十三条", only_if=IS_PROJECT
)
NOT_AWARDED = Remember(
    key="sh-award.not_awarded", subject="project_name", value=KIND, clause="第三十三条", only_if=IS_PROJECT
)

# -- Chapter 2: kinds of award and their conditions -------------------------------------------------------------

TWO_YEARS = years(2)


def _two_years_since(name: str) -> Expression:
    """The corresponding day two years later has been reached on the day of nomination."""
    return Later(fact(name), TWO_YEARS) <= Mark("act")


KIND_CONDITIONS = (
    *(
        Condition(
            f"ground_{kind}",
            f"候选对象应具备{clause}所列条件之一",
            only_for((kind,), fact("ground").is_one_of(*grounds)),
            clause,
        )
        for kind, (clause, grounds) in GROUNDS.items()
    ),
    Condition("still_active", "科技功臣奖候选对象应继续活跃在科学技术前沿", only_for(("merit",), fact("still_active")), "第八条"),
    Condition(
        "published_two_years",
        "自然科学奖主要论著应已公开发表或出版两年以上",
        only_for(("natural_science",), _two_years_since("published_on")),
        "第十三条",
        "two_years",
    ),
    Condition(
        "implemented_invention",
        "技术发明应经过两年以上较大规模的实施",
        only_for(("invention",), _two_years_since("implemented_since")),
        "第十六条",
        "two_years",
    ),
    Condition("repeatable", "不包括仅依赖个人经验又不可重复实现的技术", only_for(("invention",), fact("repeatable")), "第十九条"),
    Condition(
        "implemented_progress",
        "科技进步项目应经过两年以上较大规模的实施应用",
        only_for(("progress",), _two_years_since("implemented_since")),
        "第二十条",
        "two_years",
    ),
    Condition(
        "foreign_full_time",
        "国际科技合作奖候选人应是在外国组织全职工作的外籍人士",
        only_for(("cooperation",), fact("foreign_full_time")),
        "第二十六条",
        "foreign_organisation",
    ),
)

LEADING = 3  # 前三完成人

# -- Chapter 3: nomination --------------------------------------------------------------------------------------

IS_EXPERT = fact("nominator_kind").equals("expert")
FROM_YEAR = 2000  # 2000年（含）以后
# 第（五）项 alone depends on which award the expert had; the six others stand by themselves.
_FIRST_COMPLETER = (
    (fact("expert_award_year") >= FROM_YEAR)
    & fact("expert_award_kind").is_one_of(*PROJECT_KINDS)
    & fact("expert_award_grade").is_one_of("special", "first")
)
EXPERT_QUALIFIED = AnyOf(
    (
        fact("expert_ground").is_one_of(*(key for key in EXPERT_GROUNDS if key != "first_completer")),
        fact("expert_ground").equals("first_completer") & _FIRST_COMPLETER,
    )
)

NOMINATION_CONDITIONS = (
    Condition("expert_qualified", "提名专家应符合七类条件之一", ~IS_EXPERT | EXPERT_QUALIFIED, "第二十八条"),
    Condition("unit_qualified", "提名单位应具备另行规定的资格", IS_EXPERT | fact("unit_qualified"), "第二十八条"),
    Condition("own_field", "专家应提名所熟悉研究领域的奖项", ~IS_EXPERT | fact("expert_own_field"), "第二十九条"),
    Condition(
        "suggested_grade",
        "分等级的奖项应建议等级，不分等级的填“无”",
        (IS_PROJECT & fact("suggested_grade").differs(NONE)) | (~IS_PROJECT & fact("suggested_grade").is_none),
        "第三十条",
    ),
    Condition("no_dispute", "争议解决前不得被提名", ~fact("dispute_pending"), "第三十一条"),
    Condition(
        "permit",
        "必须取得许可证的项目获得批准之前不得被提名",
        ~fact("permit_required") | fact("permit_granted"),
        "第三十二条",
    ),
    Condition("candidates", "应写明被提名的候选对象", fact("completers").differs(NONE), "第三十条"),
    Condition(
        "leading",
        "前三完成人应是按贡献大小排序的前三名候选人",
        only_for(PROJECT_KINDS, fact("leading_completers").equals(First(fact("completers"), LEADING))),
        "第三十三条",
    ),
    Condition(
        "gap_after_award",
        "已获奖的前三完成人再次作为前三完成人应间隔一年",
        only_for(PROJECT_KINDS, Remembered("sh-award.awarded", "leading_completers", 1).equals(0)),
        "第三十三条",
        "gap_year",
    ),
    Condition(
        "gap_after_two_reviews",
        "连续两年参加评审未获授奖的项目须隔一年再提名",
        only_for(
            PROJECT_KINDS,
            Remembered("sh-award.not_awarded", "project_name", 1).equals(0)
            | Remembered("sh-award.not_awarded", "project_name", 2).equals(0),
        ),
        "第三十三条",
        "reviewed_without_award",
    ),
    *(
        Condition(
            name,
            f"外籍人士：{text}",
            only_for(PROJECT_KINDS, ~fact("foreign_candidate") | fact(name)),
            "第三十四条",
        )
        for name, text in (
            ("foreign_employed_here", "应受聘于在上海注册的机构"),
            ("foreign_long_term", "应长期在上海从事科研工作"),
            ("foreign_ip_chinese", "成果知识产权应属中方所有或与中方共有"),
        )
    ),
    Condition(
        "foreign_elsewhere",
        "外籍人士不得被提名为科技功臣奖、青年科技杰出贡献奖的候选人",
        only_for(("merit", "youth"), ~fact("foreign_candidate")),
        "第三十四条",
        "foreign_elsewhere",
    ),
    Condition("main_units", "候选单位应是主要完成单位", only_for(PROJECT_KINDS, fact("units_are_main")), "第五十二条"),
)

EXPERT_ONCE = Limit(
    key="sh-award.expert",
    clause="第二十九条",
    scope=(fact("nominator_name"),),
    at_most=1,
    text="专家每人每年度可提名1项",
    only_if=IS_EXPERT,
)

# The commitment is required by another law, for nominations from the day it came into force.
IP_REGULATION_IN_FORCE = date(2021, 3, 1)
NOMINATION_DOCUMENTS = (
    Document("nomination_form", "提名书（说明贡献程度及奖项、等级建议）", "第三十条"),
    Document(
        "ip_commitment",
        "知识产权合规性书面承诺",
        "《上海市知识产权保护条例》第三十八条",
        only_if=Mark("act") >= IP_REGULATION_IN_FORCE,
    ),
)

# -- Grades and numbers -----------------------------------------------------------------------------------------


def grade_fits(name: str) -> Condition:
    """A graded award has one of the four grades; the other three kinds have none."""
    grade = fact(name)
    return Condition(
        f"{name}_fits",
        "四类项目奖应评定等级，其余奖项不分等级（填“无”）",
        (IS_PROJECT & grade.differs(NONE)) | (~IS_PROJECT & grade.is_none),
        "第十五条、第十八条、第二十二条、第二十五条",
    )


def patented(name: str) -> Condition:
    """技术发明奖 of the first to third grade needs a granted invention patent; the special prize does not."""
    graded = fact(name).is_one_of("first", "second", "third")
    return Condition(
        f"{name}_patented",
        "技术发明奖一、二、三等奖应已获发明专利",
        only_for(("invention",), Not(graded) | fact("invention_patent")),
        "第十八条",
        "special_patent",
    )


NUMBERS: tuple[tuple[tuple[str, ...], tuple[str, ...], int, int], ...] = (
    # kinds, grades, at most so many persons, at most so many units
    (("natural_science",), ("special",), 10, 10),
    (("natural_science",), ("first", "second", "third"), 5, 5),
    (("invention", "progress", "popularization"), ("special",), 30, 20),
    (("invention", "progress", "popularization"), ("first",), 15, 10),
    (("invention", "progress", "popularization"), ("second",), 10, 7),
    (("invention", "progress", "popularization"), ("third",), 7, 5),
)


def _at_most(kinds: tuple[str, ...], grades: tuple[str, ...], name: str, what: str, most: int) -> Condition:
    elsewhere = Not(KIND.is_one_of(*kinds)) | Not(fact("final_grade").is_one_of(*grades))
    text = f"{'、'.join(GRADES[grade] for grade in grades)}{what}不超过{most}"
    return Condition(f"{name}_{kinds[0]}_{grades[0]}", text, elsewhere | (Size(fact(name)) <= most), "第五十三条")


WITHIN_NUMBERS = tuple(
    condition
    for kinds, grades, persons, units in NUMBERS
    for condition in (
        _at_most(kinds, grades, "winners", "授奖人数", persons),
        _at_most(kinds, grades, "winning_units", "授奖单位数", units),
    )
)
WINNERS = (
    # Nobody wins whom nobody could object to: the notice names the candidates.
    Condition(
        "winners_nominated",
        "授奖人应是被提名的候选对象，不重复",
        Shared(fact("winners"), fact("completers")).equals(Size(fact("winners"))),
        "第四条",
    ),
    # What 第三十三条 bars next year: the first three who won, not all who were nominated.
    Condition(
        "winners_leading",
        "获奖的前三完成人应是授奖人中的前三名（与提名不同的，重新写明前三完成人）",
        only_for(PROJECT_KINDS, fact("leading_completers").equals(First(fact("winners"), LEADING))),
        "第三十三条",
    ),
)
AWARD_CONDITIONS = (grade_fits("final_grade"), patented("final_grade"), *WINNERS, *WITHIN_NUMBERS)

SPECIAL_PRIZES = Limit(
    key="sh-award.special",
    clause="第五十三条",
    scope=(KIND,),
    at_most=2,
    text="每个奖励类别的特等奖每年不超过2项",
    only_if=IS_PROJECT & fact("final_grade").equals("special"),
)
