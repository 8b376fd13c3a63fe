"""第七条至第十二条, 第十八条: what is known of one item of integrity information."""

from __future__ import annotations

from shixian.programmes.zhejiang.integrity_terms import (
    GENERAL_BREACHES,
    PROVIDER,
    RECEIVED,
    SERIOUS_BREACHES,
    subject_facts,
)
from shixian.rules.facts import FactSet, choice_fact, date_fact, integer_fact, period_fact, text_fact, yes_no_fact

UPLOADED = "provider"
SOURCES = {
    UPLOADED: "信息提供单位汇交",
    "brain": "“浙江科技大脑”平台",
    "sharing": "相关单位和部门共享",
    "websites": "科技部系统、相关部门官方网站",
}
HONOURS = {
    "government": "（一）设区市以上人民政府、省级以上科技部门的表彰、奖励",
    "society": "（二）社会力量设立的全国性科学技术奖",
    "other": "（三）其他守信激励信息",
}

FACTS = FactSet(
    (
        *subject_facts(),
        choice_fact("source", "信息来源", clause="第七条", choices=SOURCES, required=True, intake=True),
        yes_no_fact("in_catalogue", "列入省科研信用信息目录", clause="第六条", required=True, intake=True),
        date_fact("formed_on", "信息形成之日", clause="第七条第（一）项", answered_by=PROVIDER.key, intake=True),
        yes_no_fact("true_and_complete", "信息真实、完整", clause="第七条第（一）项"),
        text_fact("recognised_by", "作出认定的部门或单位", clause="第九条"),
        date_fact("recognised_on", "失信行为认定之日", clause="第十八条"),
        choice_fact("general_breach", "一般失信行为", clause="第十条", choices=GENERAL_BREACHES),
        yes_no_fact("adverse_effect", "造成一定不良影响", clause="第十条"),
        yes_no_fact("without_reason", "无特殊原因或正当理由", clause="第十条"),
        yes_no_fact("review_affected", "严重影响科技评审（咨询）工作开展", clause="第十条第（六）项"),
        integer_fact("deviations", "连续严重偏离评审结果的次数", clause="第十条第（六）项"),
        period_fact("activity_term", "相关科技活动管理规定的期限（没有规定的填无）", clause="第十八条第（二）项"),
        choice_fact("serious_breach", "严重失信行为", clause="第十一条", choices=SERIOUS_BREACHES),
        yes_no_fact("grave_effect", "造成严重后果或恶劣影响", clause="第十一条"),
        yes_no_fact("sentenced", "被判处剥夺人身自由的刑罚", clause="第十八条第（三）项"),
        date_fact("sentence_served_on", "刑罚执行完毕之日", clause="第十八条第（三）项", answered_by=PROVIDER.key),
        choice_fact("honour", "守信激励信息", clause="第十二条", choices=HONOURS),
        date_fact("awarded_on", "表彰（奖励）授予之日", clause="第十八条第（一）项"),
        date_fact("other_law_until", "法律、法规和国家规定另定的届满日（没有的填无）", clause="第十八条第二款"),
        RECEIVED,
        date_fact("repaired_until", "修复后披露期限届满日", clause="第三十条"),
    )
)
