"""Puts the desk together: routes, errors, guards, static files. One router a group of pages, listed in ROUTERS."""

from __future__ import annotations

from importlib import import_module

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from shixian import __version__
from shixian.desk import errors
from shixian.desk.access import check_routes
from shixian.desk.config import DeskConfig
from shixian.desk.pages import STATIC
from shixian.desk.security import guard

# Module of shixian/desk/routes -> its `router`. Order is the order of matching.
ROUTERS = (
    "signin",
    "oidc",
    "home",
    "mine",
    "worklist",
    "exports",
    "cycles",
    "settings",
    "administration",
    "outages",
    "clients",
    "acts",
    "documents",
    "case",
    "api",
    "objections",
    "notices",
    "progress",
    "regulations",
    "bulk",
    "finance",
    "finance_books",
    "audit",
)


def create_app(config: DeskConfig) -> FastAPI:
    """The desk over a database. Interactive API pages are not served: they load from outside."""
    app = FastAPI(title="时限", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.config = config
    app.middleware("http")(guard)
    errors.install(app)
    for name in ROUTERS:
        app.include_router(import_module(f"shixian.desk.routes.{name}").router)
    check_routes(app)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app
