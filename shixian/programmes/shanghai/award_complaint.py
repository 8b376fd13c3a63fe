"""上海市科学技术奖: complaints (第五十四条至第五十九条), as far as the text says who does what.

About the review: the supervision committee (监督委员会) handles it, may advise others, and the S&T department deals
with an expert who broke the rules. About a winner: the award office verifies, the S&T department approves its opinion.
No time limits and no form are laid down; what becomes of an award found to be fraudulent is not said either.
"""

from __future__ import annotations

from shixian.programmes.shanghai.award_readings import REGULATION
from shixian.programmes.shanghai.award_terms import AWARD_OFFICE, STCSM, SUPERVISION_COMMITTEE
from shixian.rules.conditions import Condition, Mark, fact
from shixian.rules.facts import FactSet, choice_fact, text_fact
from shixian.rules.lifecycle import Act, Actor, Binds, Document, Integrity, Lifecycle, Outcome, Reading, Stage

COMPLAINANT = Actor("complainant", "举报人", Binds.THIRD)

FACTS = FactSet(
    (
        choice_fact(
            "about",
            "举报内容",
            clause="第五十四条、第五十九条",
            choices={"review": "评审活动存在问题", "winner": "获奖项目弄虚作假、侵占或剽窃他人成果"},
        ),
        text_fact("project_name", "获奖项目", clause="第五十九条"),
        choice_fact(
            "finding",
            "核实结果",
            clause="第五十九条",
            choices={"fraud": "弄虚作假", "misappropriation": "侵占他人成果", "plagiarism": "剽窃他人成果", "none": "不属实"},
        ),
        text_fact("expert", "被处理的评审专家", clause="第五十七条"),
        choice_fact(
            "measure",
            "处理",
            clause="第五十七条",
            choices={
                "correction": "责令改正",
                "warning": "警告",
                "criticism": "通报批评",
                "dismissal": "解除聘任",
                "disqualification": "取消资格",
            },
        ),
    )
)

FILING = Stage(
    key="filing",
    title="举报投诉",
    clause="第五十四条、第五十九条",
    kind="报送",
    by=COMPLAINANT,
    acts=(
        Act(
            verb="submit",
            title="提出举报投诉",
            by=(COMPLAINANT,),
            clause="第五十四条",
            outcome="submitted",
            inputs=("about",),
            optional=("project_name",),
        ),
    ),
    outcomes=(Outcome(key="submitted", title="已提出", clause="第五十四条"),),
)

SUPERVISION = Stage(
    key="supervision",
    title="监督委员会处理",
    clause="第五十四条",
    kind="监督",
    by=SUPERVISION_COMMITTEE,
    after=("filing",),
    only_if=fact("about").equals("review"),
    acts=(
        Act(
            verb="advise",
            title="建议有关方面给予处理",
            by=(SUPERVISION_COMMITTEE,),
            clause="第五十六条",
            discretion=True,  # 可以建议
        ),
        Act(
            verb="find_expert",
            title="认定评审专家违反规定",
            by=(SUPERVISION_COMMITTEE,),
            clause="第五十七条",
            outcome="expert",
            inputs=("expert",),
        ),
        Act(
            verb="close",
            title="处理完毕",
            by=(SUPERVISION_COMMITTEE,),
            clause="第五十四条",
            outcome="closed",
            discretion=True,
        ),
    ),
    outcomes=(
        Outcome(key="expert", title="移送处理评审专家", clause="第五十七条"),
        Outcome(key="closed", title="处理完毕", clause="第五十四条", ends_branch=True),
    ),
)

# 分别情况: which measures, one or several, is the department's decision with its reason.
SANCTION = Stage(
    key="sanction",
    title="处理评审专家",
    clause="第五十七条",
    kind="处理",
    by=STCSM,
    after=("supervision:expert",),
    acts=(
        Act(
            verb="record_credit",
            title="纳入科研信用记录",
            by=(STCSM,),
            clause="第五十七条",
            discretion=True,
            at_most=1,
            consequences=(Integrity(clause="第五十七条", subject="expert", ground="违反评审行为准则和相关规定"),),
        ),
        Act(
            verb="impose",
            title="作出处理",
            by=(STCSM,),
            clause="第五十七条",
            inputs=("measure",),
            discretion=True,
        ),
        Act(
            verb="conclude",
            title="处理完毕",
            by=(STCSM,),
            clause="第五十七条",
            outcome="sanctioned",
            conditions=(
                Condition(
                    "dealt_with",
                    "应先作出至少一项处理",
                    ~Mark("sanction.record_credit").is_none | ~Mark("sanction.impose").is_none,
                    "第五十七条",
                ),
            ),
        ),
    ),
    outcomes=(Outcome(key="sanctioned", title="已处理", clause="第五十七条", ends_branch=True),),
)

VERIFICATION = Stage(
    key="verification",
    title="调查核实",
    clause="第五十九条",
    kind="核实",
    by=AWARD_OFFICE,
    after=("filing",),
    only_if=fact("about").equals("winner"),
    acts=(
        Act(
            verb="verify",
            title="提出处理意见",
            by=(AWARD_OFFICE,),
            clause="第五十九条",
            outcome="verified",
            inputs=("project_name", "finding"),
            documents=(Document("opinion", "处理意见", "第五十九条"),),
        ),
    ),
    outcomes=(Outcome(key="verified", title="已核实", clause="第五十九条"),),
)

OPINION_APPROVAL = Stage(
    key="opinion_approval",
    title="批准处理意见",
    clause="第五十九条",
    kind="批准",
    by=STCSM,
    after=("verification:verified",),
    acts=(
        Act(
            verb="approve",
            title="批准处理意见",
            by=(STCSM,),
            clause="第五十九条",
            outcome="approved",
            head=True,
            reading="fraud_consequence",
        ),
        Act(
            verb="disapprove",
            title="不批准处理意见",
            by=(STCSM,),
            clause="第五十九条",
            outcome="disapproved",
            discretion=True,
            head=True,
        ),
    ),
    outcomes=(
        Outcome(key="approved", title="处理意见获批准", clause="第五十九条", ends_branch=True),
        Outcome(key="disapproved", title="处理意见未获批准", clause="第五十九条", ends_branch=True),
    ),
)

READINGS = (
    Reading(
        key="fraud_consequence",
        clause="第五十九条",
        question="获奖项目经核实弄虚作假的，奖励如何处理",
        chosen="以经批准的处理意见为准，不自动撤销奖励",
        because="细则只规定核实、提出处理意见和批准，未规定处理的内容；撤销奖励依上位规定",
    ),
)

COMPLAINT = Lifecycle(
    key="sh-award-complaint",
    title="上海市科学技术奖举报投诉",
    regulation=REGULATION,
    actors=(COMPLAINANT, SUPERVISION_COMMITTEE, AWARD_OFFICE, STCSM),
    facts=FACTS,
    readings=READINGS,
    stages=(FILING, SUPERVISION, SANCTION, VERIFICATION, OPINION_APPROVAL),
    party="project_name",
    party_name="project_name",
)
