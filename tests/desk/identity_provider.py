"""A small identity provider on this machine: discovery, keys and tokens over HTTP, and ways to make each wrong."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "shixian-desk", "秘密 & +%"
Change = Callable[[dict[str, Any]], dict[str, Any]]


class IdentityProvider(ThreadingHTTPServer):
    """Whoever comes is `subject`. `claims` changes what a token says; `signer` and `published` are its keys."""

    daemon_threads = True

    def __init__(self, now: Callable[[], int]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.now = now
        self.subject = "u-1001"
        self.signer = RSAKey.generate_key(2048, {"kid": "one"})
        self.published = [self.signer]
        self.claims: Change = lambda claims: claims
        self.described: Change = lambda described: described
        self.token: str | None = None  # instead of a signed one
        self.broken = False
        self.codes: dict[str, dict[str, str]] = {}
        self.refusals: list[str] = []

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def authorize(self, address: str) -> dict[str, str]:
        """A person says yes at the provider's page: the parameters that the browser carries back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code" and asked["client_id"] == CLIENT and asked["scope"] == "openid"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def exchange(self, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        """The token of a code, once, to the client that holds the secret and the verifier."""
        asked = self.codes.pop(form.get("code", ""), None)
        named = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        checks = {
            "code": asked is not None,
            "client": named == "shixian-desk:%E7%A7%98%E5%AF%86%20%26%20%2B%25",
            "verifier": asked is not None and challenge.decode().rstrip("=") == asked["code_challenge"],
            "redirect": asked is not None and form.get("redirect_uri") == asked["redirect_uri"],
        }
        self.refusals += [name for name, right in checks.items() if not right]
        if asked is None or not all(checks.values()):
            return 400, {"error": "invalid_grant"}
        at = self.now()
        claims = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT, "exp": at + 300, "iat": at}
        said = self.claims(claims | {"nonce": asked["nonce"]})
        token = jwt.encode({"alg": "RS256", "kid": "one"}, said, self.signer)
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": self.token or token}

    def answer(self, path: str) -> Any:
        if path == "/keys":
            return {"keys": [key.as_dict(private=False) for key in self.published]}
        if path == "/.well-known/openid-configuration":
            return self.described(
                {
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/keys",
                    "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
                }
            )
        return None


class _Handler(BaseHTTPRequestHandler):
    server: IdentityProvider

    def do_GET(self) -> None:
        self._send(200, self.server.answer(self.path))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self._send(*self.server.exchange(form, self.headers.get("authorization", "")))

    def _send(self, status: int, value: Any) -> None:
        content = b"<html>" if self.server.broken else json.dumps(value).encode()
        self.send_response(status if value is not None else 404)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def identity_provider(now: Callable[[], int]) -> Iterator[IdentityProvider]:
    server = IdentityProvider(now)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
