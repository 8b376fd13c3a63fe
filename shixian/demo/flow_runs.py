"""Real flow runs from within this process: the very flows of `flows/`, against the server that is up."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from datetime import date
from importlib import import_module
from typing import Any

from shixian.rules.lifecycle import Lifecycle

PROVINCES = ("shanghai", "jiangsu", "zhejiang", "anhui")


class FlowRuns:
    """Runs a lifecycle's flow for a day. Prefect is imported at the first run: by then its server is named."""

    def __init__(self, lifecycles: Mapping[str, Lifecycle]) -> None:
        self.lifecycles = lifecycles
        self._flows: dict[str, Any] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self, key: str, as_of: date) -> int:
        """Run it; gives how many cases moved. A failed run raises."""
        if not self._flows:
            self._load()
        assert self._loop is not None
        result = self._loop.run_until_complete(self._flows[key](as_of=as_of))
        return int(result["moved"])

    def disburse(self, batch: str, person: str) -> dict[str, Any]:
        """Release a batch by the flow that finance starts by hand; gives its report."""
        if not self._flows:
            self._load()
        assert self._loop is not None
        flow = import_module("flows.disbursement").disburse_batch
        report: dict[str, Any] = self._loop.run_until_complete(flow(batch=batch, person=person))
        return report

    def _load(self) -> None:
        # The runs' logs go to the server, where the operator reads them, and not to this terminal.
        os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "ERROR"
        for province in PROVINCES:
            try:
                module = import_module(f"flows.{province}")
            except ModuleNotFoundError:
                continue
            self._flows |= {
                flow.lifecycle: flow for flow in vars(module).values() if hasattr(flow, "lifecycle") and callable(flow)
            }
        self._loop = asyncio.new_event_loop()

