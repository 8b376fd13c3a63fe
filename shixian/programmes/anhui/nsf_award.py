"""皖科基奖〔2020〕16号, 第五条、第二十九条: the task book, or giving up the grant; its approval; the payment to the host."""

from __future__ import annotations

from shixian.programmes.anhui.nsf_terms import BORNE, HOST, OFFICE, PI, PROVINCE
from shixian.rules.conditions import Condition, fact, mark
from shixian.rules.facts import date_fact, yes_no_fact
from shixian.rules.family import DecidedAmount
from shixian.rules.kinds import party_clock
from shixian.rules.lifecycle import Act, Closed, Decides, Document, OneOf, Outcome, Owes, Remember, Silent, Stage
from shixian.rules.timing import on_day, set_by_act

TASK_BOOK = Stage(
    key="task_book",
    title="计划任务书",
    clause="第二十九条",
    kind="报送",
    by=HOST,
    after=("approval",),
    clocks=(
        party_clock(
            "第二十九条",
            on_day(set_by_act("task_book_due")),
            OneOf(
                (
                    (
                        ~mark("task_book.explain").is_none,
                        Silent("已在规定期限内说明理由，不视为放弃；由省科技厅决定是否准予逾期提交"),
                    ),
                ),
                otherwise=Closed("视为放弃接受资助", clause="第二十九条第三款"),
            ),
            title="提交计划任务书",
            reading="explained_in_time",
        ),
    ),
    acts=(
        Act(
            verb="submit",
            title="审核并提交计划任务书",
            by=(HOST,),
            clause="第二十九条",
            outcome="submitted",
            documents=(Document("task_book", "计划任务书", "第二十九条"),),
        ),
        Act(
            verb="explain",
            title="说明不能按期提交的理由",
            by=(HOST, PI),
            clause="第二十九条第三款",
            discretion=True,  # 说明理由
            reading="explained_in_time",
        ),
    ),
    outcomes=(Outcome(key="submitted", title="已提交", clause="第二十九条"),),
)

TASK_BOOK_CHECK = Stage(
    key="task_book_check",
    title="计划任务书核准",
    clause="第二十九条第二款",
    kind="审查",
    by=OFFICE,
    after=("task_book",),
    acts=(
        Act(
            verb="approve",
            title="核准并返还",
            by=(OFFICE,),
            clause="第二十九条第二款",
            outcome="approved",
            inputs=("task_book_consistent", "funding_end"),
            conditions=(
                Condition(
                    "consistent",
                    "主要内容与申请材料一致，未变更负责人、依托单位、主要目标和关键指标",
                    fact("task_book_consistent"),
                    "第二十九条第一款",
                ),
                Condition(
                    "ends_later", "资助期限届满日应在核准之后", fact("funding_end") > mark("act"), "第二十九条第二款"
                ),
            ),
        ),
        Act(
            verb="send_back",
            title="退回修改",
            by=(OFFICE,),
            clause="第二十九条第二款",
            discretion=True,
            reading="sent_back",
        ),
        Act(
            verb="resubmit",
            title="修改后重新提交",
            by=(HOST,),
            clause="第二十九条第一款",
            documents=(Document("task_book", "计划任务书", "第二十九条"),),
            conditions=(
                Condition(
                    "sent_back",
                    "计划任务书已被退回修改",
                    ~mark("task_book_check.send_back").is_none,
                    "第二十九条第二款",
                ),
            ),
        ),
    ),
    outcomes=(
        Outcome(
            key="approved",
            title="核准",
            clause="第二十九条第二款",
            consequences=(
                Remember(key=BORNE, subject="applicant", value=fact("project_type"), clause="第十四条第（三）项"),
            ),
        ),
    ),
)

# 第四十二条: 暂缓拨付 is a measure by gravity, and is lifted again. Withheld and released on one day: still withheld.
HELD_BACK = ~mark("payment.withhold").is_none & (
    mark("payment.release").is_none | (mark("payment.release") <= mark("payment.withhold"))
)
PAYMENT = Stage(
    key="payment",
    title="经费拨付",
    clause="第五条",
    kind="拨付",
    by=PROVINCE,
    after=("task_book_check",),
    acts=(
        Act(
            verb="allocate",
            title="核拨至依托单位",
            by=(PROVINCE,),
            clause="第五条",
            outcome="paid",
            inputs=("unit_name",),
            conditions=(Condition("not_held_back", "未被暂缓拨付", ~HELD_BACK, "第四十二条"),),
            decides=Decides(
                key="payment",
                title="核拨的资助经费",
                clause="第五条",
                amount=DecidedAmount("grant"),
                owes=(Owes(payee=fact("unit_name"), debtor="省科技厅", clause="第五条"),),
            ),
            head=True,
            reading="paid_once",
        ),
        Act(
            verb="withhold",
            title="暂缓拨付，限期改正",
            by=(PROVINCE,),
            clause="第四十二条",
            inputs=("misconduct",),
            anew=True,
            discretion=True,
        ),
        Act(
            verb="release",
            title="改正后恢复拨付",
            by=(PROVINCE,),
            clause="第四十二条",
            conditions=(Condition("held_back", "正暂缓拨付", HELD_BACK, "第四十二条"),),
            discretion=True,
        ),
    ),
    outcomes=(Outcome(key="paid", title="已核拨", clause="第五条", ends_branch=True),),
)

AWARD_FACTS = (
    yes_no_fact("task_book_consistent", "任务书是否与申请材料一致", clause="第二十九条第一款", answered_by="office"),
    date_fact("funding_end", "资助期限届满日", clause="第三十四条", answered_by="office"),
)

AWARD_STAGES = (TASK_BOOK, TASK_BOOK_CHECK, PAYMENT)
