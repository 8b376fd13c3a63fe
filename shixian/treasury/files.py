"""The file connector: orders into an outbox, status reports and statements out of an inbox, all ISO 20022.

It pays by the batch, not one by one, so it is not the port: `submit` in place of `pay`, and what it is told comes in
files, hours later. A file that is not there says nothing. A bank that is sent the same payment in two files pays twice:
so a batch has one file, for ever, and `submit` again gives that file back.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from shixian.treasury.iso20022 import camt053, pain001, pain002, schema
from shixian.treasury.iso20022.pain001 import Debtor, Original
from shixian.treasury.iso20022.pain002 import PaymentStatus
from shixian.treasury.iso20022.reading import LARGEST_FILE, MalformedFile
from shixian.treasury.port import Answer, Outcome, Payment, Statement, TreasuryError

_REFERENCE = re.compile(r"[0-9A-Za-z-]{1,30}")


@dataclass(frozen=True, slots=True)
class FilesConfig:
    """Folders, and whose account is debited. `schemas`: a folder with the bank's XSD files, when it gave any."""

    outbox: Path
    inbox: Path
    debtor: Debtor
    schemas: Path | None = None
    name: str = "files"


class FileTreasury:
    """Writes and reads the files. `now` gives the instant that stands in a new order."""

    idempotent = False

    def __init__(self, config: FilesConfig, now: Callable[[], datetime]) -> None:
        self.name = config.name
        self._config = config
        self._now = now

    def submit(self, batch_ref: str, payments: Sequence[Payment]) -> Path:
        """Write the batch's order, whole and durably, and once; the file. With the same content again: the same file.

        TreasuryError when the batch's file is there with other content: nothing was written.
        """
        path, kept = self._order(batch_ref), self._kept(batch_ref)
        if path.exists():
            return self._same(path, batch_ref, payments)
        if kept.exists():
            raise TreasuryError(
                f"{path.name} 已写出而不在发件夹，可能已被取走，不再写出",
                remedy=f"查明银行是否已收到；确未收到的，由人工从 {kept.parent.name} 复制",
            )
        data = pain001.write(batch_ref, payments, self._config.debtor, self._now())
        schema.check(data, pain001.MESSAGE, self._config.schemas, path.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write_once(kept, data)  # before anybody can take it: what is kept is never written out once more
            _write_once(path, data)
        except FileExistsError:
            return self._same(path, batch_ref, payments)
        return path

    def order_file(self, batch_ref: str) -> Path:
        """Where the order of a batch lies, or would, until the bank's software takes it away."""
        return self._order(batch_ref)

    def ordered(self, batch_ref: str) -> frozenset[str] | None:
        """The keys in the batch's order; None while there is no order."""
        original = self._original(batch_ref)
        return None if original is None else frozenset(original.amounts)

    def received(self) -> list[Path]:
        """What lies in the inbox, by name."""
        return sorted(path for path in self._config.inbox.glob("*.xml") if path.is_file())

    def outcomes(self, path: Path) -> list[tuple[str, Answer]]:
        """What a status report says, a payment each; key "" where the bank names none.

        The refusal of a whole order or block stands for each payment in it. UNKNOWN where the bank contradicts itself
        or our order. MalformedFile when it cannot be read: then nothing was.
        """
        data = self._read(path, pain002.MESSAGE)
        report = pain002.read(data, path.name)
        original = self._original(report.original)
        refused = _refused(report, original, path.name)
        answers: dict[str, Answer] = {}
        nameless: list[tuple[str, Answer]] = []
        for item in report.payments:
            if not item.key:
                nameless.append(("", item.answer))
                continue
            answer = _checked(item, original)
            other = answers.get(item.key) or refused.get(item.key)
            if other is not None and other.outcome is not answer.outcome:
                answer = Answer(Outcome.UNKNOWN, reason=f"银行先后答复 {other.outcome} 与 {answer.outcome}，相互矛盾")
            answers[item.key] = answer
        return [*(refused | answers).items(), *nameless]

    def statement(self, path: Path) -> Statement:
        """The one statement in a file. MalformedFile when there are several, or it cannot be read."""
        found = self.statements(path)
        if len(found) != 1:
            raise MalformedFile(f"{path.name}：含有 {len(found)} 份对账单，应为一份")
        return found[0]

    def statements(self, path: Path) -> tuple[Statement, ...]:
        """All statements in a file, each of our own account."""
        data = self._read(path, camt053.MESSAGE)
        return camt053.read(data, path.name, account=self._config.debtor.account)

    def _order(self, batch_ref: str) -> Path:
        # Also of a reference that a bank's file gives: it must not lead out of the folder.
        if not _REFERENCE.fullmatch(batch_ref):
            raise TreasuryError(f"批次编号 {batch_ref!r} 应为 1 至 30 位字母、数字或连字符")
        return self._config.outbox / f"pain001-{batch_ref}.xml"

    def _kept(self, batch_ref: str) -> Path:
        """Our own copy, beside the outbox: the order itself may be taken away as soon as it lies there."""
        return self._config.outbox.with_name(f"{self._config.outbox.name}-kept") / self._order(batch_ref).name

    def _same(self, path: Path, batch_ref: str, payments: Sequence[Payment]) -> Path:
        known = path.read_bytes()
        created = pain001.read_original(known, path.name).created
        if pain001.write(batch_ref, payments, self._config.debtor, created) != known:
            raise TreasuryError(f"{path.name} 已存在且内容不同，未写入", remedy="核对批次；改动过的批次须用新的编号")
        _sync(path.parent)  # the one who wrote it may have been killed before this
        return path

    def _original(self, batch_ref: str) -> Original | None:
        if not _REFERENCE.fullmatch(batch_ref):
            return None
        for path in (self._kept(batch_ref), self._order(batch_ref)):
            if path.exists():
                return pain001.read_original(path.read_bytes(), path.name)
        return None

    def _read(self, path: Path, message: str) -> bytes:
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST_FILE + 1)
        except OSError as error:
            raise TreasuryError(f"文件 {path} 不能读取：{error.strerror}") from error
        if len(data) <= LARGEST_FILE:  # a larger one is refused by the reader, with its own words
            schema.check(data, message, self._config.schemas, path.name)
        return data


def _refused(report: pain002.StatusReport, original: Original | None, file: str) -> dict[str, Answer]:
    """The payments of our order that are refused with the whole or with their block."""
    refused: dict[str, Answer] = {}
    blocks = {name: answer for name, answer in report.blocks.items() if answer.outcome is Outcome.REJECTED}
    whole = report.whole if report.whole is not None and report.whole.outcome is Outcome.REJECTED else None
    if (whole or blocks) and original is None:
        raise TreasuryError(
            f"{file}：银行拒绝报文 {report.original!r}，发件夹内没有这个报文",
            remedy="找回原报文后重新导入，或交人工处理",
        )
    if original is None:
        return refused
    if whole is not None:
        refused = dict.fromkeys(original.amounts, whole)
    for name, answer in blocks.items():
        if name not in original.blocks:
            raise TreasuryError(f"{file}：银行拒绝 {name!r} 部分，原报文没有这个部分", remedy="交人工处理")
        refused |= dict.fromkeys(original.blocks[name], answer)
    return refused


def _checked(item: PaymentStatus, original: Original | None) -> Answer:
    ours = None if original is None else original.amounts.get(item.key)
    if item.fen is not None and ours is not None and item.fen != ours:
        return Answer(Outcome.UNKNOWN, item.answer.reference, f"银行所报金额 {item.fen} 分，原报文 {ours} 分")
    return item.answer


def _write_once(path: Path, data: bytes) -> None:
    """The whole file or none, on the disk when this returns. FileExistsError when there is one of that name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{secrets.token_hex(8)}.half")
    try:
        with half.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(half, path)  # unlike a rename, never over another file
    finally:
        half.unlink(missing_ok=True)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
