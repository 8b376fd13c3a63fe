"""Restoring a backup: checked, marked as restored, verified, and only then put in the place of what was there.

Nothing is touched until the backup has proved whole. What was there is kept aside, for it may remember payments that
the backup does not. From then on, whatever is owed may have been paid already: `casework/money/restored.py`.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from alembic import command
from sqlalchemy import Connection, Engine, inspect, text

from models import METADATA
from shixian.casework.database import migration_config, open_database, reading, transaction
from shixian.casework.money.restored import Restoration, record
from shixian.casework.verify import Report, verify
from shixian.operating.backup import (
    DATABASE,
    FORMAT,
    MANIFEST,
    BackupError,
    Manifest,
    content_of,
    copy_rows,
    digest_of,
    pieces,
    settle_sqlite,
    sync_file,
    sync_folder,
)
from shixian.rules.periods import legal_day

_SQLITE = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: its manifest, how many attempts wait for inquiry, the days to reconcile, the verification,
    and where what was there before is kept ("" when there was nothing)."""

    manifest: Manifest
    unknown: int
    restoration: Restoration
    report: Report
    aside: str


def read_manifest(backup: Path) -> Manifest:
    """The manifest of a backup; BackupError when the file is none, or of a format of another release."""
    try:
        with zipfile.ZipFile(backup) as archive:
            data = json.loads(archive.read(MANIFEST))
        if data.get("format") != FORMAT:
            raise BackupError(f"不认识第 {data.get('format')} 版备份", remedy="用作出该备份的版本恢复")
        return Manifest(**data)
    except FileNotFoundError as error:
        raise BackupError(f"没有文件 {backup}", remedy="核对文件名") from error
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError) as error:
        raise BackupError(f"{backup} 不是完好的备份：{error}", remedy="换一份备份") from error


def restore(backup: Path, url: str, *, replace: bool, today: date, now: datetime, person: str) -> Restored:
    """Restore into the database at `url`. BackupError, with nothing changed, when the backup is not whole or does not
    verify, when there is a database already and `replace` is not said, or when somebody is using it."""
    manifest = read_manifest(backup)
    engine = open_database(url)
    on_sqlite = engine.dialect.name == "sqlite"
    file = Path(engine.url.database or "").resolve() if on_sqlite else None
    if file is not None and engine.url.database in (None, "", ":memory:"):
        raise BackupError("不能恢复到内存数据库", remedy="写明数据库文件")
    try:
        if _there(engine, file) and not replace:
            raise BackupError(
                f"{engine.url.render_as_string(hide_password=True)} 已有数据库，恢复会取代它",
                remedy="停止全部服务，确认后加 --replace；原库会另存，不会删除",
            )
        engine.dispose()
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=file.parent if file else None) as folder:
            staged = Path(folder) / DATABASE
            _unpack(backup, staged, manifest)
            restoration, unknown, report = _mark(staged, manifest, today=today, now=now, person=person)
            stamp = f"{now:%Y%m%d_%H%M%S}"
            aside = _publish_file(staged, file, stamp) if file else _publish_postgresql(staged, engine, stamp)
    finally:
        engine.dispose()
    return Restored(manifest, unknown, restoration, report, aside)


# -- the backup --------------------------------------------------------------------------------------------------------


def _unpack(backup: Path, to: Path, manifest: Manifest) -> None:
    try:
        with zipfile.ZipFile(backup) as archive, archive.open(DATABASE) as source, to.open("wb") as target:
            for piece in pieces(source):
                target.write(piece)
    except (zipfile.BadZipFile, KeyError, EOFError, OSError) as error:
        raise BackupError(f"{backup} 不是完好的备份：{error}", remedy="换一份备份") from error
    _compare(manifest, {"size": to.stat().st_size, "sha256": digest_of(to)})
    try:
        found = asdict(content_of(to))
    except Exception as error:  # whatever an altered file does to SQLite: it is not restored
        raise BackupError(f"{backup} 中的数据库不能读取：{error}", remedy="换一份备份") from error
    _compare(manifest, found)


def _compare(manifest: Manifest, found: Mapping[str, object]) -> None:
    for name, have in found.items():
        want = getattr(manifest, name)
        if want != have:
            told = f"应为 {want}，实为 {have}" if not isinstance(have, dict) else _differing(dict(want), have)
            raise BackupError(f"备份与其清单不符：{name} {told}", remedy="换一份备份")


def _differing(want: dict[str, int], have: dict[str, int]) -> str:
    names = sorted({*want, *have})
    return "，".join(
        f"{name} 应有 {want.get(name)} 行，实有 {have.get(name)} 行"
        for name in names
        if want.get(name) != have.get(name)
    )


def _mark(
    staged: Path, manifest: Manifest, *, today: date, now: datetime, person: str
) -> tuple[Restoration, int, Report]:
    """Mark the staged copy as restored, and verify it."""
    engine = open_database(f"sqlite:///{staged}")
    try:
        _require_release(engine)
        made_on = legal_day(datetime.fromisoformat(manifest.made_at))
        with transaction(engine) as connection:
            restoration, unknown = record(
                connection, first=min(made_on, today), last=today, now=now, person=person, backup=manifest.sha256
            )
        report = verify(engine)
    finally:
        engine.dispose()
    settle_sqlite(staged)
    if not report.holds:
        problems = "；".join(report.problems[:5])
        raise BackupError(
            f"备份中的记录核验不通过，未恢复：{problems}", remedy=f"换一份备份；或从备份包中取出 {DATABASE} 检查"
        )
    return restoration, unknown, report


def _require_release(engine: Engine) -> None:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with reading(engine) as connection:
        have = set(MigrationContext.configure(connection).get_current_heads())
        want = set(ScriptDirectory.from_config(migration_config(connection)).get_heads())
    if have != want:
        raise BackupError(
            f"备份的库版本为 {'、'.join(sorted(have))}，本程序为 {'、'.join(sorted(want))}",
            remedy="用作出该备份的版本恢复，再升级程序并运行 shixian migrate",
        )


# -- putting it there --------------------------------------------------------------------------------------------------


def _there(engine: Engine, file: Path | None) -> bool:
    if file is not None:
        return file.exists()
    with engine.connect() as connection:
        return bool(inspect(connection).get_table_names())


def _publish_file(staged: Path, file: Path, stamp: str) -> str:
    """Put the staged file in its place; where the old one went. What others have open is refused."""
    sync_file(staged)
    kept = ""
    if file.exists():
        _take_alone(file)
        aside = file.with_name(f"{file.name}.replaced-{stamp}")
        if aside.exists():
            raise BackupError(f"{aside} 已存在", remedy="稍后再试")
        for suffix in ("-wal", "-shm"):  # left by a crash or a broken file: they would be applied to the new one
            beside = file.with_name(file.name + suffix)
            if beside.exists():
                os.replace(beside, aside.with_name(aside.name + suffix))
        try:
            os.link(file, aside)
        except OSError:  # a file system without links
            shutil.copyfile(file, aside)
            sync_file(aside)
        kept = str(aside)
    os.replace(staged, file)
    sync_folder(file.parent)
    return kept


def _take_alone(file: Path) -> None:
    """Bring the old database into its one file; BackupError when another process has it open. A broken one is left."""
    with file.open("rb") as opened:
        if opened.read(len(_SQLITE)) != _SQLITE:
            return  # SQLite would throw away what lies beside it
    try:
        with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise BackupError(
                f"{file} 正在使用", remedy="停止全部服务（shixian up、工作进程、命令）后再恢复"
            ) from error
    except sqlite3.DatabaseError:
        return  # broken: that is why it is being replaced


def _publish_postgresql(staged: Path, engine: Engine, stamp: str) -> str:
    """In one transaction: the old tables into a schema of their own, new ones, the rows. Where the old ones went."""
    source_engine = open_database(f"sqlite:///{staged}")
    try:
        with _alone(engine) as connection, reading(source_engine) as source:
            kept = ""
            if inspect(connection).get_table_names():
                kept = f"replaced_{stamp}"
                if kept in inspect(connection).get_schema_names():
                    raise BackupError(f"模式 {kept} 已存在", remedy="稍后再试")
                connection.execute(text(f"ALTER SCHEMA public RENAME TO {kept}"))
                connection.execute(text("CREATE SCHEMA public"))
            command.upgrade(migration_config(connection), "head")
            for table in METADATA.sorted_tables:
                copy_rows(source, connection, table)
                if "id" in table.c:
                    connection.execute(
                        text(
                            "SELECT setval(pg_get_serial_sequence(:name, 'id'), greatest(max(id), 1), "
                            f"max(id) IS NOT NULL) FROM {table.name}"
                        ),
                        {"name": table.name},
                    )
    finally:
        source_engine.dispose()
    report = verify(engine)
    if not report.holds:  # it held before it was copied: this database changed it
        raise BackupError(
            f"恢复后核验不通过：{'；'.join(report.problems[:5])}", remedy="不得使用；检查数据库后重新恢复"
        )
    return kept


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction on a PostgreSQL database that nobody else is connected to."""
    with transaction(engine) as connection:
        others = connection.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend'"
            )
        )
        if others:
            raise BackupError(
                f"另有 {others} 个连接正在使用该数据库", remedy="停止全部服务（shixian up、工作进程、命令）后再恢复"
            )
        yield connection
