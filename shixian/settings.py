"""Settings of an installation, read from the environment (SHIXIAN_...) when asked for. All have a working default.

Each is described in docs/settings.md, held so by tests/intake/test_settings.py. A setting never changes what the law
says: it names where things are.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError
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
    oidc_issuer: str | None = Field(
        default=None, description="The identity provider (OpenID Connect), https://HOST. None: passwords alone."
    )
    oidc_client_id: str | None = Field(default=None, description="The desk's name at the identity provider.")
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="Its secret there. A secret: in the environment alone. None: a public client."
    )
    treasury_url: str | None = Field(
        default=None,
        description="The treasury's gateway: https://HOST or http://127.0.0.1:PORT. None: nothing is paid.",
    )
    treasury_key: SecretStr | None = Field(
        default=None,
        description="The key that signs requests to the treasury. A secret: in the environment alone.",
    )
    treasury_idempotent: bool = Field(
        default=False,
        description="Whether the gateway honours idempotency keys and keeps them for ever. Else nothing is resent.",
    )
    treasury_timeout_seconds: float = Field(
        default=30.0, gt=0, description="How long one call to the treasury may take. Then its outcome is unknown."
    )
    treasury_connections: int = Field(
        default=4, ge=1, le=32, description="How many connections to the treasury are worked over at once."
    )
    treasury_folder: str | None = Field(
        default=None, description="Where orders (pain.001) are put and reports (pain.002) lie: FOLDER/out, FOLDER/in."
    )
    treasury_debtor: str | None = Field(
        default=None, description="Whose account orders by file debit: NAME;ACCOUNT;BANK (12-digit bank code)."
    )
    second_checker_above: str = Field(
        default="1000000元", description="A batch of more than this needs a second checker. Money with its unit."
    )
    reminder_ladder: str = Field(
        default="10,5,1",
        pattern=r"^\d{1,3}(,\d{1,3})*$",
        description="How many working days before a last day people are reminded, separated by commas.",
    )
    reminder_interval_days: int = Field(
        default=2, ge=1, le=60, description="The least days between two reminders about one case to one recipient."
    )
    mail_server: str | None = Field(default=None, description="The mail server, HOST:PORT. None: no mail is sent.")
    mail_security: Literal["starttls", "ssl", "none"] = Field(
        default="starttls", description="How the connection to it is secured; `none` is for this machine alone."
    )
    mail_from: str = Field(default="shixian@localhost", description="The sender's address.")
    mail_user: str | None = Field(default=None, description="The account at the mail server.")
    mail_password: SecretStr | None = Field(
        default=None, description="Its password. A secret: in the environment alone."
    )
    webhooks: SecretStr | None = Field(
        default=None,
        description="Group robots as NAME=URL, separated by spaces; URLs as apprise reads them. They hold secrets.",
    )
    tell_fallback: str | None = Field(
        default=None, description="Where a message goes whose recipient has no address: an address or a webhook's name."
    )


def settings() -> Settings:
    """The settings as the environment has them now. ValueError names the variable that cannot be read."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "；".join(_wrong(str(item["loc"][0]), item["input"]) for item in error.errors())
        raise ValueError(f"环境变量不能读取：{wrong}（见 docs/settings.md）") from error


def _wrong(name: str, value: object) -> str:
    """The variable as it was set; a secret is not repeated."""
    shown = "（不显示）" if "SecretStr" in str(Settings.model_fields[name].annotation) else repr(value)
    return f"SHIXIAN_{name.upper()}={shown}"
