"""Writes: done once for each idempotency key, and answered alike when they are asked again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel

from shixian.casework.database import transaction
from shixian.casework.idempotency import Reply, Slot, begin, finish, release
from shixian.desk.api.access import client_of
from shixian.desk.api.problems import answer, json_text
from shixian.desk.viewer import Viewer


class Kept:
    """The answer to one write. One that shares its transaction calls `keep` inside it; of others it is kept after."""

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.done = False

    def keep(self, connection: Any, status: int, body: Any) -> Reply:
        reply = Reply(status, json_text(body))
        finish(connection, self.slot, reply)
        self.done = True
        return reply


def once(
    request: Request, viewer: Viewer, key: str, body: BaseModel | None, work: Callable[[Kept], tuple[int, Any]]
) -> Response:
    """The answer to a write: the one it had before, or that of `work`. What raises gives the key back."""
    engine, now = viewer.engine, viewer.config.now()
    said = f"{request.method} {request.url.path}\n{body.model_dump_json() if body is not None else ''}"
    slot = begin(engine, client_of(request).name, key, said, now=now)
    if isinstance(slot, Reply):
        return answer(slot.status, slot.body, replayed=True)
    kept = Kept(slot)
    try:
        status, value = work(kept)
        text = json_text(value)
        if not kept.done:
            with transaction(engine) as connection:
                finish(connection, slot, Reply(status, text))
    except Exception:
        release(engine, slot)
        raise
    return answer(status, text)
