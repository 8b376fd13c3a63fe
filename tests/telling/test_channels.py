"""Channels against real conversations: SMTP with the practice sink, HTTP with a robot that accepts or refuses."""

from __future__ import annotations

import json
import smtplib
import socket
from pathlib import Path

import pytest
from pydantic import SecretStr

from shixian.rules.errors import CaseworkError
from shixian.settings import Settings
from shixian.telling.channels import Channels, MailServer, redacted
from shixian.telling.mail_sink import HOST, read_mails
from tests.telling.house import robot, sink

SUBJECT = "【督办】SH-MF-2021-0001 形式审查已逾期（期限 2021-03-04）——请“李处长”尽快督促办理，勿再拖延"
BODY = "国家科技重大专项资金配套　案号 SH-MF-2021-0001\n.一行以点开头\n..\n第八条"


def mail_at(port: int) -> Channels:
    return Channels(mail=MailServer(HOST, port, "none", "shixian@example.cn"))


def test_a_chinese_subject_and_body_arrive_unharmed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with sink(tmp_path) as port:
        (sent,) = mail_at(port).send(["li@example.cn"], SUBJECT, BODY)
    assert sent.succeeded and sent.channel == "mail" and "li@example.cn" in sent.receipt
    assert not [one for one in caplog.records if "li@example.cn" in one.getMessage()], "no address in any log"
    (mail,) = read_mails(tmp_path)
    assert mail.subject == SUBJECT
    assert [line.strip() for line in mail.body.strip().splitlines()] == BODY.splitlines()
    assert "shixian@example.cn" in mail.sender and mail.recipient == "li@example.cn"


def test_a_subject_cannot_bring_headers_along(tmp_path: Path) -> None:
    with sink(tmp_path) as port:
        mail_at(port).send(["li@example.cn"], "主题\r\nBcc: eve@example.cn", "正文")
    (mail,) = read_mails(tmp_path)
    assert mail.subject == "主题 Bcc: eve@example.cn" and "\nBcc:" not in mail.file.read_text("utf-8")


def test_the_sink_speaks_smtp_and_refuses_what_is_out_of_order(tmp_path: Path) -> None:
    with sink(tmp_path) as port, smtplib.SMTP(HOST, port) as client:
        assert client.ehlo()[0] == 250 and client.docmd("DATA")[0] == 503 and client.docmd("AUTH")[0] == 502
        client.sendmail("a@b.cn", ["c@d.cn", "e@f.cn"], b"Subject: one\r\n\r\n.\r\n..two\r\n")
        client.sendmail("a@b.cn", ["c@d.cn"], b"Subject: two\r\n\r\nbody\r\n")
    one, two = read_mails(tmp_path)
    assert (one.recipient, one.subject, one.body) == (
        "c@d.cn, e@f.cn",
        "one",
        ".\r\n..two\r\n",
    ) and two.subject == "two"


def test_a_server_that_is_not_there_is_a_failed_try_with_its_reason() -> None:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    (sent,) = mail_at(port).send(["li@example.cn"], "主题", "正文")
    assert not sent.succeeded and "refused" in sent.receipt.lower()


def test_a_webhook_gets_the_message_and_its_answer_is_the_receipt() -> None:
    with robot() as (port, bodies):
        channels = Channels(webhooks={"duty": f"json://{HOST}:{port}/hook"})
        (sent,) = channels.send(["webhook:duty"], "主题", "正文")
    assert sent.succeeded and sent.address == "webhook:duty" and '"errcode":0' in sent.receipt
    content = json.loads(bodies[0])
    assert content["title"] == "主题" and content["message"] == "正文"


@pytest.mark.parametrize(("plugin", "url"), [("wecombot", "wecombot://{0}"), ("dingtalk", "dingtalk://{0}")])
@pytest.mark.parametrize(
    ("answer", "status", "succeeded"),
    [
        (b'{"errcode":0,"errmsg":"ok"}', 200, True),
        (b'{"errcode":93000,"errmsg":"invalid webhook url"}', 200, False),  # refused, with a 200
        (b"down", 503, False),
    ],
)
def test_a_robot_that_refuses_with_200_has_not_taken_the_message(
    monkeypatch: pytest.MonkeyPatch, plugin: str, url: str, answer: bytes, status: int, succeeded: bool
) -> None:
    key = "abcdef0123456789abcdef0123456789"
    from apprise.plugins.dingtalk import NotifyDingTalk
    from apprise.plugins.wecombot import NotifyWeComBot

    with robot(answer, status) as (port, bodies):
        for kind in (NotifyWeComBot, NotifyDingTalk):
            monkeypatch.setattr(kind, "notify_url", f"http://{HOST}:{port}/" + "{key}{token}")
        monkeypatch.setattr(NotifyWeComBot, "notify_url", f"http://{HOST}:{port}/" + "{key}")
        monkeypatch.setattr(NotifyDingTalk, "notify_url", f"http://{HOST}:{port}/" + "{token}")
        (sent,) = Channels(webhooks={"x": url.format(key)}).send(["webhook:x"], "【督办】主题", "正文")
    assert sent.succeeded is succeeded and key not in sent.receipt
    said = json.loads(bodies[0])["text"]["content"]
    assert "【督办】主题" in said and "正文" in said, plugin


def test_addresses_are_tried_in_order_until_one_succeeds(tmp_path: Path) -> None:
    with robot(b"no", 500) as (port, _), sink(tmp_path) as smtp:
        channels = Channels(MailServer(HOST, smtp, "none", "s@example.cn"), {"x": f"json://{HOST}:{port}/"})
        where, fallback = channels.addresses("webhook:x  webhook:unknown li@example.cn wang@example.cn")
        tried = channels.send(where, "主题", "正文")
    assert not fallback and [(one.address, one.succeeded) for one in tried] == [
        ("webhook:x", False),
        ("li@example.cn", True),
    ]
    assert len(read_mails(tmp_path)) == 1


def test_what_can_be_carried() -> None:
    channels = Channels(webhooks={"x": "json://localhost/"}, fallback="webhook:x")
    assert channels.addresses(" ") == (("webhook:x",), True) and channels.carries(["webhook:x"])
    assert not channels.carries(["li@example.cn"]) and not channels.carries(["webhook:y"]) and not channels.carries([])
    assert not mail_at(25).carries(["not an address"]) and not mail_at(25).carries(["mailto://a@b.cn"])


def test_from_the_settings_secrets_are_not_shown_and_mistakes_are_named() -> None:
    known = Settings(
        mail_server="mail.example:587",
        mail_user="shixian",
        mail_password=SecretStr("geheim-8-zeichen"),
        webhooks=SecretStr("duty=wecombot://key-of-robot-1 night=json://localhost/x"),
        tell_fallback="ops@example.cn",
    )
    channels = Channels.of(known)
    assert channels.mail is not None and (channels.mail.host, channels.mail.port) == ("mail.example", 587)
    assert set(channels.webhooks) == {"duty", "night"} and channels.fallback == "ops@example.cn"
    assert "geheim" not in repr(channels) + repr(known) and "robot-1" not in repr(channels) + repr(known)
    assert Channels.of(Settings()).mail is None
    for wrong in (
        {"mail_server": "mail.example"},
        {"mail_server": "mail.example:587", "mail_security": "none"},
        {"webhooks": SecretStr("wecombot://secret-key")},
    ):
        with pytest.raises(CaseworkError) as caught:
            Channels.of(Settings(**wrong))
        assert "secret-key" not in str(caught.value)


def test_a_receipt_holds_no_secret_and_no_second_line() -> None:
    assert redacted("a secret-1\nb" + "x" * 600, ["secret-1", ""]).startswith("a *** bxxx")
    assert len(redacted("x" * 600, [])) == 500
