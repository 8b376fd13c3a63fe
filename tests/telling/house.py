"""What the tests of telling share: an office with accounts, a carrier that only remembers, a mail sink that listens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select, update

from models import MessageStatus, assignment, case_file, outbox_message
from models import person as person_table
from shixian.casework.database import reading, transaction
from shixian.casework.staff.people import Person, Role, put_person
from shixian.rules.periods import parse_day, parse_instant
from shixian.telling.alarms import Alarm
from shixian.telling.ladder import Plan, Told, say
from shixian.telling.mail_sink import MailSink
from shixian.telling.outbox import Sent
from tests.casework.office import APPLICANT, HEAD, OFFICER, OTHER_OFFICER
from tests.lifecycles import BOOKS

USUAL = Plan()
OPERATOR = Person("ops", "运维", frozenset({Role.OPERATOR}))
OTHER_HEAD = Person("zhou", "周处长", frozenset({Role.SECTION_HEAD}), section="二处")


def at(text: str) -> datetime:
    return parse_instant(text)


def staff(engine: Engine, *people: Person) -> None:
    """Accounts, each with an address; all usual ones when none are named."""
    with transaction(engine) as connection:
        for one in people or (OFFICER, OTHER_OFFICER, HEAD, APPLICANT, OPERATOR):
            put_person(connection, one)
            address = {"address": f"{one.key}@example.cn"}
            connection.execute(update(person_table).where(person_table.c.key == one.key).values(**address))


def assign_to(engine: Engine, ref: str, person: Person) -> None:
    with transaction(engine) as connection:
        number = connection.scalar(select(case_file.c.id).where(case_file.c.ref == ref))
        row = {"case_id": number, "person": person.key, "assigned_by": HEAD.key, "assigned_at": at("2021-01-04T09:00")}
        connection.execute(insert(assignment), row)


def say_on(
    engine: Engine, day: str, plan: Plan = USUAL, alarms: Sequence[Alarm] = (), *, dry_run: bool = False
) -> Told:
    return say(engine, parse_day(day), now=at(f"{day}T08:30"), plan=plan, alarms=alarms, books=BOOKS, dry_run=dry_run)


def put_message(
    engine: Engine, key: str, *, recipient: str = "wang", made: str = "2021-03-01T08:30", **more: Any
) -> int:
    row = {
        "key": key,
        "kind": "reminder",
        "recipient": recipient,
        "case_ref": "LAB-1",
        "clause": "第二条",
        "subject": f"主题 {key}",
        "body": "正文",
        "not_before": at(made),
        "made_at": at(made),
        "status": MessageStatus.WAITING,
        "tries": 0,
    }
    with transaction(engine) as connection:
        made_row = connection.execute(insert(outbox_message).returning(outbox_message.c.id), row | more)
        return int(made_row.scalar_one())


def messages_of(engine: Engine, **conditions: Any) -> list[Any]:
    query = select(outbox_message).order_by(outbox_message.c.id)
    for name, value in conditions.items():
        query = query.where(outbox_message.c[name] == value)
    with reading(engine) as connection:
        return list(connection.execute(query))


@dataclass
class Remembering:
    """A carrier that keeps what it was given; `fails` says whether it arrives."""

    fails: bool = False
    carried: bool = True
    fallback: str = ""
    sent: list[tuple[tuple[str, ...], str, str]] = field(default_factory=list)

    def addresses(self, own: str) -> tuple[tuple[str, ...], bool]:
        return ((own,), False) if own else ((self.fallback,) if self.fallback else (), True)

    def carries(self, addresses: Sequence[str]) -> bool:
        return self.carried and bool(addresses)

    def send(self, addresses: Sequence[str], subject: str, body: str) -> list[Sent]:
        self.sent.append((tuple(addresses), subject, body))
        return [Sent("mail", addresses[0], not self.fails, "拒收" if self.fails else "250 OK")]


@contextmanager
def sink(folder: Path) -> Iterator[int]:
    """A mail sink that listens in a thread of its own; gives its port."""
    loop = asyncio.new_event_loop()
    mails = MailSink(folder, lambda: at("2021-03-01T08:30"))
    server = loop.run_until_complete(mails.listen(0))
    port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield int(port)
    finally:

        async def stop() -> None:
            server.close()
            await server.wait_closed()

        asyncio.run_coroutine_threadsafe(stop(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def robot(answer: bytes = b'{"errcode":0,"errmsg":"ok"}', status: int = 200) -> Iterator[tuple[int, list[bytes]]]:
    """A robot's HTTP endpoint: its port, and the bodies it was sent."""
    bodies: list[bytes] = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1], bodies
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
