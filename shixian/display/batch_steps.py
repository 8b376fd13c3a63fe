"""What a person may do with a batch now; what not, with the rule that blocks it and who can do it instead.

The same rules stand in `casework.batch_steps` and refuse there; here they only explain, before anybody presses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from models import BatchStatus
from shixian.casework.money.batch_steps import DIFFERENT_PEOPLE
from shixian.casework.money.batch_views import BatchView
from shixian.casework.staff.people import Permission, Person, in_scope, may_do
from shixian.display.money_lines import BATCH
from shixian.rules.lifecycle import Lifecycle

_S = BatchStatus
_OPEN = (_S.PROPOSED, _S.APPROVED)


@dataclass(frozen=True, slots=True)
class Step:
    """`key` approve, revise, cancel, release or inquire. Either `may`, or `because`, `rule` and `who` say why not."""

    key: str
    title: str
    because: str = ""
    rule: str = ""
    who: str = ""

    @property
    def may(self) -> bool:
        return not self.because


# Step -> title, permissions of which one suffices, the statuses it takes.
_STEPS: dict[str, tuple[str, tuple[Permission, ...], tuple[BatchStatus, ...]]] = {
    "approve": ("复核", (Permission.CHECK_BATCH,), (_S.PROPOSED,)),
    "revise": ("修改", (Permission.MAKE_BATCH,), _OPEN),
    "cancel": ("撤销", (Permission.MAKE_BATCH, Permission.CHECK_BATCH), _OPEN),
    "release": ("放行", (Permission.RELEASE_BATCH,), (_S.APPROVED,)),
    "inquire": ("查询结果", (Permission.RELEASE_BATCH, Permission.CHECK_BATCH), (_S.RELEASED,)),
}


def did(view: BatchView) -> dict[str, str]:
    """Who has already had a hand in the batch, and what it was."""
    row = view.row
    found = {row["maker"]: "编制"}
    if row["editor"] != row["maker"]:
        found[row["editor"]] = "修改"
    return found | {one["person"]: "复核" for one in view.approvals}


def steps(view: BatchView, person: Person, people: Iterable[Person], lifecycle: Lifecycle) -> list[Step]:
    """Every step of the batch for this person, in the order of the work."""
    known = [one for one in people if in_scope(one, lifecycle)]
    return [_step(key, view, person, known) for key in _STEPS]


def _step(key: str, view: BatchView, person: Person, people: list[Person]) -> Step:
    title, permissions, statuses = _STEPS[key]
    if key == "release" and view.status is _S.RELEASED:
        return _go_on(view, person, people)
    if view.status not in statuses:
        wanted = "或".join(BATCH[one] for one in statuses)
        because = f"批次{BATCH[view.status]}；{wanted}的批次才能{title}"
        return Step(key, title, because, "批次状态", _next(view, people))
    free = _free(key, view)
    able = [one for one in people if any(one.may(p) for p in permissions) and one.key not in free]
    if not any(person.may(p) for p in permissions):
        wanted = "或".join(p.value for p in permissions)
        roles = "、".join(dict.fromkeys(role.label for p in permissions for role in may_do(p)))
        return Step(key, title, f"“{person.name}”没有“{wanted}”的权限", f"应由{roles}办理", _names(able))
    if person.key in free:
        because = f"本批次由“{person.name}”{free[person.key]}，不能由同一人{title}"
        return Step(key, title, because, DIFFERENT_PEOPLE, _names(able))
    return Step(key, title)


def _go_on(view: BatchView, person: Person, people: list[Person]) -> Step:
    """A released batch: only its releaser may go on with it."""
    releaser = view.row["releaser"]
    if person.key == releaser and person.may(Permission.RELEASE_BATCH):
        return Step("release", "继续放行")
    own = [one for one in people if one.key == releaser]
    return Step(
        "release", "继续放行", "已放行的批次由原放行人继续", DIFFERENT_PEOPLE, _names(own) if own else str(releaser)
    )


def _free(key: str, view: BatchView) -> dict[str, str]:
    """Whom the separation of duties keeps from a step, with what they did."""
    if key in ("approve", "release"):
        return did(view)
    return {view.row["maker"]: "编制"} if key == "revise" else {}


def _next(view: BatchView, people: list[Person]) -> str:
    """Who moves the batch on from where it is."""
    if view.status is _S.PROPOSED:
        able = [one for one in people if one.may(Permission.CHECK_BATCH) and one.key not in did(view)]
        return f"{_names(able)}（下一步复核）"
    if view.status is _S.APPROVED:
        able = [one for one in people if one.may(Permission.RELEASE_BATCH) and one.key not in did(view)]
        return f"{_names(able)}（下一步放行）"
    if view.status is _S.RELEASED:
        own = [one for one in people if one.key == view.row["releaser"]]
        return f"{_names(own)}（放行人：继续放行或查询）"
    able = [one for one in people if one.may(Permission.MAKE_BATCH)]
    return f"在改编成的 {view.replaced_by} 中办理" if view.replaced_by else f"{_names(able)}（另行编制新批次）"


def _names(people: list[Person]) -> str:
    if not people:
        return "尚无可办理的账号，请安全管理员设置"
    return "、".join(one.name for one in people[:6]) + (f"等{len(people)}人" if len(people) > 6 else "")
