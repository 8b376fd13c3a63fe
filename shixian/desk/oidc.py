"""OpenID Connect as an option: people of an account that exists prove who they are at the office's identity provider.

The code flow with state, nonce and PKCE; the ID token is believed after its signature (the provider's published keys),
issuer, audience, end and nonce have been checked. No account is ever made: the token's subject must stand in one.
A state is good once, for ten minutes, and only in the browser that it was made for. Needs the extra `oidc`.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx

from shixian.desk.sessions import SignInRefused
from shixian.rules.errors import CaseworkError, ShixianError
from shixian.rules.periods import minutes_before
from shixian.settings import Settings

BROWSER_COOKIE = "shixian_oidc"
MINUTES = 10  # a person has this long at the provider
MOST = 1000  # sign-ins under way at once
SECONDS = 5.0  # for one answer of the provider
LEEWAY = 60  # seconds that the provider's clock may be off
LARGEST = 256 * 1024  # bytes of an answer
# Signatures by a published key: never `none`, and never a shared secret, which whoever has it could sign with.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384")
AGAIN = "重新登录；仍不成的，用账号和密码登录并告知系统管理员"


class ProviderDown(ShixianError):
    """The identity provider does not answer, or not as it should."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in under way: for which browser, what its token must repeat, and where it goes on."""

    browser: str  # hash of the cookie
    nonce: str
    verifier: str
    redirect_uri: str
    next: str
    began: datetime


@dataclass
class Provider:
    """The identity provider and the sign-ins under way at it; one for each process of the desk."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False, default="")
    _pending: dict[str, Pending] = field(default_factory=dict, repr=False)
    _known: dict[str, Any] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    # -- to the provider ---------------------------------------------------------------------------------------------

    def begin(self, *, redirect_uri: str, next: str, now: datetime) -> tuple[str, str]:
        """Where the browser goes, and the cookie that ties the answer to it. ProviderDown when it cannot be reached."""
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        endpoint = self._described()["authorization_endpoint"]
        state, nonce, verifier, browser = (secrets.token_urlsafe(32) for _ in range(4))
        oldest = minutes_before(now, MINUTES)
        with self._lock:
            for key in [key for key, one in self._pending.items() if one.began < oldest]:
                del self._pending[key]
            while len(self._pending) >= MOST:
                del self._pending[_longest(self._pending)]
            self._pending[_hash(state)] = Pending(_hash(browser), nonce, verifier, redirect_uri, next, now)
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}", browser

    # -- and back ----------------------------------------------------------------------------------------------------

    def finish(self, given: Mapping[str, str], browser: str, *, now: datetime, instant: datetime) -> tuple[str, str]:
        """The subject whom the provider vouches for, and where to go on. SignInRefused for anything that is not so.

        `now` is the desk's clock; `instant` the world's, which the token's times are held against.
        """
        with self._lock:
            pending = self._pending.pop(_hash(given.get("state", "")), None)  # whatever comes of it, good once
        if pending is None or pending.began < minutes_before(now, MINUTES):
            raise SignInRefused("登录请求不存在、已经用过或已经过期", remedy=AGAIN)
        if not hmac.compare_digest(pending.browser, _hash(browser)):
            raise SignInRefused("登录请求不是从这个浏览器发起的", remedy=AGAIN)
        if given.get("iss", self.issuer) != self.issuer:
            raise SignInRefused("回应不是来自所设的身份提供方", remedy=AGAIN)
        if given.get("error") or not given.get("code"):
            raise SignInRefused("身份提供方没有准予登录", remedy=AGAIN)
        answer = self._exchange(given["code"], pending)
        claims = self._checked(answer, pending.nonce, int(instant.timestamp()))
        return str(claims["sub"]), pending.next

    def _exchange(self, code: str, pending: Pending) -> Mapping[str, Any]:
        """What the provider gives for the code; only who holds the verifier can ask."""
        described = self._described()
        body = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": pending.redirect_uri,
            "code_verifier": pending.verifier,
        }
        auth = None
        if not self.client_secret:
            body["client_id"] = self.client_id
        elif "client_secret_basic" in described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
            auth = httpx.BasicAuth(quote(self.client_id, safe=""), quote(self.client_secret, safe=""))
        else:
            body |= {"client_id": self.client_id, "client_secret": self.client_secret}
        return _asked("POST", described["token_endpoint"], data=body, auth=auth)

    def _checked(self, answer: Mapping[str, Any], nonce: str, at: int) -> Mapping[str, Any]:
        """The claims of the ID token, if it is the provider's own, for us, for this sign-in, and still good."""
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import JoseError

        token = answer.get("id_token")
        if not isinstance(token, str):
            raise SignInRefused("身份提供方没有给出身份令牌", remedy=AGAIN)
        header, claims = self._signed(token)
        wanted = {"iss": self.issuer, "aud": self.client_id}
        options = {name: {"essential": True, "value": value} for name, value in wanted.items()}
        access = answer.get("access_token")
        access = access if isinstance(access, str) else ""
        params = {"nonce": nonce, "client_id": self.client_id, "access_token": access}
        try:
            CodeIDToken(claims, header, options, params).validate(now=at, leeway=LEEWAY)
        except (JoseError, TypeError, ValueError, AttributeError) as error:
            raise SignInRefused(f"身份令牌核验不通过（{_reason(error)}）", remedy=AGAIN) from error
        subject = claims["sub"]
        if not isinstance(subject, str) or not subject or not isinstance(claims.get("exp"), int | float):
            raise SignInRefused("身份令牌没有写明身份或有效期", remedy=AGAIN)
        return claims

    def _signed(self, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and claims of a token that one of the provider's keys has signed; new keys are fetched once."""
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import ECKey, RSAKey

        offered = self._described().get("id_token_signing_alg_values_supported", ["RS256"])
        algorithms = [name for name in ALGORITHMS if name in offered]
        kid = _header(token).get("kid")
        for fresh in (False, True):
            for one in self._keys(fresh=fresh):
                kinds: dict[str, Any] = {"RSA": RSAKey, "EC": ECKey}
                fits = one.get("use", "sig") == "sig" and kid in (None, one.get("kid"))
                if not fits or one.get("kty") not in kinds:
                    continue
                try:
                    found = jwt.decode(token, kinds[one["kty"]].import_key(one), algorithms=algorithms)
                except (JoseError, ValueError, TypeError):
                    continue
                if isinstance(found.claims, dict):
                    return dict(found.header), found.claims
        raise SignInRefused("身份令牌的签名不是身份提供方的", remedy=AGAIN)

    # -- what the provider says of itself ------------------------------------------------------------------------------

    def _described(self) -> Mapping[str, Any]:
        """Its discovery document, asked once."""
        if "described" not in self._known:
            told = _asked("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if told.get("issuer") != self.issuer:
                raise ProviderDown("身份提供方自称的地址与设置不符", remedy="核对 SHIXIAN_OIDC_ISSUER")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                _safe(str(told.get(name, "")))
            self._known["described"] = told
        found: Mapping[str, Any] = self._known["described"]
        return found

    def _keys(self, *, fresh: bool) -> list[dict[str, Any]]:
        if fresh or "keys" not in self._known:
            keys = _asked("GET", self._described()["jwks_uri"]).get("keys")
            self._known["keys"] = [one for one in keys if isinstance(one, dict)] if isinstance(keys, list) else []
        found: list[dict[str, Any]] = self._known["keys"]
        return found


def provider_of(settings: Settings) -> Provider | None:
    """The provider that the settings name, or None. CaseworkError for half a setting or without the extra `oidc`,
    ProviderDown for an address that can be read on the way."""
    if settings.oidc_issuer is None and settings.oidc_client_id is None:
        return None
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        raise CaseworkError("SHIXIAN_OIDC_ISSUER 与 SHIXIAN_OIDC_CLIENT_ID 须一并设置", remedy="见 docs/settings.md")
    try:
        import authlib.oidc.core  # noqa: F401
    except ImportError as error:
        raise CaseworkError("统一身份登录需要附加组件", remedy="安装 shixian[oidc]") from error
    _safe(settings.oidc_issuer)
    secret = settings.oidc_client_secret
    return Provider(settings.oidc_issuer, settings.oidc_client_id, secret.get_secret_value() if secret else "")


def _asked(method: str, address: str, **options: Any) -> dict[str, Any]:
    """The JSON object that the provider answers. ProviderDown for anything else; redirects are not followed."""
    remedy = "稍后再试，或用账号和密码登录"
    try:
        with httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False) as client:
            answer = client.request(method, _safe(address), **options)
        found = json.loads(answer.content) if len(answer.content) <= LARGEST else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise ProviderDown("身份提供方没有回应", remedy=remedy) from error
    if 400 <= answer.status_code < 500 and method == "POST":
        raise SignInRefused("身份提供方不接受这次登录", remedy=AGAIN)
    if answer.status_code != 200 or not isinstance(found, dict):
        raise ProviderDown("身份提供方的回应不能读取", remedy=remedy)
    return found


def _safe(address: str) -> str:
    """The address, if what goes there cannot be read on the way: HTTPS, or this machine."""
    try:
        parts = urlsplit(address)
        local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    except ValueError as error:
        raise ProviderDown("身份提供方的地址不能读取", remedy="核对 SHIXIAN_OIDC_ISSUER") from error
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and local)):
        raise ProviderDown("身份提供方的地址须为 https", remedy="核对 SHIXIAN_OIDC_ISSUER")
    return address


def _longest(pending: Mapping[str, Pending]) -> str:
    """The sign-in that has waited longest."""
    return next(iter(pending))


def _header(token: str) -> dict[str, Any]:
    from base64 import urlsafe_b64decode

    try:
        part = token.split(".")[0]
        found = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, UnicodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _reason(error: Exception) -> str:
    return str(getattr(error, "claim", "") or getattr(error, "error", "") or type(error).__name__)


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()
