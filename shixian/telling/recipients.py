"""Who is told: the officer of a case, his deputy during leave, the section head, the applicant, the operators.

A message always has an account to go to, or FALLBACK: the installation's own mailbox. Where the person whom a clock
binds has no account (a unit that never signed up, an objector whose identity is sealed), the officer is told to pass
it on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from models import delegation
from models import person as person_table
from shixian.casework.staff.people import Person, Role, in_scope, person_of
from shixian.rules.lifecycle import Binds, Lifecycle

FALLBACK = "*"
"""The recipient of what no account can be found for: SHIXIAN_TELL_FALLBACK."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """An account's key (or FALLBACK); `pass_on` names whom the message is really for, when that one has no account."""

    key: str
    pass_on: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """The active accounts and the deputies of one day."""

    accounts: dict[str, Person]
    deputies: dict[str, tuple[str, ...]]

    @classmethod
    def on(cls, connection: Connection, day: date) -> People:
        """As they are on a day."""
        rows = connection.execute(select(person_table).where(person_table.c.active)).all()
        columns = delegation.c
        holds = (columns.first_day <= day, columns.last_day >= day, columns.ended_at.is_(None))
        deputies: dict[str, tuple[str, ...]] = {}
        for absent, deputy in connection.execute(select(columns.absent, columns.deputy).where(*holds)):
            deputies[absent] = (*deputies.get(absent, ()), deputy)
        return cls({row.key: person_of(row) for row in rows}, deputies)

    def officers(self, lifecycle: Lifecycle | None, assigned: str | None, pass_on: str = "") -> tuple[Recipient, ...]:
        """Whoever looks after the case today; the section heads when nobody does."""
        if assigned in self.accounts:
            return tuple(Recipient(key, pass_on) for key in self._present(str(assigned)))
        return tuple(Recipient(one.key, pass_on) for one in self.heads(lifecycle, assigned))

    def heads(self, lifecycle: Lifecycle | None, assigned: str | None) -> tuple[Recipient, ...]:
        """The heads of the officer's section, else every head in whose scope the lifecycle lies, else FALLBACK."""
        heads = [
            one
            for one in self.accounts.values()
            if Role.SECTION_HEAD in one.roles and (lifecycle is None or in_scope(one, lifecycle))
        ]
        officer = self.accounts.get(assigned or "")
        own = [one for one in heads if officer is not None and officer.section and one.section == officer.section]
        return self._all(own or heads)

    def bound(
        self, binds: Binds, lifecycle: Lifecycle | None, assigned: str | None, party: str
    ) -> tuple[Recipient, ...]:
        """Whom a clock binds: the office's own officer, the applicant's accounts, or the officer for those without."""
        if binds is Binds.PARTY:
            return self.applicants(lifecycle, assigned, party)
        return self.officers(lifecycle, assigned, "第三人" if binds is Binds.THIRD else "")

    def applicants(self, lifecycle: Lifecycle | None, assigned: str | None, party: str) -> tuple[Recipient, ...]:
        """The accounts that act for the unit; the officer, to pass it on, when there are none."""
        found = [one for one in self.accounts.values() if party and one.party == party and Role.APPLICANT in one.roles]
        if found:
            return tuple(Recipient(one.key) for one in sorted(found, key=lambda one: one.key))
        return self.officers(lifecycle, assigned, "申报单位")

    def operators(self) -> tuple[Recipient, ...]:
        return self._all([one for one in self.accounts.values() if Role.OPERATOR in one.roles])

    def _all(self, people: list[Person]) -> tuple[Recipient, ...]:
        keys = {key for one in people for key in self._present(one.key)}
        return tuple(Recipient(key) for key in sorted(keys)) or (Recipient(FALLBACK),)

    def _present(self, key: str, seen: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """The account, or who stands in for it today; a circle of deputies ends where it began."""
        there = [one for one in self.deputies.get(key, ()) if one in self.accounts and one not in seen]
        found = {name for one in there for name in self._present(one, seen | {key})}
        return tuple(sorted(found)) or (key,)
