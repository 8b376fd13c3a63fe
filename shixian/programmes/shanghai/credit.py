"""上海市科技信用信息管理办法（试行）, 沪科规〔2020〕9号, in force 2021-01-01 to 2022-12-31: one item of credit information.

第五条至第二十三条, in order: hand-in and classes (here), queries and sanctions (`credit_use`), deletion, objection, repair
(here again). A serious item bars its party from every application and nomination, in every lifecycle, until the
sanction ends. Beside this file: `credit_terms` (who, which classes), `credit_objection` (第二十、二十一条),
`credit_repair` (第二十二、二十三条) and `credit_readings` (what the text leaves open).
"""

from __future__ import annotations

from shixian.programmes.shanghai.credit_objection import GROUNDS, OBJECTION_LIFECYCLE
from shixian.programmes.shanghai.credit_readings import RECORD_READINGS
from shixian.programmes.shanghai.credit_repair import REPAIR_LIFECYCLE
from shixian.programmes.shanghai.credit_terms import (
    CLASS,
    CREDIT,
    DISTRICT,
    FROM_CITY,
    GENERAL_ACTS,
    HANDED_IN_STAGES,
    INSTITUTION,
    IS_DISHONEST,
    IS_GENERAL,
    IS_GOOD,
    IS_SERIOUS,
    NEVER_HANDED_IN,
    OBJECTION,
    PLATFORM,
    PROVIDER,
    REGULATION,
    REMOVED,
    REPAIR,
    REPAIRED,
    SERIOUS_ACTS,
    STCSM,
    SUBJECT,
    class_fact,
    lifted,
    only_if,
    party_facts,
    provider_fact,
)
from shixian.programmes.shanghai.credit_use import CONSTRAINT, INCENTIVES, QUERY, SANCTION
from shixian.rules.conditions import Condition, Expression, Mark, fact
from shixian.rules.facts import FactSet, choice_fact, date_fact, text_fact, yes_no_fact
from shixian.rules.kinds import office_clock
from shixian.rules.lifecycle import Act, Actor, Automatic, Clock, Closed, Document, Lifecycle, Opens, Outcome, Stage
from shixian.rules.timing import working_days

# -- 第二章 信息归集: hand-in and classes -----------------------------------------------------------------------

COMPLETE = (
    Condition("classified", "应先确定信息类别", ~Mark("classify.done").is_none, "第六条"),
    Condition(
        "identified",
        "应记明信息主体：单位的统一社会信用代码，或者自然人的姓名（单位）",
        ~fact("unit_code").is_none | ~fact("person_name").is_none,
        "第七条",
        "person_identity",
    ),
    Condition(
        "found",
        "失信信息须经有关部门或者机构查处认定",
        only_if(IS_DISHONEST, ~fact("handled_by").is_none),
        "第九条第一款",
    ),
    Condition(
        "sanction_stated",
        "失信信息应记明惩戒期限（未定的填“无”），截止日不早于处理生效时间",
        only_if(IS_DISHONEST, fact("sanction_until").is_none | (fact("sanction_until") >= fact("effective_on"))),
        "第九条第一款",
    ),
    Condition(
        "term_stated",
        "一般失信信息应记明相关规定确定的查询截止日（无明确规定的填“无”）",
        only_if(IS_GENERAL, fact("ruled_until").is_none | (fact("ruled_until") > Mark("act"))),
        "第十三条第一款第（二）项",
        "ruled_term",
    ),
)


def collection(key: str, title: str, clause: str, by: Actor, guard: Expression, clock: Clock) -> Stage:
    return Stage(
        key=key,
        title=title,
        clause=clause,
        kind="汇交",
        by=by,
        only_if=guard,
        clocks=(clock,),
        acts=(
            Act(
                verb="hand_in",
                title="汇交至市科技信用信息平台",
                by=(by,),
                clause=clause,
                outcome="on_platform",
                conditions=COMPLETE,
                reading="late_hand_in",
            ),
        ),
        outcomes=(Outcome(key="on_platform", title="已汇交", clause=clause),),
    )


COLLECT_CITY = collection(
    "collect_city",
    "汇交（市科委）",
    "第五条第一款第（一）项",
    STCSM,
    FROM_CITY,
    office_clock(
        "第五条第一款第（一）项", working_days(10).after("formed_on"), title="汇交", reading="working_days_from"
    ),
)

# 第五条第二款 only encourages the other providers: for them no term runs.
COLLECT_OTHER = collection(
    "collect_other",
    "汇交（其他信息提供单位）",
    "第五条第一款第（二）项",
    PROVIDER,
    ~FROM_CITY,
    office_clock(
        "第五条第一款第（二）项",
        working_days(20).after("formed_on"),
        title="汇交",
        only_if=fact("provider_kind").is_one_of(DISTRICT, INSTITUTION),
        reading="working_days_from",
    ),
)

CLASSIFY = Stage(
    key="classify",
    title="信息分类",
    clause="第六条",
    kind="分类",
    by=PROVIDER,
    acts=(
        Act(
            verb="classify",
            title="确定信息类别",
            by=(PROVIDER, STCSM),
            clause="第六条",
            outcome="classified",
            inputs=("information_class",),
            optional=(
                "misconduct",
                "honoured_on",
                "handled_by",
                "effective_on",
                "sanction_until",
                "ruled_until",
                "other_law_until",
            ),
            conditions=(
                Condition(
                    "general_act",
                    "一般失信信息应属第十条所列行为",
                    only_if(IS_GENERAL, fact("misconduct").is_one_of(*GENERAL_ACTS)),
                    "第十条",
                ),
                Condition(
                    "serious_act",
                    "严重失信信息应属第十一条所列行为",
                    only_if(IS_SERIOUS, fact("misconduct").is_one_of(*SERIOUS_ACTS)),
                    "第十一条",
                ),
            ),
        ),
    ),
    outcomes=(Outcome(key="classified", title="已分类", clause="第六条"),),
)

# -- 第四章 权益保护: deletion, objection, repair ---------------------------------------------------------------

DELETE_GOOD = Stage(
    key="delete_good",
    title="信息删除",
    clause="第十九条",
    kind="删除",
    by=PLATFORM,
    after=HANDED_IN_STAGES,
    only_if=IS_GOOD,
    clocks=(office_clock("第十九条", working_days(2).after("delete_good.apply"), title="删除良好信息"),),
    acts=(
        Act(verb="apply", title="申请删除自身的良好信息", by=(SUBJECT,), clause="第十九条", at_most=1),
        Act(
            verb="delete",
            title="删除良好信息",
            by=(PLATFORM,),
            clause="第十九条",
            outcome="deleted",
            documents=(Document("provider_told", "告知信息提供单位的记录", "第十九条"),),
            conditions=(Condition("applied", "信息主体已申请删除", ~Mark("delete_good.apply").is_none, "第十九条"),),
        ),
    ),
    outcomes=(
        Outcome(
            key="deleted", title="已删除", clause="第十九条", closes=Closed("依申请删除良好信息", reason="deleted")
        ),
    ),
)

OBJECTION_STAGE = Stage(
    key="objection",
    title="异议处理",
    clause="第二十条",
    kind="异议",
    by=PLATFORM,
    after=HANDED_IN_STAGES,
    acts=(
        Act(
            verb="raise_objection",
            title="提出异议",
            by=(SUBJECT,),
            clause="第二十条",
            inputs=("objection_ground",),
            optional=("objection_text",),
            opens=Opens(
                lifecycle=OBJECTION,
                label="objection",
                clause="第二十条",
                facts={
                    "objection_ground": fact("objection_ground"),
                    "objection_text": fact("objection_text"),
                },
            ),
        ),
    ),
    automatic=Automatic(ready=REMOVED, outcome="removed", clause="第二十一条"),
    outcomes=(
        Outcome(
            key="removed",
            title="经异议处理删除",
            clause="第二十一条",
            closes=Closed(
                "经异议处理删除",
                reason="removed",
                consequences=(*lifted("第二十一条", "信息经异议处理删除，惩戒解除"), *NEVER_HANDED_IN),
            ),
        ),
    ),
)

REPAIR_STAGE = Stage(
    key="repair",
    title="信用修复",
    clause="第二十二条",
    kind="修复",
    by=PLATFORM,
    after=HANDED_IN_STAGES,
    only_if=IS_DISHONEST,
    acts=(
        Act(
            verb="open_repair",
            title="登记信用修复申请",
            by=(SUBJECT, PLATFORM, PROVIDER, STCSM),
            clause="第二十二条",
            reading="after_expiry",
            opens=Opens(
                lifecycle=REPAIR,
                label="repair",
                clause="第二十二条",
                facts={
                    "information_class": CLASS,
                    "provider_kind": fact("provider_kind"),
                    "unit_code": fact("unit_code"),
                    "unit_name": fact("unit_name"),
                    "person_name": fact("person_name"),
                },
            ),
        ),
    ),
    automatic=Automatic(ready=REPAIRED, outcome="repaired", clause="第二十三条"),
    outcomes=(
        Outcome(
            key="repaired",
            title="信用修复",
            clause="第二十三条",
            closes=Closed("同意信用修复", reason="repaired", consequences=lifted("第二十三条", "信用修复，惩戒解除")),
        ),
    ),
)

RECORD_LIFECYCLE = Lifecycle(
    key=CREDIT,
    title="科技信用信息",
    regulation=REGULATION,
    # Handing in, deleting and repairing information is no application: a barred party's next record must be kept too.
    is_application=False,
    legal_event="formed_on",
    actors=(STCSM, PLATFORM, PROVIDER, SUBJECT),
    facts=FactSet(
        (
            date_fact("formed_on", "信息形成日", clause="第五条第一款", required=True, intake=True),
            provider_fact(intake=True),
            *party_facts(),
            class_fact(intake=True),
            text_fact("content", "信息内容", clause="第七条、第八条、第九条", intake=True),
            choice_fact(
                "misconduct",
                "失信行为",
                clause="第九条第一款",
                choices={**GENERAL_ACTS, **SERIOUS_ACTS},
                intake=True,
            ),
            date_fact("honoured_on", "表彰、奖励等确定日", clause="第十三条第一款第（一）项", intake=True),
            text_fact("handled_by", "处理单位", clause="第九条第一款", help="未经查处认定的填“无”", intake=True),
            date_fact("effective_on", "处理生效时间", clause="第九条第一款", intake=True),
            date_fact("sanction_until", "惩戒措施截止日", clause="第九条第一款", help="未定的填“无”", intake=True),
            date_fact(
                "ruled_until",
                "相关规定确定的查询截止日",
                clause="第十三条第一款第（二）项",
                help="无明确规定的填“无”",
                intake=True,
            ),
            date_fact(
                "other_law_until",
                "法律、法规、规章或国家规定另定的查询截止日",
                clause="第十三条第三款",
                help="没有另行规定的填“无”",
                intake=True,
            ),
            yes_no_fact("fits_scenario", "符合具体应用场景", clause="第十二条第二款"),
            yes_no_fact("has_dishonest", "查询平台，信息主体有失信信息", clause="第十五条"),
            choice_fact("incentive", "激励措施", clause="第十五条", choices=INCENTIVES),
            choice_fact("objection_ground", "异议理由", clause="第二十条", choices=GROUNDS),
            text_fact("objection_text", "异议内容", clause="第二十条"),
        )
    ),
    readings=RECORD_READINGS,
    stages=(
        COLLECT_CITY,
        COLLECT_OTHER,
        CLASSIFY,
        QUERY,
        CONSTRAINT,
        SANCTION,
        DELETE_GOOD,
        OBJECTION_STAGE,
        REPAIR_STAGE,
    ),
)

LIFECYCLES = (RECORD_LIFECYCLE, OBJECTION_LIFECYCLE, REPAIR_LIFECYCLE)
