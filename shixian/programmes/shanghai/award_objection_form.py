"""上海市科学技术奖: the form of an objection (第四十三条、第四十四条、第四十六条) - its facts, and when it must be accepted."""

from __future__ import annotations

from shixian.rules.conditions import AllOf, Condition, Mark, Not, OfParent, fact
from shixian.rules.facts import NONE, FactSet, choice_fact, period_fact, text_fact, yes_no_fact

FACTS = FactSet(
    (
        text_fact("project_name", "被异议的项目", clause="第四十三条"),
        choice_fact(
            "identity",
            "署名",
            clause="第四十四条、第四十六条",
            choices={"real_name": "实名", "anonymous": "匿名", "impersonated": "冒名"},
        ),
        text_fact("objector_name", "异议者", clause="第四十三条", sealed=True),
        text_fact("objector_contact", "有效联系方式", clause="第四十四条", sealed=True),
        yes_no_fact("own_rights", "涉及异议者自身权益主张、无法保密", clause="第四十三条"),
        yes_no_fact("disclosure_consent", "异议者同意公开身份", clause="第四十三条"),
        yes_no_fact("has_written_objection", "有书面异议", clause="第四十四条"),
        yes_no_fact("has_identity_proof", "有身份证明", clause="第四十四条"),
        yes_no_fact("has_evidence", "有证据材料", clause="第四十四条"),
        yes_no_fact("has_leads", "有调查线索", clause="第四十四条"),
        period_fact("transfer_period", "异议转办函要求的期限", clause="第四十七条"),
        period_fact("extended_period", "批准延期的期限", clause="第四十八条"),
    )
)
PAPERS = ("has_written_objection", "has_identity_proof", "has_evidence", "has_leads")

IDENTITY = fact("identity")
IN_FORM = (
    Condition("real_name", "异议应实名提出", IDENTITY.equals("real_name") & fact("objector_name").differs(NONE), "第四十四条"),
    Condition("written", "异议应以书面形式提出", fact("has_written_objection"), "第四十四条"),
    Condition("identity_proof", "应提供身份证明", fact("has_identity_proof"), "第四十四条"),
    Condition("contact", "应提供有效联系方式", fact("objector_contact").differs(NONE), "第四十四条"),
    Condition("evidence", "应提供必要的证据材料或者调查线索", fact("has_evidence") | fact("has_leads"), "第四十四条"),
)
# 第四十五条 leaves no choice: an objection in the form of 第四十四条 is accepted.
NOT_IN_FORM = Condition(
    "not_in_form", "符合第四十四条规定的应予受理，不得拒绝", Not(AllOf(tuple(c.test for c in IN_FORM))), "第四十五条"
)
IMPERSONATED = Condition("impersonated", "仅适用于冒名提出的异议", IDENTITY.equals("impersonated"), "第四十六条")
ANONYMOUS = Condition("anonymous", "仅适用于匿名提出的异议", IDENTITY.equals("anonymous"), "第四十六条")
IN_WINDOW = Condition(
    "in_window",
    "应在复评结果公示期内提出",
    Mark("act") <= OfParent(Mark("second_review_notice.window_end")),
    "第四十三条",
    "objection_supplement",
)
