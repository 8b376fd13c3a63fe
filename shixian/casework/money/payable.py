"""What must hold before an obligation is paid, asked when a batch is proposed and again when it is released.

An obligation must be of direction 付 and not replaced; its decision made by that day and in force; the notices before
it ended and no objection open on its case; neither case nor payee suspended or barred; its day come; its payee's newest
account verified and in the payee's own name. Each refusal names its clause or rule and what to do. Nothing here writes.

Two readings. A bar of any kind, or a serious record, holds a payment back while it is in force: the texts close
applications under it and say nothing of money already decided, and a payment held can be made later, one made cannot be
unmade. A serious record whose case imposed no bar has no end, so it holds until a person settles that case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from sqlalchemy import Connection, func, select

from models import ledger_entry
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.money.payable_known import Known, Member, Row, grouped, read_known
from shixian.casework.money.payees import PayeeAccount
from shixian.casework.money.payers import paid_elsewhere
from shixian.rules.lifecycle import Lifecycle, edge
from shixian.rules.state import DEAD, DONE, OPEN, SKIPPED, Refusal

_ENDED_WELL = ("completed", "expired")  # a case that ended so still owes what it decided


def check(
    connection: Connection, row: Row, *, as_of: date, books: LawBooks | None = None, today: date | None = None
) -> Refusal | None:
    """Why an obligation may not be paid as of a day; None when it may. `today`: bars and records of that day too."""
    return check_all(connection, [row], as_of=as_of, books=books, today=today)[row["id"]]


def check_all(
    connection: Connection,
    rows: Sequence[Row],
    *,
    as_of: date,
    books: LawBooks | None = None,
    today: date | None = None,
) -> dict[int, Refusal | None]:
    """The same of many obligations, in groups; by the obligation's id."""
    found = looked_at(connection, rows, as_of=as_of, books=books, today=today)
    return {row["id"]: refusal for row, refusal, _ in found}


def looked_at(
    connection: Connection,
    rows: Sequence[Row],
    *,
    as_of: date,
    books: LawBooks | None = None,
    today: date | None = None,
) -> Iterator[tuple[Row, Refusal | None, PayeeAccount | None]]:
    """The same, with the payee's newest account as it was when looked at."""
    known_books = books or default_books()
    days = {as_of, today or as_of}
    for group in grouped(rows):
        known = read_known(connection, group, known_books, max(days))
        for row in group:
            yield row, next(_refusals(row, known, known_books, as_of, days), None), known.accounts.get(row["payee"])


def reserved_years(connection: Connection, ids: Iterable[int]) -> dict[int, dict[int, int]]:
    """For each obligation the fen that stand reserved for it, by budget year, as the ledger has them."""
    columns = ledger_entry.c
    standing = func.sum(columns.debit) - func.sum(columns.credit)
    found: dict[int, dict[int, int]] = {}
    for group in grouped(ids):
        query = (
            select(columns.obligation_id, columns.year, standing)
            .where(columns.account == "reserved", columns.obligation_id.in_(group))
            .group_by(columns.obligation_id, columns.year)
        )
        for number, year, fen in connection.execute(query):
            if fen:
                found.setdefault(number, {})[year] = int(fen)
    return found


# -- the questions, in the order in which they are answered ------------------------------------------------------------


def _refusals(row: Row, known: Known, books: LawBooks, as_of: date, days: set[date]) -> Iterator[Refusal]:
    path = known.paths[row["case_id"]]
    lifecycle = books.lifecycle(path[0].lifecycle)
    yield from paid_elsewhere(row, lifecycle)
    yield from _decision(row, known, as_of)
    yield from _contradicted(row, known)
    yield from _standing(row, path)
    yield from _notices(row, path, lifecycle, books, as_of)
    yield from _objections(path, books)
    yield from _integrity(row, path, known, days)
    yield from _due(row, as_of)
    yield from _account(row, known)


def _decision(row: Row, known: Known, as_of: date) -> Iterator[Refusal]:
    clause, decided = row["clause"], known.decided.get(row["decision_id"])
    if row["direction"] != "付":
        yield Refusal("not_payable", "这是应当追回的款项，不能拨付", clause, "在追回中登记到账（shixian recovery）")
    if decided is not None and decided > as_of:
        because = f"作为依据的决定作于 {decided}，截至 {as_of} 尚未作出"
        yield Refusal("decision_later", because, clause, f"自 {decided} 起列入批次")
    if row["id"] in known.replaced:
        other = known.replaced[row["id"]]
        yield Refusal("replaced", f"该笔义务已被义务 {other} 替代", clause, "按替代后的义务拨付")
    if row["id"] in known.before:
        other, key, status = known.before[row["id"]]
        because = f"所替代的义务 {other} 已有支付 {key}（{status}）"
        remedy = "查明该笔支付：已付的，先追回或按差额另立义务；未付的，待其结清"
        yield Refusal("replaced_one_paid", because, clause, remedy)
    if known.newest.get((row["case_id"], row["decision"])) != row["decision_id"]:
        yield Refusal("decision_replaced", "作为依据的决定已被后来的决定取代", clause, "按后来的决定另立义务")


def _contradicted(row: Row, known: Known) -> Iterator[Refusal]:
    """An attempt that ended without money, of which the bank later said otherwise: until a person settles it."""
    key = known.contradicted.get(row["id"])
    if key is not None:
        because = f"支付 {key} 先前已拒付或停付，银行或对账单后来另有说法，尚未查明"
        yield Refusal("contradicted", because, "不得重复支付", f"凭银行凭证认定（shixian batch resolve {key}）")


def _standing(row: Row, path: list[Member]) -> Iterator[Refusal]:
    """The case and those above it: not suspended, and not ended in a way that takes the decision back."""
    for member in path:
        if member.status == "suspended":
            yield Refusal("case_suspended", f"案件 {member.ref} 已中止", row["clause"], "恢复办理后再列入批次")
        paused = [one for one in member.progress.suspensions if one[0] == "*" and one[4] is None]
        if paused:
            because = f"案件 {member.ref} 因{paused[0][1]}暂停"
            yield Refusal("case_suspended", because, str(paused[0][2]), "恢复办理后再列入批次")
        if member.status == "closed" and member.reason not in _ENDED_WELL:
            text = member.progress.text or member.reason
            because = f"案件 {member.ref} 已终结（{text}），决定不再执行"
            yield Refusal("not_in_force", because, member.clause or row["clause"], "不得拨付；已付的部分依条款追回")


def _notices(row: Row, path: list[Member], lifecycle: Lifecycle, books: LawBooks, as_of: date) -> Iterator[Refusal]:
    needed = _before(lifecycle, row["decision"])
    for member in path:
        for stage in books.lifecycle(member.lifecycle).stages:
            if stage.window is None:
                continue
            status = member.progress.stage(stage.key).status
            window = member.progress.windows.get(stage.key)
            if window is not None and status == OPEN or window is not None and window[1] >= as_of.isoformat():
                because = f"案件 {member.ref} 的{stage.title}至 {window[1]} 24时方满"
                yield Refusal("notice_open", because, stage.window.clause, "公示期满且无异议后再列入批次")
            elif status == OPEN:
                because = f"案件 {member.ref} 的{stage.title}尚未发布"
                yield Refusal("notice_open", because, stage.window.clause, "发布并待公示期满后再列入批次")
            elif member is path[0] and stage.key in needed and status not in (DONE, SKIPPED, DEAD):
                because = f"案件 {member.ref} 未经{stage.title}"
                yield Refusal("no_notice", because, stage.window.clause, "先行公示；未经公示的决定不得拨付")


def _objections(path: list[Member], books: LawBooks) -> Iterator[Refusal]:
    """Objections raised against the case, or against one it belongs to; of another case they concern nothing here."""
    kinds = books.objections
    for member in path:
        for ref, (lifecycle, status, *_) in member.progress.children.items():
            if lifecycle in kinds and status != "closed":
                clause = _objection_clause(books, member.lifecycle, lifecycle)
                because = f"案件 {member.ref} 有未办结的异议 {ref}"
                yield Refusal("objection_open", because, clause, f"先办结异议 {ref}")


def _integrity(row: Row, path: list[Member], known: Known, days: set[date]) -> Iterator[Refusal]:
    lifecycles = {member.lifecycle for member in path} | {"*"}
    for subject in known.subjects[row["case_id"], row["payee"]]:
        for one in known.bars.get(subject, ()):
            in_force = any(one["first_day"] <= d and (one["last_day"] is None or d <= one["last_day"]) for d in days)
            if in_force and one["lifecycle"] in lifecycles:
                until = f"至 {one['last_day']}" if one["last_day"] else "（无终期）"
                because = f"收款人所属主体 {subject} 受限{until}：{one['text']}"
                yield Refusal("barred", because, one["clause"], f"限制期满或解除后再列入批次（来源 {one['source']}）")
        for one in known.records.get(subject, ()):
            bars = [b for b in known.bars.get(subject, ()) if b["case_id"] == one["case_id"]]
            if one["legal_day"] <= max(days) and not bars and one["case_id"] not in known.barring:
                because = f"主体 {subject} 于 {one['legal_day']} 记入严重失信信息：{one['ground']}"
                yield Refusal("serious_record", because, one["clause"], "待该记录所在案件处理完毕；由审批人另作决定")


def _due(row: Row, as_of: date) -> Iterator[Refusal]:
    if row["due"] is not None and row["due"] > as_of:
        because = f"应付日为 {row['due']}，截至 {as_of} 尚未到期"
        yield Refusal("not_due", because, row["clause"], f"自 {row['due']} 起列入批次")


def _account(row: Row, known: Known) -> Iterator[Refusal]:
    found, rule = known.accounts.get(row["payee"]), "收款账户须经二人录入、核实"
    if found is None:
        yield Refusal(
            "no_account", f"收款人“{row['payee']}”没有账户", rule, "录入账户并由另一人核实（shixian account enter）"
        )
    elif not found.verified:
        because = f"收款人“{row['payee']}”最新的账户 {found.id}（{found.masked}）未经核实"
        yield Refusal("account_unverified", because, rule, f"由另一人核实（shixian account verify {found.id}）")
    elif found.now_fingerprint() != found.fingerprint:
        because = f"收款人“{row['payee']}”的账户 {found.id} 与核实时不同"
        yield Refusal("account_changed", because, rule, "停止使用该账户，重新录入、核实，并报告")
    elif found.holder != row["payee"]:
        because = f"收款人为“{row['payee']}”，账户 {found.id} 的户名为“{found.holder}”"
        yield Refusal("payee_renamed", because, rule, "核对更名证明；以收款人同名账户重新录入并核实")


def _objection_clause(books: LawBooks, lifecycle: str, objection: str) -> str:
    for stage in books.lifecycle(lifecycle).stages:
        opens = stage.window.objections if stage.window is not None else None
        if stage.window is not None and opens is not None and opens.lifecycle == objection:
            return opens.clause
    found = books.lifecycles.get(objection)
    return found.stages[0].clause if found is not None else ""


def _before(lifecycle: Lifecycle, decided: str) -> frozenset[str]:
    """The stages that lie before every stage that takes the decision. Once for a lifecycle and decision."""
    known = _BEFORE.get((id(lifecycle), decided))
    if known is None or known[0] is not lifecycle:
        deciding = [
            one for one in lifecycle.stages if any(a.decides is not None and a.decides.key == decided for a in one.acts)
        ]
        ways = [_ways_in(lifecycle, one.key) for one in deciding]
        known = lifecycle, frozenset(set.intersection(*ways) if ways else ())
        _BEFORE[id(lifecycle), decided] = known
    return known[1]


_BEFORE: dict[tuple[int, str], tuple[Lifecycle, frozenset[str]]] = {}


def _ways_in(lifecycle: Lifecycle, key: str) -> set[str]:
    found: set[str] = set()
    for text in lifecycle.stage(key).after:
        before = edge(text)[0]
        found |= {before} | _ways_in(lifecycle, before)
    return found
