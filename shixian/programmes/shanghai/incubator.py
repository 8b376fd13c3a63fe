"""上海市科技创新创业载体管理办法（试行）, 沪科规〔2020〕7号, in force 2020-12-01 to 2022-11-30: recognition of carriers.

第十一条至第十九条, in order: apply, district check, expert review, public notice, confirmation, and the time in the
municipal system, during which changes are reported, years are evaluated and the status may be lost. Beside this file:
`incubator_terms` (who, which regulation), `incubator_standards` (第五至七、十条), `incubator_firms` (第八、九条),
`incubator_change` (objections, 第十五条), `incubator_review` (第十八、二十一至二十三条), `incubator_grades` (what is kept of
each year), `incubator_exit` (第十九条) and `incubator_readings` (what the text leaves open).
"""

from __future__ import annotations

from shixian.programmes.shanghai.incubator_change import (
    CHANGE_KINDS,
    CHANGE_LIFECYCLE,
    OBJECTION_LIFECYCLE,
    concurred,
    concurs,
)
from shixian.programmes.shanghai.incubator_exit import GROUNDS, MISCONDUCT, disqualification, loss_of_status
from shixian.programmes.shanghai.incubator_firms import GRADUATE_LIFECYCLE, TENANT_LIFECYCLE
from shixian.programmes.shanghai.incubator_grades import ANNULLED_YEAR, annulment
from shixian.programmes.shanghai.incubator_readings import EXIT_READINGS, PROCEDURE_READINGS, STANDARD_READINGS
from shixian.programmes.shanghai.incubator_review import REVIEW_LIFECYCLE
from shixian.programmes.shanghai.incubator_standards import STANDARD_FACTS, STANDARD_NAMES, STANDARDS
from shixian.programmes.shanghai.incubator_terms import (
    CARRIER,
    CHANGE,
    DISTRICT,
    EDU,
    OBJECTION,
    OBJECTOR,
    RECOGNITION,
    REGULATION,
    REVIEW,
    STCSM,
    UNIT_CODE,
    UNIT_NAME,
    kind_fact,
)
from shixian.rules.conditions import AnyOf, Children, Condition, fact
from shixian.rules.facts import FactSet, choice_fact, date_fact, period_fact, yes_no_fact
from shixian.rules.kinds import notice, submission
from shixian.rules.lifecycle import (
    Act,
    Automatic,
    CallParameter,
    Closed,
    Document,
    Lifecycle,
    Opens,
    Outcome,
    Stage,
)
from shixian.rules.publication import Shown, Withheld
from shixian.rules.timing import set_by_call

APPLY = submission(
    "apply",
    "自主申报",
    clause="第十一条",
    by=CARRIER,
    documents=(
        Document("application", "载体库在线申请", "第十一条"),
        Document("proofs", "相关证明材料", "第十一条"),
    ),
    optional=STANDARD_NAMES,
)

DISTRICT_CHECK = Stage(
    key="district_check",
    title="形式审查",
    clause="第十二条",
    kind="审查",
    by=DISTRICT,
    after=("apply",),
    acts=(
        Act(
            verb="recommend",
            title="书面推荐",
            by=(DISTRICT,),
            clause="第十二条",
            outcome="recommended",
            documents=(
                Document("site_visit", "现场走访记录", "第十二条"),
                Document("recommendation", "书面推荐名单", "第十二条"),
            ),
            optional=STANDARD_NAMES,
            conditions=STANDARDS,
            reading="checked_at",
        ),
        Act(
            verb="decline",
            title="不予推荐",
            by=(DISTRICT,),
            clause="第十二条",
            outcome="not_recommended",
            discretion=True,
        ),
        Act(
            verb="accept_area",
            title="决定其他区域是否降低标准",
            by=(STCSM,),
            clause="第十条",
            inputs=("other_area_accepted",),
            discretion=True,
            reading="relief_areas",
        ),
        Act(
            verb="relieve_desks",
            title="决定创业工位标准是否降低",
            by=(STCSM,),
            clause="第十条",
            inputs=("desks_relieved",),
            discretion=True,
            reading="relief_standards",
        ),
        Act(
            verb="except_age",
            title="决定入驻企业成立时间是否例外",
            by=(STCSM,),
            clause="第六条第（四）项",
            inputs=("age_excepted",),
            discretion=True,
            reading="resident_age",
        ),
    ),
    outcomes=(
        Outcome(key="recommended", title="推荐"),
        Outcome(
            key="not_recommended",
            title="不予推荐",
            clause="第十二条",
            closes=Closed("区科技主管部门不予推荐", reason="refused"),
        ),
    ),
)

EXPERT_REVIEW = Stage(
    key="expert_review",
    title="专家评审",
    clause="第十三条",
    kind="评审",
    by=STCSM,
    after=("district_check",),
    acts=(
        Act(
            verb="record_opinion",
            title="形成专家评审意见，审核后予以公示",
            by=(STCSM,),
            clause="第十三条",
            outcome="opinion",
            documents=(Document("expert_opinion", "专家评审意见", "第十三条"),),
            conditions=(concurred("expert_review"),),
        ),
        Act(
            verb="reject",
            title="审核不予通过",
            by=(STCSM,),
            clause="第十四条",
            outcome="rejected",
            discretion=True,
            head=True,
        ),
        concurs(),
    ),
    outcomes=(
        Outcome(key="opinion", title="已形成评审意见"),
        Outcome(
            key="rejected",
            title="审核不予通过",
            clause="第十四条",
            closes=Closed("审核不予通过", reason="refused"),
        ),
    ),
)

NOTICE = notice(
    "notice",
    "公示",
    clause="第十四条",
    by=STCSM,
    length=set_by_call("notice_length"),
    after=("expert_review",),
    objections=Opens(lifecycle=OBJECTION, label="objection", clause="第十四条"),
    objector=OBJECTOR,
    objection_inputs=("objection_ground", "objector"),
    shows=(
        Shown("unit_name", "第十四条", reading="审核结果应能辨认所审核的载体"),
        Shown("carrier", "第十四条", reading="审核结果按载体类型作出"),
        Shown("outcome:expert_review", "第十四条"),
    ),
    withholds=(
        Withheld("各项指标和申报材料", "条文只要求公示审核结果", "第十四条"),
        Withheld("评审专家和评审意见", "条文未要求公示，评审意见供审核使用", "第十四条"),
    ),
)

CONFIRM = Stage(
    key="confirm",
    title="确认并公布名单",
    clause="第十四条",
    kind="决定",
    by=STCSM,
    after=("notice",),
    acts=(
        Act(
            verb="confirm",
            title="确认纳入并公布名单",
            by=(STCSM,),
            clause="第十四条",
            outcome="confirmed",
            conditions=(
                Condition(
                    "handled",
                    "异议均已处理",
                    Children(OBJECTION, status="open").equals(0),
                    "第十四条",
                    "no_objection",
                ),
                Condition(
                    "none_upheld",
                    "没有异议成立",
                    Children(OBJECTION, outcome="upheld").equals(0),
                    "第十四条",
                    "no_objection",
                ),
                concurred("confirm"),
            ),
            head=True,
        ),
        Act(
            verb="refuse",
            title="不予确认",
            by=(STCSM,),
            clause="第十四条",
            outcome="not_confirmed",
            conditions=(Condition("upheld", "有异议成立", Children(OBJECTION, outcome="upheld") >= 1, "第十四条"),),
            discretion=True,
            head=True,
        ),
        concurs(),
    ),
    outcomes=(
        Outcome(key="confirmed", title="纳入本市载体培育体系"),
        Outcome(
            key="not_confirmed",
            title="不予确认",
            clause="第十四条",
            closes=Closed("公示有异议，不予确认", reason="refused"),
        ),
    ),
)

# 第十六条: while it stands here the carrier bears the municipal title.
IN_SYSTEM = Stage(
    key="in_system",
    title="培育体系内（市级载体）",
    clause="第十六条",
    kind="期间",
    by=STCSM,
    after=("confirm",),
    acts=(
        Act(
            verb="note_change",
            title="登记变更情形",
            by=(CARRIER, DISTRICT),
            clause="第十五条",
            inputs=("changed_on", "change_kind"),
            opens=Opens(
                lifecycle=CHANGE,
                label="change",
                clause="第十五条",
                facts={
                    "carrier": fact("carrier"),
                    "unit_name": fact("unit_name"),
                    "unit_code": fact("unit_code"),
                    "changed_on": fact("changed_on"),
                    "change_kind": fact("change_kind"),
                },
            ),
        ),
        Act(
            verb="recommend_national",
            title="推荐申报国家级",
            by=(STCSM,),
            clause="第十六条",
            inputs=("meets_national_standard",),
            conditions=(Condition("national", "符合国家标准", fact("meets_national_standard"), "第十六条"),),
        ),
        Act(
            verb="open_review",
            title="开展年度绩效评价",
            by=(STCSM,),
            clause="第十八条",
            opens=Opens(
                lifecycle=REVIEW,
                label="review",
                clause="第十八条",
                facts={
                    "carrier": fact("carrier"),
                    "unit_name": fact("unit_name"),
                    "unit_code": fact("unit_code"),
                },
            ),
        ),
        annulment(),
        *(disqualification(ground) for ground in MISCONDUCT),
    ),
    automatic=Automatic(
        ready=AnyOf(tuple(Children(REVIEW, outcome=ground.key) >= 1 for ground in GROUNDS)),
        outcome="exited",
        clause="第十九条",
    ),
    outcomes=(
        *(loss_of_status(ground) for ground in MISCONDUCT),
        Outcome(
            key="exited",
            title="年度评价中取消资格",
            clause="第十九条",
            closes=Closed("已在年度评价中取消资格", reason="terminated"),
        ),
    ),
)

RECOGNITION_LIFECYCLE = Lifecycle(
    key=RECOGNITION,
    title="科技创新创业载体纳入培育体系",
    regulation=REGULATION,
    actors=(CARRIER, DISTRICT, STCSM, EDU, OBJECTOR),
    facts=FactSet(
        (
            kind_fact(),
            UNIT_CODE,
            UNIT_NAME,
            *STANDARD_FACTS,
            date_fact("changed_on", "变更发生日", clause="第十五条"),
            choice_fact("change_kind", "变更事项", clause="第十五条", choices=CHANGE_KINDS),
            yes_no_fact("meets_national_standard", "是否符合国家标准", clause="第十六条", answered_by="stcsm"),
            ANNULLED_YEAR,
        )
    ),
    parameters=(
        CallParameter(
            field=period_fact("notice_length", "公示期限", clause="第十四条"),
            why="第十四条只要求公示，未规定期限",
        ),
    ),
    readings=(*STANDARD_READINGS, *PROCEDURE_READINGS, *EXIT_READINGS),
    stages=(APPLY, DISTRICT_CHECK, EXPERT_REVIEW, NOTICE, CONFIRM, IN_SYSTEM),
)

LIFECYCLES = (
    RECOGNITION_LIFECYCLE,
    OBJECTION_LIFECYCLE,
    CHANGE_LIFECYCLE,
    REVIEW_LIFECYCLE,
    TENANT_LIFECYCLE,
    GRADUATE_LIFECYCLE,
)
