"""Getting the database ready before anything runs: its folder, its schema, and the encodings of this release."""

from __future__ import annotations

from pathlib import Path


def prepare_database(folder: Path, url: str | None = None) -> str:
    """Bring the database up to date and give its address (SQLite inside `folder` unless another is named)."""
    from shixian.casework.database import migrate, open_database
    from shixian.casework.encodings import store_encodings
    from shixian.clock import now

    if url is None:
        folder.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{folder / 'shixian.db'}"
    engine = open_database(url)
    try:
        migrate(engine)
        store_encodings(engine, now=now())
    finally:
        engine.dispose()
    return url
