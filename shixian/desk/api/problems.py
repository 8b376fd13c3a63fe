"""Problem details (RFC 9457): every refusal names its clause, what to do, and which facts are asked."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Response
from pydantic import BaseModel, Field

from shixian.desk.errors import JSON_PROBLEM, TITLES
from shixian.rules.state import Refusal


class Problem(BaseModel):
    """`clause`: the legal source; `code`: the kind of refusal; `asks`: facts that have to be given first."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    clause: str | None = None
    code: str | None = None
    remedy: str | None = None
    asks: list[str] = Field(default_factory=list)
    compared: list[str] = Field(default_factory=list)


def refusal_problem(refusal: Refusal, scrub: Any = None) -> dict[str, Any]:
    """A refusal by the law. `scrub` takes sealed values out of texts that repeat what was typed."""
    clean = scrub or (lambda value: value)
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES[422],
        "status": 422,
        "detail": clean(refusal.because),
        "clause": refusal.clause,
        "code": refusal.code,
        "remedy": refusal.remedy,
        "asks": list(refusal.asks),
        "compared": clean(list(refusal.compared)),
    }
    return {name: value for name, value in body.items() if value not in ("", [])}


def json_text(value: Any) -> str:
    """JSON that can always be sent: what no encoding carries is replaced."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace").decode()


def answer(status: int, text: str, *, replayed: bool = False) -> Response:
    """A stored or new answer as a response."""
    headers = {"Idempotent-Replayed": "true"} if replayed else {}
    media = JSON_PROBLEM if status >= 400 else "application/json"
    return Response(text, status, headers=headers, media_type=media)


_WORDS = {
    400: "unreadable request",
    401: "no or unknown token",
    403: "the client's account may not do this",
    404: "no such thing",
    409: "somebody else was first, or the idempotency key stands for another request",
    422: "refused, with the clause; or not of the form described here",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How a route declares its problems."""
    content = {JSON_PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _WORDS[status], "content": content} for status in statuses}


READING = problems(400, 401, 403, 404, 422)
OPEN_READING = problems(400, 404, 422)
WRITING = problems(400, 401, 403, 404, 409, 422)
