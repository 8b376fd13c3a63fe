"""第十八条, 第二十二条, 第三十条: how long an item of integrity information is kept and disclosed, and what follows meanwhile.

3 or 5 years; a serious breach at least until its subject has left the list. A repair shortens the disclosure alone: it
ends first, and the storage on the day on which it would have ended anyway. While a breach is disclosed, taking part in
an activity is examined strictly, and refused to whom the veto bars.
"""

from __future__ import annotations

from shixian.programmes.zhejiang.integrity_terms import (
    ACTIVITY,
    BLACKLIST,
    OBJECTION,
    OBJECTION_RESULT,
    OFF_LIST,
    PROVIDER,
    PROVINCE,
    REPAIR,
    REVIEWER,
    SUBJECT,
    not_on_list,
    veto_ends,
)
from shixian.rules.conditions import Choose, Condition, Expression, OfParent, OutcomeOf, fact, mark
from shixian.rules.family import ChildrenWhere
from shixian.rules.kinds import term
from shixian.rules.lifecycle import Act, Automatic, Clock, Closed, Goes, Opens, Outcome, Stage
from shixian.rules.periods import Roll
from shixian.rules.timing import After, Span, on_day, set_by_act, years

GENERAL, SERIOUS, POSITIVE = (OutcomeOf("classify").equals(key) for key in ("general", "serious", "positive"))
MISCONDUCT = GENERAL | SERIOUS

# -- 第十八条: the terms, one for each kind of information; of one item exactly one runs --------------------------------

ORDINARY = fact("other_law_until").is_none  # 法律、法规和国家有关规定另有规定的，从其规定
SENTENCED = fact("sentenced").equals(True)
NO_RULE = fact("activity_term").is_none


def runs(key: str, title: str, item: str, length: Span | None, anchor: str, when: Expression) -> Clock:
    timing = After(set_by_act("activity_term") if length is None else length, anchor, Roll.NONE)
    clause, only_if = f"第十八条第（{item}）项", ORDINARY & when
    return term(clause, timing, Goes("expired"), key=key, title=title, only_if=only_if, reading="term_end")


HONOUR_TERM = runs("positive", "守信激励信息", "一", years(5), "awarded_on", POSITIVE)
BREACH_TERMS = (
    runs("by_rule", "一般失信信息（依活动规定）", "二", None, "recognised_on", GENERAL & ~NO_RULE),
    runs("general", "一般失信信息", "二", years(3), "recognised_on", GENERAL & NO_RULE),
    runs("serious", "严重失信信息", "三", years(5), "recognised_on", SERIOUS & ~SENTENCED),
    runs("sentenced", "严重失信信息（刑罚执行完毕起）", "三", years(5), "sentence_served_on", SERIOUS & SENTENCED),
    term(
        "第十八条第二款",
        on_day(set_by_act("other_law_until")),
        Goes("expired"),
        key="other_law",
        title="另有规定的期限",
        only_if=~ORDINARY,
    ),
)

# The last day of the term that runs for a breach, as set: what a repair shortens (第三十条).
BREACH_END = Choose(
    ~ORDINARY,
    mark("expire.other_law.last_day"),
    Choose(
        SERIOUS,
        Choose(SENTENCED, mark("expire.sentenced.last_day"), mark("expire.serious.last_day")),
        Choose(NO_RULE, mark("expire.general.last_day"), mark("expire.by_rule.last_day")),
    ),
)

# -- what may be done while it is disclosed or kept --------------------------------------------------------------------


def examine(*conditions: Condition) -> Act:
    """第二十二条: 对具有失信信息的主体严格审查，对严重失信行为责任主体实行“一票否决”."""
    return Act(
        verb="examine",
        title="严格审查后同意实施或参与科技活动",
        by=(REVIEWER,),
        clause="第二十二条",
        conditions=conditions,
        unbarred=("subject",),
        unbarred_from=ACTIVITY,
        discretion=True,
        reading="strict_examination",
    )


WITHDRAW = Act(
    verb="withdraw",
    title="凭异议结果更正",
    by=(PROVIDER,),
    clause="第二十八条",
    outcome="withdrawn",
    documents=(OBJECTION_RESULT,),
    discretion=True,
    reading="objection_upheld",
    consequences=(veto_ends("第二十八条", "异议成立，信息更正"),),
)
WITHDRAWN = Outcome(
    key="withdrawn",
    title="已更正",
    clause="第二十八条",
    closes=Closed("异议成立，信息已更正", reason="withdrawn", clause="第二十八条"),
)

SUBJECT_IN_CHILD = {name: fact(name) for name in ("subject", "subject_name", "subject_kind")}

EXPIRE = Stage(
    key="expire",
    title="保存和披露",
    clause="第十八条",
    kind="期间",
    by=PROVINCE,
    after=("classify:general|serious|positive",),
    clocks=(HONOUR_TERM, *BREACH_TERMS),
    acts=(
        examine(Condition("breach", "守信激励信息的主体无须严格审查", MISCONDUCT, "第二十二条")),
        Act(
            verb="raise_objection",
            title="提出异议",
            by=(SUBJECT,),
            clause="第二十八条",
            inputs=("decision_received",),
            opens=Opens(
                lifecycle=OBJECTION,
                label="objection",
                clause="第二十八条",
                facts={**SUBJECT_IN_CHILD, "decision_received": fact("decision_received")},
            ),
        ),
        Act(
            verb="propose_listing",
            title="启动列入严重失信名单",
            by=(PROVINCE,),
            clause="第十五条",
            conditions=(Condition("serious", "仅限第十一条的行为", SERIOUS, "第十五条"),),
            opens=Opens(
                lifecycle=BLACKLIST,
                label="listing",
                clause="第十五条",
                facts={**SUBJECT_IN_CHILD, "serious_breach": fact("serious_breach")},
            ),
        ),
        Act(
            verb="seek_repair",
            title="申请信用修复",
            by=(SUBJECT,),
            clause="第三十条",
            conditions=(Condition("misconduct", "仅失信信息可以修复", MISCONDUCT, "第三十条"),),
            opens=Opens(
                lifecycle=REPAIR,
                label="repair",
                clause="第三十条",
                facts={
                    **SUBJECT_IN_CHILD,
                    "recognised_on": fact("recognised_on"),
                    "disclosed_until": BREACH_END,
                },
            ),
        ),
        # Recorded first: the repair's own last day is compared with what stands in this case.
        Act(
            verb="note_repair",
            title="登记修复后的披露届满日",
            by=(PROVIDER,),
            clause="第三十条",
            inputs=("repaired_until",),
            anew=True,
        ),
        Act(
            verb="repair",
            title="按修复结果缩短披露期限",
            by=(PROVIDER,),
            clause="第三十条",
            outcome="repaired",
            conditions=(
                Condition(
                    "repair_granted",
                    "修复申请已获准，且届满日与修复结果一致",
                    ChildrenWhere(
                        REPAIR,
                        OutcomeOf("shorten").equals("shortened")
                        & fact("repaired_until").equals(OfParent(fact("repaired_until"))),
                    )
                    >= 1,
                    "第三十条",
                ),
            ),
            reading="repaired_storage",
        ),
        WITHDRAW,
    ),
    outcomes=(
        Outcome(key="expired", title="保存和披露期满"),
        Outcome(key="repaired", title="披露期限缩短", clause="第三十条"),
        WITHDRAWN,
    ),
)

DISCLOSE_REPAIRED = Stage(
    key="disclose_repaired",
    title="修复后的披露",
    clause="第三十条",
    kind="期间",
    by=PROVIDER,
    after=("expire:repaired",),
    clocks=(term("第三十条", on_day(set_by_act("repaired_until")), Goes("disclosed"), title="修复后的披露期"),),
    acts=(examine(), WITHDRAW),
    outcomes=(Outcome(key="disclosed", title="修复后的披露期满"), WITHDRAWN),
)


def while_listed(key: str, title: str, text: str, after: tuple[str, ...], *, ends_branch: bool, veto_end: str) -> Stage:
    """第十八条第（三）项: a serious breach's term goes on to the day on which its subject leaves the list."""
    clause = "第十八条第（三）项"
    return Stage(
        key=key,
        title=title,
        clause=clause,
        kind="关口",
        by=PROVINCE,
        after=after,
        only_if=SERIOUS,
        automatic=Automatic(ready=OFF_LIST, outcome="passed", clause=clause),
        acts=(
            # The removal ends another case: where that one was not opened from here, somebody looks.
            Act(
                verb="confirm",
                title="确认已移出名单",
                by=(PROVINCE,),
                clause=clause,
                outcome="passed",
                conditions=(not_on_list(clause),),
            ),
            WITHDRAW,
        ),
        outcomes=(
            Outcome(
                key="passed",
                title=text,
                ends_branch=ends_branch,
                consequences=(veto_ends("第二十二条", veto_end, through=True),),
            ),
            WITHDRAWN,
        ),
        note="期限届满而主体仍在名单上的，延至移出之日",
    )


# Listed after the repair: then the disclosure goes on all the same.
DISCLOSED_WHILE_LISTED = while_listed(
    "disclosed_while_listed",
    "修复后的披露延至移出名单",
    "不再披露",
    ("disclose_repaired",),
    ends_branch=False,
    veto_end="严重失信信息不再披露",
)

STORE_REPAIRED = Stage(
    key="store_repaired",
    title="修复后的保存",
    clause="第十八条",
    kind="期间",
    by=PROVINCE,
    after=("disclosed_while_listed",),
    clocks=BREACH_TERMS,
    acts=(WITHDRAW,),
    outcomes=(Outcome(key="expired", title="保存期满"), WITHDRAWN),
)

UNTIL_REMOVED = while_listed(
    "until_removed",
    "延至移出名单",
    "期限届满且不在名单上",
    ("expire:expired", "store_repaired"),
    ends_branch=True,
    veto_end="严重失信信息不再保存和披露",
)
