"""Backup and restore: whole or not at all, never over what is there, and verified before it counts."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from dataclasses import asdict
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from models import journal_event
from shixian.casework.anchors import anchor_heads
from shixian.casework.database import open_database, reading, transaction
from shixian.casework.money.restored import NotReconciled, held_days, note_reconciled, require_reconciled, restorations
from shixian.casework.verify import verify
from shixian.operating.backup import BackupError, Manifest, back_up
from shixian.operating.restore import Restored, read_manifest, restore
from tests.casework.office import Office, at, day
from tests.database import MakeDatabase

NOW, LATER = at("2021-02-01T02:00"), at("2021-02-03T10:00")


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def put_back(backup: Path, url: str, *, replace: bool = False) -> Restored:
    return restore(backup, url, replace=replace, today=day("2021-02-03"), now=LATER, person="ops")


@pytest.fixture
def office(database: Engine) -> Office:
    office = Office(database)
    office.awarded()
    anchor_heads(database, day("2021-01-31"), now=at("2021-01-31T23:00"))
    return office


def everything(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    from models import METADATA

    with reading(engine) as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in METADATA.sorted_tables
        }


def test_what_is_restored_is_what_was_backed_up_and_says_that_it_was_restored(office: Office, tmp_path: Path) -> None:
    before = everything(office.engine)
    path, manifest = back_up(office.engine, tmp_path / "b.zip", now=NOW)
    assert manifest == read_manifest(path) and path.stat().st_mode & 0o777 == 0o600
    assert manifest.counts["case_file"] == 1 and manifest.counts["obligation"] == 2
    assert manifest.anchor.startswith("2021-01-31 ") and manifest.revision >= "0004"
    new = f"sqlite:///{tmp_path / 'new' / 'cases.db'}"
    done = put_back(path, new)
    assert done.report.holds and done.aside == "" and done.unknown == 0
    engine = open_database(new)
    after = everything(engine)
    (mark,) = [row for row in after.pop("journal_event") if row not in before["journal_event"]]
    assert mark[1:3] == ("restoration", 1)
    del before["journal_event"]
    assert after == before
    assert verify(engine).holds
    engine.dispose()


def test_restoring_into_the_database_in_use_keeps_what_was_there(make_database: MakeDatabase, tmp_path: Path) -> None:
    engine = make_database()
    office = Office(engine)
    office.awarded()
    path, _ = back_up(engine, tmp_path, now=NOW)
    assert path.name == "shixian-20210201-020000.zip"
    office.open("2021-02-02")
    url, at_backup = url_of(engine), 1
    with pytest.raises(BackupError, match="--replace"):
        put_back(path, url)
    held = engine.connect()
    held.exec_driver_sql("select 1 from case_file").all()
    with pytest.raises(BackupError, match="正在使用"):
        put_back(path, url, replace=True)
    held.close()
    engine.dispose()
    done = put_back(path, url, replace=True)
    assert len(office.refs()) == at_backup and verify(engine).holds and done.aside
    # New rows are numbered on, and what was there can still be read.
    office.open("2021-02-03")
    if engine.dialect.name == "sqlite":
        with sqlite3.connect(done.aside) as old:
            assert old.execute("select count(*) from case_file").fetchone() == (2,)
    else:
        with engine.begin() as connection:
            assert connection.exec_driver_sql(f"select count(*) from {done.aside}.case_file").scalar_one() == 2
            connection.exec_driver_sql(f"drop schema {done.aside} cascade")
    engine.dispose()


def test_a_restored_database_releases_nothing_until_every_day_since_is_reconciled(
    office: Office, tmp_path: Path
) -> None:
    with reading(office.engine) as connection:
        require_reconciled(connection)  # never restored: nothing is held
        assert held_days(connection) == []
    path, _ = back_up(office.engine, tmp_path / "b.zip", now=NOW)
    engine = open_database(f"sqlite:///{tmp_path / 'new.db'}")
    put_back(path, url_of(engine))
    with reading(engine) as connection:
        assert [one.obligations for one in restorations(connection)] == [2]
        assert held_days(connection) == [day("2021-02-01"), day("2021-02-02"), day("2021-02-03")]
        with pytest.raises(NotReconciled, match="2021-02-01、2021-02-02、2021-02-03共 3 日.*处理办法：逐日"):
            require_reconciled(connection)
    for text in ("2021-02-03", "2021-01-31", "2021-02-01", "2021-02-01", "2021-02-02"):
        with reading(engine) as connection:
            assert held_days(connection)
        with transaction(engine) as connection:
            note_reconciled(connection, day(text), source="bank", now=LATER, person="ops")
    with reading(engine) as connection:
        require_reconciled(connection)
        entries = connection.scalars(select(journal_event.c.kind).where(journal_event.c.journal == "restoration")).all()
    assert entries == ["restored", *["statement_reconciled"] * 3]
    # Restored once more from the same backup: held once more, whatever was reconciled in between.
    engine.dispose()
    put_back(path, url_of(engine), replace=True)
    with reading(engine) as connection:
        assert len(held_days(connection)) == 3
    engine.dispose()


def test_a_backup_never_overwrites(office: Office, tmp_path: Path) -> None:
    path, _ = back_up(office.engine, tmp_path / "b.zip", now=NOW)
    whole = path.read_bytes()
    for to in (path, tmp_path / "nowhere" / "b.zip"):
        with pytest.raises(BackupError):
            back_up(office.engine, to, now=NOW)
    assert path.read_bytes() == whole and not list(tmp_path.glob(".backup-*"))


def rewritten(backup: Path, to: Path, manifest: Manifest | None = None, database: bytes | None = None) -> Path:
    """The backup with another manifest or database in it."""
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(to, "w") as new:
        new.writestr("manifest.json", json.dumps(asdict(manifest or read_manifest(backup))))
        new.writestr("shixian.db", old.read("shixian.db") if database is None else database)
    return to


@pytest.mark.parametrize("what", ["cut", "not a zip", "byte", "count", "tampered", "format", "revision", "absent"])
def test_a_backup_that_is_not_whole_is_refused_and_nothing_is_made(
    sqlite_template: Path, tmp_path: Path, what: str
) -> None:
    file = tmp_path / "cases.db"
    file.write_bytes(sqlite_template.read_bytes())
    engine = open_database(f"sqlite:///{file}")
    Office(engine).awarded()
    path, manifest = back_up(engine, tmp_path / "b.zip", now=NOW)
    engine.dispose()
    with zipfile.ZipFile(path) as archive:
        database = archive.read("shixian.db")
    bad, fields = tmp_path / "bad.zip", asdict(manifest)
    if what == "cut":
        bad.write_bytes(path.read_bytes()[:-200])
    elif what == "not a zip":
        bad.write_text("x")
    elif what == "byte":
        middle = len(database) // 2
        changed = database[:middle] + bytes([database[middle] ^ 1]) + database[middle + 1 :]
        rewritten(path, bad, database=changed)
    elif what == "count":
        rewritten(path, bad, manifest=Manifest(**fields | {"counts": manifest.counts | {"obligation": 3}}))
    elif what == "tampered":  # with a manifest to match: only the record itself can tell
        (tmp_path / "t.db").write_bytes(database)
        with sqlite3.connect(tmp_path / "t.db") as changing:
            changing.execute("update obligation set fen = fen + 1")
        changing.close()
        from shixian.operating.backup import digest_of

        size = (tmp_path / "t.db").stat().st_size
        told = fields | {"sha256": digest_of(tmp_path / "t.db"), "size": size}
        rewritten(path, bad, manifest=Manifest(**told), database=(tmp_path / "t.db").read_bytes())
    elif what == "format":
        rewritten(path, bad, manifest=Manifest(**fields | {"format": 2}))
    elif what == "revision":
        rewritten(path, bad, manifest=Manifest(**fields | {"revision": "0003"}))
    with pytest.raises(BackupError) as refused:
        put_back(bad, f"sqlite:///{tmp_path / 'new.db'}")
    assert refused.value.message
    if what == "tampered":
        assert "核验不通过" in refused.value.message
    assert not (tmp_path / "new.db").exists() and not list(tmp_path.glob(".restore-*"))


def test_a_broken_database_is_replaced_and_kept(office: Office, tmp_path: Path) -> None:
    path, _ = back_up(office.engine, tmp_path / "b.zip", now=NOW)
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database" * 1000)
    (tmp_path / "broken.db-wal").write_bytes(b"left by a crash")
    done = put_back(path, f"sqlite:///{broken}", replace=True)
    assert Path(done.aside).read_bytes().startswith(b"no database")
    assert Path(done.aside + "-wal").read_bytes() == b"left by a crash"
    engine = open_database(f"sqlite:///{broken}")
    assert verify(engine).holds
    engine.dispose()
