"""The one tree of errors. Each says what is wrong, under which clause, and what to do about it.

A *refusal* of a person's act is not an exception: it is an outcome that is recorded
(`shixian.rules.state.Refusal`). These exceptions are for what cannot be computed or loaded at all.
"""

from __future__ import annotations


class ShixianError(Exception):
    """Root. `clause` is the legal source (if any), `remedy` tells the reader what to do."""

    def __init__(self, message: str, *, clause: str | None = None, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.clause = clause
        self.remedy = remedy

    def __str__(self) -> str:
        parts = [self.message]
        if self.clause:
            parts.append(f"（{self.clause}）")
        if self.remedy:
            parts.append(f" 处理办法：{self.remedy}")
        return "".join(parts)


class CalendarError(ShixianError):
    """A working-day calendar file is malformed or contradicts itself."""


class PeriodError(ShixianError):
    """A period, date or instant that cannot be read or counted."""


class MoneyError(ShixianError):
    """An amount that is not exact, not in the stated unit, negative where it may not be, or out of range."""


class FactsError(ShixianError):
    """A fact of the wrong type, outside its list of values, or unknown to the lifecycle."""


class FormulaError(ShixianError):
    """A formula that does not exist, or lacks an input."""


class DeclarationError(ShixianError):
    """A programme module that must not be loaded. Names the module and the stage."""

    def __init__(
        self,
        message: str,
        *,
        module: str,
        stage: str | None = None,
        clause: str | None = None,
        remedy: str | None = None,
    ) -> None:
        where = module if stage is None else f"{module}，环节 {stage}"
        super().__init__(f"{where}：{message}", clause=clause, remedy=remedy)
        self.module = module
        self.stage = stage


class VersionError(ShixianError):
    """No version of the regulation is in force on the day, or the case's encoding cannot be resolved."""


class ScenarioError(ShixianError):
    """A scenario file that cannot be read as one."""


class CaseworkError(ShixianError):
    """Something about stored cases: not found, changed by somebody else meanwhile, not permitted."""


class NotFound(CaseworkError):
    """No such case, lifecycle, stage or person."""


class NotPermitted(CaseworkError):
    """The person's role does not carry this act. Names the roles that do."""


class Conflict(CaseworkError):
    """Somebody else changed the same rows first; read again and repeat."""


class BatchError(CaseworkError):
    """A disbursement batch, or a budget year, that may not be made, approved, released or closed as asked."""


class RecordError(CaseworkError):
    """The record does not verify: nothing there, a gap, a fork, a NULL or a hash that does not match."""


class IntakeError(ShixianError):
    """A workbook or CSV file that cannot be taken in; carries the rows and reasons."""
