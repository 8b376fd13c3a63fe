"""第十八条、第十九条第（四）、（五）项: what is kept of each year, two years in a row, and a grade that is set aside.

The text gives no way to object to a grade. General law does: a grade set aside on appeal, by a court or by 市科委
itself no longer counts (reading grade_annulled). The line stays in history; a second line says that it was withdrawn.
"""

from __future__ import annotations

from shixian.programmes.shanghai.incubator_terms import KINDS, STCSM
from shixian.rules.conditions import AnyOf, Condition, Expression, Remembered, Standing, fact, mark
from shixian.rules.facts import Field, integer_fact
from shixian.rules.history import withdrawn
from shixian.rules.lifecycle import Act, Document, Remember, Withdraws

GRADE_RECORDS = {kind: f"sh-incubator-grade-{kind}" for kind in KINDS}
TORCH_RECORDS = {kind: f"sh-incubator-torch-{kind}" for kind in KINDS}

YEARLY_RECORDS = tuple(
    record
    for kind in KINDS
    for record in (
        Remember(
            key=GRADE_RECORDS[kind],
            subject="unit_code",
            value=fact("grade"),
            clause="第十九条第（五）项",
            only_if=fact("carrier").equals(kind),
        ),
        Remember(
            key=TORCH_RECORDS[kind],
            subject="unit_code",
            value=fact("torch_absent"),
            clause="第十九条第（四）项",
            only_if=fact("carrier").equals(kind) & fact("torch_absent"),
        ),
    )
)


def of_its_kind(tests: dict[str, Expression]) -> Expression:
    """The test of the carrier's own kind."""
    return AnyOf(tuple(fact("carrier").equals(kind) & test for kind, test in tests.items()))


def graded_d(year: Expression, subject: str = "unit_code") -> Expression:
    """A grade D of that year that has not been set aside."""
    return of_its_kind({kind: Standing(key, subject, year, "D") >= 1 for kind, key in GRADE_RECORDS.items()})


def absent_last_year(subject: str = "unit_code") -> Expression:
    return of_its_kind({kind: Remembered(key, subject, 1, "是") >= 1 for kind, key in TORCH_RECORDS.items()})


# After a change of operator (第十五条) last year's record stands under the former operator's code.
FORMERLY = fact("former_unit_code").is_known
THIS_YEAR, LAST_YEAR = mark("cycle"), mark("cycle") - 1
D_LAST_YEAR = graded_d(LAST_YEAR) | (FORMERLY & graded_d(LAST_YEAR, "former_unit_code"))
D_AGAIN = fact("grade").equals("D") & D_LAST_YEAR  # as published
D_TWICE = D_AGAIN & graded_d(THIS_YEAR)  # and still standing when 市科委 decides
ABSENT_TWICE = fact("torch_absent") & (absent_last_year() | (FORMERLY & absent_last_year("former_unit_code")))

# A year whose grade was set aside is evaluated once more.
SET_ASIDE = of_its_kind(
    {kind: Remembered(withdrawn(key), "unit_code", 0, "D") >= 1 for kind, key in GRADE_RECORDS.items()}
)

ANNULLED_YEAR: Field = integer_fact("annulled_year", "被撤销等次的评价年度", clause="第十八条", answered_by="stcsm")


def annulment() -> Act:
    """The grade D of a year has been set aside: it is withdrawn from history, from which it is not removed."""
    return Act(
        verb="annul_grade",
        title="登记年度D等被撤销",
        by=(STCSM,),
        clause="第十八条",
        inputs=("annulled_year",),
        documents=(Document("annulment", "撤销该等次的复议决定、判决或者自行纠正的决定", "第十八条"),),
        conditions=(
            Condition(
                "on_record", "该年度有未撤销的D等", graded_d(fact("annulled_year")), "第十八条", "grade_annulled"
            ),
        ),
        consequences=tuple(
            Withdraws(
                key=key,
                subject="unit_code",
                cycle=fact("annulled_year"),
                value="D",
                clause="第十八条",
                only_if=fact("carrier").equals(kind),
                reading="grade_annulled",
            )
            for kind, key in GRADE_RECORDS.items()
        ),
        head=True,
        anew=True,
        reading="grade_annulled",
    )
