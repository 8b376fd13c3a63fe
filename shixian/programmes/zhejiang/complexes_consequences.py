"""第十四条第（三）项 and 第十六条, what follows from the ranking and from falsified data: yellow cards and the interview,
removal from the list after two in a row and recovery, conversion of 培育类 to 创建类 in the second year."""

from __future__ import annotations

from shixian.programmes.zhejiang.complexes_terms import OFFICE
from shixian.rules.conditions import OutcomeOf, Remembered, fact, lift
from shixian.rules.kinds import term
from shixian.rules.lifecycle import Act, Decides, Goes, Integrity, Outcome, Owes, Remember, Stage
from shixian.rules.money import yuan
from shixian.rules.timing import Yearly

INTEGRITY_RULES = "《浙江省科研诚信信息管理办法（试行）》"

# -- what one year remembers for the next, by the name of the complex on the list ------------------------------------

YELLOW_CARD = "zj-complex-yellow-card"
REMOVED = "zj-complex-removed"
CONVERTED = "zj-complex-converted"


def remembered(key: str, value: str, clause: str) -> Remember:
    return Remember(key=key, subject="complex_name", value=lift(value), clause=clause)


def last_year(key: str) -> Remembered:
    return Remembered(key, "complex_name", 1)


# A complex removed since it was listed is off the list; one listed again starts without cards (reading relisted).
REMOVED_SINCE_LISTED = Remembered(REMOVED, "complex_name", after=fact("listed_on")) >= 1
# What was converted stays 创建类 in every later year, not only in the next (of old history only the year is known).
ALREADY_CONVERTED = (last_year(CONVERTED) >= 1) | (Remembered(CONVERTED, "complex_name", after=fact("listed_on")) >= 1)
CARD_LAST_YEAR = (last_year(YELLOW_CARD) >= 1) & (last_year(REMOVED) < 1)

FALSIFIED = fact("falsification").is_known & ~fact("falsification").is_none
IN_LAST_TENTH = OutcomeOf("bottom_rank").equals("last_tenth")
IN_FIRST_THIRTY = OutcomeOf("top_rank").equals("first_thirty")

# -- 第十四条第（三）项, 第十六条: yellow cards, removal, recovery --------------------------------------------------------

YELLOW = Stage(
    key="yellow",
    title="黄牌警告",
    clause="第十四条第（三）项",
    kind="决定",
    by=OFFICE,
    after=("publish",),
    only_if=IN_LAST_TENTH & ~fact("tasks_completed") & ~FALSIFIED,
    acts=(
        Act(
            verb="warn",
            title="给予黄牌警告",
            by=(OFFICE,),
            clause="第十四条第（三）项",
            outcome="warned",
            head=True,
            reading="unfinished_tasks",
        ),
    ),
    outcomes=(
        Outcome(
            key="warned",
            title="黄牌警告",
            consequences=(remembered(YELLOW_CARD, "排名末10%且任务未完成", "第十四条第（三）项"),),
        ),
    ),
)

INTERVIEW = Stage(
    key="interview",
    title="约谈",
    clause="第十四条第（三）项",
    kind="约谈",
    by=OFFICE,
    after=("yellow:warned",),
    acts=(
        Act(
            verb="hold",
            title="组织约谈",
            by=(OFFICE,),
            clause="第十四条第（三）项",
            outcome="interviewed",
            reading="interview_by_rank",
        ),
    ),
    outcomes=(Outcome(key="interviewed", title="已约谈", ends_branch=True),),
)

FRAUD = Stage(
    key="fraud",
    title="一票否决的黄牌警告",
    clause="第十六条",
    kind="决定",
    by=OFFICE,
    after=("publish",),
    only_if=FALSIFIED,
    acts=(
        Act(
            verb="warn",
            title="给予黄牌警告",
            by=(OFFICE,),
            clause="第十六条",
            outcome="warned",
            head=True,
        ),
    ),
    outcomes=(
        Outcome(
            key="warned",
            title="黄牌警告",
            clause="第十六条",
            consequences=(remembered(YELLOW_CARD, "弄虚作假", "第十六条"),),
        ),
    ),
)

REMOVE = Stage(
    key="remove",
    title="不再列入名单",
    clause="第十四条第（三）项",
    kind="决定",
    by=OFFICE,
    after=("yellow:warned", "fraud:warned"),
    only_if=CARD_LAST_YEAR,
    acts=(
        Act(
            verb="remove",
            title="移出综合体名单",
            by=(OFFICE,),
            clause="第十四条第（三）项",
            outcome="removed",
            head=True,
            reading="two_in_a_row",
        ),
    ),
    outcomes=(
        Outcome(
            key="removed",
            title="不再列入综合体名单",
            consequences=(
                remembered(REMOVED, "连续两年黄牌警告", "第十四条第（三）项"),
                Integrity(
                    clause=f"{INTEGRITY_RULES}第十条第（三）项",
                    subject="complex_name",
                    ground="被撤销相关资格",
                    reading="removal_is_revocation",
                ),
            ),
        ),
    ),
)

RECOVER = Stage(
    key="recover",
    title="追回省财政专项激励资金",
    clause="第十四条第（三）项",
    kind="决定",
    by=OFFICE,
    after=("remove:removed",),
    only_if=fact("incentive_received") > yuan(0),
    acts=(
        Act(
            verb="recover",
            title="决定全额追回",
            by=(OFFICE,),
            clause="第十四条第（三）项",
            outcome="recovered",
            discretion=True,
            decides=Decides(
                key="recovery",
                title="追回省财政专项激励资金",
                clause="第十四条第（三）项",
                amount=fact("incentive_received"),
                owes=(
                    Owes(
                        payee=lift("浙江省财政厅"),
                        debtor="所在市、县（市、区）",
                        clause="第十四条第（三）项",
                        direction="追",
                    ),
                ),
            ),
            head=True,
            reading="recover_in_full",
        ),
        Act(
            verb="waive",
            title="决定不追回",
            by=(OFFICE,),
            clause="第十四条第（三）项",
            outcome="not_recovered",
            discretion=True,
            head=True,
        ),
    ),
    outcomes=(
        Outcome(key="recovered", title="全额追回", ends_branch=True),
        Outcome(key="not_recovered", title="不追回", ends_branch=True),
    ),
)

# -- 第十四条第（三）项第二款: conversion ---------------------------------------------------------------------------------

PROMOTE = Stage(
    key="promote",
    title="培育转创建",
    clause="第十四条第（三）项",
    kind="期间",
    by=OFFICE,
    after=("publish",),
    only_if=IN_FIRST_THIRTY & ~FALSIFIED,
    clocks=(
        term(
            "第十四条第（三）项",
            Yearly(1, 1, anchor="top_rank.done", reading="second_year", next_after_anchor=True),
            Goes("converted"),
            title="第二年转为创建类",
            reading="direct_conversion",
        ),
    ),
    outcomes=(
        Outcome(
            key="converted",
            title="直接转为创建类",
            ends_branch=True,
            consequences=(remembered(CONVERTED, "创建类", "第十四条第（三）项"),),
        ),
    ),
)
