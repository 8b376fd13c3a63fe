"""第二十一条: what follows from a result. Support for the excellent, an interview for the barely passed, one year of
rectification and another evaluation for those that failed. 良好 and 中等 have no consequence."""

from __future__ import annotations

from shixian.programmes.zhejiang.erc_opening import SECOND_BASIC, SECOND_FAIL
from shixian.programmes.zhejiang.erc_revocation import TITLE_HELD
from shixian.programmes.zhejiang.erc_terms import BASIC, CENTRE, EVALUATION, EXCELLENT, FAIL, NDRC, SUPERVISOR
from shixian.rules.conditions import Children, Condition, fact, mark
from shixian.rules.kinds import office_clock, term
from shixian.rules.lifecycle import Act, Automatic, Goes, Opens, Outcome, Stage
from shixian.rules.timing import yearly, years

SUPPORT = Stage(
    key="support",
    title="择优支持和优先推荐",
    clause="第二十一条",
    kind="决定",
    by=NDRC,
    after=("announce:notified",),
    only_if=fact("grade").equals(EXCELLENT),
    acts=(
        Act(
            verb="recommend",
            title="优先推荐申报国家工程研究中心",
            by=(NDRC,),
            clause="第二十一条",
            conditions=(TITLE_HELD,),
            at_most=1,
        ),
        Act(
            verb="support",
            title="给予进一步支持",
            by=(NDRC,),
            clause="第二十一条",
            outcome="supported",
            conditions=(TITLE_HELD,),
            discretion=True,
            head=True,
        ),
        Act(
            verb="not_select",
            title="择优未予支持",
            by=(NDRC,),
            clause="第二十一条",
            outcome="not_selected",
            discretion=True,
            head=True,
        ),
    ),
    outcomes=(
        Outcome(key="supported", title="给予进一步支持", clause="第二十一条", ends_branch=True),
        Outcome(key="not_selected", title="择优未予支持", clause="第二十一条", ends_branch=True),
    ),
    note="条文未定支持的金额，由各专项规定办理",
)

INTERVIEW = Stage(
    key="interview",
    title="约谈与督促整改",
    clause="第二十一条",
    kind="整改",
    by=NDRC,
    after=("announce:notified",),
    only_if=fact("grade").equals(BASIC) & ~SECOND_BASIC,
    acts=(
        Act(verb="interview", title="约谈", by=(NDRC,), clause="第二十一条", at_most=1),
        Act(
            verb="oversee",
            title="督促整改",
            by=(SUPERVISOR,),
            clause="第二十一条",
            outcome="rectified",
            conditions=(
                Condition("interviewed", "省发展改革委已约谈", ~mark("interview.interview").is_none, "第二十一条"),
            ),
        ),
    ),
    outcomes=(Outcome(key="rectified", title="已督促整改", clause="第二十一条", ends_branch=True),),
)

RECTIFY = Stage(
    key="rectify",
    title="1年整改期",
    clause="第二十一条",
    kind="期间",
    by=CENTRE,
    after=("announce:notified",),
    only_if=fact("grade").equals(FAIL) & ~SECOND_FAIL,
    acts=(Act(verb="oversee", title="督促整改", by=(SUPERVISOR,), clause="第二十一条"),),
    clocks=(
        term(
            "第二十一条",
            years(1).after("announce.announce"),
            Goes("ended"),
            title="整改期",
            reading="rectify_from",
        ),
    ),
    outcomes=(Outcome(key="ended", title="整改期满", clause="第二十一条"),),
)

RE_EVALUATE = Stage(
    key="re_evaluate",
    title="参加当年评价",
    clause="第二十一条",
    kind="评价",
    by=NDRC,
    after=("rectify:ended",),
    acts=(
        Act(
            verb="open_round",
            title="启动整改期满后的评价",
            by=(NDRC,),
            clause="第二十一条",
            optional=("next_material_day",),
            at_most=1,
            reading="last_day_in_force",
            opens=Opens(
                lifecycle=EVALUATION,
                label="reevaluation",
                clause="第二十一条",
                facts={
                    "centre": fact("centre"),
                    "unit_code": fact("unit_code"),
                    "unit_name": fact("unit_name"),
                    "recognised_on": fact("recognised_on"),
                    "material_day": fact("next_material_day"),
                },
            ),
        ),
    ),
    clocks=(
        office_clock(
            "第二十一条",
            yearly(12, 31, anchor="re_evaluate.opened", reading="that_year"),
            title="启动当年评价",
            met_by=("open_round",),
        ),
    ),
    automatic=Automatic(
        ready=Children(EVALUATION, status="closed") >= 1,
        outcome="evaluated",
        clause="第二十一条",
    ),
    outcomes=(Outcome(key="evaluated", title="已参加整改期满后的评价", clause="第二十一条", ends_branch=True),),
)
