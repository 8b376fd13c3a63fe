"""Who calls: a bearer token names a client, and the client's account decides what it may do. Cookies count for nothing
here, so that no browser can be led to write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from shixian.casework.staff.api_clients import Client, find_client
from shixian.casework.staff.people import Permission
from shixian.desk.access import PUBLIC, Access
from shixian.desk.viewer import SignInNeeded, Viewer, config_of
from shixian.rules.errors import NotPermitted

PREFIX = "/api/v1"
router = APIRouter(prefix=PREFIX)


@dataclass(frozen=True)
class ApiAccess(Access):
    """As `Access`, for a client's token in `Authorization: Bearer`. Gives the viewer; the client is `client_of`."""

    def __call__(self, request: Request) -> Viewer:
        config = config_of(request)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        client = find_client(config.engine, token.strip()) if scheme.lower() == "bearer" else None
        if client is None:
            raise SignInNeeded()
        address = request.client.host if request.client else ""
        viewer = Viewer(client.person, "zh", config, address)
        request.state.viewer, request.state.client = viewer, client
        if self.any_of and not any(client.person.may(permission) for permission in self.any_of):
            wanted = "、".join(permission.value for permission in self.any_of)
            raise NotPermitted(
                f"“{client.name}”（账号 {client.person.key}）无权使用本接口（{wanted}）", remedy="换用有此权限的客户端"
            )
        return viewer


def client_of(request: Request) -> Client:
    """The client of a request that an `ApiAccess` let through."""
    found: Client = request.state.client
    return found


READS = ApiAccess((Permission.READ_CASES,))
OPENS = ApiAccess((Permission.OPEN_CASE,))
ACTS = ApiAccess((Permission.PARTY_ACT, Permission.OFFICE_ACT, Permission.HEAD_ACT))
OBJECTS = ApiAccess((Permission.OBJECT,))
CALLS = ApiAccess((Permission.SET_CALL,))
MAKES = ApiAccess((Permission.MAKE_BATCH,))
CHECKS = ApiAccess((Permission.CHECK_BATCH,))
RELEASES = ApiAccess((Permission.RELEASE_BATCH,))
CANCELS = ApiAccess((Permission.MAKE_BATCH, Permission.CHECK_BATCH))

Public = Annotated[Viewer, Depends(PUBLIC)]
Reader = Annotated[Viewer, Depends(READS)]
