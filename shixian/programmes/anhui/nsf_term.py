"""皖科基奖〔2020〕16号, 第三十四条: the funding period, and the one extension of it.

The term (`funding_term`, prolonged in `extended_term`) runs beside the work (`execution`); so does the one chance to
ask for an extension, which is lost 60 days before the term ends. A request made in time is decided before the project
is concluded, even when the term runs out meanwhile.
"""

from __future__ import annotations

from shixian.programmes.anhui.nsf_terms import HOST, PI, PROVINCE
from shixian.rules.conditions import Condition, Later, OutcomeOf, fact
from shixian.rules.facts import date_fact, yes_no_fact
from shixian.rules.kinds import party_clock, term
from shixian.rules.lifecycle import Act, Document, Goes, Outcome, Stage
from shixian.rules.timing import days, on_day, set_by_act, years

FUNDING_TERM = Stage(
    key="funding_term",
    title="资助期限",
    clause="第三十四条",
    kind="期间",
    by=PI,
    after=("task_book_check",),
    clocks=(term("第三十五条", on_day(set_by_act("funding_end")), Goes("expired"), title="资助期满"),),
    outcomes=(Outcome(key="expired", title="资助期满", clause="第三十五条"),),
)

# ---- 第三十四条: asked once, at least 60 days before the term ends; at most one year; through the host
EXTENSION = Stage(
    key="extension",
    title="延期申请",
    clause="第三十四条第二款",
    kind="报送",
    by=PI,
    after=("task_book_check",),
    clocks=(
        party_clock(
            "第三十四条第二款",
            days(60).before("funding_end"),
            Goes("not_requested"),
            title="提出延期申请",
            reading="sixty_days",
        ),
    ),
    acts=(
        Act(
            verb="request",
            title="申请延期",
            by=(PI,),
            clause="第三十四条第一款",
            outcome="requested",
            documents=(Document("extension_request", "延期申请", "第三十四条第二款"),),
            inputs=("objective_reason",),
            conditions=(
                Condition("objective", "由于客观原因不能按期完成", fact("objective_reason"), "第三十四条第一款"),
            ),
            reading="extension_once",
        ),
    ),
    outcomes=(
        Outcome(key="requested", title="已申请", clause="第三十四条第二款"),
        Outcome(key="not_requested", title="未在期限内申请", clause="第三十四条第二款", ends_branch=True),
    ),
)
EXTENSION_CHECK = Stage(
    key="extension_check",
    title="依托单位审核延期",
    clause="第三十四条第二款",
    kind="审查",
    by=HOST,
    after=("extension:requested",),
    acts=(
        Act(
            verb="forward",
            title="审核后报省科技厅",
            by=(HOST,),
            clause="第三十四条第二款",
            outcome="forwarded",
        ),
        Act(
            verb="decline",
            title="不同意延期",
            by=(HOST,),
            clause="第三十四条第二款",
            outcome="declined",
            discretion=True,
        ),
    ),
    outcomes=(
        Outcome(key="forwarded", title="已报省科技厅", clause="第三十四条第二款"),
        Outcome(key="declined", title="依托单位不同意", clause="第三十四条第二款", ends_branch=True),
    ),
)
EXTENSION_DECISION = Stage(
    key="extension_decision",
    title="批准延期",
    clause="第三十四条第二款",
    kind="决定",
    by=PROVINCE,
    after=("extension_check:forwarded",),
    acts=(
        Act(
            verb="grant",
            title="批准延期",
            by=(PROVINCE,),
            clause="第三十四条第二款",
            outcome="granted",
            inputs=("extended_to",),
            conditions=(
                Condition(
                    "at_most_one_year",
                    "延长的期限不得超过1年",
                    fact("extended_to") <= Later(fact("funding_end"), years(1)),
                    "第三十四条第一款",
                ),
                Condition(
                    "longer",
                    "延期后的届满日晚于原届满日",
                    fact("extended_to") > fact("funding_end"),
                    "第三十四条第一款",
                ),
            ),
            head=True,
            reading="decided_late",
        ),
        Act(
            verb="refuse",
            title="不批准延期",
            by=(PROVINCE,),
            clause="第三十四条第二款",
            outcome="refused",
            discretion=True,
            head=True,
        ),
    ),
    outcomes=(
        Outcome(key="granted", title="批准延期", clause="第三十四条第二款"),
        Outcome(key="refused", title="不批准延期", clause="第三十四条第二款", ends_branch=True),
    ),
)
GRANTED = OutcomeOf("extension_decision").equals("granted")
EXTENDED_TERM = Stage(
    key="extended_term",
    title="延长的资助期限",
    clause="第三十四条第一款",
    kind="期间",
    by=PI,
    after=("funding_term", "extension_decision"),
    only_if=GRANTED,
    clocks=(term("第三十五条", on_day(set_by_act("extended_to")), Goes("expired"), title="延长的期限届满"),),
    outcomes=(Outcome(key="expired", title="延长的期限届满", clause="第三十五条"),),
)

TERM_FACTS = (
    yes_no_fact("objective_reason", "是否因客观原因不能按期完成", clause="第三十四条第一款", answered_by="pi"),
    date_fact("extended_to", "延期后的届满日", clause="第三十四条第一款", answered_by="province"),
)

TERM_STAGES = (FUNDING_TERM, EXTENSION, EXTENSION_CHECK, EXTENSION_DECISION, EXTENDED_TERM)
