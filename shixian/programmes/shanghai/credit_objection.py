"""沪科规〔2020〕9号, 第二十条、第二十一条: an objection to one item of information, a case of its own.

A possible error is marked and the item stays open to queries; a possible breach of secrecy or privacy suspends them.
Either way the information provider then deals with it.
"""

from __future__ import annotations

from shixian.programmes.shanghai.credit_readings import OBJECTION_READINGS
from shixian.programmes.shanghai.credit_terms import (
    CREDIT,
    FROM_CITY,
    OBJECTION,
    PLATFORM,
    PROVIDER,
    REGULATION,
    STCSM,
    SUBJECT,
)
from shixian.rules.conditions import Expression, OfParent, fact
from shixian.rules.facts import FactSet, choice_fact, text_fact
from shixian.rules.lifecycle import Act, Actor, Closed, Lifecycle, Outcome, Stage

GROUNDS = {"error": "错误、遗漏等情形", "infringement": "侵犯商业秘密、个人隐私等合法权益"}

MARK = Stage(
    key="mark",
    title="异议标注",
    clause="第二十一条第一款",
    kind="标注",
    by=PLATFORM,
    only_if=fact("objection_ground").equals("error"),
    acts=(
        Act(
            verb="mark",
            title="进行异议标注，交信息提供单位",
            by=(PLATFORM,),
            clause="第二十一条第一款",
            outcome="marked",
        ),
    ),
    outcomes=(Outcome(key="marked", title="已标注", clause="第二十一条第一款"),),
)

SUSPEND_QUERY = Stage(
    key="suspend_query",
    title="中止查询",
    clause="第二十一条第二款",
    kind="中止",
    by=PLATFORM,
    only_if=fact("objection_ground").equals("infringement"),
    acts=(
        Act(
            verb="suspend",
            title="中止查询服务，交信息提供单位",
            by=(PLATFORM,),
            clause="第二十一条第二款",
            outcome="suspended",
        ),
    ),
    outcomes=(Outcome(key="suspended", title="已中止查询", clause="第二十一条第二款"),),
)


def handled(key: str, title: str, by: Actor, guard: Expression) -> Stage:
    """Dealt with by whoever handed the information in, and by nobody else (交由信息提供单位)."""
    return Stage(
        key=key,
        title=title,
        clause="第二十一条",
        kind="处理",
        by=by,
        after=("mark", "suspend_query"),
        only_if=guard,
        acts=tuple(
            Act(
                verb=verb,
                title=act_title,
                by=(by,),
                clause="第二十一条",
                outcome=outcome,
                discretion=True,
                reading="objection_handling",
            )
            for verb, act_title, outcome in (
                ("correct", "更正", "corrected"),
                ("remove", "删除", "removed"),
                ("keep", "维持", "kept"),
            )
        ),
        outcomes=(
            Outcome(key="corrected", title="已更正", closes=Closed("异议成立，已更正", reason="completed")),
            Outcome(key="removed", title="已删除", closes=Closed("异议成立，已删除", reason="completed")),
            Outcome(key="kept", title="维持", closes=Closed("异议不成立，维持", reason="dismissed")),
        ),
    )


HANDLE = handled("handle", "信息提供单位处理", PROVIDER, ~OfParent(FROM_CITY))
HANDLE_CITY = handled("handle_city", "市科委处理", STCSM, OfParent(FROM_CITY))

OBJECTION_LIFECYCLE = Lifecycle(
    key=OBJECTION,
    title="科技信用信息异议处理",
    regulation=REGULATION,
    child_of=CREDIT,
    legal_event="parent",
    actors=(SUBJECT, PLATFORM, PROVIDER, STCSM),
    facts=FactSet(
        (
            choice_fact("objection_ground", "异议理由", clause="第二十条", choices=GROUNDS),
            text_fact("objection_text", "异议内容", clause="第二十条"),
        )
    ),
    readings=OBJECTION_READINGS,
    stages=(MARK, SUSPEND_QUERY, HANDLE, HANDLE_CITY),
)
