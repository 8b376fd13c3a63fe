"""Terms of 上海市科技创新创业载体管理办法（试行）, 沪科规〔2020〕7号: the regulation, who acts, the three kinds of carrier.

The lifecycles that rest on it are in `incubator`; here stands only what they share.
"""

from __future__ import annotations

from datetime import date

from shixian.rules.facts import Field, choice_fact, text_fact, unit_code_fact
from shixian.rules.lifecycle import Actor, Binds, ClauseNote, Regulation

RECOGNITION = "sh-incubator-recognition"
OBJECTION = "sh-incubator-objection"
CHANGE = "sh-incubator-change"
REVIEW = "sh-incubator-annual-review"
TENANT = "sh-incubator-tenant"
GRADUATE = "sh-incubator-graduate"

CARRIER = Actor("carrier", "载体", Binds.PARTY)
DISTRICT = Actor("district_st", "区科技主管部门", Binds.OFFICE)
STCSM = Actor("stcsm", "上海市科学技术委员会", Binds.OFFICE)
EDU = Actor("edu", "上海市教育委员会", Binds.OFFICE)
OBJECTOR = Actor("objector", "异议人", Binds.THIRD)

INCUBATOR, MAKERSPACE, PARK = "incubator", "makerspace", "university_park"
KINDS = {INCUBATOR: "科技企业孵化器", MAKERSPACE: "众创空间", PARK: "大学科技园"}

REGULATION = Regulation(
    key="sh-incubator",
    title="上海市科技创新创业载体管理办法（试行）",
    number="沪科规〔2020〕7号",
    issuers=("上海市科学技术委员会", "上海市教育委员会", "上海市财政局", "国家税务总局上海市税务局"),
    issued=date(2020, 10, 26),
    in_force_from=date(2020, 12, 1),
    in_force_to=date(2022, 11, 30),
    force_clause="第三十二条",
    clauses=(
        ClauseNote("第一条", "目的和上位依据", "exhortation"),
        ClauseNote("第二条", "载体的含义和三种类型", "definition"),
        ClauseNote("第三条", "培育体系的方向", "exhortation"),
        ClauseNote("第四条", "市科委、市教委和区的分工"),
        ClauseNote("第五条", "科技企业孵化器标准"),
        ClauseNote("第六条", "众创空间标准"),
        ClauseNote("第七条", "大学科技园标准"),
        ClauseNote("第八条", "在孵企业的条件"),
        ClauseNote("第九条", "毕业企业的条件"),
        ClauseNote("第十条", "特定区域标准可降低20%"),
        ClauseNote("第十一条", "全年自主申报"),
        ClauseNote("第十二条", "区级形式审查和书面推荐"),
        ClauseNote("第十三条", "每年适时专家评审"),
        ClauseNote("第十四条", "审核、公示、确认和公布名单"),
        ClauseNote("第十五条", "变更3个月内报告、核查和确认"),
        ClauseNote("第十六条", "市级称号和推荐国家级"),
        ClauseNote("第十七条", "大学科技园由市教委会同办理"),
        ClauseNote("第十八条", "信息维护、年度绩效评价、D等整改"),
        ClauseNote("第十九条", "取消资格、2年限制和科研信用记录"),
        ClauseNote("第二十条", "税收优惠按国家规定", "reference"),
        ClauseNote("第二十一条", "C等以上可申请优先列入科技创新券名录"),
        ClauseNote("第二十二条", "A、B等补贴及上限；区级匹配未定比例"),
        ClauseNote("第二十三条", "区级政策支持和奖励，未定金额", "reference"),
        ClauseNote("第二十四条", "鼓励创新型载体", "exhortation"),
        ClauseNote("第二十五条", "鼓励专业化", "exhortation"),
        ClauseNote("第二十六条", "鼓励品牌化", "exhortation"),
        ClauseNote("第二十七条", "鼓励国际化", "exhortation"),
        ClauseNote("第二十八条", "鼓励人才培养", "exhortation"),
        ClauseNote("第二十九条", "鼓励集聚区", "exhortation"),
        ClauseNote("第三十条", "鼓励行业组织", "exhortation"),
        ClauseNote("第三十一条", "解释权", "reference"),
        ClauseNote("第三十二条", "施行日和有效期"),
    ),
)


def kind_fact(*kinds: str) -> Field:
    """Which kind of carrier; a lifecycle that concerns only some of them names those."""
    choices = {key: KINDS[key] for key in kinds or KINDS}
    kind: Field = choice_fact("carrier", "载体类型", clause="第二条", choices=choices, required=True, intake=True)
    return kind


# The bar of 第十九条 and its two years in a row cannot be applied to a carrier whose identity is not known.
UNIT_CODE: Field = unit_code_fact("unit_code", "统一社会信用代码", clause="第十九条", required=True, intake=True)
UNIT_NAME: Field = text_fact("unit_name", "载体名称", clause="第十一条", intake=True)
