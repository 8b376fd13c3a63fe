"""Objections 异议 by the public: who objects is checked and sealed, the papers are sealed with it, the rest is the law's.

The name, the identification and the way to reach the objector go to the objection's own case and nowhere else, under
that case's key (`sealing`); so do the files, names included. Destroying the key (`identity.erase_identity`) makes all
of it unreadable at once.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Engine, insert, select
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from models import sealing_key, upload
from shixian.casework.cases import add, record_act
from shixian.casework.database import reading
from shixian.casework.lawbooks import LawBooks, default_books
from shixian.casework.publicity.identity import look_at_identity
from shixian.casework.publicity.sealing import HIDDEN
from shixian.casework.staff.people import Person, Role
from shixian.casework.store import SqlStore
from shixian.rules.decide import Acted, Decided
from shixian.rules.errors import CaseworkError, NotFound
from shixian.rules.facts import FactType, Field
from shixian.rules.lifecycle import Document, Lifecycle, Stage
from shixian.rules.state import Refusal

PERSON, UNIT = "person", "unit"
LONGEST_GROUNDS, SHORTEST_GROUNDS = 2000, 10
MOST_PAPERS = 6
WRITTEN = "written_objection"
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s]{2,20}")
_PHONE = re.compile(r"\+?[0-9][0-9 \-]{6,18}[0-9]")


class ObjectionInvalid(CaseworkError):
    """The form cannot be taken: `field` names the item that is wrong. Nothing was recorded."""

    def __init__(self, field: str, message: str, *, clause: str | None = None, remedy: str | None = None) -> None:
        super().__init__(message, clause=clause, remedy=remedy)
        self.field = field


@dataclass(frozen=True, slots=True)
class Objector:
    """Who objects, as checked: `kind` is person or unit, `number` the identity card number or the unit's code."""

    kind: str
    name: str
    number: str
    contact: str

    @property
    def sealed(self) -> str:
        """As the handler reads it, once unsealed."""
        what = "居民身份证" if self.kind == PERSON else "统一社会信用代码"
        return f"公众：{self.name}，{what} {self.number}，联系方式 {self.contact}"

    def hide(self, text: str) -> str:
        """A text without what identifies the objector (the name is hidden by the sealer)."""
        for value in (self.number, self.contact):
            text = text.replace(value, HIDDEN)
        return text


@dataclass(frozen=True, slots=True)
class Paper:
    """A file handed in with an objection: which document it is, its name and content."""

    document: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """What the public form of a notice asks beside the objector: the fact that takes the grounds (None: a paper does),
    further questions, and the papers the text names."""

    stage: Stage
    child: Lifecycle
    clause: str
    grounds: Field | None
    questions: tuple[Field, ...]
    fixed: Mapping[str, str]
    named: Mapping[str, str]  # sealed fact -> name or contact
    papers: tuple[Document, ...]


def checked(kind: str, name: str, number: str, contact: str, *, clause: str) -> Objector:
    """The objector, if name, identification and contact can be right; ObjectionInvalid says what cannot."""
    name, contact = name.strip(), contact.strip()
    if kind not in (PERSON, UNIT):
        raise ObjectionInvalid("kind", "须写明异议人是个人还是单位", clause=clause, remedy="选择个人或单位")
    if not 2 <= len(name) <= 100 or not name.isprintable() or any(one.isdigit() for one in name):
        raise ObjectionInvalid(
            "name", "须写明异议人的真实姓名或者单位全称", clause=clause, remedy="与证件一致，不写化名"
        )
    try:
        valid = ric.validate(number) if kind == PERSON else uscc.validate(number.upper())
    except ValidationError as error:
        what = "居民身份证号码（18位）" if kind == PERSON else "统一社会信用代码（18位）"
        raise ObjectionInvalid(
            "number", f"{what}不正确", clause=clause, remedy="与证件逐位核对，末位校验码须相符"
        ) from error
    if not (_EMAIL.fullmatch(contact) or _PHONE.fullmatch(contact)):
        raise ObjectionInvalid(
            "contact", "须写明能够联系到的电话或者电子邮箱", clause=clause, remedy="填写手机、座机或邮箱"
        )
    return Objector(kind, name, str(valid), contact)


def form_of(lifecycle: Lifecycle, stage: Stage, books: LawBooks) -> Form | None:
    """The form that goes with a notice; None where the text gives no objection."""
    window = stage.window
    if window is None or window.objections is None:
        return None
    child = books.lifecycle(window.objections.lifecycle)
    fields = [child.facts[name] for name in window.objection_inputs if name in child.facts]
    named = {one.name: "contact" if one.name.endswith("contact") else "name" for one in fields if one.sealed}
    open_fields = [one for one in fields if not one.sealed]
    grounds = next((one for one in open_fields if one.type is FactType.TEXT), None)
    # The public form is for those who give their name; anonymous letters are recorded by the office.
    fixed = {one.name: "real_name" for one in open_fields if "real_name" in dict(one.choices)}
    return Form(
        stage=stage,
        child=child,
        clause=window.objection_clause or window.clause,
        grounds=grounds,
        questions=tuple(one for one in open_fields if one is not grounds and one.name not in fixed),
        fixed=fixed,
        named=named,
        papers=window.objection_documents,
    )


@dataclass(frozen=True, slots=True)
class Receipt:
    """The objection's own case number, or the refusal with its clause."""

    ref: str | None
    refusal: Refusal | None


def file_public_objection(
    engine: Engine,
    ref: str,
    stage_key: str,
    objector: Objector,
    *,
    grounds: str,
    answers: Mapping[str, str],
    papers: Sequence[Paper] = (),
    now: datetime,
    person: Person | None = None,
    at: datetime | None = None,
    books: LawBooks | None = None,
    also: Callable[[SqlStore, Receipt], None] | None = None,
) -> Receipt:
    """File an objection by the public, or (`person`, `at`) record one that the office took in on paper.

    In the window it opens a case of its own; out of it, it is refused with the clause, and the refusal is recorded.
    """
    known = books or default_books()
    stage = _stage(engine, ref, stage_key, known)
    lifecycle, declared = stage
    form = form_of(lifecycle, declared, known)
    clause = form.clause if form is not None else declared.clause
    grounds = objector.hide(grounds.strip())
    if not SHORTEST_GROUNDS <= len(grounds) <= LONGEST_GROUNDS:
        length = f"{SHORTEST_GROUNDS} 至 {LONGEST_GROUNDS} 字"
        raise ObjectionInvalid("grounds", f"事实和理由须为 {length}", clause=clause, remedy="写明事实、理由和线索")
    if len(papers) > MOST_PAPERS:
        raise ObjectionInvalid("papers", f"材料至多 {MOST_PAPERS} 份", clause=clause, remedy="合并后重新提交")
    given: dict[str, object] = {}
    brought = list(papers)
    if form is not None:
        given = {name: objector.contact if what == "contact" else objector.name for name, what in form.named.items()}
        given |= {**form.fixed, **{one.name: answers[one.name] for one in form.questions if answers.get(one.name)}}
        if form.grounds is not None:
            given[form.grounds.name] = grounds
        else:
            brought.insert(0, Paper(WRITTEN, "书面异议.txt", grounds.encode()))
    known_papers = {paper.key for paper in form.papers} if form is not None else set()
    named = {paper.document for paper in brought} & known_papers
    documents = tuple({"document": key, "name": HIDDEN} for key in sorted(named))
    own = person or Person(objector.sealed, objector.name, frozenset({Role.PUBLIC}))
    by = declared.window.objector.key if declared.window is not None and declared.window.objector else "objector"
    receipts: list[Receipt] = []

    def after(store: SqlStore, decided: Decided) -> None:
        opened = [one.data["ref"] for one in decided.transitions if one.kind == "child_opened"]
        refusal = decided.refusal
        if refusal is None and opened:
            _keep_papers(store, opened[-1], form, brought, now)
        receipts.append(Receipt(opened[-1] if opened and refusal is None else None, refusal))
        if also is not None:
            also(store, receipts[-1])

    acted = Acted(declared.key, "object", by, at or now, given, documents)
    record_act(engine, ref, acted, person=own, now=now, books=known, also=after)
    return receipts[-1]


def _stage(engine: Engine, ref: str, key: str, books: LawBooks) -> tuple[Lifecycle, Stage]:
    from models import case_file

    with reading(engine) as connection:
        found = connection.scalar(select(case_file.c.lifecycle).where(case_file.c.ref == ref))
    lifecycle = books.lifecycles.get(found or "")
    stage = next((one for one in lifecycle.stages if one.key == key), None) if lifecycle is not None else None
    if lifecycle is None or stage is None or stage.window is None:
        raise NotFound("没有这一公示，或者尚未发布", remedy="从公示列表中选择")
    return lifecycle, stage


def _keep_papers(store: SqlStore, ref: str, form: Form | None, papers: Sequence[Paper], now: datetime) -> None:
    """Encrypt the papers under the objection's key and record them on its case, in the objection's transaction."""
    if not papers:
        return
    number = store.kept(ref).id
    key = store.connection.scalar(select(sealing_key.c.key).where(sealing_key.c.case_id == number))
    if key is None:
        raise CaseworkError(f"{ref} 没有封存密钥，不能保存材料", remedy="这是程序缺陷，本次操作未保存；请报告")
    box = Fernet(key)
    titles = {paper.key: paper.title for paper in form.papers} if form is not None else {}
    for paper in papers:
        name = base64.b64encode(paper.name.encode("utf-8", "replace")).decode()
        envelope = json.dumps({"name": name}).encode() + b"\n" + paper.content
        cipher = box.encrypt_at_time(envelope, int(now.timestamp()))
        digest = sha256(cipher).hexdigest()
        title = f"{titles.get(paper.document, '证据材料')}{HIDDEN}"
        row = {"sha256": digest, "size": len(cipher), "name": title, "media_type": "application/octet-stream"}
        row |= {"content": cipher, "person": HIDDEN, "uploaded_at": now}
        store.connection.execute(insert(upload), row)
        case = store.load(ref)
        data = {"stage": case.where, "document": paper.document, "name": title, "sha256": digest, "late": False}
        data |= {"size": str(len(cipher)), "sealed": True, "by": "objector", "person": HIDDEN}
        add(store, store.books.lifecycle(case.lifecycle), case, "document_recorded", now, data)


def read_paper(
    engine: Engine,
    ref: str,
    digest: str,
    *,
    reason: str,
    person: Person,
    now: datetime,
    books: LawBooks | None = None,
) -> Paper:
    """A sealed paper, for the handler of the objection; the look is recorded with its reason (`look_at_identity`)."""
    from models import case_file, document

    look_at_identity(engine, ref, reason=reason, person=person, now=now, books=books)
    with reading(engine) as connection:
        row = connection.execute(
            select(document.c.document, upload.c.content, sealing_key.c.key)
            .join(case_file, case_file.c.id == document.c.case_id)
            .join(upload, upload.c.sha256 == document.c.sha256)
            .join(sealing_key, sealing_key.c.case_id == case_file.c.id)
            .where(case_file.c.ref == ref, document.c.sha256 == digest)
        ).first()
    if row is None:
        raise NotFound(f"{ref} 没有这份封存的材料，或其密钥已销毁")
    try:
        head, _, content = Fernet(row.key).decrypt(bytes(row.content)).partition(b"\n")
    except InvalidToken as error:
        raise NotFound(f"{ref} 的这份材料不是封存的材料") from error
    return Paper(row.document, base64.b64decode(json.loads(head)["name"]).decode(), content)
