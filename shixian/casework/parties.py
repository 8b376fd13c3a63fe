"""Whose case it is, by name. A case that names nobody of its own (a draw-down, an objection to a listing, a yearly
report) is of whom the case above it names."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from models import case_file

_ABOVE, _TOP = aliased(case_file), aliased(case_file)
_OWN = case_file.c.party_name


def shown_party() -> ColumnElement[str]:
    """The name as a column of a query over `case_file`; empty where no case above names anybody either."""
    above = select(_ABOVE.c.party_name).where(_ABOVE.c.ref == case_file.c.parent_ref)
    top = select(_TOP.c.party_name).join(_ABOVE, _ABOVE.c.parent_ref == _TOP.c.ref)
    top = top.where(_ABOVE.c.ref == case_file.c.parent_ref)
    names = (func.nullif(one, "") for one in (_OWN, above.scalar_subquery(), top.scalar_subquery()))
    return func.coalesce(*names, "").label("party_name")


def party_contains(words: str) -> ColumnElement[bool]:
    """Cases whose shown party contains these words: its own, or of a case that names none, the one above."""
    above = select(_ABOVE.c.ref).where(_ABOVE.c.party_name.contains(words, autoescape=True))
    nameless = and_(_OWN == "", case_file.c.parent_ref.in_(above))
    return or_(_OWN.contains(words, autoescape=True), nameless)
