"""The first page: for the public what is open to it, for the office its alarms and the way to its work."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from shixian.casework.staff.people import Permission
from shixian.desk.access import PUBLIC
from shixian.desk.pages import page
from shixian.desk.viewer import Viewer
from shixian.desk.words import add_words
from shixian.display.home import figures

router = APIRouter()

# Who sees the alarms: whoever works with cases, and whoever keeps the system.
ALARMED = (Permission.READ_CASES, Permission.MANAGE_SYSTEM, Permission.READ_LOGS)

# Link, title, what it is for, and the permission it takes (None: signed in suffices).
WAYS: tuple[tuple[str, str, str, Permission | None], ...] = (
    ("/worklist", "待办", "法定时间最少的在前", Permission.READ_CASES),
    ("/worklist/done", "已办", "本人记录的行为", Permission.READ_CASES),
    ("/mine", "我的申报", "本单位的案件、期限和可办理的事项", Permission.READ_OWN),
    ("/open", "新的申报", "可以由申报单位提出的事项", Permission.READ_OWN),
    ("/cycles", "周期", "各专项各年度的进度和负荷", Permission.READ_CASES),
    ("/finance", "财务", "批次、拨付和总账", Permission.READ_CASES),
    ("/audit", "审计", "检索、核验和重算", Permission.VERIFY),
    ("/settings/calls", "年度参数", "由申报通知规定的事项", Permission.SET_CALL),
    ("/settings/people", "账号与角色", "账号、角色、地区和专项", Permission.MANAGE_PEOPLE),
    ("/settings/system", "系统", "版本、数据库和服务", Permission.MANAGE_SYSTEM),
    ("/settings/log", "日志", "登录和账号变更", Permission.READ_LOGS),
    ("/settings", "设置", "密码、会话和代办", None),
)

add_words(
    {"年度参数": "Yearly calls", "账号与角色": "Accounts and roles", "系统": "System", "日志": "Logs", "警报": "Alarms"}
)


@router.get("/")
def first(request: Request, viewer: Annotated[Viewer, Depends(PUBLIC)]) -> Response:
    config, person = viewer.config, viewer.person
    if person is None:
        return page(request, "home.html", alarms=(), figures=(), ways=())
    today = config.today()
    return page(
        request,
        "home.html",
        alarms=_alarms(viewer) if any(person.may(one) for one in ALARMED) else (),
        figures=figures(viewer.engine, person, today=today, books=config.books),
        ways=[way for way in WAYS if way[3] is None or person.may(way[3])],
    )


def _alarms(viewer: Viewer) -> Sequence[Any]:
    """What the telling part finds wrong, each with `text` and `remedy`; nothing where it is not installed."""
    if find_spec("shixian.telling") is None or find_spec("shixian.telling.alarms") is None:
        return ()
    found: Sequence[Any] = import_module("shixian.telling.alarms").alarms(
        viewer.engine, viewer.config.today(), viewer.config.now(), books=viewer.config.books
    )
    return found
