"""Who may open which page: every route names one `Access`, and a test walks every route with every role.

A route without one does not start: `check_routes` raises when the desk is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute

from shixian.casework.staff.people import Permission
from shixian.desk.viewer import SignInNeeded, Viewer, viewer_of
from shixian.rules.errors import NotPermitted


@dataclass(frozen=True)
class Access:
    """A FastAPI dependency that gives the `Viewer`, or refuses. `anyone`: no sign-in. `any_of`: one of these suffices;
    empty: every signed-in account."""

    any_of: tuple[Permission, ...] = ()
    anyone: bool = False

    def __call__(self, request: Request) -> Viewer:
        viewer = viewer_of(request)
        if self.anyone:
            return viewer
        if viewer.person is None:
            raise SignInNeeded()
        if self.any_of and not any(viewer.person.may(permission) for permission in self.any_of):
            wanted = "、".join(permission.value for permission in self.any_of)
            raise NotPermitted(f"“{viewer.person.name}”无权打开本页（{wanted}）", remedy="请有此权限的人员办理")
        return viewer

    def allows(self, permissions: frozenset[Permission] | None) -> bool:
        """Whether an account with these permissions may open it; None: nobody signed in."""
        if self.anyone:
            return True
        return permissions is not None and (not self.any_of or bool(permissions & set(self.any_of)))


PUBLIC = Access(anyone=True)
SIGNED_IN = Access()
READERS = Access((Permission.READ_CASES,))


def accesses(app: FastAPI) -> Iterator[tuple[APIRoute, Access]]:
    """Every route with the access that it names."""
    for route in _leaves(app.routes):
        if isinstance(route, APIRoute):
            named = [found.call for found in route.dependant.dependencies if isinstance(found.call, Access)]
            if len(named) != 1:
                raise TypeError(f"{route.path} names {len(named)} accesses instead of one")
            access: Any = named[0]
            yield route, access


def _leaves(routes: Sequence[Any]) -> Iterator[Any]:
    """The routes themselves, also of routers that were included."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from _leaves(inner.routes)


def check_routes(app: FastAPI) -> None:
    """TypeError when a route does not name exactly one access."""
    assert list(accesses(app)), "no routes"
