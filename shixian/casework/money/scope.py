"""What an account's scope leaves visible of money: conditions on rows that no case or batch of its own carries.

`scope` is what `people.scope_of` gives: the keys of the lifecycles a person may see, or None for all. An account of a
payee belongs to the provinces whose cases owe it something; a statement line to that of the payment it is about; a
journal to that of its batch, budget line, payee or recovery.

Two readings. What belongs to nobody yet (a payee nobody owes, a line that is no payment of ours) is everybody's: were
it nobody's, no one could check the account or find out what the line is. And a payee owed in two provinces is in both.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, String, and_, cast, literal, or_, select, true

from models import attempt, batch, case_file, journal_event, obligation, payee_account, statement_line
from shixian.rules.lifecycle import Lifecycle

Scope = Collection[str] | None


def account_visible(scope: Scope) -> ColumnElement[bool]:
    """Rows of `payee_account`."""
    if scope is None:
        return true()
    own = obligation.c.payee == payee_account.c.payee
    owed = select(obligation.c.id).where(own).correlate_except(obligation, case_file)
    ours = owed.join(case_file, case_file.c.id == obligation.c.case_id).where(case_file.c.lifecycle.in_(scope))
    return or_(ours.exists(), ~owed.exists())


def line_visible(scope: Scope) -> ColumnElement[bool]:
    """Rows of `statement_line`."""
    if scope is None:
        return true()
    paid_by = select(attempt.c.id).join(batch, batch.c.id == attempt.c.batch_id).where(batch.c.lifecycle.in_(scope))
    return or_(statement_line.c.attempt_id.is_(None), statement_line.c.attempt_id.in_(paid_by))


def batch_visible(scope: Scope) -> ColumnElement[bool]:
    """Rows of `batch`."""
    return true() if scope is None else batch.c.lifecycle.in_(scope)


def journal_visible(scope: Scope, lifecycles: Mapping[str, Lifecycle]) -> ColumnElement[bool]:
    """Rows of `journal_event`: what concerns no province (statements as such, restorations, people) is everybody's."""
    if scope is None:
        return true()
    name = journal_event.c.journal
    programmes = sorted({lifecycles[key].regulation.key for key in scope if key in lifecycles})
    batches = select(literal("batch:") + batch.c.ref).where(batch.c.lifecycle.in_(scope))
    owed = select(literal("recovery:") + cast(obligation.c.id, String))
    owed = owed.join(case_file, case_file.c.id == obligation.c.case_id).where(case_file.c.lifecycle.in_(scope))
    accounts = select(literal("payee:") + payee_account.c.payee).where(account_visible(scope))
    return and_(
        or_(~name.like("batch:%"), name.in_(batches)),
        or_(~name.like("recovery:%"), name.in_(owed)),
        or_(~name.like("payee:%"), name.in_(accounts)),
        or_(~name.like("appropriation:%"), *(name.like(f"appropriation:{key}:%") for key in programmes)),
    )
