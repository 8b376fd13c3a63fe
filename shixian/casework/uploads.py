"""Files as they were handed in: stored once by the hash of their content, read only through a case that names them.

A file is stored before the act that brings it, so that a refused act need not ask for it again; the case's own record
is the `document_recorded` event with the same hash.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Engine, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from models import case_file, document, upload
from shixian.casework.database import reading, transaction
from shixian.casework.staff.people import Person
from shixian.rules.errors import CaseworkError, NotFound

_NAME = 200  # characters of a file's name that are kept


class TooLarge(CaseworkError):
    """A file above the desk's limit."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is kept: its content hash, size in bytes, and the name it came with."""

    sha256: str
    size: int
    name: str


def store_upload(
    engine: Engine, name: str, content: bytes, *, media_type: str, limit: int, person: Person, now: datetime
) -> Stored:
    """Keep a file; the same content again keeps one. TooLarge above `limit` bytes, CaseworkError for an empty file."""
    shown = plain_name(name)
    if len(content) > limit:
        raise TooLarge(f"“{shown}”超过 {limit // 1024 // 1024} MB", remedy="压缩或拆分后再上传")
    if not content:
        raise CaseworkError(f"“{shown}”是空文件", remedy="重新选择文件")
    stored = Stored(sha256(content).hexdigest(), len(content), shown)
    row = {
        "sha256": stored.sha256,
        "size": stored.size,
        "name": shown,
        "media_type": media_type[:100],
        "content": content,
        "person": person.key,
        "uploaded_at": now,
    }
    with transaction(engine) as connection:
        make = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
        connection.execute(make(upload).values(**row).on_conflict_do_nothing(index_elements=["sha256"]))
    return stored


def uploaded_by(engine: Engine, digest: str, person: Person) -> Stored | None:
    """A file that this person has stored before, by its hash; None when there is none, or it is another's."""
    columns = upload.c
    query = select(columns.sha256, columns.size, columns.name).where(
        columns.sha256 == digest, columns.person == person.key
    )
    with reading(engine) as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else Stored(row.sha256, row.size, row.name)


def kept(engine: Engine, digests: Iterable[str]) -> frozenset[str]:
    """Which of these hashes have their file here (the command line records hashes of files that stay elsewhere)."""
    wanted = sorted(set(digests))
    found: set[str] = set()
    with reading(engine) as connection:
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            found |= set(connection.scalars(select(upload.c.sha256).where(upload.c.sha256.in_(part))))
    return frozenset(found)


def content_of(engine: Engine, ref: str, digest: str) -> tuple[str, bytes]:
    """The name and content of a document of the case. NotFound when the case has none such, or the file is not here;
    CaseworkError when what is stored is not what was handed in."""
    named = (
        select(document.c.name)
        .join(case_file, case_file.c.id == document.c.case_id)
        .where(case_file.c.ref == ref, document.c.sha256 == digest)
        .limit(1)
    )
    with reading(engine) as connection:
        name = connection.scalar(named)
        content = connection.scalar(select(upload.c.content).where(upload.c.sha256 == digest))
    if name is None:
        raise NotFound(f"{ref} 没有这一材料", remedy="从案件页的材料清单打开")
    if content is None:
        raise NotFound(f"“{name}”只登记了摘要，文件不在本系统", remedy="向收件人调取原件")
    if sha256(content).hexdigest() != digest:
        raise CaseworkError(f"“{name}”的内容与登记的摘要不符", remedy="文件可能损坏，请报告运维并核对原件")
    return str(name), bytes(content)


def plain_name(name: str) -> str:
    """A file's name without folders and without characters that are no text."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter for letter in last if letter.isprintable()).strip()
    return plain[-_NAME:] or "未命名"
