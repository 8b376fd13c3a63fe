"""Sign-in through an identity provider: who is vouched for gets in, and every way of forging it does not."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from httpx import Response
from joserfc import jwt
from joserfc.jwk import RSAKey
from pydantic import SecretStr
from sqlalchemy import func, select, update
from starlette.testclient import TestClient

from models import desk_session
from models import person as person_table
from shixian.casework.database import reading, transaction
from shixian.casework.staff.people import Role
from shixian.desk.config import DeskConfig
from shixian.desk.oidc import LEEWAY, MINUTES, Provider, ProviderDown, provider_of
from shixian.desk.sessions import COOKIE, tries
from shixian.rules.errors import CaseworkError
from shixian.settings import Settings
from tests.desk.identity_provider import CLIENT, SECRET, IdentityProvider, identity_provider
from tests.desk.office import PEOPLE, Clock, client_for

BACK = "/sign-in/oidc/callback"


@pytest.fixture
def provider(desk_clock: Clock) -> Iterator[IdentityProvider]:
    with identity_provider(lambda: int(desk_clock().timestamp())) as found:
        yield found


@pytest.fixture
def joined(desk: DeskConfig, provider: IdentityProvider) -> DeskConfig:
    """The desk with the provider set, and the officer's account with a subject."""
    with transaction(desk.engine) as connection:
        row = update(person_table).where(person_table.c.key == PEOPLE[Role.OFFICER].key)
        connection.execute(row.values(subject=provider.subject))
    return replace(desk, oidc=Provider(provider.issuer, CLIENT, SECRET))


@pytest.fixture
def browser(joined: DeskConfig) -> Iterator[TestClient]:
    with client_for(joined, None) as client:
        yield client


def leave(browser: TestClient, next: str = "/worklist?tab=all") -> str:
    answer = browser.get("/sign-in/oidc", params={"next": next})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def arrive(browser: TestClient, provider: IdentityProvider, **changes: str) -> Response:
    return browser.get(BACK, params=provider.authorize(leave(browser)) | changes)


def sessions(desk: DeskConfig) -> int:
    with reading(desk.engine) as connection:
        return int(connection.scalar(select(func.count()).select_from(desk_session)) or 0)


def refused(answer: Response, desk: DeskConfig, why: str, status: int = 401) -> None:
    assert answer.status_code == status and why in answer.text, answer.text[-1500:]
    assert COOKIE not in answer.cookies and sessions(desk) == 0


def test_who_is_vouched_for_is_signed_in(browser: TestClient, provider: IdentityProvider, joined: DeskConfig) -> None:
    assert "/sign-in/oidc?next=" in browser.get("/sign-in?next=/worklist").text
    answer = arrive(browser, provider)
    assert answer.status_code == 200 and 'content="0;url=/worklist?tab=all"' in answer.text, answer.text
    cookies = answer.headers.get_list("set-cookie")
    own = next(one for one in cookies if one.startswith(COOKIE))
    assert "HttpOnly" in own and "SameSite=strict" in own
    assert PEOPLE[Role.OFFICER].name in browser.get("/worklist?tab=all").text
    assert not provider.refusals and sessions(joined) == 1
    assert tries(joined.engine)[0][1:] == ("officer", "testclient", True)


def test_the_redirect_back_is_the_desks_own_page_and_nothing_else(browser: TestClient, provider: Any) -> None:
    address = leave(browser, next="https://evil.invalid/")
    assert "redirect_uri=http%3A%2F%2Fdesk.test%2Fsign-in%2Foidc%2Fcallback" in address
    answer = browser.get(BACK, params=provider.authorize(address))
    assert 'content="0;url=/"' in answer.text and "evil" not in answer.text


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("nonce", lambda claims: claims | {"nonce": "another"}),
        ("nonce", lambda claims: {name: claims[name] for name in claims if name != "nonce"}),
        ("aud", lambda claims: claims | {"aud": "another-client"}),
        ("aud", lambda claims: claims | {"aud": []}),
        ("azp", lambda claims: claims | {"aud": [CLIENT, "another-client"]}),
        ("azp", lambda claims: claims | {"azp": "another-client"}),
        ("iss", lambda claims: claims | {"iss": "https://another.invalid"}),
        ("exp", lambda claims: {name: claims[name] for name in claims if name != "exp"}),
        ("exp", lambda claims: claims | {"exp": "later"}),
        ("核验不通过", lambda claims: claims | {"exp": claims["iat"] - LEEWAY - 1}),  # expired
        ("核验不通过", lambda claims: claims | {"iat": claims["iat"] + LEEWAY + 1}),  # made in the future
        ("核验不通过", lambda claims: claims | {"nbf": claims["iat"] + LEEWAY + 1}),
        ("sub", lambda claims: {name: claims[name] for name in claims if name != "sub"}),
        ("没有写明身份", lambda claims: claims | {"sub": ""}),
        ("at_hash", lambda claims: claims | {"at_hash": "of another token"}),
        ("没有与该身份对应的账号", lambda claims: claims | {"sub": "u-9999"}),
        ("没有与该身份对应的账号", lambda claims: claims | {"sub": "officer"}),  # an account's key is no subject
    ],
)
def test_a_token_that_says_otherwise_is_refused(
    browser: TestClient, provider: IdentityProvider, joined: DeskConfig, why: str, change: Any
) -> None:
    provider.claims = change
    refused(arrive(browser, provider), joined, why)
    provider.claims = lambda claims: claims
    assert arrive(browser, provider).status_code == 200  # the same way, unchanged, lets in


def test_a_token_signed_by_anybody_else_is_refused(
    browser: TestClient, provider: IdentityProvider, joined: DeskConfig
) -> None:
    provider.signer = RSAKey.generate_key(2048, {"kid": "one"})  # the published key stays as it was
    refused(arrive(browser, provider), joined, "签名")


@pytest.mark.parametrize("how", ["none", "shared", "cut", "garbage"])
def test_a_token_without_a_signature_of_a_published_key_is_refused(
    browser: TestClient, provider: IdentityProvider, joined: DeskConfig, how: str
) -> None:
    """`none`, and HS256 with the published key as its secret, are refused although the provider says it offers them."""
    address = leave(browser)
    given = provider.authorize(address)
    at = provider.now()
    nonce = provider.codes[given["code"]]["nonce"]
    claims = {"iss": provider.issuer, "sub": provider.subject, "aud": CLIENT, "exp": at + 300, "iat": at}
    claims["nonce"] = nonce

    def part(value: Any) -> str:
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        return base64.urlsafe_b64encode(content).decode().rstrip("=")

    signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, provider.signer)
    shared = f"{part({'alg': 'HS256', 'kid': 'one'})}.{part(claims)}"
    mark = hmac.digest(provider.signer.as_pem(private=False), shared.encode(), "sha256")
    provider.token = {
        "none": f"{part({'alg': 'none', 'kid': 'one'})}.{part(claims)}.",
        "shared": f"{shared}.{part(mark)}",
        "cut": signed.rpartition(".")[0] + ".",
        "garbage": "not a token",
    }[how]
    refused(browser.get(BACK, params=given), joined, "签名")


def test_new_keys_of_the_provider_are_fetched(browser: TestClient, provider: IdentityProvider) -> None:
    assert arrive(browser, provider).status_code == 200
    provider.signer = RSAKey.generate_key(2048, {"kid": "one"})
    provider.published = [provider.signer]
    assert arrive(browser, provider).status_code == 200


def test_a_state_is_good_once(browser: TestClient, provider: IdentityProvider, joined: DeskConfig) -> None:
    given = provider.authorize(leave(browser))
    cookie = browser.cookies["shixian_oidc"]
    assert browser.get(BACK, params=given).status_code == 200
    provider.codes[given["code"]] = {"code_challenge": "", "redirect_uri": "", "nonce": ""}  # were the code good twice
    browser.cookies.clear()
    browser.cookies.set("shixian_oidc", cookie, path="/sign-in/oidc")
    again = browser.get(BACK, params=given)
    assert again.status_code == 401 and "已经用过" in again.text and sessions(joined) == 1
    assert given["code"] in provider.codes  # the provider was not even asked


def test_a_state_of_another_browser_or_of_nobody_is_refused(
    browser: TestClient, provider: IdentityProvider, joined: DeskConfig
) -> None:
    """Somebody else's answer, slipped to this browser, would sign it in as him."""
    given = provider.authorize(leave(browser))
    with client_for(joined, None) as victim:
        refused(victim.get(BACK, params=given), joined, "不是从这个浏览器发起的")
        leave(victim)
        refused(victim.get(BACK, params=given), joined, "已经用过")  # the first try has spent it
    refused(browser.get(BACK, params={"code": "x", "state": "made up"}), joined, "登录请求不存在")
    refused(browser.get(BACK), joined, "登录请求不存在")


def test_a_state_that_waited_too_long_is_refused(
    browser: TestClient, provider: IdentityProvider, joined: DeskConfig, desk_clock: Clock
) -> None:
    given = provider.authorize(leave(browser))
    desk_clock.at(f"2021-06-10T10:{MINUTES + 1}")
    refused(browser.get(BACK, params=given), joined, "已经过期")


def test_no_is_no(browser: TestClient, provider: IdentityProvider, joined: DeskConfig) -> None:
    refused(arrive(browser, provider, error="access_denied"), joined, "没有准予登录")
    refused(arrive(browser, provider, iss="https://another.invalid"), joined, "不是来自所设的身份提供方")
    refused(arrive(browser, provider, code="made up"), joined, "不接受这次登录")
    provider.token = ""
    provider.exchange = lambda form, authorization: (200, {"access_token": "a"})  # type: ignore[method-assign]
    refused(arrive(browser, provider), joined, "没有给出身份令牌")


def test_a_closed_account_stays_out(browser: TestClient, provider: IdentityProvider, joined: DeskConfig) -> None:
    with transaction(joined.engine) as connection:
        connection.execute(update(person_table).where(person_table.c.key == "officer").values(active=False))
    refused(arrive(browser, provider), joined, "账号已停用")
    assert tries(joined.engine)[0][1:] == (f"oidc:{provider.subject}", "testclient", False)


def test_accounts_without_a_subject_are_nobodys(
    browser: TestClient, provider: IdentityProvider, joined: DeskConfig
) -> None:
    """And two accounts with one subject are an error that signs in neither."""
    with transaction(joined.engine) as connection:
        people = update(person_table).where(person_table.c.key.in_(("auditor", "officer")))
        connection.execute(people.values(subject=provider.subject))
    refused(arrive(browser, provider), joined, "没有与该身份对应的账号")


def test_a_provider_that_is_down_or_another_leaves_passwords(provider: IdentityProvider, desk: DeskConfig) -> None:
    def answer() -> Response:
        with client_for(replace(desk, oidc=Provider(provider.issuer, CLIENT, SECRET)), None) as client:
            return client.get("/sign-in/oidc")

    provider.broken = True
    down = answer()
    assert down.status_code == 503 and "身份提供方没有回应" in down.text and 'name="password"' in down.text
    provider.broken = False
    provider.described = lambda told: told | {"issuer": "https://another.invalid"}
    assert answer().status_code == 503
    provider.described = lambda told: told | {"token_endpoint": "http://other.invalid/token"}
    assert "须为 https" in answer().text
    provider.described = lambda told: told
    assert answer().status_code == 303


def test_without_a_provider_there_is_no_such_page(desk: DeskConfig) -> None:
    with client_for(desk, None) as client:
        assert "/sign-in/oidc" not in client.get("/sign-in").text
        assert client.get("/sign-in/oidc").status_code == client.get(BACK).status_code == 404


def test_the_settings_make_the_provider() -> None:
    assert provider_of(Settings()) is None
    whole = Settings(oidc_issuer="https://id.invalid", oidc_client_id=CLIENT, oidc_client_secret=SecretStr(SECRET))
    found = provider_of(whole)
    assert found is not None and found.client_secret == SECRET and SECRET not in repr(found) + repr(whole)
    with pytest.raises(CaseworkError, match="须一并设置"):
        provider_of(Settings(oidc_client_id=CLIENT))
    with pytest.raises(ProviderDown, match="须为 https"):
        provider_of(Settings(oidc_issuer="http://id.invalid", oidc_client_id=CLIENT))
