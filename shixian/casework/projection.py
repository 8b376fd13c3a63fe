"""Rows that follow from transitions: deadlines, lists, decisions, obligations, limits, bars, history, documents.

They are what lists, payments and other cases read; the events are what they follow from, and `verify` compares the two.
A statement is issued only for what the transitions changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from models import (
    bar,
    deadline,
    decision,
    document,
    effect_claim,
    history,
    integrity_record,
    limit_claim,
    list_item,
    obligation,
    quota_draw,
)
from shixian.casework.chain import canonical_json
from shixian.casework.money.ledger import Posting, post, reserve
from shixian.casework.prepared import Prepared, insert_rows
from shixian.rules.errors import CaseworkError, Conflict
from shixian.rules.state import Case, Progress, Transition

LIVE = ("running", "asking", "held")
Row = dict[str, Any]


@dataclass(slots=True)
class Projection:
    """One save of one case: its transitions, of which the first has the sequence number `first`."""

    connection: Connection
    case_id: int
    case: Case
    before: Progress
    first: int
    recorded_at: datetime
    person: str
    programme: str
    rows: dict[str, list[Row]] = field(default_factory=dict)
    rounds: dict[tuple[str, str, int], Row] = field(default_factory=dict)
    passed: dict[tuple[str, str, int], str] = field(default_factory=dict)
    owed: list[tuple[int, Transition]] = field(default_factory=list)
    decided: dict[str, int] = field(default_factory=dict)

    def write(self, transitions: tuple[Transition, ...]) -> None:
        for seq, transition in enumerate(transitions, self.first):
            collect = _COLLECT.get(transition.kind)
            if collect is not None:
                collect(self, seq, transition)
        self._write_deadlines()
        self._write_lists(transitions)
        for table in (effect_claim, bar, history, integrity_record, document, quota_draw):
            if table.name in self.rows:
                insert_rows(self.connection, table, self.rows[table.name])
        for row in self.rows.get("limit_claim", ()):
            self._claim_slot(row)
        self._write_obligations()

    def add(self, table: Table, seq: int, **values: Any) -> None:
        self.rows.setdefault(table.name, []).append({"case_id": self.case_id, "seq": seq, **values})

    # -- deadlines ---------------------------------------------------------------------------------------------

    def set_deadline(self, seq: int, transition: Transition) -> None:
        data = transition.data
        last_day = data.get("last_day")
        self.rounds[(data["stage"], data["clock"], data["round"])] = {
            "case_id": self.case_id,
            "stage": data["stage"],
            "clock": data["clock"],
            "round": data["round"],
            "title": data["title"],
            "last_day": date.fromisoformat(last_day) if last_day else None,
            "provisional": bool(data.get("provisional")),
            "status": "running" if last_day else "asking",
            "effect": data["effect"],
            "binds": data["binds"],
            "clause": data["clause"],
            "set_seq": seq,
        }

    def pass_deadline(self, seq: int, transition: Transition) -> None:
        """A status of the round that is current at that moment; later rounds may follow in the same save."""
        data = transition.data
        clock = (data["stage"], data["clock"])
        before = self.before.deadlines.get(".".join(clock))
        set_here = [number for stage, key, number in self.rounds if (stage, key) == clock]
        number = max(set_here) if set_here else before.round if before else 1
        self.passed[(*clock, number)] = transition.kind.removeprefix("deadline_")

    def lapse(self, seq: int, transition: Transition) -> None:
        self.pass_deadline(seq, transition)
        names = ("stage", "clock", "round", "effect")
        self.add(effect_claim, seq, **{name: transition.data[name] for name in names})

    def _write_deadlines(self) -> None:
        """Set rounds are written whole; of others only the status. An earlier round that still ran is void."""
        after = self.case.progress.deadlines
        current = {(state.stage, state.clock, state.round): state.status for state in after.values()}
        for key, row in self.rounds.items():
            row["status"] = current.get(key) or self.passed.get(key) or "void"
        changed = []
        for state in self.before.deadlines.values():
            key = (state.stage, state.clock, state.round)
            status = current.get(key) or self.passed.get(key) or ("void" if state.status in LIVE else state.status)
            if key not in self.rounds and status != state.status:
                changed.append(_at(self.case_id, *key, status))
        if self.rounds:
            columns = ("case_id", "stage", "clock", "round")
            self.connection.execute(upsert(self.connection, deadline, columns), list(self.rounds.values()))
        if changed:
            _SET_STATUS.run(self.connection, changed)

    # -- lists -------------------------------------------------------------------------------------------------

    def _write_lists(self, transitions: tuple[Transition, ...]) -> None:
        before, after = self.before.lists, self.case.progress.lists
        gone = sorted(set(before) - set(after))
        if gone:
            keys = and_(list_item.c.case_id == self.case_id, list_item.c.key.in_(gone))
            self.connection.execute(delete(list_item).where(keys))
        since = {t.data["key"]: t.legal_day for t in transitions if t.kind == "listed"}
        rows = [
            {
                "case_id": self.case_id,
                "key": key,
                "list": item[0],
                "stage": item[1],
                "clause": item[2],
                "text": item[3],
                "since": since[key],
            }
            for key, item in after.items()
            if before.get(key) != item
        ]
        if rows:
            self.connection.execute(upsert(self.connection, list_item, ("case_id", "key")), rows)

    # -- decisions and money -----------------------------------------------------------------------------------

    def decide(self, seq: int, transition: Transition) -> None:
        data = transition.data
        row = {
            "case_id": self.case_id,
            "seq": seq,
            "key": data["key"],
            "title": data["title"],
            "clause": data["clause"],
            "outcome": data.get("outcome"),
            "grade": data.get("grade"),
            "fen": data.get("fen"),
            "tree": canonical_json(data["tree"]) if "tree" in data else None,
            "ceiling": canonical_json(data["ceiling"]) if "ceiling" in data else None,
            "legal_day": transition.legal_day,
            "regulation": self.case.regulation,
            "encoding": self.case.encoding,
        }
        found = self.connection.execute(insert(decision).returning(decision.c.id), row).scalar_one()
        self.decided[data["key"]] = int(found)

    def owe(self, seq: int, transition: Transition) -> None:
        self.owed.append((seq, transition))

    def _write_obligations(self) -> None:
        postings: list[Posting] = []
        for seq, transition in self.owed:
            data = transition.data
            due = date.fromisoformat(data["due"]) if data.get("due") else None
            row = {
                "case_id": self.case_id,
                "decision_id": self._decision_id(data["decision"]),
                "decision": data["decision"],
                "seq": seq,
                "payee": data["payee"],
                "debtor": data["debtor"],
                "creditor": data.get("creditor") or data["payee"],
                "direction": data["direction"],
                "sequence": data["sequence"],
                "fen": data["fen"],
                "clause": data["clause"],
                "due": due,
                "original_due": due,
            }
            self._refuse_twice(row)
            found = int(self.connection.execute(insert(obligation).returning(obligation.c.id), row).scalar_one())
            if data["direction"] == "付" and not data.get("elsewhere"):  # another's own money is not reserved in ours
                text = f"{self.case.ref} {data['decision']} 第{data['sequence']}期"
                key, day = f"{self.case.ref}#{seq}", transition.legal_day
                postings.append(reserve(key, data["fen"], day, text, found, self.programme))
        if postings:
            post(self.connection, postings, recorded_at=self.recorded_at, person=self.person)

    def _decision_id(self, key: str) -> int:
        if key not in self.decided:
            latest = (
                select(decision.c.id)
                .where(decision.c.case_id == self.case_id, decision.c.key == key)
                .order_by(decision.c.seq.desc())
                .limit(1)
            )
            self.decided[key] = int(self.connection.execute(latest).scalar_one())
        return self.decided[key]

    def _refuse_twice(self, row: Row) -> None:
        names = ("case_id", "decision", "payee", "sequence")
        same = and_(*(obligation.c[name] == row[name] for name in names))
        if self.connection.execute(select(obligation.c.id).where(same)).first() is not None:
            raise CaseworkError(
                f"{self.case.ref} 的决定 {row['decision']} 对 {row['payee']} 的第{row['sequence']}期义务已经设立，不得重复",
                clause=row["clause"],
                remedy="变更须以替代（replaces）或追回另行设立",
            )

    # -- limits ------------------------------------------------------------------------------------------------

    def claim(self, seq: int, transition: Transition) -> None:
        data = transition.data
        self.add(limit_claim, seq, limit_key=data["limit"], scope=data["scope"], at_most=data["at_most"])

    def _claim_slot(self, row: Row) -> None:
        """The first free slot. Two transactions that pick the same one collide in the unique index."""
        at_most = row.pop("at_most")
        columns = limit_claim.c
        same = and_(columns.limit_key == row["limit_key"], columns.scope == row["scope"])
        taken = set(self.connection.scalars(select(columns.slot).where(same)))
        slot = next((number for number in range(at_most) if number not in taken), None)
        if slot is None:
            raise Conflict(f"{row['limit_key']} 的名额已被占满", remedy="重新读取后再试")
        self.connection.execute(insert(limit_claim), {**row, "slot": slot})

    def draw(self, seq: int, transition: Transition) -> None:
        """Begins where the decision saw the last draw end: if another began there meanwhile, the unique row says so."""
        names = ("quota", "scope", "before", "fen", "at_most")
        self.add(quota_draw, seq, **{name: transition.data[name] for name in names})

    # -- consequences and documents ----------------------------------------------------------------------------

    def remember(self, seq: int, transition: Transition) -> None:
        data = transition.data
        named = {name: data[name] for name in ("key", "subject", "cycle", "value", "clause")}
        self.add(history, seq, **named, legal_day=transition.legal_day, source=self.case.ref)

    def bar(self, seq: int, transition: Transition) -> None:
        data = transition.data
        last = date.fromisoformat(data["last_day"]) if data.get("last_day") else None
        named = {name: data[name] for name in ("subject", "lifecycle", "clause", "text")}
        self.add(bar, seq, **named, first_day=transition.legal_day, last_day=last, source=self.case.ref)

    def end_bar(self, seq: int, transition: Transition) -> None:
        """Another end of a bar that this case imposed; which event set it stands in `end_seq`."""
        data = transition.data
        named = {name: data[name] for name in ("subject", "lifecycle")} | {"clause": data["bar_clause"]}
        named |= {"case_id": self.case_id, "first_day": date.fromisoformat(data["first_day"])}
        this = and_(*(bar.c[name] == value for name, value in named.items()))
        last = date.fromisoformat(data["last_day"])
        if self.connection.execute(update(bar).where(this).values(last_day=last, end_seq=seq)).rowcount != 1:
            raise CaseworkError(f"{self.case.ref} 没有这一限制：{data['subject']}、{data['lifecycle']}")

    def note_integrity(self, seq: int, transition: Transition) -> None:
        named = {name: transition.data[name] for name in ("subject", "ground", "serious", "clause")}
        self.add(integrity_record, seq, **named, legal_day=transition.legal_day)

    def keep_document(self, seq: int, transition: Transition) -> None:
        data = transition.data
        size = str(data.get("size") or "")
        self.add(
            document,
            seq,
            stage=data["stage"],
            document=data.get("document", ""),
            name=data.get("name", ""),
            sha256=data.get("sha256") or None,
            size=int(size) if size.isdigit() else None,
            legal_day=transition.legal_day,
        )


_COLLECT: dict[str, Callable[[Projection, int, Transition], None]] = {
    "deadline_set": Projection.set_deadline,
    "deadline_lapsed": Projection.lapse,
    "deadline_met": Projection.pass_deadline,
    "deadline_held": Projection.pass_deadline,
    "deadline_void": Projection.pass_deadline,
    "decided": Projection.decide,
    "obligation_created": Projection.owe,
    "limit_claimed": Projection.claim,
    "quota_drawn": Projection.draw,
    "remembered": Projection.remember,
    "barred": Projection.bar,
    "bar_end_set": Projection.end_bar,
    "integrity_recorded": Projection.note_integrity,
    "document_recorded": Projection.keep_document,
}

_SET_STATUS = Prepared(
    update(deadline)
    .where(
        deadline.c.case_id == bindparam("b_case"),
        deadline.c.stage == bindparam("b_stage"),
        deadline.c.clock == bindparam("b_clock"),
        deadline.c.round == bindparam("b_round"),
    )
    .values(status=bindparam("b_status", type_=deadline.c.status.type))
)


def _at(case_id: int, stage: str, clock: str, number: int, status: str) -> Row:
    return {"b_case": case_id, "b_stage": stage, "b_clock": clock, "b_round": number, "b_status": status}


def upsert(connection: Connection, table: Table, key: tuple[str, ...]) -> Any:
    """Insert rows, or overwrite those of the same key; the same statement on both databases."""
    make = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    statement = make(table)
    others = {column.name: statement.excluded[column.name] for column in table.c if column.name not in ("id", *key)}
    return statement.on_conflict_do_update(index_elements=list(key), set_=others)
