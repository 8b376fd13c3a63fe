"""Settings of an installation, read from the environment (SHIXIAN_...) when asked for. All have a working default.

Each is described in docs/settings.md, held so by tests/intake/test_settings.py. A setting never changes what the law
says: it names where things are.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """Where things are. `SHIXIAN_DATABASE_URL` sets `database_url`, and so on."""

    model_config = SettingsConfigDict(env_prefix="SHIXIAN_", env_ignore_empty=True, frozen=True)

    database_url: str = Field(
        default="sqlite:///.shixian/shixian.db",
        description="The database of cases: sqlite:///FILE or postgresql://HOST/NAME.",
    )
    calendar_dir: str | None = Field(
        default=None,
        description="Folders with further calendar files, read over the packaged ones; separated as in PATH.",
    )
    prefect_api_url: str | None = Field(
        default=None, description="A Prefect server that is already there; none: start our own."
    )
    prefect_port: Port = Field(default=4200, description="The port of the Prefect server that Shixian starts.")
    desk_port: Port = Field(default=8000, description="The port of the desk.")


def settings() -> Settings:
    """The settings as the environment has them now. ValueError names the variable that cannot be read."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "；".join(f"SHIXIAN_{str(item['loc'][0]).upper()}={item['input']!r}" for item in error.errors())
        raise ValueError(f"环境变量不能读取：{wrong}（见 docs/settings.md）") from error
