"""The API's own description, OpenAPI 3.1, made from the routes."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from shixian import __version__
from shixian.desk.api import money, reads, writes
from shixian.desk.api.access import ApiAccess, Public, router
from shixian.desk.api.problems import Problem

ABOUT = (
    "公共科技计划的案件、期限、公示、异议与拨付。每一拒绝按 RFC 9457 写明条款（clause）、代码（code）、"
    "处理办法（remedy）和需查明的事实（asks）。写操作须带 Idempotency-Key。"
)


def description() -> dict[str, Any]:
    """The document, with the shape of problems and what token each operation takes."""
    routes = [route for route in router.routes if isinstance(route, APIRoute) and route.include_in_schema]
    found = get_openapi(title="时限", version=__version__, openapi_version="3.1.0", description=ABOUT, routes=routes)
    parts = found.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for route in routes:
        accesses = [one.call for one in route.dependant.dependencies]
        if any(isinstance(one, ApiAccess) for one in accesses):
            for method in route.methods or ():
                found["paths"][route.path_format][method.lower()]["security"] = [{"token": []}]
    return found


@router.get("/openapi.json", include_in_schema=False)
def openapi(request: Request, viewer: Public) -> JSONResponse:
    return JSONResponse(description())


DECLARED = (money, reads, writes)  # importing these declares their routes
