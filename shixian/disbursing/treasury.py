"""The connector that the settings describe. The signing key goes from the environment into it, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from shixian import clock
from shixian.rules.errors import CaseworkError
from shixian.settings import Settings, settings
from shixian.treasury.files import FilesConfig, FileTreasury
from shixian.treasury.http import HttpConfig, HttpTreasury
from shixian.treasury.iso20022.pain001 import Debtor


def open_treasury(given: Settings | None = None, *, now: Callable[[], datetime] = clock.now) -> HttpTreasury:
    """The treasury of this installation, for one event loop. CaseworkError names the variable that is missing."""
    try:
        known = given or settings()
    except ValueError as error:
        raise CaseworkError(str(error)) from error
    url = (known.treasury_url or "").strip()
    key = known.treasury_key.get_secret_value() if known.treasury_key is not None else ""
    for name, value in (("SHIXIAN_TREASURY_URL", url), ("SHIXIAN_TREASURY_KEY", key.strip())):
        if not value:
            raise CaseworkError(f"未设定国库网关（{name}）", remedy="在环境变量中设定后重试，见 docs/settings.md")
    if key != key.strip():
        raise CaseworkError("国库签名密钥首尾有空格（SHIXIAN_TREASURY_KEY）", remedy="去掉空格后重试")
    config = HttpConfig(
        base_url=url,
        secret=key.encode(),
        idempotent=known.treasury_idempotent,
        connections=known.treasury_connections,
        answer_seconds=known.treasury_timeout_seconds,
    )
    return HttpTreasury(config, now)


def open_files(given: Settings | None = None, *, now: Callable[[], datetime] = clock.now) -> FileTreasury:
    """The folders for orders and reports by file, made when they are not there. CaseworkError names what is missing."""
    try:
        known = given or settings()
    except ValueError as error:
        raise CaseworkError(str(error)) from error
    if not known.treasury_folder or not known.treasury_debtor:
        missing = "SHIXIAN_TREASURY_DEBTOR" if known.treasury_folder else "SHIXIAN_TREASURY_FOLDER"
        raise CaseworkError(f"未设定文件支付（{missing}）", remedy="在环境变量中设定后重试，见 docs/settings.md")
    parts = [part.strip() for part in known.treasury_debtor.split(";")]
    if len(parts) != 3:
        raise CaseworkError("SHIXIAN_TREASURY_DEBTOR 应写作 户名;账号;联行号", remedy="见 docs/settings.md")
    folder = Path(known.treasury_folder)
    for name in ("out", "in"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return FileTreasury(FilesConfig(folder / "out", folder / "in", Debtor(*parts)), now)
