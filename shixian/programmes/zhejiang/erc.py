"""浙江省工程研究中心管理办法, 浙发改高技〔2020〕339号, in force 2020-11-01 to 2025-11-01: the operation evaluation.

One case is one centre and one evaluation year. 第十七条至第二十一条, in order: material to the supervisor, preliminary
check, verification by a third party, the result with its five grades, and what follows from each; 第二十五条: the loss of
the title. A centre that failed has one year, and is then evaluated again: a case of the same kind, opened by the first.
Beside this file: `erc_terms`, `erc_aftermath` (第二十一条), `erc_opening` (第十七条: whose year it is), `erc_revocation`
(第二十五条) and `erc_readings`.
"""

from __future__ import annotations

from dataclasses import replace

from shixian.programmes.zhejiang.erc_aftermath import INTERVIEW, RE_EVALUATE, RECTIFY, SUPPORT
from shixian.programmes.zhejiang.erc_opening import FAILED_BEFORE, OPENING, SECOND_BASIC, SECOND_FAIL
from shixian.programmes.zhejiang.erc_readings import EVALUATION_READINGS
from shixian.programmes.zhejiang.erc_revocation import (
    AT_ANY_TIME,
    FAILED_AGAIN,
    GROUNDS,
    NOT_SUBMITTED,
    RECOGNISED_ON,
    REVOCATION_LIFECYCLE,
    TITLE_HELD,
    TWICE_BASIC,
    UNCOOPERATIVE,
    loss_of_title,
    revocation,
)
from shixian.programmes.zhejiang.erc_terms import (
    CENTRE,
    CENTRE_NAME,
    EVALUATION,
    GRADES,
    NDRC,
    REGULATION,
    RESULTS,
    ROUNDS,
    SUPERVISOR,
    THIRD_PARTY,
    UNIT_CODE,
    UNIT_NAME,
)
from shixian.rules.ages import NewYearsDay
from shixian.rules.conditions import Condition, Later, OutcomeOf, fact, mark
from shixian.rules.facts import FactSet, choice_fact, date_fact
from shixian.rules.kinds import office_clock, party_clock, submission
from shixian.rules.lifecycle import Act, Decides, Document, Goes, Lifecycle, Limit, Outcome, Remember, Stage
from shixian.rules.periods import Roll
from shixian.rules.timing import later_of, months, on_day, set_by_act, yearly

MATERIAL = (
    Document("summary", "工作总结报告", "第十九条第（一）项"),
    Document("data_table", "评价数据表及附件和证明材料", "第十九条第（一）项"),
    Document("truth_commitment", "数据真实性承诺书", "第十九条第（一）项"),
)
NOT_HANDED_IN = Outcome(key="not_submitted", title="逾期不报送", clause="第二十五条第（三）项")


def consent(outcome: str | None = None) -> Act:
    """第二十五条第（三）项: 省发展改革委 agrees to another day."""
    return Act(
        verb="consent",
        title="同意另定报送日",
        by=(NDRC,),
        clause="第二十五条第（三）项",
        outcome=outcome,
        inputs=("material_day",),
        conditions=(
            Condition(
                "day_to_come", "另定的报送日尚未过去", fact("material_day") >= mark("act"), "第二十五条第（三）项"
            ),
        ),
        discretion=True,
        anew=True,
        head=True,
        reading="consent",
    )


def papers_as_in_the_guide(stage: Stage) -> Stage:
    """附件2 names the papers differently (reading same_papers)."""
    acts = tuple(replace(act, reading="same_papers") if act.verb == "submit" else act for act in stage.acts)
    return replace(stage, acts=acts)


SUBMIT = submission(
    "submit",
    "材料提交",
    clause="第十九条第（一）项",
    by=CENTRE,
    documents=MATERIAL,
    within=later_of(
        yearly(5, 1, anchor="cycle", reading="first_of_may", roll=Roll.NEXT_WORKING_DAY),
        on_day(set_by_act("material_day")),
        clause="第二十五条第（三）项",
    ),
    lapse=Goes("not_submitted"),
    extra_acts=(consent(),),
    extra_outcomes=(NOT_HANDED_IN,),
)

OVERDUE = Stage(
    key="overdue",
    title="逾期处理",
    clause="第二十五条第（三）项",
    kind="决定",
    by=NDRC,
    after=("submit:not_submitted",),
    acts=(
        consent("consented"),
        Act(
            verb="refuse",
            title="不同意逾期报送",
            by=(NDRC,),
            clause="第二十五条第（三）项",
            outcome="no_consent",
            head=True,
            reading="consent",
        ),
    ),
    outcomes=(
        Outcome(key="consented", title="同意补报", clause="第二十五条第（三）项"),
        Outcome(key="no_consent", title="未经同意逾期不报送", clause="第二十五条第（三）项"),
    ),
)

LATE_SUBMIT = submission(
    "late_submit",
    "补报材料",
    clause="第十九条第（一）项",
    by=CENTRE,
    after=("overdue:consented",),
    documents=MATERIAL,
    clocks=(
        party_clock(
            "第二十五条第（三）项",
            on_day(set_by_act("material_day")),
            Goes("not_submitted"),
            title="补报材料",
            reading="consent",
        ),
    ),
    extra_acts=(consent(),),
    extra_outcomes=(NOT_HANDED_IN,),
)

BEFORE_JUNE = (
    ~fact("material_day").is_known
    | fact("material_day").is_none
    | (fact("material_day") < Later(NewYearsDay(mark("cycle")), months(5)))
)

SUPERVISOR_CHECK = Stage(
    key="supervisor_check",
    title="材料初审",
    clause="第十九条第（二）项",
    kind="审查",
    by=SUPERVISOR,
    after=("submit:submitted", "late_submit:submitted"),
    acts=(
        Act(
            verb="forward",
            title="出具审查意见并报送省发展改革委",
            by=(SUPERVISOR,),
            clause="第十九条第（二）项",
            outcome="forwarded",
            documents=(Document("review_opinion", "审查意见", "第十九条第（二）项"),),
        ),
    ),
    clocks=(
        office_clock(
            "第十九条第（二）项",
            yearly(5, 31, anchor="cycle", reading="first_of_may", roll=Roll.NEXT_WORKING_DAY),
            only_if=BEFORE_JUNE,
            title="报送省发展改革委",
            reading="other_day",
        ),
    ),
    outcomes=(Outcome(key="forwarded", title="已核实并报送", clause="第十九条第（二）项"),),
)

VERIFY = Stage(
    key="verify",
    title="材料核实",
    clause="第十九条第（三）项",
    kind="评价",
    by=THIRD_PARTY,
    after=("supervisor_check:forwarded",),
    acts=(
        Act(
            verb="commission",
            title="委托第三方机构核实",
            by=(NDRC,),
            clause="第十九条第（三）项",
        ),
        Act(
            verb="report",
            title="形成评价结果和评价报告",
            by=(THIRD_PARTY,),
            clause="第十九条第（三）项",
            outcome="reported",
            documents=(
                Document("result", "评价结果", "第十九条第（三）项"),
                Document("report", "评价报告", "第十九条第（三）项"),
            ),
            conditions=(
                Condition(
                    "commissioned",
                    "已受省发展改革委委托",
                    ~mark("verify.commission").is_none,
                    "第十九条第（三）项",
                ),
            ),
        ),
    ),
    outcomes=(Outcome(key="reported", title="已形成评价结果和报告", clause="第十九条第（三）项"),),
)

ANNOUNCE = Stage(
    key="announce",
    title="公布结果",
    clause="第十九条第（四）项",
    kind="决定",
    by=NDRC,
    after=("verify:reported",),
    acts=(
        Act(
            verb="announce",
            title="审核确认评价结果并向主管部门通报",
            by=(NDRC,),
            clause="第十九条第（四）项",
            outcome="notified",
            inputs=("grade",),
            conditions=(TITLE_HELD,),
            decides=Decides(key="grade", title="运行评价结果", clause="第二十条", grade=fact("grade")),
            head=True,
        ),
    ),
    outcomes=(
        Outcome(
            key="notified",
            title="评价结果已通报",
            clause="第十九条第（四）项",
            consequences=(
                Remember(key=RESULTS, subject="centre", value=fact("grade"), clause="第二十五条第（二）项"),
                # Only a centre's own round counts for the three years (reading cycle_kept).
                Remember(key=ROUNDS, subject="centre", value=mark("cycle"), clause="第十七条", only_if=~FAILED_BEFORE),
            ),
        ),
    ),
)

NO_MATERIAL = OutcomeOf("overdue").equals("no_consent") | OutcomeOf("late_submit").equals("not_submitted")
FINDINGS = (UNCOOPERATIVE, *AT_ANY_TIME)


REVOKE = Stage(
    key="revoke",
    title="撤销称号",
    clause="第二十五条",
    kind="决定",
    by=NDRC,
    only_if=fact("ground").is_known | NO_MATERIAL | SECOND_FAIL | SECOND_BASIC,
    acts=(
        revocation(
            FAILED_AGAIN,
            Condition("failed_again", FAILED_AGAIN.title, SECOND_FAIL, FAILED_AGAIN.clause),
            reading="revoked_not_rectified",
        ),
        revocation(
            TWICE_BASIC,
            Condition("twice_basic", TWICE_BASIC.title, SECOND_BASIC, TWICE_BASIC.clause, "consecutive"),
            reading="revoked_not_rectified",
        ),
        revocation(
            NOT_SUBMITTED,
            Condition("not_submitted", NOT_SUBMITTED.title, NO_MATERIAL, NOT_SUBMITTED.clause, "either"),
        ),
        *(
            revocation(
                ground, Condition(ground.key, f"已查明{ground.title}", fact("ground").equals(ground.key), ground.clause)
            )
            for ground in FINDINGS
        ),
    ),
    outcomes=tuple(loss_of_title(ground) for ground in GROUNDS),
)


def watched(stage: Stage) -> Stage:
    """第二十五条第（三）至（七）项: while a stage is open, 省发展改革委 may find a ground, and the title is then lost."""
    find = Act(
        verb="find",
        title="查明撤销称号的情形",
        by=(NDRC,),
        clause="第二十五条",
        outcome="ground_found",
        inputs=("ground",),
        discretion=True,
        head=True,
        reading="any_time",
    )
    found = Outcome(key="ground_found", title="已查明撤销情形", clause="第二十五条")
    return replace(stage, acts=(*stage.acts, find), outcomes=(*stage.outcomes, found))


COURSE = tuple(
    watched(stage)
    for stage in (
        papers_as_in_the_guide(SUBMIT),
        OVERDUE,
        papers_as_in_the_guide(LATE_SUBMIT),
        SUPERVISOR_CHECK,
        VERIFY,
        ANNOUNCE,
        SUPPORT,
        INTERVIEW,
        RECTIFY,
        RE_EVALUATE,
    )
)
WAYS_TO_REVOCATION = (
    "announce:notified",
    "overdue:no_consent",
    "late_submit:not_submitted",
    *(f"{stage.key}:ground_found" for stage in COURSE),
)

EVALUATION_LIFECYCLE = Lifecycle(
    key=EVALUATION,
    title="省工程研究中心运行评价",
    regulation=REGULATION,
    actors=(CENTRE, SUPERVISOR, THIRD_PARTY, NDRC),
    facts=FactSet(
        (
            CENTRE_NAME,
            UNIT_CODE,
            UNIT_NAME,
            RECOGNISED_ON,
            date_fact(
                "material_day", "另定的材料报送日", clause="第二十五条第（三）项", intake=True, answered_by="ndrc_zj"
            ),
            choice_fact("grade", "评价等次", clause="第二十条", choices=GRADES, answered_by="ndrc_zj"),
            choice_fact(
                "ground",
                "查明的撤销情形",
                clause="第二十五条",
                choices={ground.key: ground.title for ground in FINDINGS},
                answered_by="ndrc_zj",
            ),
            date_fact("next_material_day", "再评价的材料报送日", clause="第二十一条", answered_by="ndrc_zj"),
        )
    ),
    readings=EVALUATION_READINGS,
    legal_event="parent",  # the re-evaluation is governed by what governed the first (reading last_day_in_force)
    is_application=False,
    cycle_title="评价年度",
    opening=OPENING,
    opening_limits=(
        Limit(
            key="zj-erc-one-evaluation-a-year",
            clause="第十七条",
            scope=(fact("centre"),),
            at_most=1,
            text="每个省工程中心一年至多参加一次运行评价",
        ),
    ),
    stages=(*COURSE, replace(REVOKE, after=WAYS_TO_REVOCATION)),
)

LIFECYCLES = (EVALUATION_LIFECYCLE, REVOCATION_LIFECYCLE)
