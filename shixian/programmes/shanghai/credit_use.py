"""沪科规〔2020〕9号, 第三章 信息使用: queries and their terms, incentives, constraint and sanction (第十二条至第十六条).

A sanction is imposed by the law itself as soon as a serious item is on the platform; it bars the party, or the person,
from every application and nomination, in every lifecycle, and says until when.
"""

from __future__ import annotations

from shixian.programmes.shanghai.credit_terms import (
    CLASS,
    HANDED_IN,
    HANDED_IN_STAGES,
    IS_BASIC,
    IS_DISHONEST,
    IS_GENERAL,
    IS_GOOD,
    IS_SERIOUS,
    MARKED,
    PARTY_NAMES,
    PLATFORM,
    PROVIDER,
    STCSM,
    SUSPENDED,
)
from shixian.rules.conditions import Condition, Constant, Expression, Mark, fact
from shixian.rules.kinds import term
from shixian.rules.lifecycle import (
    Act,
    Automatic,
    Bars,
    Closed,
    Consequence,
    Document,
    Goes,
    Integrity,
    Outcome,
    Remember,
    SetsBarEnd,
    Stage,
)
from shixian.rules.register import EVERY
from shixian.rules.timing import later_of, on_day, set_by_act, years

# -- 第三章 信息使用: queries and their terms -------------------------------------------------------------------

# 第十三条第二款: a sanction that ends later prolongs the query term.
SANCTION_END = on_day(set_by_act("sanction_until"))
LATER_SANCTION = "第十三条第二款"
EXPIRED = Closed("查询期限届满", reason="expired")

# 第十三条第三款: a term that other law fixes takes the place of all of them.
BY_OTHER_LAW = fact("other_law_until").is_known & ~fact("other_law_until").is_none

QUERY_TERMS = (
    term(
        "第十三条第三款",
        on_day(set_by_act("other_law_until")),
        Goes("expired_by_other_law"),
        key="other_law",
        title="查询期限（法律、法规、规章或国家规定）",
        only_if=~IS_BASIC & BY_OTHER_LAW,
        reading="other_law",
    ),
    term(
        "第十三条第一款第（一）项",
        years(5).after("honoured_on"),
        Goes("expired"),
        key="good",
        title="良好信息查询期限",
        only_if=IS_GOOD & ~BY_OTHER_LAW,
        reading="rest_days",
    ),
    term(
        "第十三条第一款第（二）项",
        later_of(on_day(set_by_act("ruled_until")), SANCTION_END, clause=LATER_SANCTION),
        Goes("expired"),
        key="general_ruled",
        title="一般失信信息查询期限（按相关规定）",
        only_if=IS_GENERAL & ~fact("ruled_until").is_none & ~BY_OTHER_LAW,
        reading="ruled_term",
    ),
    term(
        "第十三条第一款第（二）项",
        later_of(years(3).after("query.opened"), SANCTION_END, clause=LATER_SANCTION),
        Goes("expired"),
        key="general",
        title="一般失信信息查询期限",
        only_if=IS_GENERAL & fact("ruled_until").is_none & ~BY_OTHER_LAW,
        reading="separate_clocks",
    ),
    term(
        "第十三条第一款第（三）项",
        later_of(years(5).after("query.opened"), SANCTION_END, clause=LATER_SANCTION),
        Goes("expired"),
        key="serious",
        title="严重失信信息查询期限",
        only_if=IS_SERIOUS & ~BY_OTHER_LAW,
        reading="separate_clocks",
    ),
)

NOT_SUSPENDED = Condition("not_suspended", "该信息未被中止查询", ~SUSPENDED, "第二十一条第二款", "suspension_scope")
SHOWS_MARK = Document("dispute_mark", "查询结果载明异议标注", "第二十一条第一款", only_if=MARKED)


def answer(verb: str, title: str, clause: str, *papers: Document) -> Act:
    return Act(
        verb=verb,
        title=title,
        by=(PLATFORM,),
        clause=clause,
        documents=(*papers, SHOWS_MARK),
        conditions=(NOT_SUSPENDED,),
    )


INCENTIVES = {
    "simplified": "简化程序、优先办理（第十五条第（一）项）",
    "priority": "同等条件下优先（第十五条第（二）项）",
    "other": "国家和本市规定的其他激励措施（第十五条第（三）项）",
}

QUERY = Stage(
    key="query",
    title="信息查询",
    clause="第十二条",
    kind="期间",
    by=PLATFORM,
    after=HANDED_IN_STAGES,
    clocks=QUERY_TERMS,
    acts=(
        answer(
            "answer_own", "答复本人查询", "第十二条第一款", Document("valid_id", "查询人有效身份证明", "第十二条第一款")
        ),
        answer(
            "answer_authorised",
            "答复授权查询",
            "第十二条第一款",
            Document("authorisation", "信息主体的有效授权证明", "第十二条第一款"),
        ),
        Act(
            verb="share",
            title="授权行政机关、管理机构使用共享数据",
            by=(PLATFORM,),
            clause="第十二条第二款",
            inputs=("fits_scenario",),
            documents=(SHOWS_MARK,),
            conditions=(
                Condition("fits_scenario", "应用需求符合具体应用场景", fact("fits_scenario"), "第十二条第二款"),
                NOT_SUSPENDED,
            ),
            anew=True,
        ),
        Act(
            verb="record_sanction",
            title="登记惩戒措施截止日",
            by=(STCSM, PROVIDER),
            clause=LATER_SANCTION,
            inputs=("sanction_until",),
            documents=(Document("sanction_decision", "惩戒措施的决定", "第九条第一款"),),
            conditions=(
                Condition("dishonest", "只有失信信息有惩戒措施", IS_DISHONEST, "第九条第一款"),
                Condition(
                    "not_past",
                    "惩戒措施截止日不早于登记日",
                    fact("sanction_until") >= Mark("act"),
                    LATER_SANCTION,
                ),
            ),
            consequences=tuple(
                SetsBarEnd(
                    clause=LATER_SANCTION,
                    subject=name,
                    text="惩戒措施截止日变更",
                    until="sanction_until",
                    reading="bar_term",
                )
                for name in PARTY_NAMES
            ),
            anew=True,
        ),
        Act(
            verb="grant_incentive",
            title="采取激励措施",
            by=(STCSM,),
            clause="第十五条",
            inputs=("incentive", "has_dishonest"),
            conditions=(
                Condition("good", "信息主体须有良好信息", IS_GOOD, "第十五条"),
                Condition(
                    "no_dishonest", "信息主体须无失信信息", ~fact("has_dishonest"), "第十五条", "incentive_query"
                ),
            ),
            discretion=True,
            anew=True,
        ),
    ),
    outcomes=(
        Outcome(key="expired", title="查询期限届满", clause="第十三条第一款", closes=EXPIRED),
        Outcome(key="expired_by_other_law", title="另定的查询期限届满", clause="第十三条第三款", closes=EXPIRED),
    ),
)

# 第十六条第一款 on all dishonest information, 第二款 also on serious information. Neither waits for a person (应当).
# Other lifecycles quote this clause in their refusals, so it names its regulation.
SANCTION_CLAUSE = "《上海市科技信用信息管理办法（试行）》第十六条第二款"


def imposed(key: str, title: str, clause: str, guard: Expression, *consequences: Consequence) -> Stage:
    return Stage(
        key=key,
        title=title,
        clause=clause,
        kind="惩戒",
        by=STCSM,
        after=HANDED_IN_STAGES,
        only_if=guard,
        automatic=Automatic(ready=Constant(True), outcome="imposed", clause=clause),
        outcomes=(Outcome(key="imposed", title=title, clause=clause, ends_branch=True, consequences=consequences),),
    )


CONSTRAINT = imposed(
    "constraint",
    "列为重点监督对象和信用风险警示对象",
    "第十六条第一款",
    IS_DISHONEST,
    *(Remember(key=HANDED_IN, subject=name, value=CLASS, clause="第九条第一款") for name in PARTY_NAMES),
    *(
        Integrity(clause="第九条第二款", subject=name, ground="一般失信行为", only_if=IS_GENERAL)
        for name in PARTY_NAMES
    ),
)

SANCTION = imposed(
    "sanction",
    "取消申报、被提名、担任评审专家和提名者的资格",
    "第十六条第二款",
    IS_SERIOUS,
    *(Integrity(clause="第九条第二款", subject=name, ground="严重失信行为", serious=True) for name in PARTY_NAMES),
    *(
        Bars(
            clause=SANCTION_CLAUSE,
            subject=name,
            lifecycles=(EVERY,),
            length=years(5),
            text="有严重失信行为信息，取消申报、被提名、担任评审专家和提名者的资格",
            until="sanction_until",
            reading="bar_term",
        )
        for name in PARTY_NAMES
    ),
)
