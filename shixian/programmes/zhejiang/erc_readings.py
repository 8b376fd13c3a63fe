"""Readings of 浙发改高技〔2020〕339号: what its text leaves open for the evaluation, what was chosen, and why."""

from __future__ import annotations

from shixian.rules.lifecycle import Reading

FIRST_OF_MAY = Reading(
    key="first_of_may",
    clause="第十九条",
    question="“5月1日前”“5月31日前”含不含当日？5月1日总是法定假日，届满日遇假日怎么办？",
    chosen="含当日；当日是休假日的，参照《民法典》第二百零三条顺延到其后第一个工作日（2022年5月1日顺延到5月5日）",
    because="逾期不报送可致撤销称号，有疑义时不缩短被评价者的时间；假日里主管部门无从收件",
    otherwise="不含当日，以4月30日、5月30日为最后一日；或者写明的日期不因假日移动",
)
FIRST_ROUND = Reading(
    key="first_round",
    clause="第十七条",
    question="“以三年为一个周期”，首次评价在哪一年？",
    chosen="认定年份加三，以后每三年一次；省发展改革委未组织评价的年份顺延到下一次",
    because="须有满一个周期的运行才能评价；“原则上每年”允许某年不组织",
    otherwise="认定当年计入周期，认定年份加二即评价",
)
CYCLE_KEPT = Reading(
    key="cycle_kept",
    clause="第十七条",
    question="整改后的再评价是否重新起算三年周期？",
    chosen="不重新起算：下一次评价仍在原评价年份三年之后",
    because="再评价是原周期评价的延续，条文未说周期因此改变",
    otherwise="自再评价年份起算三年",
)
SAME_PAPERS = Reading(
    key="same_papers",
    clause="第十九条第（一）项",
    question="第十九条与附件2对评价材料的名称不同",
    chosen="工作总结、自评表、评价支撑材料即第十九条的工作总结报告、评价数据表及其附件和证明材料，另须真实性承诺书",
    because="附件2是第十九条的指南，所指材料相同；承诺书只见于第十九条，不因指南未列而免除",
    otherwise="两处所列各为一份材料，共六份",
)
CONSENT = Reading(
    key="consent",
    clause="第二十五条第（三）项",
    question="“未经省发展改革委同意”：何时、如何同意？",
    chosen="同意时写明另定的报送日和理由，届满前后均可，立案时填写的不算同意；逾期后由省发展改革委决定同意补报或不同意，不自动撤销",
    because="撤销是省发展改革委的决定，须先查明有无同意；条文未限定同意的时间和次数",
    otherwise="只有届满前的同意有效，逾期即撤销",
)
EITHER = Reading(
    key="either",
    clause="第二十五条第（三）项",
    question="“逾期不报送评价材料、不配合评价的”须同时具备，还是有其一即可？",
    chosen="有其一即可",
    because="顿号并列两种行为；不报送的已无从配合，要求同时具备则后者无意义",
    otherwise="两者同时具备才撤销",
)
OTHER_DAY = Reading(
    key="other_day",
    clause="第十九条第（二）项",
    question="材料报送日另定在5月31日之后的，主管部门的5月31日期限怎么办？",
    chosen="不适用，条文未另定期限",
    because="初审以收到材料为前提，不能在报送届满之前到期",
    otherwise="仍为5月31日",
)
RECTIFY_FROM = Reading(
    key="rectify_from",
    clause="第二十一条",
    question="1年整改期自何日起算？",
    chosen="自评价结果通报主管部门之日起算，当日不计",
    because="结果自通报才为主管部门和中心所知，督促整改由此开始",
    otherwise="自评价年度终了之日起算",
)
THAT_YEAR = Reading(
    key="that_year",
    clause="第二十一条",
    question="“整改期满后，参加当年评价”是哪一年？届时当年5月1日已过怎么办？",
    chosen="整改期届满日所在的年份；省发展改革委应在该年12月31日前启动，5月1日已过的另定材料报送日",
    because="“当年”承接“期满”；已过的日期不能约束其后才产生的义务，否则中心不经程序即逾期",
    otherwise="参加5月1日尚未到来的下一次评价",
)
CONSECUTIVE = Reading(
    key="consecutive",
    clause="第二十五条第（二）项",
    question="“连续两次评价结果”怎样算，再评价算不算一次？",
    chosen="本次与此前最近一次评价结果，不论相隔几年；再评价算一次，隔有其他等次的不连续",
    because="按次不按年；再评价就是当年组织的运行评价",
    otherwise="只计三年一次的评价",
)
REVOKED_NOT_RECTIFIED = Reading(
    key="revoked_not_rectified",
    clause="第二十五条",
    question="应撤销称号的（再次不合格、连续基本合格），是否仍先约谈、整改？",
    chosen="不再约谈、整改，直接撤销",
    because="第二十五条对重复的情形另定后果，整改以保留称号为前提",
    otherwise="约谈、整改与撤销并行",
)
ANY_TIME = Reading(
    key="any_time",
    clause="第二十五条",
    question="第（四）至（七）项情形不在评价中查明的，能否撤销？",
    chosen="随时可以；评价进行中的在评价案内撤销，两次评价之间的另立撤销案",
    because="这四项与评价程序无关，条文未限定时间",
    otherwise="只在评价中撤销",
)
TITLE_NEEDED = Reading(
    key="title_needed",
    clause="第十七条",
    question="称号已撤销的还评价吗？评价中称号在他案撤销的怎么办？",
    chosen="不评价，也不公布结果、不予支持和推荐；撤销后重新认定的，按新的认定日评价",
    because="评价的对象是正式认定的省工程中心；条文未禁止撤销后重新申报",
    otherwise="",
)
LAST_DAY_IN_FORCE = Reading(
    key="last_day_in_force",
    clause="第二十八条",
    question="“有效期至2025年11月1日”，当日是否有效？已立案的评价和整改怎么办？",
    chosen="当日有效，次日起不再立案；有效期内立案的，整改期满后的再评价仍适用本办法",
    because="“至”含所写之日；整改义务及其后果在有效期内产生",
    otherwise="2025年10月31日终了时失效",
)

EVALUATION_READINGS = (
    FIRST_OF_MAY,
    FIRST_ROUND,
    CYCLE_KEPT,
    SAME_PAPERS,
    CONSENT,
    EITHER,
    OTHER_DAY,
    RECTIFY_FROM,
    THAT_YEAR,
    CONSECUTIVE,
    REVOKED_NOT_RECTIFIED,
    ANY_TIME,
    TITLE_NEEDED,
    LAST_DAY_IN_FORCE,
)
REVOCATION_READINGS = (ANY_TIME, TITLE_NEEDED)
