"""Rendering: one template environment, escaping always on, and what every page knows (viewer, language, words)."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shixian.casework.staff.people import Permission
from shixian.desk import words
from shixian.desk.viewer import viewer_of

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
STATIC = HERE / "static"


def environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"day": words.day_zh, "instant": words.instant_zh, "money": words.money}
    # A macro imported without its context knows no language: it speaks Chinese, as everything does first.
    found.globals |= {"Permission": Permission, "say": partial(words.say, language="zh")}
    return found


_ENVIRONMENT = environment()


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """The template as a page. `part` names of templates begin with an underscore and have no frame (for htmx)."""
    viewer = viewer_of(request)
    known = {
        "request": request,
        "path": request.url.path,
        "viewer": viewer,
        "language": viewer.language,
        "say": partial(words.say, language=viewer.language),
        "today": viewer.config.today(),
        "now": viewer.config.now(),
    }
    text = _ENVIRONMENT.get_template(template).render({**known, **context})
    return HTMLResponse(text, status_code=status)


def wants_part(request: Request) -> bool:
    """Whether htmx asks for a part of the page instead of the whole."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-boosted") != "true"
