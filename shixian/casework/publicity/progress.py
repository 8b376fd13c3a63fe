"""办事进度: what an applicant may read of a case with its number and a code, and nothing else.

The code is derived from the case's number under the house's key (`house_key`): it is never stored, so that no copy of
it can be read from a table, and the same one can be told again. A wrong code and an unknown number are one answer.
"""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import Engine, select

from models import case_file, deadline, decision, event
from shixian.casework.database import reading, transaction
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.publicity.house_key import find_key, house_key
from shixian.casework.store import case_of
from shixian.rules.errors import NotFound
from shixian.rules.lifecycle import Binds, Lifecycle
from shixian.rules.narrate import STATUS, asked, stage_title
from shixian.rules.publication import scrub
from shixian.rules.state import Case

CODE_LENGTH = 12  # of 32 letters and digits: 60 bits, against a throttled door


@dataclass(frozen=True, slots=True)
class NextDay:
    title: str
    last_day: date
    clause: str
    binds: str
    provisional: bool
    working: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """One decision: what was decided, on which day, under which clause. `fen` is the amount, if it is one."""

    title: str
    day: date
    result: str
    clause: str
    fen: int | None


@dataclass(frozen=True, slots=True)
class Progress:
    """What is shown. `asks`: what the applicant is asked, each with its clause."""

    ref: str
    title: str
    status: str
    stages: tuple[tuple[str, str], ...]
    ended: str
    next_days: tuple[NextDay, ...]
    asks: tuple[tuple[str, str], ...]
    decisions: tuple[Told, ...]


def progress_code(engine: Engine, ref: str) -> str:
    """The code that opens the progress of a case, for the office to hand to its applicant. NotFound without a case."""
    with transaction(engine) as connection:
        opened = (
            select(event.c.recorded_at).join(case_file, case_file.c.id == event.c.case_id).where(case_file.c.ref == ref)
        )
        recorded = connection.scalar(opened.order_by(event.c.seq).limit(1))
        if recorded is None:
            raise NotFound(f"没有 {ref} 这一案件", remedy="核对案号")
        return code_of(house_key(connection, now=recorded), ref)


def code_of(key: bytes, ref: str) -> str:
    """XXXX-XXXX-XXXX, of letters and digits that are not mistaken for each other."""
    digest = hmac.new(key, f"shixian-progress-1\x1f{ref}".encode("utf-8", "replace"), sha256).digest()
    text = base64.b32encode(digest).decode()[:CODE_LENGTH].translate(str.maketrans("01OI", "WXYZ"))
    return "-".join(text[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def read_progress(engine: Engine, ref: str, code: str, *, books: LawBooks | None = None) -> Progress | None:
    """The progress of a case; None when there is no such case or the code is not its own, with no way to tell which."""
    known = books or default_books()
    with reading(engine) as connection:
        key = find_key(connection) or b"none"
        typed = "".join(code.split()).replace("-", "").upper().encode("utf-8", "replace")
        right = hmac.compare_digest(code_of(key, ref).replace("-", "").encode(), typed)
        row = connection.execute(select(case_file).where(case_file.c.ref == ref)).mappings().one_or_none()
        if row is None or not right or key == b"none":
            return None
        lifecycle = known.lifecycles.get(row["lifecycle"])
        if lifecycle is None:
            return None
        case = case_of(row, known.lifecycles)
        clocks = connection.execute(
            select(deadline)
            .where(deadline.c.case_id == row["id"], deadline.c.status == "running", deadline.c.last_day.is_not(None))
            .where(deadline.c.effect != "提示", deadline.c.binds != Binds.OFFICE.value)
            .order_by(deadline.c.last_day, deadline.c.id)
        ).all()
        workings = _workings(
            connection.scalars(
                select(event.c.data)
                .where(event.c.case_id == row["id"], event.c.kind == "deadline_set")
                .order_by(event.c.seq)
            ).all()
        )
        decided = connection.execute(
            select(decision).where(decision.c.case_id == row["id"]).order_by(decision.c.seq)
        ).all()
    progress = case.progress
    return Progress(
        ref=case.ref,
        title=lifecycle.title,
        status=STATUS.get(progress.status, progress.status),
        stages=tuple((stage_title(lifecycle, key), lifecycle.stage(key).clause) for key in progress.open_stages()),
        ended=f"{progress.closed_on}：{progress.text}（{progress.clause}）" if progress.closed_on else "",
        next_days=tuple(
            NextDay(
                title=one.title,
                last_day=one.last_day,
                clause=one.clause,
                binds=one.binds,
                provisional=one.provisional,
                working=tuple(scrub(line) for line in workings.get((one.stage, one.clock, one.round), ())),
            )
            for one in clocks
        ),
        asks=tuple(_asks(lifecycle, case)),
        decisions=tuple(
            Told(one.title, one.legal_day, _result(lifecycle, one.key, one.grade, one.outcome), one.clause, one.fen)
            for one in decided
        ),
    )


def _workings(texts: object) -> dict[tuple[str, str, int], tuple[str, ...]]:
    found = {}
    for text in texts if isinstance(texts, list) else []:
        data = json.loads(text)
        found[(data["stage"], data["clock"], data["round"])] = tuple(data.get("working", ()))
    return found


def _result(lifecycle: Lifecycle, key: str, grade: str | None, outcome: str | None) -> str:
    """A decision's grade as its choice reads, or how its stage ended; nothing for a code that has no words."""
    for stage in lifecycle.stages:
        for act in stage.acts:
            if act.decides is None or act.decides.key != key:
                continue
            if grade is not None:
                name = getattr(act.decides.grade, "name", "")
                field = next((one for one in lifecycle.facts.fields if one.name == name), None)
                return scrub(field.format(field.parse(grade)) if field is not None else grade)
            return next((one.title for one in stage.outcomes if one.key == outcome), "")
        if key == f"{stage.key}.ranking":
            return next((one.title for one in stage.outcomes if one.key == outcome), "")
    return ""


def _asks(lifecycle: Lifecycle, case: Case) -> list[tuple[str, str]]:
    """Facts asked of somebody who is not the office, each with the clause that asks it."""
    found = []
    for name, _, clause, text in case.progress.lists.values():
        if name != "ask":
            continue
        for fact in text.removeprefix("需查明：").split(","):
            field = next((one for one in lifecycle.facts.fields if one.name == fact), None)
            who = lifecycle.actor(field.answered_by) if field is not None and field.answered_by else None
            if field is not None and not field.sealed and (who is None or who.side is not Binds.OFFICE):
                found.append((asked(lifecycle, fact), field.clause or clause))
    return found
