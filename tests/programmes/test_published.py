"""What each public notice publishes, written by hand from the texts: items, clauses, whose names are masked.

What a notice shows changes no case, so that the scenarios cannot see it (nor do the encodings hold it); a wrong item
here would be somebody's personal data on a public page. Every notice of the catalogue has its row.
"""

from __future__ import annotations

from shixian.casework.lawbooks import default_books

# (lifecycle, stage) -> shown: (fact or outcome, clause, a natural person's name) and withheld: (what, clause).
SHOWN: dict[tuple[str, str], tuple[set[tuple[str, str, bool]], set[tuple[str, str]]]] = {
    # 第三十九条第一款: 复评结果向社会公示. Completers are natural persons: by surname.
    ("sh-award", "second_review_notice"): (
        {
            ("project_name", "第三十九条第一款", False),
            ("award_kind", "第三十九条第一款", False),
            ("completers", "第三十九条第一款", True),
            ("unit_name", "第三十九条第一款", False),
            ("proposed_grade", "第三十九条第一款", False),
        },
        {("评审专家", "第三十九条第一款"), ("提名书正文", "第三十九条第一款")},
    ),
    # 第十四条: 审核结果向社会公示.
    ("sh-incubator-recognition", "notice"): (
        {
            ("unit_name", "第十四条", False),
            ("carrier", "第十四条", False),
            ("outcome:expert_review", "第十四条", False),
        },
        {("各项指标和申报材料", "第十四条"), ("评审专家和评审意见", "第十四条")},
    ),
    # 二（七）: 兑付清单公示.
    ("js-voucher-redemption", "publicity"): (
        {("provider", "二（七）", False), ("unit_name", "二（七）", False), ("offset_amount", "二（七）", False)},
        {("服务合同、发票和付款凭证", "二（七）")},
    ),
    # 第二十二条: 申请人基本情况、依托单位名称和申请项目名称; the applicant is a natural person.
    ("ah-nsf-application", "acceptance_publicity"): (
        {("applicant", "第二十二条", True), ("unit_name", "第二十二条", False), ("project_name", "第二十二条", False)},
        {("申请人的出生日期、性别等", "第二十二条")},
    ),
    # 第二十五条: 拟资助项目公示.
    ("ah-nsf-application", "proposal_publicity"): (
        {
            ("project_name", "第二十五条", False),
            ("project_type", "第二十五条", False),
            ("applicant", "第二十五条", True),
            ("unit_name", "第二十五条", False),
        },
        {("评审专家和评审意见", "第二十五条")},
    ),
}


def test_every_notice_publishes_what_its_text_names_and_no_more() -> None:
    found = {}
    for key, lifecycle in default_books().lifecycles.items():
        for stage in lifecycle.stages:
            if stage.window is not None:
                shown = {(one.what, one.clause, one.person) for one in stage.window.shows}
                assert len(shown) == len(stage.window.shows)
                found[key, stage.key] = shown, {(one.what, one.clause) for one in stage.window.withholds}
    assert found == SHOWN
