"""Channels: mail, and group robots of 政务微信 or DingTalk, by apprise; and which address a person is reached at.

A person's `address` holds one or more, separated by spaces, tried in order: a mail address, or `webhook:NAME`, a robot
that the settings name. The robots' URLs are secrets: they stand in the environment, never in a table or a receipt.

apprise calls any HTTP 200 a success; the robots of 企业微信 and DingTalk answer a refusal with 200 and an `errcode`. So
their answer is read as well, and kept as the receipt.
"""

from __future__ import annotations

import ipaddress
import json
import re
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from shixian.rules.errors import CaseworkError
from shixian.settings import Settings
from shixian.telling.outbox import Sent

_MAIL = re.compile(r"[^@\s:/<>,;]+@[^@\s:/<>,;]+")
_CONNECT_SECONDS, _READ_SECONDS = 10, 30
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over. `security`: starttls, ssl, or none (this machine alone)."""

    host: str
    port: int
    security: str
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.security == "none" and not _is_here(self.host):
            raise CaseworkError(
                f"与邮件服务器 {self.host} 的连接未加密", remedy="SHIXIAN_MAIL_SECURITY 设为 starttls 或 ssl"
            )


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels of an installation; `outbox.deliver` sends by them."""

    mail: MailServer | None = None
    webhooks: dict[str, str] = field(default_factory=dict, repr=False)
    fallback: str = ""

    @classmethod
    def of(cls, settings: Settings) -> Channels:
        """From the settings. CaseworkError for what cannot be read; no secret is repeated."""
        server = None
        if settings.mail_server:
            host, _, port = settings.mail_server.rpartition(":")
            if not host or not port.isdecimal() or not 0 < int(port) < 65536:
                raise CaseworkError(
                    f"SHIXIAN_MAIL_SERVER={settings.mail_server!r} 不能读取",
                    remedy="写作 主机:端口，如 mail.example:587",
                )
            password = settings.mail_password.get_secret_value() if settings.mail_password else None
            server = MailServer(
                host, int(port), settings.mail_security, settings.mail_from, settings.mail_user, password
            )
        hooks = settings.webhooks.get_secret_value() if settings.webhooks else ""
        return cls(server, dict(_hook(part) for part in hooks.split()), settings.tell_fallback or "")

    def addresses(self, own: str) -> tuple[tuple[str, ...], bool]:
        """A person's addresses; the fallback's when he has none."""
        return (tuple(own.split()), False) if own.strip() else (tuple(self.fallback.split()), True)

    def carries(self, addresses: Sequence[str]) -> bool:
        return any(self._set_up(one) for one in addresses)

    def _set_up(self, address: str) -> bool:
        if address.startswith("webhook:"):
            return address.removeprefix("webhook:") in self.webhooks
        return self.mail is not None and bool(_MAIL.fullmatch(address))

    def send(self, addresses: Sequence[str], subject: str, body: str) -> list[Sent]:
        """Each address that can be used, until one succeeds."""
        tried: list[Sent] = []
        for address in addresses:
            if not self._set_up(address):
                continue
            tried.append(self._one(address, " ".join(subject.split()), body))
            if tried[-1].succeeded:
                break
        return tried

    def _one(self, address: str, subject: str, body: str) -> Sent:
        if address.startswith("webhook:"):
            url = self.webhooks[address.removeprefix("webhook:")]
            succeeded, receipt = _notify(url, subject, body)
            return Sent("webhook", address, succeeded, redacted(receipt, _secrets_of(url)))
        assert self.mail is not None
        succeeded, receipt = _notify(_mail_options(self.mail, address), subject, body)
        return Sent("mail", address, succeeded, redacted(receipt, [self.mail.password or ""]))


def _notify(service: str | dict[str, Any], subject: str, body: str) -> tuple[bool, str]:
    """Send by apprise: whether the other side took it, and what it said."""
    import apprise

    capture: Any = apprise.LogCapture
    apprise.logger.propagate = False  # what it logs names addresses: it is for the receipt alone

    plugin = apprise.Apprise.instantiate(service, suppress_exceptions=True)
    if plugin is None:
        return False, "渠道的地址不能读取，见 docs/settings.md"
    plugin.socket_connect_timeout, plugin.socket_read_timeout = _CONNECT_SECONDS, _READ_SECONDS
    level = apprise.logging.DEBUG if isinstance(service, dict) else apprise.logging.INFO
    with _one_at_a_time, capture(level=level, fmt="%(message)s") as log, _heard(plugin) as answers:
        succeeded = bool(plugin.notify(body=body, title=subject, body_format=apprise.NotifyFormat.TEXT))
        said = " | ".join(line for line in log.getvalue().splitlines() if line.strip())
    for answer in answers:
        said = f"{said} | {answer.status_code} {answer.text}"
        succeeded = succeeded and not _refused(answer)
    return succeeded, said


@contextmanager
def _heard(plugin: Any) -> Iterator[list[Any]]:
    """The HTTP answers that a plugin gets while it sends; it throws them away itself. Under `_one_at_a_time`."""
    module: ModuleType = sys.modules[type(plugin).__module__]
    real: Any = getattr(module, "requests", None)
    answers: list[Any] = []
    if real is None:
        yield []
        return

    class Listening:
        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def post(self, *arguments: Any, **options: Any) -> Any:
            return self.request("POST", *arguments, **options)

        def request(self, *arguments: Any, **options: Any) -> Any:
            answers.append(real.request(*arguments, **options))
            return answers[-1]

    module.requests = Listening()  # type: ignore[attr-defined]
    try:
        yield answers
    finally:
        module.requests = real  # type: ignore[attr-defined]


def _refused(answer: Any) -> bool:
    """Whether a robot's answer names an error, whatever its HTTP status."""
    try:
        content = json.loads(answer.text)
    except ValueError:
        return False
    return isinstance(content, dict) and content.get("errcode", 0) not in (0, "0", None)


def _mail_options(server: MailServer, address: str) -> dict[str, Any]:
    return {
        "schema": "mailto",
        "host": server.host,
        "smtp_host": server.host,
        "port": server.port,
        "user": server.user,
        "password": server.password,
        "from_addr": server.sender,
        "targets": [address],
        "secure_mode": {"none": "insecure"}.get(server.security, server.security),
        "secure": server.security != "none",
        "format": "text",
    }


def _hook(part: str) -> tuple[str, str]:
    name, mark, url = part.partition("=")
    if not mark or not name or "://" not in url:
        raise CaseworkError(
            "SHIXIAN_WEBHOOKS 有一项不能读取", remedy="各项写作 名称=地址，以空格分隔，见 docs/settings.md"
        )
    return name, url


def _secrets_of(url: str) -> list[str]:
    """Every part of a robot's URL that may be a secret."""
    rest = url.partition("://")[2].partition("?")[0]
    return [part for part in re.split(r"[/@:]", rest) if len(part) >= 8]


def redacted(text: str, secrets: Sequence[str]) -> str:
    """A receipt of one line, of at most 500 characters, without the secrets."""
    for secret in secrets:
        text = text.replace(secret, "***") if secret else text
    return " ".join(re.sub(r"[\x00-\x1f]", " ", text).split())[:500]


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
