"""Prefect's server with a content security policy: `python -m shixian.operating.prefect_server PORT`.

Prefect's newer pages draw Chinese task names in the run graph (the older ones leave them blank), but call an outside
analytics host on every page. The policy lets a page load and call nothing but the server it came from.
"""

from __future__ import annotations

import sys
from typing import Any

POLICY = (
    b"default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:; "
    b"worker-src 'self' blob:; "
    b"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    b"connect-src 'self' ws: data: blob:; frame-ancestors 'none'"
)


class WithPolicy:
    """ASGI middleware: adds the policy to every HTTP response."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_policy(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"content-security-policy", POLICY)]
            await send(message)

        await self.app(scope, receive, send_with_policy)


def main(port: int) -> None:
    """Serve until told to stop. Settings come from the environment, as for `prefect server start`."""
    import uvicorn
    from prefect.server.api.server import create_app

    app = create_app(final=True)
    uvicorn.run(WithPolicy(app), host="127.0.0.1", port=port, timeout_keep_alive=5, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]))
