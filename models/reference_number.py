"""The last number given in each series of case references (SH-MF, 2021)."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String
from sqlmodel import Field

from models.base import Record, table_of


class ReferenceNumber(Record, table=True):
    __tablename__ = "reference_number"

    prefix: str = Field(default=None, sa_column=Column(String(), primary_key=True))
    cycle: int = Field(default=None, sa_column=Column(Integer(), primary_key=True, autoincrement=False))
    last: int


reference_number = table_of(ReferenceNumber)
