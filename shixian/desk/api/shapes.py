"""What may be sent: typed, bounded, and without characters or numbers that no database keeps."""

from __future__ import annotations

import base64
import binascii
from datetime import date
from typing import Annotated, Any

from fastapi import Header, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

BIGGEST = 2**63 - 1
MOST_A_PAGE = 200
_TEXT = r"^[^\x00-\x08\x0b-\x1f\x7f]*$"
_LINE = r"^[^\x00-\x1f\x7f]*$"

Key = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_.\-]+$")]
Line = Annotated[str, Field(max_length=500, pattern=_LINE)]
Text = Annotated[str, Field(max_length=4000, pattern=_TEXT)]
Whole = Annotated[int, Field(ge=-BIGGEST - 1, le=BIGGEST, strict=True)]
Year = Annotated[int, Field(ge=1900, le=2999, strict=True)]
Given = dict[Key, bool | Whole | Text | list[Text] | None]

Limit = Annotated[int, Query(ge=1, le=MOST_A_PAGE, description="at most so many on a page")]
After = Annotated[int, Query(ge=0, le=BIGGEST, description="the cursor `next` of the page before")]
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="a random key of the client's: the same request again gets the same answer, and is done once",
    ),
]


def _in_our_time(value: Any) -> Any:
    if not 1950 <= value.year <= 2999:
        raise ValueError("年份须在 1950 至 2999 之间")
    return value


Day = Annotated[date, AfterValidator(_in_our_time)]
Instant = Annotated[AwareDatetime, AfterValidator(_in_our_time)]


class Shape(BaseModel):
    """An unknown field is refused: a misspelt one would otherwise be silently left out."""

    model_config = ConfigDict(extra="forbid")


class Opening(Shape):
    """Open a case. Facts are as in a scenario file: texts, money with its unit; whole numbers are taken as text."""

    lifecycle: Key
    facts: Given
    day: Day | None = Field(default=None, description="the legal day; none: today")
    cycle: Year | None = None
    origin: Line = ""


class DocumentShape(Shape):
    document: Key
    name: Line = ""
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    size: Annotated[int, Field(ge=0, le=BIGGEST, strict=True)] = 0


class ActShape(Shape):
    """What somebody did to a case. `at`: when, for what the office records afterwards; none: now."""

    stage: Key
    verb: Key
    by: Line
    at: Instant | None = None
    given: Given = Field(default_factory=dict)
    documents: Annotated[list[DocumentShape], Field(max_length=50)] = Field(default_factory=list)
    reason: Text = ""


class PaperShape(Shape):
    document: Key
    name: Line
    content: Annotated[str, Field(max_length=8_000_000, pattern=r"^[A-Za-z0-9+/=]*$", description="base64")]

    def decoded(self) -> bytes | None:
        """The file; None when it is not base64."""
        try:
            return base64.b64decode(self.content, validate=True)
        except binascii.Error:
            return None


class ObjectionShape(Shape):
    """An objection to a notice. `stage` is the notice; who objects is sealed. `at`: when a letter was received."""

    stage: Key
    kind: Annotated[str, Field(pattern="^(person|unit)$")]
    name: Line
    number: Line = Field(description="identity card number, or the unit's social credit code")
    contact: Line
    grounds: Text
    answers: dict[Key, Line] = Field(default_factory=dict, description="further questions of this notice's form")
    papers: Annotated[list[PaperShape], Field(max_length=6)] = Field(default_factory=list)
    at: Instant | None = None


class CallShape(Shape):
    """A parameter of a yearly call. Cycle 0: every cycle that sets nothing of its own."""

    lifecycle: Key
    cycle: Annotated[int, Field(ge=0, le=2999, strict=True)]
    name: Key
    value: Line
    because: Line = ""


class BatchShape(Shape):
    lifecycle: Key
    as_of: Day | None = None


class ApprovalShape(Shape):
    content: Annotated[
        str, Field(pattern=r"^[0-9a-f]{64}$", description="the hash of what is approved, as it was read")
    ]


class CancelShape(Shape):
    reason: Text


def facts_of(given: Given) -> dict[str, object]:
    """As the facts' schema reads them; a whole number becomes its digits."""
    return {
        name: str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in given.items()
    }
