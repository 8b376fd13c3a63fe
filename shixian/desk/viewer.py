"""Who looks at a page: the signed-in person (or nobody), the language, and the desk that serves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from fastapi import Request
from sqlalchemy import Engine

from shixian.casework.staff.people import THE_SYSTEM, Permission, Person
from shixian.desk.config import DeskConfig
from shixian.desk.sessions import COOKIE, person_of_session

LANGUAGE_COOKIE = "shixian_language"


class SignInNeeded(Exception):
    """The page is for signed-in people: the browser is led to the sign-in page and back."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """`person` is None for the public. `language` is "zh" or "en"."""

    person: Person | None
    language: str
    config: DeskConfig
    address: str

    @property
    def engine(self) -> Engine:
        return self.config.engine

    @property
    def someone(self) -> Person:
        """The person of a page that takes a sign-in."""
        if self.person is None:
            raise SignInNeeded()
        return self.person

    def may(self, permission: Permission) -> bool:
        return self.person is not None and self.person.may(permission)


def config_of(request: Request) -> DeskConfig:
    return cast(DeskConfig, request.app.state.config)


def viewer_of(request: Request) -> Viewer:
    """The viewer of a request; looked up once a request."""
    known = getattr(request.state, "viewer", None)
    if known is not None:
        return cast(Viewer, known)
    config = config_of(request)
    token = request.cookies.get(COOKIE, "")
    person = person_of_session(config.engine, token, now=config.now()) if token else None
    if person is not None and person.key == THE_SYSTEM.key:
        person = None
    language = request.cookies.get(LANGUAGE_COOKIE, "zh")
    address = request.client.host if request.client else ""
    viewer = Viewer(person, language if language in ("zh", "en") else "zh", config, address)
    request.state.viewer = viewer
    return viewer
