"""kill -9 in the middle of a release, at its turning points; then the release is run again, and once more."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from shixian.casework.money.attempts import GROUP
from shixian.casework.money.unsettled import resolve_by_hand
from shixian.rules.errors import Conflict
from tests.disbursing.bank import DAY, NOW, Payments
from tests.disbursing.killed import POINTS, dying, standing
from tests.faults.processes import ended, forked
from tests.faults.world import OTHER_CHECKER


def release_and_die(payments: Payments, point: str) -> None:
    database = payments.engine.url.render_as_string(hide_password=False)
    payments.engine.dispose()  # a connection is not for two processes
    child = forked(lambda: dying(database, payments.bank.url, payments.ref, point))
    assert ended(child) == -signal.SIGKILL


@pytest.mark.parametrize("fault", ["", "lost_reply"])
@pytest.mark.parametrize("point", POINTS)
def test_killed_and_run_again_pays_once(payments: Payments, point: str, fault: str) -> None:
    if fault:
        payments.bank.faults(**{fault: True, "probability": 0.5, "seed": 2})
    release_and_die(payments, point)
    statuses = payments.statuses()
    assert statuses.count("intended") <= GROUP
    expected = {"authorized": "planned", "intended": "intended", "accepted": "intended", "recording": "intended"}
    if point in expected:
        assert statuses == [expected[point]] * 6
    if point == "recorded" and not fault:
        assert "paid" in statuses
    times = payments.times()
    assert max(times) <= 1 and (sum(times) > 0) == (point in ("accepted", "recording", "recorded"))
    payments.sound()
    report = payments.release()
    assert report.complete and report.alarms == () and payments.times() == [1] * 6
    assert payments.statuses() == ["paid"] * 6
    assert payments.release().claimed == 0 and payments.times() == [1] * 6
    payments.sound()


@pytest.mark.parametrize("point", ["intended", "accepted"])
def test_killed_before_a_gateway_without_keys(payments: Payments, point: str) -> None:
    payments.bank.faults(no_idempotency=True)
    release_and_die(payments, point)
    sent = payments.times()
    payments.release(idempotent=False)
    assert payments.times() == sent  # what was not found is a person's to decide; what was found is paid
    found = ["paid" if times else "unknown" for times in sent]
    assert payments.statuses() == found
    assert all(row.parked == (row.status.value == "unknown") for row in payments.attempts())
    payments.sound()


def test_nobody_says_not_paid_while_a_release_that_stands_still_may_yet_send(payments: Payments) -> None:
    """A gateway without keys would pay the stopped call when it is made at last, and the new batch beside it."""
    payments.bank.faults(no_idempotency=True)
    database = payments.engine.url.render_as_string(hide_password=False)
    payments.engine.dispose()
    child = forked(lambda: standing(database, payments.bank.url, payments.ref))
    _, status = os.waitpid(child, os.WUNTRACED)
    assert os.WIFSTOPPED(status) and payments.times() == [0] * 6
    payments.inquire(idempotent=False)  # the bank knows nothing of them: they wait for a person
    assert all(row.parked for row in payments.attempts() if row.status.value == "unknown")
    given: dict[str, Any] = {"reason": "银行未收", "proof": "函3", "person": OTHER_CHECKER}
    given |= {"legal_day": DAY, "now": NOW}
    for row in payments.attempts():
        with pytest.raises(Conflict, match="正在放行"):
            resolve_by_hand(payments.engine, row.key, "rejected", **given)
    payments.engine.dispose()
    os.kill(child, signal.SIGCONT)
    assert ended(child) == 0
    assert payments.times() == [1] * 6 and payments.statuses() == ["paid"] * 6
    payments.sound()
