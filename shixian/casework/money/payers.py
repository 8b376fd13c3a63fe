"""Who pays an obligation: what another pays from its own money is never paid from the appropriation as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import RowMapping

from shixian.rules.lifecycle import Lifecycle
from shixian.rules.state import Refusal


def paid_elsewhere(row: Mapping[str, Any] | RowMapping, lifecycle: Lifecycle) -> Iterator[Refusal]:
    """A linked area pays its own share (`Owes.elsewhere`): no batch takes it, before its day or after."""
    made = (act.decides for stage in lifecycle.stages for act in stage.acts if act.decides is not None)
    for owes in (owes for decides in made if decides.key == row["decision"] for owes in decides.owes):
        if owes.elsewhere and (owes.debtor, owes.sequence) == (row["debtor"], row["sequence"]):
            because = f"该笔由{owes.debtor}以自有资金拨付，不从本专项的拨款支付"
            yield Refusal("paid_elsewhere", because, owes.clause, f"由{owes.debtor}拨付，并在案件中登记")
