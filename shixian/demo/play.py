"""Playing the demonstration: simulated time leaps from one day on which something is due to the next.

On each such day: clocks that ended before it (a real Prefect flow run of every lifecycle concerned, for the first
days; the same code without Prefect for the rest), then the day's workbooks, then the day's acts, in their order.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select

from models import case_file
from shixian.casework.anchors import anchor_heads
from shixian.casework.calls import set_call
from shixian.casework.cases import record_act
from shixian.casework.cohorts import rank
from shixian.casework.cycle import run_cycle
from shixian.casework.database import open_database, reading, transaction
from shixian.casework.lawbooks import default_books
from shixian.casework.publicity.notices import take_snapshots
from shixian.casework.staff.people import Person, put_person
from shixian.demo.bank import PractiseBank
from shixian.demo.checks import check, summary, visit
from shixian.demo.flow_runs import FlowRuns
from shixian.demo.logins import PASSWORD, give_logins
from shixian.demo.payments import CHECKER, RELEASER, Finance
from shixian.demo.people import CITIZEN, HEAD, OFFICER
from shixian.demo.post import PractiseMail
from shixian.demo.samples import Batch, acts, batches, samples, write_workbook
from shixian.intake.checking import Problem
from shixian.intake.importing import Status, import_file
from shixian.operating.children import OperatingError
from shixian.operating.house import House, port_free
from shixian.operating.prepare import prepare_database
from shixian.rules.decide import Acted
from shixian.rules.facts import to_stored
from shixian.rules.lifecycle import Binds
from shixian.rules.periods import add_days, end_of, legal_day, parse_instant
from shixian.rules.state import Refusal
from shixian.scenarios import Scenario
from shixian.scenarios.reader import ActStep, CohortStep

FIRST, LAST = date(2020, 7, 1), date(2022, 6, 30)
FLOW_DAYS = 36  # days whose clocks run as Prefect flow runs; the others by the same code without Prefect
MARK = "shixian-demo"
CALL = "样例年度通知"
MORNING, EVENING = "07:40", "23:40"  # as prefect.yaml schedules the flow `notices`


@dataclass(slots=True)
class Play:
    """One demonstration under way."""

    engine: Engine
    folder: Path
    scenarios: list[Scenario]
    runs: FlowRuns
    finance: Finance
    say: Callable[[str], None] = print
    refs: dict[str, str] = field(default_factory=dict)  # the sample's name -> the case's reference
    flow_days: int = 0
    plain_days: int = 0
    moved: int = 0
    kept: int = 0  # daily snapshots of public notices
    refused: dict[str, Problem] = field(default_factory=dict)  # the sample's name -> why its row was refused
    lost: list[str] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day on which the play ends, and the desk opens."""
        return LAST

    def whole(self) -> None:
        """From the first day to the last."""
        self._calls()
        self.finance.prepare(FIRST)
        books, steps = batches(self.scenarios), list(acts(self.scenarios))
        began = time.monotonic()
        day: date | None = FIRST
        while day is not None and day <= LAST:
            self._clocks(day)
            self._keep(day, MORNING)
            while books and books[0].opened <= day:
                self._import(books.pop(0))
            while steps and legal_day(steps[0].at) <= day:
                self._act(steps.pop(0))
            self.finance.until(day)
            self._keep(day, EVENING)
            following = self._next(day, books, steps)
            self._keep_between(day, following)
            day = following
        self._clocks(LAST)
        self._keep(LAST, MORNING)
        self._last_batches()
        self.say(
            f"重放完毕：{self.flow_days} 天为 Prefect 流程运行，{self.plain_days} 天直接运行，"
            f"处理案件 {self.moved} 次，留存公示 {self.kept} 份，用时 {time.monotonic() - began:.0f} 秒"
        )

    def _next(self, day: date, books: list[Batch], steps: list[ActStep | CohortStep]) -> date | None:
        after = add_days(day, 1)
        days = [legal_day(steps[0].at)] if steps else []
        days += [books[0].opened] if books else []
        paying = self.finance.next_day(after)
        days += [paying] if paying is not None else []
        with reading(self.engine) as connection:
            due = connection.execute(
                select(func.min(case_file.c.next_day)).where(case_file.c.set_aside.is_(None))
            ).scalar()
        if due is not None:
            days.append(max(add_days(due, 1), after))
        return max(min(days), after) if days else None

    def _keep(self, day: date, hour: str) -> None:
        """What the public notices show at the hours at which the flow `notices` is scheduled."""
        self.kept += take_snapshots(self.engine, day, now=parse_instant(f"{day}T{hour}"))

    def _keep_between(self, day: date, following: date | None) -> None:
        """The days that the play leaps over, each at its own instant: nothing happens on them, but notices stand."""
        end = LAST if following is None else min(following, LAST)
        passing = add_days(day, 1)
        while passing < end:
            self._keep(passing, MORNING)
            passing = add_days(passing, 1)

    def _last_batches(self) -> None:
        """One batch is paid by a real Prefect flow run, now; another stays for whoever looks at the demonstration."""
        ready, left = self.finance.last_day()
        if ready is None or left is None:
            self.lost.append(f"{LAST} 最后的批次未能编制：{ready}，{left}")
            return
        paid = self.runs.disburse(ready, RELEASER.key)
        if not paid["complete"]:
            self.lost.append(f"批次 {ready} 由流程放行后未办结：{paid}")
        self.say(f"批次 {ready} 由 Prefect 流程 disburse-batch 放行并支付；批次 {left} 已编制，待另一人复核、放行")

    def _calls(self) -> None:
        """What the yearly calls set. A file speaks for its own regulations: `notice_length` stands in several."""
        books = default_books()
        for scenario in self.scenarios:
            own = {books.lifecycle(case.programme).regulation.key for case in scenario.cases}
            for key, cycles in scenario.calls.items():
                if books.lifecycle(key).regulation.key not in own:
                    continue
                for cycle, values in cycles.items():
                    for name, value in values.items():
                        text = str(to_stored(value))
                        set_call(self.engine, key, cycle, name, text, because=CALL, person=HEAD, now=end_of(FIRST))

    def _clocks(self, day: date) -> None:
        with reading(self.engine) as connection:
            query = (
                select(case_file.c.lifecycle)
                .distinct()
                .where(case_file.c.next_day < day, case_file.c.set_aside.is_(None))
            )
            keys = sorted(connection.execute(query).scalars())
        if not keys:
            return
        as_flow = self.flow_days < FLOW_DAYS
        for key in keys:
            if as_flow:
                moved = self.runs.run(key, day)
            else:
                stages = run_cycle(self.engine, key, day, recorded_at=parse_instant(f"{day}T00:10"))
                moved = sum(stage.moved for stage in stages)
            self.moved += moved
        self.flow_days += 1 if as_flow else 0
        self.plain_days += 0 if as_flow else 1
        how = "流程运行" if as_flow else "直接运行"
        self.say(f"{day}  {how}：{'、'.join(keys)}")

    def _import(self, batch: Batch) -> None:
        lifecycle = default_books().lifecycle(batch.lifecycle)
        path = write_workbook(lifecycle, batch, self.folder / "workbooks")
        at = parse_instant(f"{batch.opened}T09:00")
        report = import_file(
            self.engine, batch.lifecycle, path, day=batch.opened, person=OFFICER, now=at, all_or_nothing=False
        )
        for case, row in zip(batch.cases, report.rows, strict=True):
            if row.ref and row.status is not Status.REFUSED:
                self.refs[case.ref] = row.ref
            else:
                self.refused[case.ref] = row.problems[0]
        opened, refused = report.count(Status.OPENED), report.count(Status.REFUSED)
        self.say(f"{batch.opened}  导入 {path.name}：立案 {opened} 件，拒收 {refused} 件")
        for case, row in zip(batch.cases, report.rows, strict=True):
            for problem in row.problems:
                self.say(f"            {case.ref}：{problem.zh(row.row)}")

    def _act(self, step: ActStep | CohortStep) -> None:
        if isinstance(step, CohortStep):
            self._rank(step)
            return
        name, slash, child = step.ref.partition("/")
        if name not in self.refs:
            self.lost.append(f"{step.at} {step.ref} {step.stage}.{step.verb}：案件未立案")
            return
        ref = f"{self.refs[name]}{slash}{child}"
        acted = Acted(step.stage, step.verb, step.by, step.at, step.given, step.documents, step.reason)
        record_act(self.engine, ref, acted, person=self._person(ref, step), now=step.at)

    def _rank(self, step: CohortStep) -> None:
        given: dict[str, Any] = {"by": step.by, "day": legal_day(step.at), "person": HEAD, "now": step.at}
        found = rank(self.engine, step.programme, step.stage, step.cycle, **given)
        if isinstance(found, Refusal):
            self.lost.append(f"{step.at} {step.programme} {step.cycle} {step.stage}：{found.because}")
            return
        inside = f"{len(found.places)} 件，计入 {len(found.inside)} 件"
        self.say(f"{legal_day(step.at)}  统一排序：{step.programme} {step.cycle} {step.stage}，{inside}")

    def _person(self, ref: str, step: ActStep) -> Person:
        """Who would do this at the desk: the public objects, a head approves, an officer records the rest."""
        with reading(self.engine) as connection:
            key = connection.execute(select(case_file.c.lifecycle).where(case_file.c.ref == ref)).scalar_one()
        lifecycle = default_books().lifecycle(key)
        who = lifecycle.actor(step.by)
        if step.verb == "object":
            return CITIZEN
        return OFFICER if who is not None and who.side is Binds.PARTY else HEAD


def play(folder: Path, *, port: int, once: bool) -> int:
    """Set up a house in `folder`, replay the samples, check, and stay up unless `once`."""
    began = time.monotonic()
    _clear(folder)
    while not port_free(port):
        port += 1
    url = prepare_database(folder)
    house = House(folder=folder, database_url=url, port=port, say=_say)
    engine = open_database(url)
    bank = PractiseBank(folder)
    try:
        house.children.append(bank.start())
        with transaction(engine) as connection:
            for person in (OFFICER, HEAD, CITIZEN):
                put_person(connection, person)
        house.open(worker=not once)
        os.environ.update(house.environment)
        known: Mapping[str, Any] = default_books().lifecycles
        finance = Finance(engine, bank.address, bank.secret, _say)
        show = Play(engine, folder, samples(known), FlowRuns(known), finance, say=_say)
        show.whole()
        problems = check(show, house.api)
        print(summary(engine))
        for problem in problems:
            print(f"不符：{problem}", flush=True)
        print(f"自检{'通过' if not problems else '未通过'}，总用时 {time.monotonic() - began:.0f} 秒", flush=True)
        lines = give_logins(engine, now=parse_instant(f"{LAST}T08:00"))
        anchor_heads(engine, add_days(LAST, -1), now=parse_instant(f"{LAST}T02:50"))
        mail = PractiseMail(folder)
        house.children.append(mail.start())
        print(mail.tell(engine, parse_instant(f"{LAST}T08:30")), flush=True)
        house.desk_port = next(port for port in range(8000, 8100) if port_free(port))
        house.open_desk("--practice-from", f"{LAST}T09:30")
        visited = visit(house.desk_address, CHECKER.key, PASSWORD)
        print(f"办公桌：{house.desk_address}（{visited}）；密码均为 {PASSWORD}", *lines, sep="\n", flush=True)
        if not once:
            print(f"Prefect 界面：{house.address}    数据库：{url}", flush=True)
            print(f"查看案件：SHIXIAN_DATABASE_URL={url} .venv/bin/shixian case {min(show.refs.values())}", flush=True)
            print("按 Ctrl-C 停止。", flush=True)
            while True:
                time.sleep(2)
                house.check()
        return 1 if problems else 0
    except KeyboardInterrupt:
        return 130
    finally:
        engine.dispose()
        house.close()


def _clear(folder: Path) -> None:
    """The demonstration is made anew; a folder that is not a demonstration's is never touched."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise OperatingError(f"{folder} 不是演示文件夹，不予清空", remedy="换一个空文件夹")
        if _in_use(folder):
            raise OperatingError(f"{folder} 的演示正在运行，不予清空", remedy="先停止它（Ctrl-C），或换一个文件夹")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("made by `shixian demo`; removed and made anew by the next one\n", encoding="utf-8")


def _in_use(folder: Path) -> bool:
    """Whether a running house holds the folder: then its database must not be taken from under it."""
    lock = folder / "house.lock"
    if not lock.exists():
        return False
    with lock.open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _say(words: str) -> None:
    print(words, flush=True)
