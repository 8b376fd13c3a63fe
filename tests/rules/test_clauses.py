"""Citations read, and what a declaration cites found: 第四十三条至第四十八条, 二（八）, and formulas' own clauses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixian.rules.canonical import canonical
from shixian.rules.clauses import Address, addresses, articles, cited_in, number, numeral, uses
from tests.commands import sample


def article(*numbers: int) -> Address:
    return Address("条", numbers)


@given(st.integers(1, 999))
def test_numerals_are_read_as_they_are_written(value: int) -> None:
    assert number(numeral(value)) == number(str(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("四十三", 43),
        ("一百", 100),
        ("一百零三", 103),
        ("一百一十", 110),
        ("〇", 0),
    ],
)
def test_numerals_one_by_one(text: str, value: int) -> None:
    assert number(text) == value
    assert not value or numeral(value) == text


@pytest.mark.parametrize("text", ["", "第", "一二", "两", "1.5", "-1", "条"])
def test_what_is_no_numeral(text: str) -> None:
    with pytest.raises(ValueError):
        number(text)


@pytest.mark.parametrize("value", [0, -1, 1000])
def test_no_article_has_such_a_number(value: int) -> None:
    with pytest.raises(ValueError):
        numeral(value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("第八条", [article(8)]),
        ("第 12 条", [article(12)]),
        ("第三十九条第一款", [article(39, 1)]),
        ("第十二条第一款第（三）项", [article(12, 1, 3)]),
        ("第九条第二项", [article(9, 2)]),
        ("第十条(二)", [article(10, 2)]),
        ("第十四条2", [article(14, 2)]),
        ("第五条、第六条", [article(5), article(6)]),
        ("第五条和第七条", [article(5), article(7)]),
        ("第三、四条", [article(3), article(4)]),
        ("第四十三条至第四十八条", [article(n) for n in range(43, 49)]),
        ("第四十三至四十八条", [article(n) for n in range(43, 49)]),
        ("第九条第二款至第十一条", [article(9, 2), article(10), article(11)]),
        ("第十条（一）、（三）", [article(10, 1), article(10, 3)]),
        ("第十条（一）至（三）", [article(10, 1), article(10, 2), article(10, 3)]),
        ("本细则第八条", [article(8)]),
        ("第八条、第八条", [article(8)]),
        ("二（八）", [Address("节", (2, 8))]),
        ("二、（八）", [Address("节", (2, 8))]),
        ("二（七）、（八）", [Address("节", (2, 7)), Address("节", (2, 8))]),
        ("二（七）、五（二）", [Address("节", (2, 7)), Address("节", (5, 2))]),
        ("三.4", [Address("节", (3, 4))]),
        ("七", [Address("节", (7,))]),
        ("（十八）至（二十）", [Address("项", (n,)) for n in (18, 19, 20)]),
        ("附件2第三条", [Address("附件", (2, 3))]),
        ("附则", [Address("附则")]),
        ("《民法典》第二百零三条", []),
        ("民法典第二百零三条", []),
        ("沪府办发〔2013〕38号第五条", []),
        ("第七条、《民法典》第二百零三条", [article(7)]),
        ("《办法》第五条、第六条；第八条", [article(8)]),
        ("《本规定》第五条", [article(5)]),
    ],
)
def test_citations(text: str, found: list[Address]) -> None:
    assert list(addresses(text, title="本规定")) == found


def test_prose_cites_articles_only() -> None:
    text = "第八条：2020-12-31 起 2 个月，末日为星期日，依《民法典》第二百零三条顺延；第三十九条第一款公示二（一）"
    assert articles(text) == (article(8), article(39))


def test_a_place_touches_what_it_holds_and_what_holds_it() -> None:
    assert article(10).touches(article(10, 2)) and article(10, 2).touches(article(10))
    assert not article(10, 1).touches(article(10, 2)) and not article(1).touches(article(10))
    assert not article(2, 8).touches(Address("节", (2, 8)))


def test_a_formula_is_asked_for_its_clauses_and_readings_and_those_of_its_helpers() -> None:
    assert cited_in(sample.ceiling.function, "clause") == ("第五条", "第五条第二款")
    assert cited_in(sample.ceiling.function, "reading") == ("fen",)


def test_every_clause_of_the_declaration_is_a_use() -> None:
    """Nothing with a clause is left out, whatever kind it is: the canonical form knows them all."""

    def clauses(value: object) -> set[str]:
        if isinstance(value, dict):
            own = {value["clause"]} if isinstance(value.get("clause"), str) else set()
            return own.union(*(clauses(item) for key, item in value.items() if key not in ("regulation", "versions")))
        return set().union(*map(clauses, value)) if isinstance(value, list) else set()

    for lifecycle in sample.CATALOGUE.values():
        declared = clauses(canonical(lifecycle))
        assert declared and declared <= {use.clause for use in uses(lifecycle)}


def test_a_formula_that_a_stage_calls_is_listed_once() -> None:
    found = [use for use in uses(sample.GRANT) if use.kind == "公式"]
    assert [(use.name, use.stage) for use in found] == [("资助上限", "award")]
