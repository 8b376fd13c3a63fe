"""A tiny regulation and a scenario for it, as texts: what the tool's own tests change and watch."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from tests.mutation.session import Choice, Session
from tests.mutation.workshop import Workshop

ALL = Choice()

PROGRAMME = '''
from __future__ import annotations

from datetime import date

from shixian.rules.amounts import Amount, rate_of
from shixian.rules.conditions import Condition, fact
from shixian.rules.facts import FactSet, date_fact, integer_fact, money_fact, text_fact
from shixian.rules.formulas import formula
from shixian.rules.kinds import examination, meeting, submission
from shixian.rules.lifecycle import (
    SILENT, Actor, Binds, Closed, Decides, Document, FormulaCall, Lifecycle, Owes, Regulation,
)
from shixian.rules.money import Rounding, Yuan
from shixian.rules.timing import months

APPLICANT = Actor("applicant", "申请单位", Binds.PARTY)
OFFICE = Actor("office", "主管部门", Binds.OFFICE)
DOCUMENTS = (Document("form", "申报表", "第三条"),)


@formula("补助", clause="第五条", cost="费用")
def subsidy(cost: Yuan) -> Amount:
    """第五条: a share of the cost."""
    return rate_of(cost, "30%", clause="第五条", rounding=Rounding.DOWN)


TINY = Lifecycle(
    key="tiny",
    title="小办法",
    regulation=Regulation(
        key="tiny", title="小办法", number="小〔2020〕1号", issuers=("某委",), issued=date(2020, 6, 1),
        in_force_from=date(2020, 7, 1), in_force_to=date(2023, 6, 30), clauses=(), force_clause="第九条",
    ),
    facts=FactSet((
        date_fact("approved", "批复日期", clause="第二条", required=True),
        integer_fact("staff", "人数", clause="第四条"),
        money_fact("cost", "费用", clause="第五条"),
        text_fact("unit_name", "单位名称", clause="第二条"),
    )),
    actors=(APPLICANT, OFFICE),
    formulas=(subsidy,),
    stages=(
        submission(
            "filing", "申报", clause="第三条", by=APPLICANT, documents=DOCUMENTS,
            within=months(2).after("approved"), lapse=Closed("视为放弃"),
        ),
        examination(
            "check", "审查", clause="第四条", by=OFFICE, after=("filing",),
            conditions=(Condition("staff", "至少三人", fact("staff") >= 3, "第四条"),),
            failed=Closed("不予受理", reason="refused"),
        ),
        meeting(
            "award", "审定", clause="第五条", by=OFFICE, after=("check",),
            decides=Decides(
                key="grant", title="补助", clause="第五条",
                amount=FormulaCall(formula=subsidy, inputs={"cost": fact("cost")}),
                owes=(Owes(payee=fact("unit_name"), debtor="市财政", clause="第六条"),),
            ),
        ),
        submission("report", "总结", clause="第七条", by=APPLICANT, after=("award",), ends_branch=True),
    ),
)
LIFECYCLES = (TINY,)
'''

SCENARIO = """
title: 第三条：两个月内申报，末日之内有效，次日失权
programme: tiny
cases:
  in_time:
    opened: 2021-01-04
    facts: {approved: 2021-01-04, staff: 3, cost: 1000.01元, unit_name: 甲}
    acts:
      - {at: 2021-03-04T23:59, stage: filing, do: submit, by: applicant, with: {documents: [form]}}
      - {at: 2021-03-05T09:00, stage: check, do: pass, by: office}
      - {at: 2021-03-08T09:00, stage: award, do: approve, by: office}
  late:
    opened: 2021-01-04
    facts: {approved: 2021-01-04}
  few:
    opened: 2021-01-04
    facts: {approved: 2021-01-04, staff: 2}
    acts:
      - {at: 2021-03-04T23:59, stage: filing, do: submit, by: applicant, with: {documents: [form]}}
      - {at: 2021-03-05T09:00, stage: check, do: pass, by: office}
as_of: 2021-03-31
expect:
  in_time:
    stage: report
    outcomes: {check: passed}
    refusals: []
    decisions: [{key: grant, amount: 300.00元, clause: 第五条}]
    obligations: [{payee: 甲, amount: 300.00元, clause: 第六条}]
    source: 2021-01-04 加两个月，至 2021-03-04（周四）；1000.01 元的 30% 为 300.003 元，舍去为 300.00 元
  late: {status: closed, stage: filing, reason: lapsed, clause: 第三条, closed_on: 2021-03-04, source: 同上，期满未申报}
  few: {stage: check, refusals: [{do: pass, code: condition, clause: 第四条}], source: 第四条要求至少三人，只有两人}
"""

UNPINNED = """
programme: tiny
cases:
  alone: {opened: 2021-01-04, facts: {approved: 2021-01-04}}
as_of: 2021-12-31
expect:
  alone: {status: closed, source: 期满未申报}
"""


def session(
    folder: Path, scenarios: dict[str, str], programme: str = PROGRAMME, name: str = "tiny_programme"
) -> Session:
    """The tiny programme, loaded from a folder, with these scenario files."""
    return several(folder, scenarios, {name: programme})


def several(folder: Path, scenarios: dict[str, str], programmes: dict[str, str]) -> Session:
    """Several modules that may import each other, in the order given."""
    modules = []
    for name, text in programmes.items():
        path = folder / f"{name}.py"
        path.write_text(text, "utf-8")
        spec = spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        modules.append(module)
    plays = folder / "scenarios"
    plays.mkdir(exist_ok=True)
    for file, text in scenarios.items():
        (plays / file).write_text(text, "utf-8")
    return Session.of(Workshop(modules), plays, folder)
