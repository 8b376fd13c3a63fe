"""Public notices: every morning and late every evening, what each open one shows is kept with its hash."""

from __future__ import annotations

from typing import Any

from prefect import flow

from tasks.notices import keep_notices


@flow(name="notices")
async def notices() -> dict[str, Any]:
    """公示留存：公示期内每日留存所示内容及其摘要，以证明当日可以查阅。

    同一日留存一次，重复运行不会重复；晚间一次补上当日白天发布的。过去的日不能补留，缺的列出并成为警报。
    """
    return await keep_notices()
