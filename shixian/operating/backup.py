"""Backup: one file that holds the whole database, and says what it holds. Restoring it is in `restore.py`.

The file is a ZIP of `manifest.json` and `shixian.db`, an SQLite database of the same tables whatever the house runs on:
it can be opened and verified anywhere, and restored into SQLite or PostgreSQL. It is written beside its place and moved
there when it is whole; one that is there is never overwritten. What was copied is one state of the database, while
others go on writing (SQLite: its online backup; PostgreSQL: one repeatable read).
"""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, cast

from sqlalchemy import Connection, Engine, Table, func, insert, select

from models import METADATA, anchor, event
from shixian import __version__
from shixian.casework.database import migrate, open_database, reading, transaction
from shixian.casework.money.payment_keys import lineage
from shixian.rules.errors import CaseworkError

FORMAT = 1
MANIFEST, DATABASE = "manifest.json", "shixian.db"
_TOGETHER = 2_000  # rows copied at a time
_PIECE = 1 << 20  # bytes


class BackupError(CaseworkError):
    """A backup that cannot be made, is not whole, or may not be restored here."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `lineage` is the hash of the very first event: which database this is."""

    format: int
    made_at: str
    program: str
    source: str
    """sqlite or postgresql"""
    size: int
    sha256: str
    """of the database in the backup"""
    revision: str
    counts: Mapping[str, int]
    """rows by table"""
    lineage: str
    last_event: str
    anchor: str
    """the last anchor: its day and digest, or empty"""

    def lines(self) -> list[str]:
        """What a person is shown, and keeps elsewhere."""
        counts = self.counts
        return [
            f"备份时刻 {self.made_at}　库版本 {self.revision}　来源 {self.source}",
            f"案件 {counts['case_file']}，事件 {counts['event']}，义务 {counts['obligation']}，"
            f"批次 {counts['batch']}，支付 {counts['attempt']}，记账 {counts['ledger_entry']}",
            f"末一事件 {self.last_event or '无'}",
            f"末一锚 {self.anchor or '无'}",
            f"内容摘要 {self.sha256}",
        ]


def back_up(engine: Engine, to: Path, *, now: datetime) -> tuple[Path, Manifest]:
    """Write a backup at `to`, or into the folder `to` under a name of its own. BackupError when it is there already."""
    path = to / f"shixian-{now:%Y%m%d-%H%M%S}.zip" if to.is_dir() else to
    if path.exists():
        raise BackupError(f"{path} 已存在，备份不覆盖任何文件", remedy="换一个文件名，或写文件夹由程序命名")
    if not path.parent.is_dir():
        raise BackupError(f"没有文件夹 {path.parent}", remedy="先建立文件夹，或换一个地方")
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as folder:
        copied = Path(folder) / DATABASE
        _copy(engine, copied)
        held = asdict(content_of(copied))
        size, digest = copied.stat().st_size, digest_of(copied)
        manifest = Manifest(FORMAT, now.isoformat(), __version__, engine.dialect.name, size, digest, **held)
        whole = Path(folder) / "whole.zip"
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
            archive.write(copied, DATABASE)
        whole.chmod(0o600)  # accounts, identities and the keys that seal them are in it
        sync_file(whole)
        try:
            os.link(whole, path)  # not a rename: what another put there meanwhile stays
        except FileExistsError as error:
            raise BackupError(f"{path} 已存在，备份不覆盖任何文件", remedy="换一个文件名") from error
        sync_folder(path.parent)
    return path, manifest


@dataclass(frozen=True, slots=True)
class Content:
    """What a copied database holds, counted: as in the manifest."""

    revision: str
    counts: Mapping[str, int]
    lineage: str
    last_event: str
    anchor: str


def content_of(database: Path) -> Content:
    """Read what a copied database holds, and bring it back into its one file."""
    engine = open_database(f"sqlite:///{database}")
    try:
        with reading(engine) as connection:
            revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
            counts = {
                table.name: connection.scalar(select(func.count()).select_from(table)) or 0
                for table in METADATA.sorted_tables
            }
            last = connection.scalar(select(event.c.hash).order_by(event.c.id.desc()).limit(1)) or ""
            latest = connection.execute(select(anchor).order_by(anchor.c.id.desc()).limit(1)).one_or_none()
            anchored = "" if latest is None else f"{latest.day} {latest.digest}"
            return Content(str(revision), counts, lineage(connection), last, anchored)
    finally:
        engine.dispose()
        settle_sqlite(database)


# -- copying -----------------------------------------------------------------------------------------------------------


def _copy(engine: Engine, to: Path) -> None:
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection, closing(sqlite3.connect(to)) as target:
            own = cast(sqlite3.Connection, connection.connection.driver_connection)
            own.rollback()  # the online backup reads its own state; the transaction SQLAlchemy began is not needed
            own.backup(target)
    else:
        made = open_database(f"sqlite:///{to}")
        try:
            migrate(made)
            with reading(engine) as source, transaction(made) as target_connection:
                for table in METADATA.sorted_tables:
                    copy_rows(source, target_connection, table)
        finally:
            made.dispose()
    settle_sqlite(to)
    with closing(sqlite3.connect(to)) as copied:
        (answer,) = copied.execute("PRAGMA quick_check(1)").fetchone()
    if answer != "ok":
        raise BackupError(f"复制出的数据库不完好：{answer}", remedy="检查磁盘，核验原库：shixian verify")


def copy_rows(source: Connection, target: Connection, table: Table) -> int:
    """Copy a table, oldest rows first (a row may refer to an earlier one); how many there were."""
    order = list(table.primary_key)
    query = select(table).order_by(*order).execution_options(yield_per=_TOGETHER)
    copied = 0
    for rows in source.execute(query).mappings().partitions(_TOGETHER):
        target.execute(insert(table), cast(list[dict[str, Any]], [dict(row) for row in rows]))
        copied += len(rows)
    return copied


def settle_sqlite(database: Path) -> None:
    """Bring everything of an SQLite database that nobody else has open into its one file."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    sync_file(database)


# -- files -------------------------------------------------------------------------------------------------------------


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    running = sha256()
    with path.open("rb") as file:
        for piece in pieces(file):
            running.update(piece)
    return running.hexdigest()


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """A file in pieces, so that no database has to fit in memory."""
    while piece := file.read(_PIECE):
        yield piece


def sync_file(path: Path) -> None:
    """Wait until a file's content is on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
