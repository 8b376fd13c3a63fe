"""第十七条、第二十一条: whose evaluation year it is, told from the centre's recognition and the history of its results."""

from __future__ import annotations

from shixian.programmes.zhejiang.erc_revocation import TITLE_HELD
from shixian.programmes.zhejiang.erc_terms import BASIC, FAIL, RESULTS, ROUNDS
from shixian.rules.ages import NewYearsDay
from shixian.rules.conditions import Condition, Later, Remembered, fact, mark
from shixian.rules.history import LatestRemembered
from shixian.rules.timing import days, months, years

PREVIOUS = LatestRemembered(RESULTS, "centre")
FAILED_BEFORE = PREVIOUS.equals(FAIL)  # then this is the evaluation after the year of rectification
SECOND_FAIL = fact("grade").equals(FAIL) & FAILED_BEFORE
SECOND_BASIC = fact("grade").equals(BASIC) & PREVIOUS.equals(BASIC)

A_YEAR_AGO = Later(mark("opened"), years(1), back=True)
MAY_FIRST = Later(NewYearsDay(mark("cycle")), months(4))

OPENING = (
    TITLE_HELD,
    Condition(
        "recognised",
        "仅评价正式认定的省工程中心",
        ~fact("recognised_on").is_known | ~fact("recognised_on").is_none,
        "第十七条",
    ),
    Condition(
        "first_round",
        "认定年份起满三年",
        ~fact("recognised_on").is_known
        | fact("recognised_on").is_none
        | (NewYearsDay(mark("cycle")) >= Later(NewYearsDay(fact("recognised_on")), years(3))),
        "第十七条",
        "first_round",
    ),
    Condition(
        "three_years",
        "前两个年度没有参加过周期评价（整改期满后的再评价除外）",
        FAILED_BEFORE | (Remembered(ROUNDS, "centre", 1) + Remembered(ROUNDS, "centre", 2)).equals(0),
        "第十七条",
        "cycle_kept",
    ),
    Condition(
        "rectified_a_year",
        "1年整改期已满",
        Remembered(RESULTS, "centre", value=FAIL, after=Later(A_YEAR_AGO, days(1), back=True)).equals(0),
        "第二十一条",
        "rectify_from",
    ),
    # Another day is the consent of 第二十五条第（三）项, an act with its reason, unless 1 May has passed before the duty arose.
    Condition(
        "no_day_yet",
        "另定报送日须经省发展改革委在评价中同意并说明理由，立案时不填（再评价立案时5月1日已过的除外）",
        ~fact("material_day").is_known | fact("material_day").is_none | (FAILED_BEFORE & (mark("opened") > MAY_FIRST)),
        "第二十五条第（三）项",
        "consent",
    ),
    # A day that has passed before the duty arose cannot bind it.
    Condition(
        "material_day_set",
        "再评价立案时当年5月1日已过的，已另定材料报送日",
        ~FAILED_BEFORE | (mark("opened") <= MAY_FIRST) | (fact("material_day") >= mark("opened")),
        "第二十一条",
        "that_year",
    ),
)
