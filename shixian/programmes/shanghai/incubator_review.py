"""第十八条、第十九条、第二十一条至第二十三条: the yearly evaluation, grades A to D, money for A and B, rectification and
loss of status for D. One case is one carrier and one year; the recognition opens it, or an officer does directly."""

from __future__ import annotations

from typing import Literal

from shixian.programmes.shanghai.incubator_exit import (
    GROUNDS,
    MISCONDUCT,
    TORCH_ABSENT,
    TWICE_D,
    disqualification,
    loss_of_status,
)
from shixian.programmes.shanghai.incubator_grades import (
    ABSENT_TWICE,
    ANNULLED_YEAR,
    D_AGAIN,
    D_TWICE,
    SET_ASIDE,
    THIS_YEAR,
    YEARLY_RECORDS,
    annulment,
    graded_d,
)
from shixian.programmes.shanghai.incubator_readings import REVIEW_READINGS
from shixian.programmes.shanghai.incubator_terms import (
    CARRIER,
    DISTRICT,
    REGULATION,
    REVIEW,
    STCSM,
    UNIT_CODE,
    UNIT_NAME,
    kind_fact,
)
from shixian.rules.amounts import Amount, capped, fixed, rate_of, zero
from shixian.rules.conditions import Choose, Condition, fact
from shixian.rules.facts import FactSet, choice_fact, money_fact, period_fact, unit_code_fact, yes_no_fact
from shixian.rules.formulas import formula
from shixian.rules.kinds import party_clock
from shixian.rules.lifecycle import (
    SILENT,
    Act,
    Decides,
    FormulaCall,
    Lifecycle,
    Limit,
    Outcome,
    Owes,
    Stage,
)
from shixian.rules.money import Money as Yuan
from shixian.rules.money import Rounding, wan
from shixian.rules.timing import set_by_act

GRADE = {"A": "A等（优秀）", "B": "B等（优良）", "C": "C等（合格）", "D": "D等（不合格）"}

A_CAP = {"university_park": wan(100), "incubator": wan(60), "makerspace": wan(40)}


@formula(
    "年度补贴上限", clause="第二十二条", carrier="载体类型", grade="评价等次", eligible_spend="三个方向的年度投入经费"
)
def subsidy(
    carrier: Literal["incubator", "makerspace", "university_park"],
    grade: Literal["A", "B", "C", "D"],
    eligible_spend: Yuan,
) -> Amount:
    """第二十二条: at most half of the year's spending in the three named directions, under the cap of the grade."""
    if grade in ("C", "D"):
        return zero("年度补贴", f"评价为{grade}等，补贴限于B等及以上", clause="第二十二条")
    half = rate_of(
        eligible_spend,
        "50%",
        clause="第二十二条",
        rounding=Rounding.DOWN,
        reading="subsidy_rounding",
        label="投入经费的50%",
    )
    cap = fixed(A_CAP[carrier], clause="第二十二条", label="A等上限")
    if grade == "B":
        cap = rate_of(cap, "50%", clause="第二十二条", reading="half_of_a", name="cap_b", label="B等上限")
    if carrier == "university_park":
        return capped(half, cap, clause="第二十二条", reading="half_for_parks", label=f"{grade}等上限")
    return capped(half, cap, clause="第二十二条", label=f"{grade}等上限")


MISCONDUCT_FOUND = fact("misconduct").is_known & ~fact("misconduct").is_none

C_OR_BETTER = fact("grade").is_one_of("A", "B", "C")
PAYEE = Choose(fact("unit_name").is_known, fact("unit_name"), fact("unit_code"))

EVALUATE = Stage(
    key="evaluate",
    title="年度绩效评价",
    clause="第十八条",
    kind="评价",
    by=STCSM,
    acts=(
        Act(
            verb="evaluate",
            title="评定等次",
            by=(STCSM,),
            clause="第十八条",
            outcome="graded",
            inputs=("grade",),
            optional=("torch_absent", "misconduct", "eligible_spend", "former_unit_code"),
            decides=Decides(key="grade", title="年度评价等次", clause="第十八条", grade=fact("grade")),
            head=True,
        ),
    ),
    outcomes=(Outcome(key="graded", title="已评定等次"),),
)

PUBLISH = Stage(
    key="publish",
    title="评价结果对外公布",
    clause="第十八条",
    kind="公布",
    by=STCSM,
    after=("evaluate",),
    acts=(
        Act(
            verb="publish",
            title="公布评价结果",
            by=(STCSM,),
            clause="第十八条",
            outcome="published",
            optional=("torch_absent", "misconduct", "former_unit_code"),
        ),
    ),
    outcomes=(Outcome(key="published", title="已公布", consequences=YEARLY_RECORDS),),
)

RECTIFY = Stage(
    key="rectify",
    title="通报并限期整改",
    clause="第十八条",
    kind="整改",
    by=CARRIER,
    after=("publish",),
    only_if=fact("grade").equals("D"),
    acts=(
        Act(
            verb="notify",
            title="通报并要求限期整改",
            by=(STCSM,),
            clause="第十八条",
            inputs=("rectification_period",),
            at_most=1,
        ),
        Act(
            verb="rectify",
            title="提交整改情况",
            by=(CARRIER,),
            clause="第十八条",
            outcome="rectified",
        ),
        annulment(),
        Act(
            verb="release",
            title="等次已撤销，免予整改",
            by=(STCSM,),
            clause="第十八条",
            outcome="released",
            conditions=(Condition("set_aside", "本年度D等已撤销", ~graded_d(THIS_YEAR), "第十八条", "grade_annulled"),),
        ),
    ),
    clocks=(
        party_clock(
            "第十八条",
            set_by_act("rectification_period").after("rectify.notify"),
            SILENT,
            title="限期整改",
            reading="rectification_silent",
        ),
    ),
    outcomes=(
        Outcome(key="rectified", title="已整改", clause="第十八条", ends_branch=True),
        Outcome(key="released", title="免予整改", clause="第十八条", ends_branch=True),
    ),
)

DISQUALIFY = Stage(
    key="disqualify",
    title="取消资格",
    clause="第十九条",
    kind="决定",
    by=STCSM,
    after=("publish",),
    only_if=D_AGAIN | ABSENT_TWICE | MISCONDUCT_FOUND,
    acts=(
        *(
            disqualification(
                ground, Condition(ground.key, ground.title, fact("misconduct").equals(ground.key), ground.clause)
            )
            for ground in MISCONDUCT
        ),
        disqualification(
            TORCH_ABSENT,
            Condition("absent_twice", TORCH_ABSENT.title, ABSENT_TWICE, TORCH_ABSENT.clause, "torch_unrecorded"),
        ),
        disqualification(TWICE_D, Condition("d_twice", TWICE_D.title, D_TWICE, TWICE_D.clause, "review_year")),
        Act(
            verb="keep",
            title="查明不存在取消资格情形",
            by=(STCSM,),
            clause="第十九条",
            outcome="kept",
            conditions=(
                Condition("not_absent_twice", f"没有{TORCH_ABSENT.title}", ~ABSENT_TWICE, TORCH_ABSENT.clause),
                Condition("not_d_twice", f"没有{TWICE_D.title}", ~D_TWICE, TWICE_D.clause),
            ),
            discretion=True,
            head=True,
        ),
        annulment(),
    ),
    outcomes=(
        *(loss_of_status(ground) for ground in GROUNDS),
        Outcome(key="kept", title="保留资格"),
    ),
)

SUPPORT = Stage(
    key="support",
    title="扶持",
    clause="第十八条",
    kind="决定",
    by=STCSM,
    after=("disqualify",),
    only_if=C_OR_BETTER,
    acts=(
        Act(
            verb="apply_voucher",
            title="申请优先列入科技创新券服务机构名录",
            by=(CARRIER,),
            clause="第二十一条",
            at_most=1,
        ),
        Act(
            verb="grant",
            title="给予补贴",
            by=(STCSM,),
            clause="第二十二条",
            outcome="subsidised",
            inputs=("eligible_spend", "granted"),
            conditions=(
                Condition("b_or_better", "年度评价为B等及以上", fact("grade").is_one_of("A", "B"), "第二十二条"),
            ),
            decides=Decides(
                key="subsidy",
                title="年度补贴",
                clause="第二十二条",
                amount=fact("granted"),
                ceiling=FormulaCall(
                    formula=subsidy,
                    inputs={
                        "carrier": fact("carrier"),
                        "grade": fact("grade"),
                        "eligible_spend": fact("eligible_spend"),
                    },
                ),
                owes=(Owes(payee=PAYEE, debtor="上海市科学技术委员会", clause="第二十二条"),),
            ),
            head=True,
            reading="subsidy_debtor",
        ),
        Act(
            verb="conclude",
            title="办结（不发补贴）",
            by=(STCSM,),
            clause="第十八条",
            outcome="supported",
            conditions=(
                Condition("grade_c", "年度评价为C等（A、B等作出补贴决定）", fact("grade").equals("C"), "第二十二条"),
            ),
        ),
    ),
    outcomes=(
        Outcome(key="subsidised", title="已给予补贴", clause="第二十二条", ends_branch=True),
        Outcome(key="supported", title="按第二十一条、第二十三条扶持", clause="第十八条", ends_branch=True),
    ),
    note="第二十条税收、第二十二条末句区级匹配和第二十三条区级奖励没有金额或比例，由各自的规定办理",
)

REVIEW_LIFECYCLE = Lifecycle(
    key=REVIEW,
    title="载体年度绩效评价",
    regulation=REGULATION,
    is_application=False,  # 市科委 evaluates whom the system holds
    actors=(STCSM, CARRIER, DISTRICT),
    facts=FactSet(
        (
            kind_fact(),
            UNIT_CODE,
            UNIT_NAME,
            unit_code_fact(
                "former_unit_code",
                "变更前运营主体的统一社会信用代码",
                clause="第十五条",
                help="没有变更的填“无”",
                intake=True,
            ),
            yes_no_fact("recognised", "是否在本市载体培育体系内", clause="第十八条", intake=True),
            choice_fact("grade", "评价等次", clause="第十八条", choices=GRADE, answered_by="stcsm"),
            yes_no_fact("torch_absent", "当年是否未参加火炬统计调查", clause="第十九条第（四）项", answered_by="stcsm"),
            choice_fact(
                "misconduct",
                "查明的第十九条第（一）至（三）项情形",
                clause="第十九条",
                choices={ground.key: ground.title for ground in MISCONDUCT},
                answered_by="stcsm",
            ),
            period_fact("rectification_period", "整改期限", clause="第十八条", answered_by="stcsm"),
            ANNULLED_YEAR,
            money_fact("eligible_spend", "三个方向的年度投入经费", clause="第二十二条", intake=True),
            money_fact("granted", "给予的补贴", clause="第二十二条", answered_by="stcsm"),
        )
    ),
    readings=REVIEW_READINGS,
    formulas=(subsidy,),
    opening=(
        Condition(
            "in_the_system",
            "仅评价纳入本市培育体系的载体",
            ~fact("recognised").is_known | fact("recognised"),
            "第十八条",
            "in_the_system",
        ),
    ),
    opening_limits=(
        Limit(
            key="sh-incubator-one-review-a-year",
            clause="第十八条",
            scope=(fact("unit_code"), fact("carrier")),
            at_most=1,
            text="每个载体每年评价一次",
            only_if=~SET_ASIDE,
        ),
        Limit(
            key="sh-incubator-one-new-review",
            clause="第十八条",
            scope=(fact("unit_code"), fact("carrier")),
            at_most=1,
            text="D等撤销后，该年度重新评价一次",
            only_if=SET_ASIDE,
        ),
    ),
    stages=(EVALUATE, PUBLISH, RECTIFY, DISQUALIFY, SUPPORT),
)
