"""What a public notice shows: the items its regulation names, masked by rule, and what is withheld with its reason.

A programme says it on the notice (`shows=(Shown("project_name", "第二十二条"), ...)`). Where the text names no items,
the reading below holds: who is concerned and how the stage before ended, and no more than that. The scrubber is the
last line of defence: a number that could identify, call or pay somebody is never printed, wherever it was typed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

SILENT_ON_ITEMS = "条文未列明公示事项：只显示主体名称，不显示其他填报内容（读法）"
LEAST = "《个人信息保护法》第六条"
SECRET = "《政府信息公开条例》第十五条"
REMOVED = "［号码已隐去］"


@dataclass(frozen=True, slots=True)
class Shown:
    """One item: a fact by its name, or `outcome:STAGE`, how that stage ended. `clause` is what has it published.

    `person`: the value names natural persons, of whom only the surname is shown. `reading`: why it is shown, where the
    text does not name it in so many words. `label`: the heading, where the fact's own is not fit for the public.
    """

    what: str
    clause: str
    person: bool = False
    reading: str = ""
    label: str = ""

    @property
    def stage(self) -> str | None:
        """The stage whose outcome is shown; None for a fact."""
        return self.what.removeprefix("outcome:") if self.what.startswith("outcome:") else None


@dataclass(frozen=True, slots=True)
class Withheld:
    """What a reader may look for in vain, why it is not shown, and by which clause."""

    what: str
    because: str
    clause: str


# Never shown on any notice, whatever a programme declares.
ALWAYS_WITHHELD = (
    Withheld("身份证件号码、联系电话、银行账号", "公示只限于实现目的的最小范围", LEAST),
    Withheld("申报材料全文", "可能涉及商业秘密、个人隐私，条文未要求公示", SECRET),
    Withheld("异议人的身份", "只向承办人显示，予以保密", LEAST),
)

_COMPOUND = re.compile(
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|司徒|司空|夏侯|端木|百里|呼延|南宫|西门|独孤|轩辕|澹台|申屠|太史|闻人"
)
_SEVERAL = re.compile(r"([；;、，,\n])")
_AFTER_NAME = re.compile(r"[（(].*", re.DOTALL)

# Digits with at most one space, dot or hyphen between them; what is long enough is judged by its digits alone.
_DIGITS = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ .\-—]?[0-9]){9,}[Xx]?(?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?:86)?1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0[0-9]{2,3}[0-9]{7,8}")
FEWEST = 15  # digits: an identity number has 15 or 18, an account 16 to 19


def mask_names(text: str) -> str:
    """Persons' names with the surname only (张*), one by one; an affiliation in brackets stays."""
    return "".join(part if _SEVERAL.fullmatch(part) else _masked(part) for part in _SEVERAL.split(text))


def _masked(name: str) -> str:
    name = name.strip()
    after = _AFTER_NAME.search(name)
    own, rest = (name[: after.start()].strip(), after.group()) if after else (name, "")
    if not own:
        return rest
    surname = own[:2] if _COMPOUND.match(own) and len(own) > 2 else own[0]
    return f"{surname}*{rest}"


def scrub(text: str) -> str:
    """The text without identity numbers, telephone numbers and account numbers, fullwidth digits included."""
    plain = "".join(unicodedata.normalize("NFKC", one) if unicodedata.category(one) == "Nd" else one for one in text)
    return _DIGITS.sub(_judged, plain)


def _judged(match: re.Match[str]) -> str:
    digits = re.sub(r"[^0-9]", "", match.group())
    long = len(digits) >= FEWEST or match.group()[-1] in "Xx"
    return REMOVED if long or _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits) else match.group()
