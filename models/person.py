"""People who use the system: account key, name, roles, and the unit an applicant acts for."""

from __future__ import annotations

from sqlmodel import Field

from models.base import Record, table_of
from models.columns import row_id


class PersonRecord(Record, table=True):
    __tablename__ = "person"

    id: int | None = row_id()
    key: str = Field(unique=True)
    name: str
    roles: str = Field(description="role keys, separated by commas, in order")
    party: str = Field(default="", description="统一社会信用代码 of the unit an applicant acts for")
    active: bool = Field(default=True)


person = table_of(PersonRecord)
