"""安徽省自然科学基金管理办法（修订）, 皖科基奖〔2020〕16号, in force from 2020-07-24: a project from application to conclusion.

The stages stand in the order of the text; each part has its file beside this one: `nsf_applicants` (第十三至十九条),
`nsf_application` (第二十至二十二条), `nsf_review` (第二十三至二十七条), `nsf_award` (第五、二十九条), `nsf_execution`
(第三十至三十五条), `nsf_term` (第三十四条), `nsf_conclusion` (第三十五至三十七条), `nsf_fraud` (第四十一条), `nsf_sanctions` (第四十二条),
`nsf_conduct` (第七、四十、四十三、四十四条), `nsf_children` (what repeats), `nsf_readings` (what the text leaves open).
"""

from __future__ import annotations

from shixian.programmes.anhui.nsf_applicants import APPLICANT_FACTS
from shixian.programmes.anhui.nsf_application import APPLICATION_FACTS, APPLICATION_STAGES
from shixian.programmes.anhui.nsf_award import AWARD_FACTS, AWARD_STAGES
from shixian.programmes.anhui.nsf_children import CHANGE_LIFECYCLE, OBJECTION_LIFECYCLE, PROGRESS_LIFECYCLE
from shixian.programmes.anhui.nsf_conclusion import CONCLUSION_LIFECYCLE
from shixian.programmes.anhui.nsf_conduct import EXPERT_LIFECYCLE, HOST_LIFECYCLE, REPORT_LIFECYCLE
from shixian.programmes.anhui.nsf_execution import EXECUTION_FACTS, EXECUTION_STAGES
from shixian.programmes.anhui.nsf_readings import APPLICATION_READINGS, PROJECT_READINGS
from shixian.programmes.anhui.nsf_review import REVIEW_FACTS, REVIEW_STAGES
from shixian.programmes.anhui.nsf_sanctions import SANCTION_FACTS
from shixian.programmes.anhui.nsf_term import TERM_FACTS, TERM_STAGES
from shixian.programmes.anhui.nsf_terms import (
    APPLICANT,
    APPLICANT_NAME,
    APPLICATION,
    CONFLICTED,
    EXPERTS,
    HOST,
    KIN,
    OFFICE,
    PI,
    PROJECT_TYPE,
    PROVINCE,
    REGULATION,
    UNIT_CODE,
    UNIT_NAME,
)
from shixian.rules.facts import FactSet, date_fact
from shixian.rules.lifecycle import CallParameter, Lifecycle

APPLICATION_LIFECYCLE = Lifecycle(
    key=APPLICATION,
    title="安徽省自然科学基金项目",
    regulation=REGULATION,
    actors=(APPLICANT, HOST, OFFICE, PROVINCE, EXPERTS, PI),
    facts=FactSet(
        (
            PROJECT_TYPE,
            APPLICANT_NAME,
            UNIT_NAME,
            UNIT_CODE,
            *APPLICATION_FACTS,
            *APPLICANT_FACTS,
            KIN,
            CONFLICTED,
            *REVIEW_FACTS,
            *AWARD_FACTS,
            *TERM_FACTS,
            *EXECUTION_FACTS,
            *SANCTION_FACTS,
        )
    ),
    parameters=(
        CallParameter(
            field=date_fact("closing_date", "依托单位推荐提交截止日", clause="第十二条"),
            why="第二十条要求按年度申报通知提出申请，截止日由通知规定",
        ),
    ),
    readings=(*APPLICATION_READINGS, *PROJECT_READINGS),
    stages=(*APPLICATION_STAGES, *REVIEW_STAGES, *AWARD_STAGES, *TERM_STAGES, *EXECUTION_STAGES),
    party="applicant",
    party_name="applicant",
)

LIFECYCLES = (
    APPLICATION_LIFECYCLE,
    OBJECTION_LIFECYCLE,
    CHANGE_LIFECYCLE,
    PROGRESS_LIFECYCLE,
    CONCLUSION_LIFECYCLE,
    HOST_LIFECYCLE,
    EXPERT_LIFECYCLE,
    REPORT_LIFECYCLE,
)
