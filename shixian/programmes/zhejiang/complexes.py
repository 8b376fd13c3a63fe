"""浙江省省级产业创新服务综合体管理考核办法（试行）, 浙科领办〔2020〕3号, in force from 2020-04-03: the yearly evaluation.

第十四条 and 第十六条, in order: data, scoring, ranking by class (末10%, 培育类前30%), publication, and what follows: a yellow
card and an interview, the veto for falsified data, removal after two cards in a row with recovery, conversion to 创建类.
One case is one complex and one year. Beside this file: `complexes_terms` (the regulation, who acts, what is scored),
`complexes_consequences` (cards, removal, conversion), `complexes_readings` (what the text leaves open). Application,
final assessment and change are not encoded here.
"""

from __future__ import annotations

from shixian.programmes.zhejiang.complexes_consequences import (
    ALREADY_CONVERTED,
    FRAUD,
    INTERVIEW,
    PROMOTE,
    RECOVER,
    REMOVE,
    REMOVED_SINCE_LISTED,
    YELLOW,
)
from shixian.programmes.zhejiang.complexes_readings import READINGS
from shixian.programmes.zhejiang.complexes_terms import (
    ANNUAL,
    CITY,
    COMPLEX,
    INDUSTRIES,
    OFFICE,
    PROVINCE_ST,
    REGULATION,
    SCORE_CONDITIONS,
    SCORE_FACTS,
    SCORE_NAMES,
    STATES,
    TOTAL,
)
from shixian.rules.conditions import Condition, Later, fact, mark
from shixian.rules.facts import FactSet, choice_fact, date_fact, money_fact, text_fact, unit_code_fact, yes_no_fact
from shixian.rules.kinds import party_clock
from shixian.rules.lifecycle import (
    SILENT,
    Act,
    CallParameter,
    Cohort,
    Decides,
    Document,
    Lifecycle,
    Limit,
    Outcome,
    Stage,
)
from shixian.rules.timing import months, on_day, set_by_call

# -- 第十六条: data ----------------------------------------------------------------------------------------------------

REPORT = Stage(
    key="report",
    title="提供考核数据",
    clause="第十六条",
    kind="报送",
    by=CITY,
    acts=(
        Act(
            verb="submit",
            title="提交考核数据",
            by=(CITY, COMPLEX),
            clause="第十六条",
            outcome="submitted",
            documents=(Document("evaluation_data", "考核数据", "第十六条"),),
            reading="completed_take_part",
        ),
    ),
    clocks=(party_clock("第十六条", on_day(set_by_call("report_by")), SILENT, title="考核数据报送"),),
    outcomes=(Outcome(key="submitted", title="已提供考核数据"),),
)


def veto(reading: str, outcome: str | None = None) -> Act:
    """第十六条: falsified data, found while the evaluation lasts."""
    return Act(
        verb="veto",
        title="一票否决",
        by=(PROVINCE_ST,),
        clause="第十六条",
        outcome=outcome,
        inputs=("falsification",),
        conditions=(Condition("found", "须写明查实的弄虚作假情形", ~fact("falsification").is_none, "第十六条"),),
        head=True,
        reading=reading,
    )


# -- 第十四条: score and rank ------------------------------------------------------------------------------------------

EVALUATE = Stage(
    key="evaluate",
    title="年度绩效评价",
    clause="第十四条",
    kind="评价",
    by=PROVINCE_ST,
    after=("report",),
    acts=(
        Act(
            verb="score",
            title="评定得分",
            by=(PROVINCE_ST,),
            clause="第十四条第（一）项",
            outcome="scored",
            inputs=("industry", *SCORE_NAMES, "tasks_completed"),
            conditions=SCORE_CONDITIONS,
            decides=Decides(key="score", title="年度绩效评价得分", clause="第十四条第（一）项", grade=TOTAL),
            head=True,
            reading="bonus_over_100",
        ),
        veto("veto_not_ranked", "vetoed"),
    ),
    outcomes=(
        Outcome(key="scored", title="已评定得分"),
        Outcome(key="vetoed", title="一票否决", clause="第十六条"),
    ),
)

BOTTOM_RANK = Stage(
    key="bottom_rank",
    title="排名末10%",
    clause="第十四条第（三）项",
    kind="排序",
    by=PROVINCE_ST,
    after=("evaluate:scored",),
    cohort=Cohort(
        share="10%",
        end="bottom",
        rounding="down",
        ties="all_out",
        score="score",
        group_by=("state",),
        inside="last_tenth",
        outside="above",
        clause="第十四条第（三）项",
        rounding_reading="last_tenth_rounding",
        ties_reading="ties",
        group_reading="rank_by_state",
    ),
    outcomes=(
        Outcome(key="last_tenth", title="在末10%"),
        Outcome(key="above", title="不在末10%"),
    ),
)

TOP_RANK = Stage(
    key="top_rank",
    title="排名前30%",
    clause="第十四条第（三）项",
    kind="排序",
    by=PROVINCE_ST,
    after=("evaluate:scored",),
    only_if=fact("state").equals("cultivation"),
    cohort=Cohort(
        share="30%",
        end="top",
        rounding="down",
        ties="all_in",
        score="score",
        group_by=("state",),
        inside="first_thirty",
        outside="below",
        clause="第十四条第（三）项",
        rounding_reading="first_thirty_rounding",
        ties_reading="ties",
        group_reading="rank_by_state",
    ),
    outcomes=(
        Outcome(key="first_thirty", title="在前30%"),
        Outcome(key="below", title="不在前30%"),
    ),
)

PUBLISH = Stage(
    key="publish",
    title="评价结果公布",
    clause="第十四条",
    kind="公布",
    by=PROVINCE_ST,
    after=("bottom_rank", "top_rank", "evaluate:vetoed"),
    acts=(
        Act(
            verb="publish",
            title="向社会公布评价结果",
            by=(PROVINCE_ST,),
            clause="第十四条",
            outcome="published",
        ),
        veto("veto_until_published"),
    ),
    outcomes=(Outcome(key="published", title="已公布"),),
)

ANNUAL_LIFECYCLE = Lifecycle(
    key=ANNUAL,
    title="产业创新服务综合体年度绩效评价",
    regulation=REGULATION,
    actors=(COMPLEX, CITY, PROVINCE_ST, OFFICE),
    facts=FactSet(
        (
            text_fact("complex_name", "综合体名称（与名单一致）", clause="第十四条", required=True, intake=True),
            text_fact("unit_name", "建设运营单位", clause="第五条第（四）项", intake=True),
            unit_code_fact("unit_code", "建设运营单位统一社会信用代码", clause="第五条第（四）项", intake=True),
            choice_fact("state", "建设状态", clause="第十四条第（二）项", choices=STATES, required=True, intake=True),
            date_fact(
                "listed_on",
                "列入创建或培育名单之日",
                clause="第十四条",
                required=True,
                intake=True,
                help="首次列入之日；移出名单后重新列入的，为重新列入之日",
            ),
            money_fact("incentive_received", "已获省财政专项激励资金", clause="第十四条第（三）项", intake=True),
            choice_fact("industry", "产业特征", clause="第十四条第（二）项", choices=INDUSTRIES, intake=True),
            *SCORE_FACTS,
            yes_no_fact(
                "tasks_completed",
                "申报书明确的阶段性建设任务是否完成",
                clause="第十四条第（三）项",
                answered_by="province_st",
            ),
            text_fact("falsification", "查实的弄虚作假情形", clause="第十六条", answered_by="province_st"),
        )
    ),
    parameters=(
        CallParameter(
            field=date_fact("report_by", "考核数据报送的最后一日", clause="第十六条"),
            why="第十四条只写每年开展一次，第十六条只写由市、县等提供，都没有报送期限",
        ),
    ),
    readings=READINGS,
    opening=(
        Condition(
            "half_year",
            "列入创建或培育名单半年以上",
            mark("act") >= Later(fact("listed_on"), months(6)),
            "第十四条",
            "half_year",
        ),
        Condition(
            "on_the_list",
            "列入后未被移出综合体名单",
            ~REMOVED_SINCE_LISTED,
            "第十四条第（三）项",
            "relisted",
        ),
        Condition(
            "converted",
            "列入后已直接转为创建类的，不再作为培育类参加",
            fact("state").differs("cultivation") | ~ALREADY_CONVERTED,
            "第十四条第（三）项",
        ),
    ),
    opening_limits=(
        Limit(
            key="zj-complex-one-evaluation-a-year",
            clause="第十四条",
            scope=(fact("complex_name"),),
            at_most=1,
            text="每个综合体每年评价一次",
        ),
    ),
    stages=(
        REPORT,
        EVALUATE,
        BOTTOM_RANK,
        TOP_RANK,
        PUBLISH,
        YELLOW,
        INTERVIEW,
        FRAUD,
        REMOVE,
        RECOVER,
        PROMOTE,
    ),
)

LIFECYCLES = (ANNUAL_LIFECYCLE,)
