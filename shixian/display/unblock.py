"""Who can unblock an act that may not be done now: for every refusal, the actor, the role and the accounts.

A greyed button that does not say whom to turn to is no answer. What the law refuses is asked of the declaration (which
act gives the missing fact, who answers it, who decides on an overrun); what a role may not do, of the roles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from shixian.casework.staff.people import Permission, Person, in_scope, may_do, permission_for
from shixian.display.plain import Plain
from shixian.display.possible import Possible
from shixian.rules.conditions import Condition
from shixian.rules.decide import Acted, Tick, decide
from shixian.rules.environment import Law
from shixian.rules.expressions import Fact, Mark, OutcomeOf
from shixian.rules.lifecycle import Act, Actor, Lifecycle, Stage
from shixian.rules.moves import Moves
from shixian.rules.periods import legal_day
from shixian.rules.state import Case, Refusal

Holders = Callable[[Permission], str]


@dataclass(frozen=True, slots=True)
class Button:
    """One act as the desk offers it. Either `href` leads to its form, or `because`, `clause` and `who` say why not."""

    stage: str
    stage_title: str
    verb: str
    title: str
    by: str
    clause: str
    needs: tuple[str, ...] = ()
    href: str = ""
    because: str = ""
    who: str = ""
    compared: tuple[str, ...] = ()

    @property
    def blocked(self) -> bool:
        return not self.href


def holders(accounts: Iterable[Person]) -> Holders:
    """Who carries a permission: the roles, and the accounts that have them by name."""
    known = tuple(accounts)

    def who(permission: Permission) -> str:
        roles = "、".join(role.label for role in may_do(permission))
        names = [person.name for person in known if person.may(permission)]
        more = f"等{len(names)}人" if len(names) > 4 else ""
        return f"{roles}（{'、'.join(names[:4])}{more}）" if names else f"{roles}（尚无此类账号，由安全管理员设置）"

    return who


def buttons(
    lifecycle: Lifecycle, case: Case, law: Law, found: Iterable[Possible], *, viewer: Person, who: Holders, at: datetime
) -> list[Button]:
    """Every act of the open stages: those that this person may do now, and those that not, with who can unblock."""
    settled = decide(lifecycle, case, Tick(legal_day(at)), law).case
    moves = Moves(lifecycle, settled, law)
    moves.env.act_day = legal_day(at)
    plain = Plain(lifecycle, law.lifecycles)
    return [_button(lifecycle, moves, one, viewer, who, at, plain) for one in found]


def _button(
    lifecycle: Lifecycle, moves: Moves, one: Possible, viewer: Person, who: Holders, at: datetime, plain: Plain
) -> Button:
    needs = tuple(map(plain, one.needs))
    base = Button(one.stage, one.stage_title, one.verb, one.title, "、".join(one.by_titles), one.clause, needs)
    if one.refusal is not None:
        refusal = one.refusal
        return _blocked(
            base,
            plain(refusal.because),
            refusal.clause or one.clause,
            plain(_unblocks(lifecycle, moves, one, who)),
            tuple(map(plain, refusal.compared)),
        )
    if one.verb == "rank":
        wanted: tuple[Permission, ...] = (Permission.HEAD_ACT,)
        href = f"/cycles/{lifecycle.key}/{moves.case.cycle}"
    else:
        wanted = permissions(lifecycle, one, at)
        href = f"/cases/{quote(moves.case.ref)}/act/{quote(one.stage)}/{quote(one.verb)}"
    if not in_scope(viewer, lifecycle):
        return _blocked(base, f"“{viewer.name}”的办理范围不含本程序", one.clause, "；".join(map(who, wanted)))
    if any(viewer.may(permission) for permission in wanted):
        return Button(base.stage, base.stage_title, base.verb, base.title, base.by, base.clause, base.needs, href=href)
    roles = "、".join(role.label for role in sorted(viewer.roles)) or "无角色"
    words = "、".join(permission.value for permission in wanted)
    return _blocked(base, f"“{viewer.name}”（{roles}）无权{words}", one.clause, "；".join(map(who, wanted)))


def _blocked(base: Button, because: str, clause: str, who: str, compared: tuple[str, ...] = ()) -> Button:
    return Button(
        base.stage, base.stage_title, base.verb, base.title, base.by, clause, base.needs, "", because, who, compared
    )


def permissions(lifecycle: Lifecycle, one: Possible, at: datetime) -> tuple[Permission, ...]:
    """What an account must be allowed, one of them, to record the act (by which actor decides)."""
    found = [permission_for(lifecycle, Acted(one.stage, one.verb, by, at)) for by in one.by]
    return tuple(dict.fromkeys(found))


def _unblocks(lifecycle: Lifecycle, moves: Moves, one: Possible, who: Holders) -> str:
    """Who can remove what stands in the way."""
    assert one.refusal is not None
    refusal, stage = one.refusal, lifecycle.stage(one.stage)
    answers: Mapping[str, Callable[[], str]] = {
        "condition": lambda: _conditions(lifecycle, moves, stage, one, who),
        "unknown": lambda: _asked(lifecycle, refusal, who),
        "late": lambda: f"经办机关先决定是否准予逾期办理：{who(Permission.OFFICE_ACT)}",
        "too_often": lambda: f"次数已满，不能再作；记录有误的，由{who(Permission.ERRATUM)}勘误",
        "out_of_window": lambda: _window(stage, who),
        "limit": lambda: f"占用限额的案件退出后才有余额；由{who(Permission.OFFICE_ACT)}核对",
        "quota": lambda: f"额度由年度通知确定：{who(Permission.SET_CALL)}",
        "barred": lambda: _bar(refusal, who),
        "expired": lambda: f"期限已过，不能再延长；逾期如何处理由{who(Permission.OFFICE_ACT)}决定",
        "not_permitted": lambda: refusal.remedy,
        "by_measure": lambda: refusal.remedy,
    }
    said = answers.get(refusal.code, lambda: "")()
    return said or _actors(lifecycle, one.by, who)


def _conditions(lifecycle: Lifecycle, moves: Moves, stage: Stage, one: Possible, who: Holders) -> str:
    act = next((act for act in stage.acts if act.verb == one.verb), None)
    failed = [] if act is None else [c for c in act.conditions if c.check(moves.env).holds is not True]
    said = [text for condition in failed for text in _givers(lifecycle, condition, who)]
    return "；".join(dict.fromkeys(said))


def _givers(lifecycle: Lifecycle, condition: Condition, who: Holders) -> Iterator[str]:
    """Which acts and answers bring about what the condition looks at."""
    for node in condition.test.walk():
        if isinstance(node, Fact):
            yield _gives(lifecycle, node.name, who)
        elif isinstance(node, Mark):
            stage, _, verb = node.name.partition(".")
            found = _act(lifecycle, stage, verb)
            if found is not None:
                before, act = found
                who_may = _recorders(lifecycle, act.by, who)
                yield f"先由{_titles(act.by)}作出“{before.title}·{act.title}”（{who_may}）"
        elif isinstance(node, OutcomeOf):
            found_stage = next((one for one in lifecycle.stages if one.key == node.stage), None)
            if found_stage is not None:
                yield f"先由{found_stage.by.title}办结“{found_stage.title}”"


def _gives(lifecycle: Lifecycle, name: str, who: Holders) -> str:
    """Who gives a fact: the acts that take it, else whoever answers for it."""
    if name not in lifecycle.facts:
        return ""
    field = lifecycle.facts[name]
    acts = [(stage, act) for stage in lifecycle.stages for act in stage.acts if name in (*act.inputs, *act.optional)]
    if acts:
        stage, act = acts[0]
        return f"{field.label}由{_titles(act.by)}在“{stage.title}·{act.title}”时填报（{_recorders(lifecycle, act.by, who)}）"
    actor = lifecycle.actor(field.answered_by or "")
    return f"{field.label}由{actor.title if actor else '经办人'}查明（{who(Permission.OFFICE_ACT)}）"


def _asked(lifecycle: Lifecycle, refusal: Refusal, who: Holders) -> str:
    said = []
    for name in refusal.asks:
        call = any(parameter.field.name == name.removeprefix("call:") for parameter in lifecycle.parameters)
        said.append(f"年度通知参数由{who(Permission.SET_CALL)}设定" if call else _gives(lifecycle, name, who))
    return "；".join(dict.fromkeys(filter(None, said)))


def _window(stage: Stage, who: Holders) -> str:
    publish = next((act for act in stage.acts if act.verb == "publish"), None)
    by = _titles(publish.by) if publish is not None else stage.by.title
    return f"期间自{by}公布起算，届满不再受理；由{who(Permission.OFFICE_ACT)}办理"


def _bar(refusal: Refusal, who: Holders) -> str:
    source = f"案件 {refusal.bar.source}" if refusal.bar is not None and refusal.bar.source else "既往决定"
    return f"限制由{source}作出，届满自行解除，或由作出机关改定（{who(Permission.OFFICE_ACT)}）"


def _actors(lifecycle: Lifecycle, keys: Iterable[str], who: Holders) -> str:
    by = tuple(actor for actor in lifecycle.actors if actor.key in set(keys))
    return f"由{_titles(by)}作出（{_recorders(lifecycle, by, who)}）" if by else who(Permission.OFFICE_ACT)


def _recorders(lifecycle: Lifecycle, by: Iterable[Actor], who: Holders) -> str:
    wanted = dict.fromkeys(permission_for(lifecycle, Acted("", "", actor.key, _ANY)) for actor in by)
    return "；".join(map(who, wanted)) or who(Permission.OFFICE_ACT)


_ANY = datetime.min


def _titles(by: Iterable[Actor]) -> str:
    return "、".join(actor.title for actor in by)


def _act(lifecycle: Lifecycle, stage: str, verb: str) -> tuple[Stage, Act] | None:
    for one in lifecycle.stages:
        if one.key == stage:
            act = next((act for act in one.acts if act.verb == verb), None)
            return (one, act) if act is not None else None
    return None
