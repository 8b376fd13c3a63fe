"""The REST API's router; `schema` imports the modules that declare its routes, and describes them."""

from __future__ import annotations

from shixian.desk.api import schema
from shixian.desk.api.access import router

__all__ = ["router", "schema"]
