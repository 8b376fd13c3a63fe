"""Telling people: every morning what is to be said that day, by the outbox."""

from __future__ import annotations

from typing import Any

from prefect import flow

from tasks import telling


@flow(name="tell")
async def tell() -> dict[str, Any]:
    """每日提醒、督办、决定通知和警报：先列出今日应说的，再逐条投递。

    重复运行不会重复说；未送达的按逐次加长的间隔重试，多次未成的列为警报。
    """
    said = await telling.compute()
    return {"said": said, **await telling.deliver()}


@flow(name="deliver")
async def deliver() -> dict[str, Any]:
    """只投递待发的消息：白天每半小时一次，使重试不必等到次日。"""
    return await telling.deliver()
