"""Rendering: one template environment, escaping always on, and what every page knows (viewer, language, words)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shixian.casework.staff.accounts import accounts
from shixian.casework.staff.people import THE_SYSTEM, Permission
from shixian.desk import words
from shixian.desk.viewer import Viewer, viewer_of
from shixian.display.plain import Plain
from shixian.rules.lifecycle import Lifecycle

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
    # What stays Chinese in both languages (the law's words, names, data) says so to whoever reads it aloud.
    found.globals["zh"] = found.from_string(' lang="zh-CN"').module  # markup: it is not escaped
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
        "called": _names(viewer),
        "plain": _plainly(viewer),
        "today": viewer.config.today(),
        "now": viewer.config.now(),
    }
    text = _ENVIRONMENT.get_template(template).render({**known, **context})
    return HTMLResponse(words.plain_page(text, viewer.language), status_code=status)


def _names(viewer: Viewer) -> Callable[[str], str]:
    """An account by its holder's name; by name and account where two bear one name. Read when first asked."""
    known: dict[str, str] = {}

    def called(key: str) -> str:
        if not known:
            names = {one.person.key: one.person.name for one in accounts(viewer.engine)}
            twice = {name for name, count in Counter(names.values()).items() if count > 1}
            known.update({own: f"{name}（{own}）" if name in twice else name for own, name in names.items()})
            known[THE_SYSTEM.key] = THE_SYSTEM.name
        return known.get(key, key)

    return called


def _plainly(viewer: Viewer) -> Callable[[str, Lifecycle], str]:
    """What the rules say, in the words of the lifecycle that it is said of."""
    words_of: dict[str, Plain] = {}

    def plain(text: str, lifecycle: Lifecycle) -> str:
        if lifecycle.key not in words_of:
            words_of[lifecycle.key] = Plain(lifecycle, viewer.config.books.lifecycles)
        return words_of[lifecycle.key](text)

    return plain


def wants_part(request: Request) -> bool:
    """Whether htmx asks for a part of the page instead of the whole."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-boosted") != "true"
