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
    section: str = Field(default="", description="科室: whose lists the account shares")
    provinces: str = Field(default="", description="provinces it may work in, separated by commas; empty: all")
    programmes: str = Field(default="", description="regulation keys it may work in, separated by commas; empty: all")
    address: str = Field(default="", description="where messages go, as the channel reads it")
    subject: str = Field(default="", description="the account's subject at the OpenID Connect provider")


person = table_of(PersonRecord)
