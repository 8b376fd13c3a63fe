"""The first page's figures: what waits for the person who has signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from shixian.casework.lawbooks import LawBooks
from shixian.casework.staff.people import Permission, Person
from shixian.display.lists import Filter, worklist


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with where it leads. `tone`: past, soon or "" as on the lists."""

    label: str
    count: int
    link: str
    tone: str = ""


def figures(engine: Engine, person: Person, *, today: date, books: LawBooks) -> list[Figure]:
    """Those of a person who may read cases; nothing for others."""
    if not person.may(Permission.READ_CASES):
        return []
    works = person.may(Permission.OFFICE_ACT)
    tab = "mine" if works else "all"
    found = worklist(engine, person, Filter(tab=tab), today=today, books=books, size=1)
    late = worklist(engine, person, Filter(tab=tab, overdue=True), today=today, books=books, size=1)
    whose = "我的" if works else "全部"
    made = [
        Figure(f"{whose}待办", found.total, f"/worklist?tab={tab}"),
        Figure(f"{whose}超期", late.total, f"/worklist/overdue?tab={tab}", "past" if late.total else ""),
        Figure("五个工作日内到期", found.soon, f"/worklist?tab={tab}", "soon" if found.soon else ""),
    ]
    nobody = found.tabs["nobody"]
    return [*made, Figure("无人办理", nobody, "/worklist?tab=nobody", "soon" if nobody else "")]
