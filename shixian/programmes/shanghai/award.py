"""上海市科学技术奖 (沪科规〔2020〕2号, 自2020年5月6日起施行): from nomination to the approval of the city government.

Here: what objections do to a nomination (第五章), the final review, and the award (第六章). The stages before are in
`award_review`, what a nomination must satisfy in `award_nomination`, facts in `award_terms`, readings in
`award_readings`. An objection is a case of its own (`award_objection`); complaints are another (`award_complaint`).
"""

from __future__ import annotations

from dataclasses import replace

from shixian.programmes.shanghai.award_complaint import COMPLAINT
from shixian.programmes.shanghai.award_nomination import (
    AWARD_CONDITIONS,
    AWARDED,
    CANDIDATES,
    NOT_AWARDED,
    SPECIAL_PRIZES,
)
from shixian.programmes.shanghai.award_objection import OBJECTION
from shixian.programmes.shanghai.award_readings import PARAMETERS, READINGS, REGULATION
from shixian.programmes.shanghai.award_review import (
    FIRST_REVIEW,
    FOREIGN_OPINION,
    FORMAL_CHECK,
    NOMINATION,
    NOT_AWARDED_END,
    PUBLISH_NOMINATIONS,
    SECOND_REVIEW,
    SECOND_REVIEW_NOTICE,
    SITE_VISIT,
    review,
)
from shixian.programmes.shanghai.award_terms import (
    AWARD_COMMITTEE,
    AWARD_OFFICE,
    CANDIDATE,
    CITY_GOVERNMENT,
    FACTS,
    FOREIGN_AFFAIRS,
    NOMINATOR,
    OBJECTOR,
    REVIEW_COMMITTEE,
    STCSM,
    SUPERVISION_COMMITTEE,
)
from shixian.rules.conditions import Children, Condition, Mark, OutcomeOf, fact
from shixian.rules.family import ChildrenWhere
from shixian.rules.kinds import office_clock, party_clock
from shixian.rules.lifecycle import (
    Act,
    Automatic,
    Closed,
    Decides,
    Document,
    Goes,
    Lifecycle,
    OneOf,
    Outcome,
    Silent,
    Stage,
)
from shixian.rules.timing import days, on_day, set_by_call

TERMINATED_END = Closed("终止评审", reason="terminated", consequences=(NOT_AWARDED,))

# -- 第五章 异议及其处理 ----------------------------------------------------------------------------------------

OBJECTIONS_OPEN = Children(OBJECTION.key, status="open") >= 1
OBJECTIONS_OVER = Children(OBJECTION.key, status="open").equals(0)
# An objection case ends so when the nominator handed in nothing in time and asked for no extension (第四十八条第二款).
DEFAULTED = Children(OBJECTION.key, outcome="terminated") >= 1
# An objection whose investigation by the nominator is not finished.
PAPERS_MISSING = ChildrenWhere(OBJECTION.key, OutcomeOf("investigation").equals("open")) >= 1
PAPERS_IN = ~PAPERS_MISSING
NOTICE_OVER = ~Mark("second_review_notice.done").is_none

OBJECTION_HANDLING = Stage(
    key="objection_handling",
    title="异议处理",
    clause="第四十八条",
    kind="关口",
    by=AWARD_OFFICE,
    after=("second_review",),
    clocks=(
        # The office's own 30 days: past them the case is supervised, and loses nothing.
        office_clock(
            "第四十八条",
            days(30).after("second_review_notice.window_end"),
            title="异议处理完毕",
            only_if=OBJECTIONS_OPEN,
            reading="after_thirty_days",
        ),
        party_clock(
            "第四十八条",
            on_day(set_by_call("next_review_node")),
            # With the nominator's papers in, only the office is late: no suspension by itself (reading `office_late`).
            OneOf(
                ((PAPERS_MISSING, Goes("node_missed")),),
                otherwise=Silent("异议材料已提交而未处理完毕：由奖励办公室及时处理，或提请中止评审并说明理由"),
            ),
            key="next_review_node",
            title="下一评审节点",
            only_if=OBJECTIONS_OPEN,
            reading="next_review_node",
        ),
    ),
    acts=(
        Act(
            verb="refer_suspension",
            title="提请中止评审",
            by=(AWARD_OFFICE,),
            clause="第四十八条",
            outcome="node_missed",
            conditions=(
                Condition(
                    "node_past",
                    "下一评审节点已经届满",
                    Mark("act") > Mark("objection_handling.next_review_node.last_day"),
                    "第四十八条",
                ),
            ),
            discretion=True,
            reading="office_late",
        ),
    ),
    outcomes=(
        Outcome(key="passed", title="异议程序结束", clause="第三十九条第一款"),
        Outcome(key="node_missed", title="下一评审节点前未能处理完毕", clause="第四十八条"),
    ),
    automatic=Automatic(ready=DEFAULTED | (NOTICE_OVER & OBJECTIONS_OVER), outcome="passed", clause="第三十九条第一款"),
)

BY_DEFAULT = Outcome(
    key="terminated", title="终止评审", clause="第四十八条第二款", closes=replace(TERMINATED_END, clause="第四十八条第二款")
)

OBJECTION_OUTCOME = Stage(
    key="objection_outcome",
    title="异议处理结果",
    clause="第四十八条",
    kind="关口",
    by=AWARD_OFFICE,
    after=("objection_handling:passed",),
    outcomes=(Outcome(key="passed", title="可以进入终评", clause="第三十九条第一款"), BY_DEFAULT),
    automatic=Automatic(ready=~DEFAULTED, outcome="passed", clause="第四十八条", otherwise="terminated"),
)

SUSPENSION = Stage(
    key="suspension",
    title="中止评审",
    clause="第四十八条",
    kind="批准",
    by=AWARD_OFFICE,
    after=("objection_handling:node_missed",),
    acts=(
        Act(
            verb="suspend",
            title="批准中止评审",
            by=(AWARD_OFFICE,),
            clause="第四十八条",
            outcome="suspended",
            discretion=True,
            head=True,
            reading="next_review_node",
        ),
    ),
    outcomes=(Outcome(key="suspended", title="中止评审", clause="第四十八条", carries_over=True), BY_DEFAULT),
    automatic=Automatic(ready=DEFAULTED, outcome="terminated", clause="第四十八条第二款"),
)

RESUME_NEXT_YEAR = Stage(
    key="resume_next_year",
    title="恢复评审",
    clause="第四十八条",
    kind="报送",
    by=NOMINATOR,
    after=("suspension",),
    suspends_case=True,
    clocks=(
        party_clock(
            "第四十八条",
            on_day(set_by_call("resume_closing")),
            # 仍不具备提交评审条件: unless what is missing is the office's own handling (reading `office_late`).
            OneOf(
                (
                    (
                        OBJECTIONS_OPEN & PAPERS_IN,
                        Silent("异议材料已提交，仅因奖励办公室未处理完毕而不能报齐：由奖励办公室决定并说明理由"),
                    ),
                ),
                otherwise=TERMINATED_END,
            ),
            title="下一年度报齐材料",
            reading="resumed_cycle",
        ),
    ),
    acts=(
        Act(
            verb="submit",
            title="报齐材料",
            by=(NOMINATOR,),
            clause="第四十八条",
            outcome="resumed",
            documents=(Document("objection_materials", "异议调查处理相关材料", "第四十八条"),),
            inputs=("nomination_unchanged",),
            conditions=(
                Condition("next_year", "应在下一年度提交", Mark("act_year") >= Mark("cycle"), "第四十八条"),
                Condition("investigated", "异议应已完成调查处理", OBJECTIONS_OVER, "第四十八条"),
                Condition("unchanged", "提名书内容应无实质性变更", fact("nomination_unchanged"), "第四十八条"),
            ),
        ),
    ),
    outcomes=(
        # A candidate of last year is a candidate of this one again (第四十二条).
        Outcome(key="resumed", title="恢复评审", clause="第四十八条", consequences=(CANDIDATES,)),
        BY_DEFAULT,
    ),
    automatic=Automatic(ready=DEFAULTED, outcome="terminated", clause="第四十八条第二款"),
)

# -- 第四章 终评, 第六章 批准和授奖 -----------------------------------------------------------------------------

FINAL_REVIEW = review(
    "final_review",
    "终评",
    clause="第四十条",
    after=(
        "second_review_notice",
        "objection_outcome",
        "site_visit",
        "foreign_opinion",
        "resume_next_year",
    ),
    inputs=("final_grade", "winners"),
    optional=("winning_units", "leading_completers", "invention_patent"),
    conditions=AWARD_CONDITIONS,
)

REPORT = Stage(
    key="report_to_award_committee",
    title="报告奖励委员会",
    clause="第四十一条",
    kind="报告",
    by=REVIEW_COMMITTEE,
    after=("final_review",),
    acts=(
        Act(
            verb="report",
            title="向奖励委员会报告",
            by=(REVIEW_COMMITTEE,),
            clause="第四十一条",
            outcome="reported",
            documents=(
                Document("first_reviews", "形式审查和初评情况", "第四十一条"),
                Document("notice_and_objections", "复评结果公示及异议处理情况", "第四十一条"),
                Document("final_proposal", "最终授奖建议", "第四十一条"),
            ),
        ),
    ),
    outcomes=(Outcome(key="reported", title="已报告", clause="第四十一条"),),
)

AWARD_DECISION = Stage(
    key="award_decision",
    title="奖励委员会审定",
    clause="第五十一条",
    kind="会议",
    by=AWARD_COMMITTEE,
    after=("report_to_award_committee",),
    acts=(
        Act(
            verb="approve",
            title="审定获奖对象、等级",
            by=(AWARD_COMMITTEE,),
            clause="第五十一条",
            outcome="approved",
            optional=("final_grade", "winners", "leading_completers", "winning_units"),
            conditions=AWARD_CONDITIONS,
            limits=(SPECIAL_PRIZES,),
            decides=Decides(key="award", title="授奖等级", clause="第五十一条", grade=fact("final_grade")),
            head=True,
        ),
        Act(
            verb="reject",
            title="审定不授奖",
            by=(AWARD_COMMITTEE,),
            clause="第五十一条",
            outcome="rejected",
            discretion=True,
            head=True,
        ),
    ),
    outcomes=(
        Outcome(key="approved", title="审定通过", clause="第五十一条"),
        Outcome(key="rejected", title="审定不授奖", clause="第五十一条", closes=NOT_AWARDED_END),
    ),
)

APPROVAL = Stage(
    key="approval",
    title="市人民政府批准",
    clause="第五十一条",
    kind="批准",
    by=STCSM,
    after=("award_decision",),
    acts=(
        Act(verb="report", title="报市人民政府批准", by=(STCSM,), clause="第五十一条", at_most=1),
        Act(
            verb="approve",
            title="批准授奖",
            by=(CITY_GOVERNMENT,),
            clause="第五十一条",
            outcome="approved",
            conditions=(
                Condition("reported", "应先由市科学技术行政部门报批", ~Mark("approval.report").is_none, "第五十一条"),
            ),
            head=True,
        ),
        Act(
            verb="disapprove",
            title="不批准授奖",
            by=(CITY_GOVERNMENT,),
            clause="第五十一条",
            outcome="disapproved",
            discretion=True,
            head=True,
        ),
    ),
    outcomes=(
        Outcome(key="approved", title="授奖", clause="第五十一条", ends_branch=True, consequences=(AWARDED,)),
        Outcome(key="disapproved", title="不批准授奖", clause="第五十一条", closes=NOT_AWARDED_END),
    ),
)

AWARD = Lifecycle(
    key="sh-award",
    title="上海市科学技术奖",
    regulation=REGULATION,
    actors=(
        NOMINATOR,
        CANDIDATE,
        OBJECTOR,
        AWARD_OFFICE,
        REVIEW_COMMITTEE,
        AWARD_COMMITTEE,
        SUPERVISION_COMMITTEE,
        STCSM,
        CITY_GOVERNMENT,
        FOREIGN_AFFAIRS,
    ),
    facts=FACTS,
    parameters=PARAMETERS,
    readings=READINGS,
    stages=(
        NOMINATION,
        FORMAL_CHECK,
        PUBLISH_NOMINATIONS,
        FIRST_REVIEW,
        SECOND_REVIEW,
        SECOND_REVIEW_NOTICE,
        SITE_VISIT,
        FOREIGN_OPINION,
        OBJECTION_HANDLING,
        OBJECTION_OUTCOME,
        SUSPENSION,
        RESUME_NEXT_YEAR,
        FINAL_REVIEW,
        REPORT,
        AWARD_DECISION,
        APPROVAL,
    ),
)

LIFECYCLES = (AWARD, OBJECTION, COMPLAINT)
