"""A small HTTP server that answers as Prefect's API does for what the desk asks: a deployment, a run, its state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

RUN = "6f9b2a52-7a63-4a39-9a0f-0c8f0f8ad001"
DEPLOYMENT = "0a0b0c0d-7a63-4a39-9a0f-0c8f0f8ad002"


class Stub(ThreadingHTTPServer):
    """`asked` holds every request; `state` is the state of the one run there is."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, Any]] = []
        self.state = "RUNNING"
        self.broken = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Stub

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        self._answer(json.loads(self.rfile.read(length)))

    def _answer(self, body: Any) -> None:
        self.server.asked.append((self.command, self.path, body))
        run = {
            "id": RUN,
            "state_type": self.server.state,
            "state": {"message": "m"},
            "parameters": {"as_of": "2021-06-10"},
        }
        known: dict[tuple[str, str], Any] = {
            ("GET", "/api/deployments/name/sh-award/daily"): {"id": DEPLOYMENT},
            ("POST", f"/api/deployments/{DEPLOYMENT}/create_flow_run"): run,
            ("GET", f"/api/flow_runs/{RUN}"): run,
            ("GET", "/api/health"): {},
        }
        found = known.get((self.command, self.path))
        content = b"<html>" if self.server.broken else json.dumps(found).encode()
        self.send_response(404 if found is None else 200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def prefect_stub() -> Iterator[Stub]:
    server = Stub()
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
