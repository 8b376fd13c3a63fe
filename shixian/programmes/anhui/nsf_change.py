"""皖科基奖〔2020〕16号, 第三十三条第一款: what a project and its changes know of each other: until when a change may be approved, and
who bears the project once the 项目负责人 has changed.

The history of 第十四条 is written for the new and the old one on the day of the approval; the project's own case names
the new one when 省基金办 registers it. Between the two nothing may end the project: its end would be written for the
wrong person.
"""

from __future__ import annotations

from shixian.programmes.anhui.nsf_sanctions import MEASURES
from shixian.programmes.anhui.nsf_terms import CHANGE, OFFICE
from shixian.rules.conditions import Children, Condition, OfParent, OutcomeOf, fact, mark
from shixian.rules.family import LastChild
from shixian.rules.lifecycle import Act

CHANGE_KINDS = {"pi": "变更项目负责人", "participants": "变更参与人", "host": "变更依托单位"}
IS_PI_CHANGE = fact("change_kind").equals("pi")

NEWEST_PI = LastChild(CHANGE, IS_PI_CHANGE & OutcomeOf("decision").equals("approved"), fact("new_pi"))
CHANGE_REGISTERED = Condition(
    "change_registered",
    "批准变更的项目负责人已经登记",
    NEWEST_PI.is_none | NEWEST_PI.equals(fact("applicant")),
    "第三十三条第一款",
    "change_registered",
)
REGISTER_CHANGE = Act(
    verb="register_change",
    title="登记批准的变更",
    by=(OFFICE,),
    clause="第三十三条第一款",
    optional=("applicant", "participants", "unit_name", "unit_code"),
    conditions=(Condition("approved", "变更已经批准", Children(CHANGE, outcome="approved") >= 1, "第三十三条第一款"),),
    discretion=True,
    reading="change_registered",
)

# ---- asked in the change's own case, of the project (a change that no case opened has none to ask)
NO_PROJECT = OfParent(mark("opened")).is_none
ENDINGS = tuple(act.verb for act in MEASURES)
UNDER_WAY = Condition(
    "under_way",
    "项目尚未组织结题、终止或者撤销",
    NO_PROJECT
    | OfParent(~OutcomeOf("execution").is_one_of(*ENDINGS) & ~OutcomeOf("organise").is_one_of("organised", *ENDINGS)),
    "第三十三条第一款",
    "change_decided",
)
STILL_THE_PI = Condition(
    "still_the_pi",
    "申请变更时的项目负责人仍是现负责人（此前批准的变更须先登记）",
    NO_PROJECT | ~IS_PI_CHANGE | OfParent(fact("applicant")).equals(fact("current_pi")),
    "第三十三条第一款",
    "change_decided",
)
