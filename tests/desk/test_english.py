"""The English switch: every label of a template has its English, and every heading, column and button is a label."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import nodes

from shixian.casework.staff.people import Role
from shixian.desk import words
from shixian.desk.app import create_app
from shixian.desk.config import DeskConfig
from shixian.desk.english import LABELS
from shixian.desk.errors import TITLES
from shixian.desk.pages import TEMPLATES, environment
from shixian.desk.routes.home import WAYS
from shixian.desk.viewer import LANGUAGE_COOKIE
from shixian.display.home import figures
from shixian.display.lists import PROVINCES, SEEN, TABS
from shixian.rules.narrate import LISTS
from tests.desk.conftest import ClientOf
from tests.desk.office import PEOPLE
from tests.desk.plain import english_chinese

CHINESE = re.compile("[\u4e00-\u9fff]")
FILES = sorted(TEMPLATES.glob("*.html"))
NAMES = {"时限", "年月"}  # the system's own name; a month, which is written 2021年6月 in both languages
# Where an element's text is a label: it may hold no Chinese that did not go through `say`.
LABELLED = {"h1", "h2", "h3", "h4", "th", "button", "label", "legend", "summary", "caption", "option", "nav"}
LATIN_ENOUGH = {"统一社会信用代码", "万元"}  # what English keeps: the name of a code, and how amounts are typed


def literals(source: str) -> set[str]:
    """The Chinese that a template says or keeps in a list to say it."""
    tree, found = environment().parse(source), set()
    said = [one for one in tree.find_all(nodes.Call) if isinstance(one.node, nodes.Name) and one.node.name == "say"]
    for part in [*said, *tree.find_all((nodes.List, nodes.Tuple, nodes.Dict))]:
        found |= {one.value for one in part.find_all(nodes.Const) if isinstance(one.value, str)}
    return {text for text in found if CHINESE.search(text)}


class _Raw(HTMLParser):
    """Chinese in labelled elements that stands in the template itself."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in LABELLED:
            self.inside.append(tag)
        told = {"aria-label", "title", "placeholder", "alt"}
        self.found += [value for name, value in attrs if name in told and value and CHINESE.search(value)]

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            del self.inside[len(self.inside) - 1 - self.inside[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if self.inside and CHINESE.search(data):
            self.found.append(data.strip())


def raw(source: str) -> list[str]:
    parser = _Raw()
    parser.feed(re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", source, flags=re.DOTALL))
    return [text for text in parser.found if text not in NAMES]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_label_has_its_english(desk: DeskConfig, path: Path) -> None:
    create_app(desk)  # the parts of the desk bring their words with them
    missing = [text for text in sorted(literals(path.read_text("utf-8"))) if words.say(text, "en") == text]
    assert not missing, f"add to shixian/desk/english.py: {missing}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_headings_columns_buttons_and_ways_are_labels(path: Path) -> None:
    assert not raw(path.read_text("utf-8"))


def test_what_code_hands_to_the_templates_has_its_english(desk: DeskConfig) -> None:
    create_app(desk)
    people = [PEOPLE[role] for role in (Role.OFFICER, Role.AUDITOR)]
    counted = [one.label for who in people for one in figures(desk.engine, who, today=desk.today(), books=desk.books)]
    handed = [*(text for way in WAYS for text in way[1:3]), *counted]
    handed += [text for told in (TABS, SEEN, PROVINCES, LISTS, TITLES) for text in told.values()]
    assert len(counted) == 8 and [text for text in handed if words.say(text, "en") == text] == []


def test_the_english_is_english() -> None:
    for chinese, english in LABELS.items():
        left = english
        for kept in LATIN_ENOUGH:
            left = left.replace(kept, "")
        assert CHINESE.search(chinese) and left.strip() and not CHINESE.search(left), (chinese, english)


@pytest.mark.parametrize(
    ("who", "path"),
    [
        (None, "/"), (None, "/sign-in"), (None, "/notices"), (None, "/progress"), (None, "/regulations"),
        (Role.OFFICER, "/worklist?tab=all"), (Role.OFFICER, "/cycles"), (Role.SECTION_HEAD, "/settings/calls"),
        (Role.SECURITY_ADMIN, "/settings/people"), (Role.APPLICANT, "/mine"), (Role.FINANCE_MAKER, "/finance/batches"),
    ],
)  # fmt: skip
def test_a_page_switched_to_english_has_english_columns_and_ways(
    client_of: ClientOf, who: Role | None, path: str
) -> None:
    browser = client_of(who)
    assert re.search(f"<nav[^>]*>[^<]*<a[^>]*>{CHINESE.pattern}", browser.get(path).text)
    browser.cookies.set(LANGUAGE_COOKIE, "en")
    text = browser.get(path).text
    assert '<html lang="en">' in text
    parts = re.findall(r"<(?:th|button|legend|label)\b[^>]*>(.*?)</(?:th|button|legend|label)>", text, re.DOTALL)
    parts += re.findall(r"<nav\b.*?</nav>|<h1>.*?</h1>", text, re.DOTALL)
    plain = [re.sub(r"<[^>]*>", " ", part) for part in parts]
    wrong = [part for part in plain if CHINESE.search(part) and part.strip() not in {*NAMES, "中文"}]
    assert parts and not wrong, wrong


@pytest.mark.parametrize(
    ("who", "path"),
    [
        (Role.OFFICER, "/worklist?tab=all"), (Role.OFFICER, "/cases/SH-A-2021-0008"),
        (Role.SECTION_HEAD, "/cases/SH-MF-2020-0002"), (Role.AUDITOR, "/cases/SH-MF-2020-0002?as_of=2020-08-10"),
        (None, "/notices/SH-A-2021-0009/second_review_notice"), (Role.FINANCE_MAKER, "/finance"),
        (Role.OFFICER, "/finance/propose?programme=sh-incubator-annual-review"), (Role.AUDITOR, "/audit"),
    ],
)  # fmt: skip
def test_on_the_most_used_pages_only_law_and_data_stay_chinese(
    client_of: ClientOf, who: Role | None, path: str
) -> None:
    """Whatever is Chinese on an English page says so (`lang`): the law's words, names, what people wrote."""
    browser = client_of(who)
    browser.cookies.set(LANGUAGE_COOKIE, "en")
    text = browser.get(path).text
    assert "<main" in text and 'lang="zh-CN"' in text
    # An English sentence may name an office or a person.
    left = [one for one in english_chinese(text) if not re.search(r"[a-z]{2,}.*\b[a-z]{2,}", one)]
    assert not left, left


def test_sentences_that_the_desk_makes_are_said_in_english() -> None:
    assert words.say("余 3 个工作日（5 日）", "en") == "3 working days left (5 days)"
    said = words.say("先由中心作出“核准·通过”（经办、审批（张三、李四））", "en")
    assert said == "first “核准·通过” by 中心 (recorded by officer, section head (张三、李四))"
    assert words.say("“孙审计”（审计）无权作出审批", "en") == "“孙审计” (auditor) is not allowed: approving"
    law = "公示期满且无异议后再列入批次"
    assert words.say(law, "en") == law and words.say("余5日", "zh") == "余5日"
    page = "<p>3 payments，1,234.50元（万元）</p><p>至 2021年3月1日 届满</p><td>2021年3月1日 09:00</td><p>Paid 600,000.00元（60万元）。</p>"
    shown = words.plain_page(page, "en")
    assert "<p>至 2021年3月1日 届满</p><td>1 March 2021 09:00</td><p>Paid CNY 600,000.00. </p>" in shown


def test_the_walkers_see() -> None:
    source = (
        '<h1>{{ say("甲") }}</h1>{% for a, b in [("/", "乙")] %}{{ say(b) }}{% endfor %}{{ say("丙" if x else "丁") }}'
    )
    assert literals(source) == {"甲", "乙", "丙", "丁"} and raw(source) == []
    assert english_chinese('<p>正文<b lang="zh-CN">法<i>条</i></b><br>尾</p><p title="题">Day 2021年3月1日</p>') == [
        "正文",
        "尾",
        "题",
    ]
    assert raw("<th>列</th><p>正文</p><button>按</button><p title='题'>x</p>") == ["列", "按", "题"]
