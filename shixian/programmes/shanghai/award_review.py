"""上海市科学技术奖 (沪科规〔2020〕2号): nomination, formal check and the reviews up to the public notice (第三章、第四章).

After the second review three things run side by side: public notice with objections, site visit, foreign-affairs
opinion. They join again in `award`, before the final review.
"""

from __future__ import annotations

from dataclasses import replace

from shixian.programmes.shanghai.award_nomination import (
    CANDIDATES,
    EXPERT_ONCE,
    KIND_CONDITIONS,
    NOMINATION_CONDITIONS,
    NOMINATION_DOCUMENTS,
    NOT_AWARDED,
    grade_fits,
    patented,
)
from shixian.programmes.shanghai.award_objection import FILED, FILED_DOCUMENTS, FILES
from shixian.programmes.shanghai.award_terms import (
    AWARD_OFFICE,
    FOREIGN_AFFAIRS,
    KIND,
    NOMINATION_FACTS,
    NOMINATOR,
    OBJECTOR,
    REVIEW_COMMITTEE,
    STCSM,
)
from shixian.rules.conditions import Condition, Mark, Remembered, fact, parameter
from shixian.rules.kinds import Correction, examination, notice, party_clock
from shixian.rules.lifecycle import Act, Closed, Document, Outcome, Silent, Stage
from shixian.rules.publication import Shown, Withheld
from shixian.rules.timing import on_day, set_by_call

NOT_AWARDED_END = Closed("未获授奖", reason="not_awarded", consequences=(NOT_AWARDED,))

# -- 第三章 提名和受理 ------------------------------------------------------------------------------------------

NOMINATION_INPUTS = ("award_kind", "nominator_kind", "nominator_name", "completers", "suggested_grade")

NOMINATION = Stage(
    key="nomination",
    title="提名",
    clause="第二十八条至第三十四条",
    kind="报送",
    by=NOMINATOR,
    clocks=(
        party_clock(
            "第三十条",
            on_day(set_by_call("nomination_closing")),
            title="提名截止",
            only_if=parameter("nomination_closing").is_known,
            reading="nomination_closing",
        ),
    ),
    acts=(
        Act(
            verb="recognise_unit",
            title="确认单位提名资格",
            by=(STCSM,),
            clause="第二十八条",
            inputs=("unit_qualified",),
            discretion=True,  # the conditions for units are laid down elsewhere
        ),
        Act(
            verb="submit",
            title="提交提名",
            by=(NOMINATOR,),
            clause="第三十条",
            outcome="nominated",
            documents=NOMINATION_DOCUMENTS,
            inputs=NOMINATION_INPUTS,
            optional=tuple(
                field.name
                for field in NOMINATION_FACTS
                if field.name not in NOMINATION_INPUTS and field.answered_by is None
            ),
            conditions=(*KIND_CONDITIONS, *NOMINATION_CONDITIONS),
            limits=(EXPERT_ONCE,),
            # Who has a serious credit record may neither nominate nor be nominated (沪科规〔2020〕9号第十六条第二款).
            unbarred=("nominator_name", "completers"),
            consequences=(CANDIDATES,),
        ),
    ),
    outcomes=(Outcome(key="nominated", title="已提名", clause="第三十条"),),
)

# May be withheld only after a correction that was not made in time, or that did not help.
CORRECTION_FAILED = Condition(
    "correction_failed",
    "经要求补正，逾期未补正或者补正后仍不符合要求的，才可以不提交评审",
    (Mark("act") > Mark("formal_check.correction.last_day"))
    | (Mark("formal_check.correct") >= Mark("formal_check.request_correction")),
    "第三十五条",
)

FORMAL_CHECK = examination(
    "formal_check",
    "形式审查",
    clause="第三十五条",
    by=AWARD_OFFICE,
    after=("nomination",),
    failed=Closed("不提交评审", reason="not_submitted"),
    fail_conditions=(CORRECTION_FAILED,),
    correction=Correction(
        clause="第三十五条",
        by=NOMINATOR,
        period="correction_period",
        lapse=Silent("逾期未补正，可以不提交评审：由奖励办公室决定并说明理由"),
    ),
)

# -- 第四章 评审 ------------------------------------------------------------------------------------------------

PUBLISH_NOMINATIONS = Stage(
    key="publish_nominations",
    title="提名结果公布",
    clause="第三十六条",
    kind="公布",
    by=AWARD_OFFICE,
    after=("formal_check",),
    acts=(
        Act(
            verb="publish",
            title="公布提名结果",
            by=(AWARD_OFFICE,),
            clause="第三十六条",
            outcome="published",
            reading="publish_before_review",
        ),
    ),
    outcomes=(Outcome(key="published", title="已公布", clause="第三十六条"),),
)


def review(
    key: str,
    title: str,
    *,
    clause: str,
    after: tuple[str, ...],
    inputs: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
    conditions: tuple[Condition, ...] = (),
) -> Stage:
    """One of the three reviews: experts who are nobody's candidate this year, and whom no credit record bars."""
    experts = f"{key}_experts"
    recusal = Condition(
        "recusal",
        "当年被提名的候选对象不得参加评审工作",
        Remembered("sh-award.candidate", experts, 0).equals(0),
        "第四十二条",
        "same_name",
    )
    return Stage(
        key=key,
        title=title,
        clause=clause,
        kind="评审",
        by=REVIEW_COMMITTEE,
        after=after,
        acts=(
            Act(
                verb="pass",
                title=f"{title}通过",
                by=(REVIEW_COMMITTEE,),
                clause=clause,
                outcome="passed",
                inputs=(experts, *inputs),
                optional=optional,
                conditions=(recusal, *conditions),
                unbarred=(experts,),
            ),
            Act(
                verb="fail",
                title=f"{title}未通过",
                by=(REVIEW_COMMITTEE,),
                clause=clause,
                outcome="failed",
                inputs=(experts,),
                conditions=(recusal,),
                unbarred=(experts,),
            ),
        ),
        outcomes=(
            Outcome(key="passed", title="通过", clause=clause),
            Outcome(key="failed", title=f"{title}未通过", clause=clause, closes=NOT_AWARDED_END),
        ),
    )


FIRST_REVIEW = review("first_review", "初评", clause="第三十七条", after=("publish_nominations",))

SECOND_REVIEW = review(
    "second_review",
    "复评",
    clause="第三十八条",
    after=("first_review",),
    inputs=("proposed_grade",),
    optional=("invention_patent",),
    conditions=(grade_fits("proposed_grade"), patented("proposed_grade")),
)

_NOTICE = notice(
    "second_review_notice",
    "复评结果公示",
    clause="第三十九条第一款",
    by=AWARD_OFFICE,
    after=("second_review",),
    length=set_by_call("notice_length"),
    objections=FILES,
    objector=OBJECTOR,
    objection_clause="第四十三条",
    objection_inputs=FILED,
    shows=(
        Shown("project_name", "第三十九条第一款", reading="复评结果应能辨认所评的项目"),
        Shown("award_kind", "第三十九条第一款", reading="复评结果按奖项作出"),
        Shown("completers", "第三十九条第一款", person=True, reading="异议可以针对候选对象（第四十三条）"),
        Shown("unit_name", "第三十九条第一款", reading="异议可以针对候选对象（第四十三条）"),
        Shown("proposed_grade", "第三十九条第一款", label="复评建议等级"),
    ),
    withholds=(
        Withheld("评审专家", "评审情况保密，条文只要求公示复评结果", "第三十九条第一款"),
        Withheld("提名书正文", "条文只要求公示复评结果", "第三十九条第一款"),
    ),
)
assert _NOTICE.window is not None
SECOND_REVIEW_NOTICE = replace(
    _NOTICE,
    clocks=(replace(_NOTICE.clocks[0], reading="notice_length"),),
    window=replace(_NOTICE.window, objection_documents=FILED_DOCUMENTS),
)

SITE_VISIT = Stage(
    key="site_visit",
    title="考察",
    clause="第三十九条第二款",
    kind="考察",
    by=AWARD_OFFICE,
    after=("second_review",),
    only_if=KIND.is_one_of("merit", "cooperation") | fact("proposed_grade").equals("special"),
    acts=(
        Act(
            verb="visit",
            title="组织专家考察",
            by=(AWARD_OFFICE,),
            clause="第三十九条第二款",
            outcome="visited",
            documents=(Document("visit_report", "专家考察意见", "第三十九条第二款"),),
        ),
    ),
    outcomes=(Outcome(key="visited", title="已考察", clause="第三十九条第二款"),),
)

FOREIGN_OPINION = Stage(
    key="foreign_opinion",
    title="征求涉外主管部门意见",
    clause="第三十九条第二款",
    kind="征求意见",
    by=AWARD_OFFICE,
    after=("second_review",),
    only_if=KIND.equals("cooperation"),
    acts=(
        Act(
            verb="give_opinion",
            title="提出意见",
            by=(FOREIGN_AFFAIRS,),
            clause="第三十九条第二款",
            outcome="received",
            documents=(Document("opinion", "涉外主管部门意见", "第三十九条第二款"),),
        ),
    ),
    outcomes=(Outcome(key="received", title="已征求意见", clause="第三十九条第二款"),),
)
