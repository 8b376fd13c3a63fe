"""Open items that wait for a person: to decide, to answer, to supervise, to remind. Done ones are gone; events stay."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from models.base import Record, table_of
from models.columns import legal_day, refers_to, row_id, text


class ListItem(Record, table=True):
    __tablename__ = "list_item"
    __table_args__ = (UniqueConstraint("case_id", "key"), Index("ix_list_item_worklist", "list", "since"))

    id: int | None = row_id()
    case_id: int = refers_to("case_file.id")
    key: str
    list: str = Field(description="decide, ask, supervision, reminder, provisional, broken")
    stage: str
    clause: str
    text: str = text()
    since: date = legal_day()


list_item = table_of(ListItem)
