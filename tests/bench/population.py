"""A database with a million open cases, made from real ones: one case a day is opened by casework, then cloned by SQL.

Every clone has its own reference, its own chained and hashed events and its own deadline row, as if it had been opened
one by one (the verifier accepts a sample of them).
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import Engine, text

from shixian.casework.chain import SEPARATOR
from shixian.casework.database import transaction
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.store import SqlStore
from shixian.rules import proceedings
from shixian.rules.periods import add_days

KEY = "sh-matching-funds"
NOW = datetime(2021, 1, 1, tzinfo=UTC)
AS_OF = date(2021, 6, 1)  # filings whose two months ended before that day are due
DUE_DAYS = 20  # approvals of this many days are due
OPEN_DAYS = 60  # and of this many are not
FIRST_DUE = date(2021, 3, 1)
FIRST_OPEN = date(2021, 4, 6)


def populate(engine: Engine, due: dict[int, int], not_due: int, books: LawBooks | None = None) -> None:
    """`due` gives how many due cases each cycle has; `not_due` how many open cases are not due (cycle 2021)."""
    books = books or default_books()
    for cycle, count in due.items():
        _group(engine, books, cycle, FIRST_DUE, DUE_DAYS, count, f"D{cycle}")
    _group(engine, books, 2021, FIRST_OPEN, OPEN_DAYS, not_due, "N")


def _group(engine: Engine, books: LawBooks, cycle: int, first: date, days: int, count: int, name: str) -> None:
    each = count // days
    lifecycle = books.lifecycle(KEY)
    for offset in range(days):
        day = add_days(first, offset)
        ref = f"{name}-{offset:02}"
        with transaction(engine) as connection:
            store = SqlStore(connection, books, recorded_at=NOW)
            facts = lifecycle.facts.parse(
                {"national_approval": day.isoformat(), "matching_budget": "500万元", "unit_name": "样例单位"}
            )
            decided = proceedings.start(store, lifecycle, ref=ref, day=day, cycle=cycle, facts=facts)
            assert decided.refusal is None, decided.refusal
        with transaction(engine) as connection:
            _clone(connection, ref, each - 1)


def _clone(connection: object, ref: str, count: int) -> None:
    """Clone a case `count` times, with chained and hashed events."""
    run = connection.execute  # type: ignore[attr-defined]
    source = run(text("select id, number from case_file where ref = :ref"), {"ref": ref}).one()
    run(text("create temporary table if not exists clone (id integer primary key, ref text, head text)"))
    run(text("delete from clone"))
    run(
        text(
            "insert into clone (id, ref, head) with recursive n(i) as "
            "(select 1 union all select i + 1 from n where i < :count) "
            "select (select max(id) from case_file) + i, :ref || '-' || i, "
            "shixian_sha256('shixian-genesis-1' || :s || :ref || '-' || i) from n"
        ),
        {"count": count, "ref": ref, "s": SEPARATOR},
    )
    columns = [
        row[1]
        for row in run(text("pragma table_info(case_file)"))
        if row[1] not in ("id", "ref", "head", "imported_key")
    ]
    names = ", ".join(columns)
    run(
        text(
            f"insert into case_file (id, ref, head, {names}) "
            f"select k.id, k.ref, k.head, {', '.join('c.' + c for c in columns)} "
            "from clone k join case_file c on c.id = :source"
        ),
        {"source": source.id},
    )
    same = "version, kind, legal_day, recorded_at, actor, person, clause, stage, regulation, encoding, data"
    for seq in range(1, source.number + 1):
        run(
            text(
                f"insert into event (case_id, seq, {same}, previous, hash) select k.id, e.seq, "
                + ", ".join(f"e.{name.strip()}" for name in same.split(","))
                + ", k.head, shixian_sha256("
                "e.version || :s || k.ref || :s || e.seq || :s || e.kind || :s || e.legal_day || :s || "
                "e.recorded_at || :s || e.actor || :s || e.person || :s || e.clause || :s || e.stage || :s || "
                "e.regulation || :s || e.encoding || :s || e.data || :s || k.head) "
                "from clone k join event e on e.case_id = :source and e.seq = :seq"
            ),
            {"source": source.id, "seq": seq, "s": SEPARATOR},
        )
        run(
            text("update clone set head = (select hash from event where case_id = clone.id and seq = :seq)"),
            {"seq": seq},
        )
    run(
        text(
            "update case_file set head = (select head from clone where clone.id = case_file.id) "
            "where id in (select id from clone)"
        )
    )
    fields = "stage, clock, round, title, last_day, provisional, status, effect, binds, clause, set_seq"
    run(
        text(
            f"insert into deadline (case_id, {fields}) select k.id, "
            + ", ".join(f"d.{name.strip()}" for name in fields.split(","))
            + " from clone k join deadline d on d.case_id = :source"
        ),
        {"source": source.id},
    )
