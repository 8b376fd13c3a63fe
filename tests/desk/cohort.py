"""Two lists published together, for tests: fifty redemptions of vouchers (江苏, money), five nominations (上海, awards).

Of each list one item meets an objection on the last day of its notice. The desk is asked over real HTTP.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn
from sqlalchemy import Engine

from shixian.casework.calls import set_call
from shixian.casework.cases import open_case, record_act
from shixian.casework.database import transaction
from shixian.casework.encodings import store_encodings
from shixian.casework.money.appropriations import grant
from shixian.casework.money.payees import enter_account, verify_account
from shixian.casework.staff.people import Person, Role, put_person
from shixian.desk.app import create_app
from shixian.desk.config import DeskConfig
from shixian.desk.sessions import COOKIE, open_session
from shixian.rules.decide import Acted
from shixian.rules.money import Money
from shixian.rules.periods import parse_day, parse_instant
from tests.desk.office import AWARD_FACTS, PEOPLE, Clock

REDEMPTION = "js-voucher-redemption"
FIFTY = tuple(f"JS-VR-2021-{9001 + number}" for number in range(50))
SEVENTEENTH = FIFTY[16]
NOMINATIONS = tuple(f"SH-A-2021-{9501 + number}" for number in range(5))
OBJECTED = NOMINATIONS[2]
HEAD = Person("head", "审批（样例二）", frozenset({Role.OFFICER, Role.SECTION_HEAD}))
CHECKER = PEOPLE[Role.FINANCE_CHECKER]
MAKER = PEOPLE[Role.FINANCE_MAKER]
RELEASER = Person("checker2", "财务复核（样例二）", frozenset({Role.FINANCE_CHECKER}))


def provider(number: int) -> str:
    return f"（样例）江苏服务机构{number + 1:02d}"


def people(engine: Engine) -> None:
    store_encodings(engine, now=parse_instant("2021-01-04T09:00"))
    with transaction(engine) as connection:
        for person in (*PEOPLE.values(), HEAD, RELEASER):
            put_person(connection, person)


def redemptions(engine: Engine) -> None:
    """Fifty orders redeemed in the second quarter, each requested by its provider; money and accounts for all."""
    officer = PEOPLE[Role.OFFICER]
    for number, ref in enumerate(FIFTY):
        facts = {
            "order_number": f"样例D{number:03d}",
            "provider": provider(number),
            "unit_name": f"（样例）受惠企业{number + 1:02d}",
            "offset_amount": f"{10_000 + number}元",
        }
        at = parse_instant("2021-06-09T10:00")
        opened = open_case(
            engine, REDEMPTION, facts, day=parse_day("2021-06-09"), cycle=2021, ref=ref, person=officer, now=at
        )
        assert opened.refusal is None, opened.refusal
        papers = ("service_contract", "invoice", "bank_statement")
        did(engine, ref, "request", "submit", "provider", "2021-06-09T10:00", papers, service_completed_on="2021-06-08")


def fund(engine: Engine) -> None:
    now = parse_instant("2021-07-12T08:30")
    budget: dict[str, Any] = {"because": "样例预算批复", "person": MAKER, "now": now}
    grant(engine, "js-innovation-voucher", 2021, Money.parse("100万元").fen, **budget)
    for number in range(len(FIFTY)):
        payee = provider(number)
        account = {"number": f"3100{number:013d}", "bank": "102290000005", "bank_name": "样例银行营业部"}
        made = enter_account(engine, payee, holder=payee, **account, person=MAKER, now=now)
        verify_account(engine, made.id, person=CHECKER, now=now)


def nominations(engine: Engine) -> None:
    """Five nominations up to the second review; their results are published together by the test."""
    given: dict[str, Any] = {"because": "样例年度通知", "person": HEAD, "now": parse_instant("2021-01-04T10:00")}
    for name, value in (("notice_length", "10日"), ("next_review_node", "2021-06-18")):
        set_call(engine, "sh-award", 2021, name, value, **given)
    officer = PEOPLE[Role.OFFICER]
    for number, ref in enumerate(NOMINATIONS):
        facts = {
            **AWARD_FACTS,
            "nominator_name": f"专家{number + 1}（样例大学）",
            "project_name": f"（样例）项目{number + 1}",
        }
        at = parse_instant("2021-03-01T09:00")
        opened = open_case(
            engine, "sh-award", facts, day=parse_day("2021-03-01"), cycle=2021, ref=ref, person=officer, now=at
        )
        assert opened.refusal is None, opened.refusal
        papers = ("nomination_form", "ip_commitment")
        did(engine, ref, "nomination", "submit", "nominator", "2021-03-10T10:00", papers)
        for stage, verb, by, day, facts_given in (
            ("formal_check", "pass", "award_office", "2021-03-12", {}),
            ("publish_nominations", "publish", "award_office", "2021-03-15", {}),
            ("first_review", "pass", "review_committee", "2021-04-01", {"first_review_experts": "孙六（丁大学）"}),
            ("second_review", "pass", "review_committee", "2021-04-20",
             {"second_review_experts": "周七（丁大学）", "proposed_grade": "一等奖"}),
        ):  # fmt: skip
            did(engine, ref, stage, verb, by, f"{day}T10:00", **facts_given)


def did(
    engine: Engine, ref: str, stage: str, verb: str, by: str, at: str, papers: Sequence[str] = (), **given: str
) -> None:
    documents = tuple({"document": key, "name": f"{key}.pdf", "sha256": ""} for key in papers)
    acted = Acted(stage, verb, by, parse_instant(at), given, documents)
    decided = record_act(engine, ref, acted, person=HEAD, now=acted.at)
    assert decided.refusal is None, f"{ref} {stage} {verb}: {decided.refusal}"


# -- the desk over HTTP ------------------------------------------------------------------------------------------------


@contextmanager
def served(config: DeskConfig) -> Iterator[tuple[str, Any]]:
    """The desk on a port of this machine: its address, and the application."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    app = create_app(config)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", app
    finally:
        server.should_exit = True
        thread.join(30)
        listening.close()
    assert not thread.is_alive(), "the desk did not stop"


class Street:
    """Whoever comes to the desk's address: people with a session, machines with a token, the public with neither."""

    def __init__(self, address: str, app: Any, clock: Clock) -> None:
        self.address, self.app, self.clock = address, app, clock
        self.config: DeskConfig = app.state.config
        self.open: list[httpx.Client] = []

    def person(self, who: Person | None) -> httpx.Client:
        cookies = {}
        if who is not None:
            token = open_session(self.config.engine, who.key, address="test", now=self.clock())
            cookies[COOKIE] = token
        return self._client(cookies=cookies)

    def machine(self, token: str) -> httpx.Client:
        return self._client(headers={"Authorization": f"Bearer {token}"})

    def _client(self, **given: Any) -> httpx.Client:
        client = httpx.Client(base_url=self.address, trust_env=False, timeout=60, **given)
        self.open.append(client)
        return client

    def leave(self) -> None:
        for one in self.open:
            one.close()

    # -- what people do ------------------------------------------------------------------------------------------------

    def together(self, refs: Sequence[str], stage: str, verb: str, by: str, key: str = REDEMPTION, **given: str) -> str:
        """One act on all of them by the page of bulk acts: chosen, tried, then done to those that could be."""
        head = self.person(HEAD)
        act = f"{key}|{stage}|{verb}"
        chosen = head.post("/bulk", data={"ref": list(refs)})
        assert act in chosen.text, text_of(chosen.text)[:1500]
        local = self.clock().isoformat()
        data = {"act": act, "by": by, "day": local[:10], "time": local[11:16], **given}
        tried = head.post("/bulk", data={**data, "ref": list(refs), "step": "try"})
        assert tried.status_code == 200, text_of(tried.text)[:1500]
        ticked = re.findall(r'type="checkbox" id="ref-\d+" name="ref" value="([^"]+)" checked', tried.text)
        assert ticked, text_of(tried.text)[-3000:]
        hidden = dict(re.findall(r'type="hidden" name="((?:seen\.[^"]+)|mark)" value="([^"]*)"', tried.text))
        done = head.post("/bulk", data={**data, **hidden, "ref": ticked, "step": "do"})
        assert done.status_code == 200, text_of(done.text)[:1500]
        return text_of(chosen.text) + text_of(tried.text) + text_of(done.text)

    def object_to(self, ref: str, stage: str, **more: str) -> httpx.Response:
        """By the public form, as it stands on the page."""
        public = self.person(None)
        path = f"/objections/{ref}/{stage}"
        blank = public.get(path)
        token = re.search(r'name="token" value="([^"]+)"', blank.text)
        assert token is not None, text_of(blank.text)[:1000]
        typed = {"kind": "person", "name": "钱学友", "number": "11010519491231002X", "contact": "13812345678"}
        typed |= {"grounds": "检测报告系套用他人报告，编号重复，所附签章也不一致。", "token": token[1], **more}
        papers = [
            ("paper_identity_proof", ("a.jpg", b"card", "image/jpeg")),
            ("paper_evidence", ("b.pdf", b"%PDF", "")),
        ]
        return public.post(path, data=typed, files=papers)


def text_of(page: str) -> str:
    """A page's main part as text."""
    main = page[page.find("<main") : page.find("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()
