"""An anonymous crawler: from the first page it follows every link and sends every form, and finds nothing private."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from sqlalchemy import select, update
from starlette.testclient import TestClient

from models import case_file
from shixian.casework.database import transaction
from shixian.casework.publicity.progress import progress_code
from shixian.casework.publicity.public_objections import Paper, checked, file_public_objection
from shixian.desk.access import accesses
from shixian.desk.app import create_app
from shixian.desk.config import DeskConfig
from tests.desk.conftest import ClientOf
from tests.desk.office import NOW, PEOPLE

OBJECTED = ("SH-A-2021-0009", "second_review_notice")
NAME, NUMBER, CONTACT = "钱学友", "11010519491231002X", "13812345678"
TYPED = "电话 139 8765 4321，身份证 440524198001010013，账号 6222021234567890123"  # in a fact that is published

IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
PHONE = re.compile(r"(?<![0-9A-Za-z])1[3-9][0-9]{9}(?![0-9A-Za-z])")
ACCOUNT = re.compile(r"(?<![0-9A-Za-z])[0-9]{15,19}(?![0-9A-Za-z])")
MOST = 5000


@dataclass
class Page(HTMLParser):
    """The links and forms of a page, and every address in it."""

    links: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    forms: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        self.addresses += [
            have[name] for name in ("href", "src", "action", "formaction", "data", "poster") if name in have
        ]
        if tag == "a" and "href" in have:
            self.links.append(have["href"])
        elif tag == "form":
            self.forms.append({"to": have.get("action", ""), "how": have.get("method", "get").lower(), "fields": {}})
        elif tag in ("input", "select", "textarea", "button") and self.forms and have.get("name"):
            if have.get("type") != "file":
                self.forms[-1]["fields"][have["name"]] = have.get("value", "")
        elif tag == "option" and self.forms and have.get("value"):
            last = next(reversed(self.forms[-1]["fields"]), None)
            if last is not None:
                self.forms[-1]["fields"][last] = have["value"]


def filled(fields: dict[str, str]) -> Iterator[dict[str, str]]:
    """A form as it stands, and with something in every field."""
    yield dict(fields)
    yield {name: value or "某某" for name, value in fields.items()}


def crawl(browser: TestClient) -> dict[str, str]:
    """Every page that can be reached, by what led to it; each answer is checked as it comes."""
    seen: dict[str, str] = {}
    waiting = ["/", "/notices", "/progress", "/regulations", "/sign-in"]
    while waiting and len(seen) < MOST:
        path = waiting.pop()
        if path in seen:
            continue
        answer = browser.get(path)
        seen[path] = checked_page(path, answer)
        if "html" not in answer.headers.get("content-type", ""):
            continue
        page = parsed(answer.text)
        waiting += [found for link in page.links if (found := own(path, link)) and found not in seen]
        for number, form in enumerate(page.forms):
            target = own(path, form["to"] or path)
            if target is None or target == "/language":
                continue
            for turn, data in enumerate(filled(form["fields"])):
                what = f"{form['how']} {target} #{number}.{turn}"
                if what in seen:
                    continue
                if form["how"] == "post":
                    sent = browser.post(target, data=data)
                else:
                    sent = browser.get(target, params=data)
                seen[what] = checked_page(what, sent)
                if "location" in sent.headers and (found := own(path, sent.headers["location"])):
                    waiting.append(found)
    return seen


def own(base: str, link: str) -> str | None:
    parts = urlsplit(urljoin(f"http://desk.test{base}", link))
    if parts.netloc != "desk.test":
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")


@lru_cache(maxsize=4)
def parsed(text: str) -> Page:
    page = Page()
    page.feed(text)
    return page


def checked_page(what: str, answer: Any) -> str:
    assert answer.status_code < 500, f"{what}: {answer.status_code}"
    text = answer.text
    for address in parsed(text).addresses if "html" in answer.headers.get("content-type", "") else []:
        assert not re.match(r"(?i)\s*(https?:|//|javascript:|ftp:)", address), f"{what} leads outside: {address}"
    bare = re.sub(r"[0-9a-f]{64}", "", text)  # hashes are no numbers of anybody
    for secret in (NAME, NUMBER, CONTACT, "8765 4321", "6222021234567890123"):
        assert secret not in text, f"{what} tells {secret}"
    for pattern in (IDENTITY, PHONE, ACCOUNT):
        found = pattern.search(re.sub(r'value="[0-9a-f]{32}"', "", bare))
        assert found is None, f"{what} tells {found}"
    for person in PEOPLE.values():
        assert person.name not in text, f"{what} tells the account {person.name}"
    return str(text)


def prepared(desk: DeskConfig) -> None:
    """An objection that was filed, numbers in facts that are published, and codes that were given out."""
    objector = checked("person", NAME, NUMBER, CONTACT, clause="第四十三条")
    grounds = f"论文署名不符，我是{NAME}，电话{CONTACT}，身份证{NUMBER}。"
    papers = [Paper("evidence", f"{NAME}.pdf", b"%PDF")]
    given: dict[str, Any] = {"grounds": grounds, "answers": {"own_rights": "是"}, "papers": papers, "now": NOW}
    assert file_public_objection(desk.engine, *OBJECTED, objector, **given).refusal is None
    progress_code(desk.engine, OBJECTED[0])
    with transaction(desk.engine) as connection:
        for ref, name in ((OBJECTED[0], "project_name"), ("SH-IR-2021-0001", "unit_name")):
            facts = json.loads(connection.scalar(select(case_file.c.facts).where(case_file.c.ref == ref)) or "{}")
            facts[name] = f"（样例）甲项目，{TYPED}"
            text = json.dumps(facts, ensure_ascii=False)
            connection.execute(update(case_file).where(case_file.c.ref == ref).values(facts=text))


def test_nothing_private_can_be_reached(client_of: ClientOf, desk: DeskConfig) -> None:
    prepared(desk)
    seen = crawl(client_of(None))
    assert len(seen) > 40 and len(seen) < MOST, f"{len(seen)} pages: cut short, or hardly anything reached"
    assert "/notices/SH-A-2021-0009/second_review_notice" in seen
    assert any(what.startswith("post /objections/") for what in seen)
    assert any(what.startswith("post /progress") for what in seen)


def test_the_public_part_of_the_api_tells_nothing_private_either(client_of: ClientOf, desk: DeskConfig) -> None:
    prepared(desk)
    browser = client_of(None)
    found = browser.get("/api/v1/notices", params={"limit": 200})
    checked_page("notices", found)
    for one in found.json()["items"]:
        path = f"/api/v1/notices/{one['ref']}/{one['stage']}"
        checked_page(path, browser.get(path))


def test_what_is_not_public_leads_to_the_sign_in_page(client_of: ClientOf, desk: DeskConfig) -> None:
    browser = client_of(None)
    tried = 0
    for route, access in accesses(create_app(desk)):
        if access.anyone or "GET" not in (route.methods or ()):
            continue
        path = re.sub(r"\{[^}]+\}", "1", route.path_format)
        answer = browser.get(path)
        assert answer.status_code in (303, 401), f"{path}: {answer.status_code}"
        tried += 1
    assert tried >= 10


def test_the_crawler_sees() -> None:
    """What it must find, it finds."""

    @dataclass
    class Answer:
        text: str
        status_code: int = 200
        headers: dict[str, str] = field(default_factory=lambda: {"content-type": "text/html"})

    for bad in ('<a href="https://evil.example">x</a>', "张三 110105194912310021", "拨 13912345678", "卡 6222021234567890",
                '<img src="//cdn.example/x.png">', NAME):  # fmt: skip
        try:
            checked_page("bad", Answer(bad))
        except AssertionError:
            continue
        raise AssertionError(f"let through: {bad}")
    checked_page("good", Answer('<a href="/notices">2021年6月10日 SH-A-2021-0009</a>'))
