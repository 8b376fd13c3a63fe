"""★ Yesterday's backup is restored and the batch released again: the treasury remembers, we do not. Nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from models import AttemptStatus, attempt
from shixian.casework.database import reading
from shixian.casework.money import batches, unsettled
from shixian.casework.money.restored import NotReconciled, held_days
from shixian.casework.verify import verify
from shixian.operating.backup import back_up
from shixian.operating.restore import Restored, restore
from shixian.rules.periods import add_days, minutes_before
from shixian.treasury.port import Answer, Outcome
from tests.database import MakeDatabase
from tests.faults import ways, world
from tests.faults.fake_treasury import FakeTreasury, Mishap

TODAY = add_days(world.DAY, 1)
NOW = ways.noon(TODAY)


class Disaster:
    """A database with an approved batch of six payments, its backup, and the way back to it."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder, self.restored = engine, folder, 0
        world.fill(engine, 3)
        self.ref = world.approved_batch(engine)
        self.backup = self.take("backup.zip")

    def take(self, name: str) -> Path:
        return back_up(self.engine, self.folder / name, now=world.NOW)[0]

    def restore(self, backup: Path | None = None) -> Restored:
        url = self.engine.url.render_as_string(hide_password=False)
        self.engine.dispose()
        self.restored += 1
        now = minutes_before(NOW, 60 - self.restored)
        done = restore(backup or self.backup, url, replace=True, today=TODAY, now=now, person="ops")
        if self.engine.dialect.name == "postgresql":  # the database is lent: what was set aside goes
            with self.engine.begin() as connection:
                connection.exec_driver_sql(f"DROP SCHEMA {done.aside} CASCADE")
        return done

    def reconcile(self, treasury: FakeTreasury) -> None:
        for number in range(2):
            ways.reconcile(self.engine, treasury, add_days(world.DAY, number), now=NOW)

    def statuses(self) -> list[AttemptStatus]:
        with reading(self.engine) as connection:
            return list(connection.scalars(select(attempt.c.status).order_by(attempt.c.id)))


@pytest.fixture
def disaster(make_database: MakeDatabase, tmp_path: Path) -> Disaster:
    return Disaster(make_database(), tmp_path)


@pytest.mark.parametrize("idempotent", [True, False])
def test_what_was_paid_after_the_backup_is_not_paid_again(disaster: Disaster, idempotent: bool) -> None:
    treasury = FakeTreasury(idempotent=idempotent)
    assert ways.release(disaster.engine, disaster.ref, treasury).complete
    assert len(treasury.sent) == 6
    done = disaster.restore()
    assert done.report.holds and done.unknown == 0  # the backup knows of no attempt at all
    with pytest.raises(NotReconciled, match="2021-03-01、2021-03-02共 2 日未对账.*处理办法"):
        ways.release(disaster.engine, disaster.ref, treasury, now=NOW)
    assert disaster.statuses() == [] and len(treasury.sent) == 6
    disaster.reconcile(treasury)
    with reading(disaster.engine) as connection:
        assert held_days(connection) == []
    report = ways.release(disaster.engine, disaster.ref, treasury, now=NOW)
    assert report.complete and report.claimed == 0 and len(treasury.sent) == 6, report.lines()
    verdict = world.audit(disaster.engine, treasury.booked(), today=TODAY)
    assert verdict.settled and verdict.paid == 6 * 30_000_000, verdict


@pytest.mark.parametrize("idempotent", [True, False])
def test_what_was_on_its_way_in_the_backup_is_asked(disaster: Disaster, idempotent: bool) -> None:
    """The backup is taken in the middle of a release: two are paid, four are planned; then all are paid."""
    treasury = FakeTreasury(idempotent=idempotent, mishaps=[Mishap.NONE, Mishap.UNREACHABLE, Mishap.UNREACHABLE])
    assert not ways.release(disaster.engine, disaster.ref, treasury).complete
    middle = disaster.take("middle.zip")
    before = disaster.statuses()
    assert AttemptStatus.PLANNED in before and AttemptStatus.PAID in before
    treasury.mishaps = []
    assert ways.release(disaster.engine, disaster.ref, treasury).complete
    sent = len(treasury.sent)
    done = disaster.restore(middle)
    assert done.unknown == before.count(AttemptStatus.PLANNED)
    assert disaster.statuses().count(AttemptStatus.UNKNOWN) == done.unknown
    disaster.reconcile(treasury)
    report = ways.release(disaster.engine, disaster.ref, treasury, now=NOW)
    assert report.complete and len(treasury.sent) == sent, report.lines()
    assert world.audit(disaster.engine, treasury.booked(), today=TODAY).settled


def test_what_was_not_paid_after_the_backup_is_paid_once(disaster: Disaster) -> None:
    """Restored though nothing was released: every payment is asked for, not known, and paid."""
    treasury = FakeTreasury()
    disaster.restore()
    disaster.reconcile(treasury)
    report = ways.release(disaster.engine, disaster.ref, treasury, now=NOW)
    assert report.complete and len(treasury.sent) == 6 and report.asked >= 6, report.lines()
    verdict = world.audit(disaster.engine, treasury.booked(), today=TODAY)
    assert verdict.settled and verdict.paid == 6 * 30_000_000, verdict


def test_at_a_bank_without_keys_too_what_was_not_paid_is_paid_once(disaster: Disaster) -> None:
    treasury = FakeTreasury(idempotent=False)
    disaster.restore()
    disaster.reconcile(treasury)
    ways.release(disaster.engine, disaster.ref, treasury, now=NOW)
    verdict = world.audit(disaster.engine, treasury.booked(), today=TODAY)
    assert verdict.settled and verdict.paid == 6 * 30_000_000, verdict


def test_a_payment_that_went_in_another_batch_is_found(disaster: Disaster) -> None:
    """After the backup the batch was cancelled, and its obligations were paid from another."""
    treasury = FakeTreasury()
    batches.cancel(disaster.engine, disaster.ref, reason="重编", person=world.MAKER, now=world.NOW)
    other = world.approved_batch(disaster.engine)
    assert ways.release(disaster.engine, other, treasury).complete
    disaster.restore()
    disaster.reconcile(treasury)
    assert ways.release(disaster.engine, disaster.ref, treasury, now=NOW).complete
    assert len(treasury.sent) == 6
    assert world.audit(disaster.engine, treasury.booked(), today=TODAY).settled


def test_a_payment_under_a_later_key_is_found(disaster: Disaster) -> None:
    """After the backup the first attempt of each obligation never arrived and was written off; the second was paid.
    The restored database comes to the first key, which the treasury does not know: it must not be sent."""
    treasury = FakeTreasury(idempotent=False, mishaps=[Mishap.LOST_REQUEST] * 6)
    ways.release(disaster.engine, disaster.ref, treasury)
    for one in unsettled.waiting_for_people(disaster.engine):
        unsettled.resolve_by_hand(
            disaster.engine,
            one.key,
            "rejected",
            reason="银行书面答复未收到",
            proof="函〔2021〕7号",
            legal_day=world.DAY,
            now=world.NOW,
            person=world.OTHER_CHECKER,
        )
    second = world.approved_batch(disaster.engine)
    ways.release(disaster.engine, second, treasury)
    assert len(treasury.book) == 6
    sent = len(treasury.sent)
    disaster.restore()
    for one in (True, False):  # whether or not it claims to honour keys by now
        treasury.idempotent = one
        disaster.reconcile(treasury)
        report = ways.release(disaster.engine, disaster.ref, treasury, now=NOW)
        assert len(treasury.sent) == sent and not report.complete, report.lines()
    waiting = unsettled.waiting_for_people(disaster.engine)
    assert len(waiting) == 6 and all(one.parked and "备份以后的支付" in one.reason for one in waiting)


class Hesitant(FakeTreasury):
    """It answers the first query about a key that it does not know, and none of the next `silence` queries."""

    silence = 0

    async def query(self, key: str) -> Answer:
        """See the port."""
        answer = await super().query(key)
        if self.silence and answer.outcome is Outcome.NOT_FOUND:
            self.silence -= 1
            return Answer(Outcome.UNKNOWN, reason="超时未答复") if self.silence < 6 else answer
        return answer


def test_silence_about_a_later_key_is_asked_again_and_blocks_nothing_for_good(disaster: Disaster) -> None:
    """Nothing is inferred from silence: neither that it may be sent, nor that a person must decide."""
    treasury = Hesitant()
    disaster.restore()
    disaster.reconcile(treasury)
    treasury.silence = 12
    ways.release(disaster.engine, disaster.ref, treasury, now=NOW)
    assert unsettled.waiting_for_people(disaster.engine) == []
    assert ways.release(disaster.engine, disaster.ref, treasury, now=NOW).complete
    verdict = world.audit(disaster.engine, treasury.booked(), today=TODAY)
    assert verdict.settled and verdict.paid == 6 * 30_000_000 and len(treasury.sent) == 6, verdict


def test_what_came_back_after_the_backup_has_come_back(disaster: Disaster) -> None:
    """Paid and returned, both forgotten. Lines read while their keys were unknown are taken up once they are known."""
    treasury = FakeTreasury()
    ways.release(disaster.engine, disaster.ref, treasury)
    treasury.send_back(treasury.book[0], TODAY)
    ways.reconcile(disaster.engine, treasury, TODAY, now=NOW)
    disaster.restore()
    disaster.reconcile(treasury)
    ways.release(disaster.engine, disaster.ref, treasury, now=NOW)
    ways.reconcile(disaster.engine, treasury, TODAY, now=NOW)
    assert disaster.statuses().count(AttemptStatus.RETURNED) == 1
    assert disaster.statuses().count(AttemptStatus.PAID) == 5
    again = world.another_batch(disaster.engine, NOW, TODAY)
    assert again is not None and ways.release(disaster.engine, again, treasury, now=NOW).complete
    verdict = world.audit(disaster.engine, treasury.booked(), today=TODAY)
    assert verdict.settled and verdict.paid == 6 * 30_000_000 and len(treasury.book) == 7, verdict


def test_restored_twice(disaster: Disaster) -> None:
    treasury = FakeTreasury()
    ways.release(disaster.engine, disaster.ref, treasury)
    for _ in range(2):
        disaster.restore()
        with pytest.raises(NotReconciled):
            ways.release(disaster.engine, disaster.ref, treasury, now=NOW)
        disaster.reconcile(treasury)
        assert ways.release(disaster.engine, disaster.ref, treasury, now=NOW).complete
    assert len(treasury.sent) == 6 and verify(disaster.engine).holds


def test_two_databases_do_not_share_keys(make_database: Callable[[], Engine], tmp_path: Path) -> None:
    """The same case number at another office is another obligation: the first event tells the databases apart."""
    keys = []
    for number in range(2):
        engine = make_database()
        if number:
            from tests.casework.office import Office

            Office(engine).open("2021-01-03")
        world.fill(engine, 1)
        ways.release(engine, world.approved_batch(engine), FakeTreasury())
        with reading(engine) as connection:
            keys.append(set(connection.scalars(select(attempt.c.key))))
    assert all(len(own) == 2 for own in keys) and not keys[0] & keys[1]
