"""The tables, a file per noun. Each is a SQLModel class for readers, and a `Table` for casework, which writes."""

from models.anchor import Anchor, anchor
from models.api_client import ApiClient, IdempotentReply, api_client, idempotent_reply
from models.appropriation import Appropriation, appropriation
from models.attempt import Attempt, AttemptStatus, attempt
from models.bar import BarRecord, bar
from models.base import METADATA, Record
from models.batch import (
    Batch,
    BatchApproval,
    BatchLine,
    BatchRefusal,
    BatchStatus,
    batch,
    batch_approval,
    batch_line,
    batch_refusal,
)
from models.call import Call, call
from models.case_file import CaseFile, CaseStatus, case_file
from models.columns import Fen, LegalDay, UtcDateTime, instant_text
from models.credential import Credential, DeskSession, SignInTry, credential, desk_session, sign_in_try
from models.cycle_run import CycleRun, cycle_run
from models.deadline import Deadline, DeadlineStatus, EffectClaim, deadline, effect_claim
from models.decision import Decision, decision
from models.delegation import Assignment, Delegation, assignment, delegation
from models.document import Document, document
from models.encoding import Encoding, Erratum, encoding, erratum
from models.event import Event, event
from models.history import History, history
from models.integrity_record import IntegrityRecord, integrity_record
from models.journal_event import JournalEvent, journal_event
from models.ledger_entry import Account, LedgerEntry, ledger_entry
from models.limit_claim import LimitClaim, limit_claim
from models.list_item import ListItem, list_item
from models.look import CaseLook, Look, case_look, look
from models.notice_snapshot import NoticeSnapshot, Outage, notice_snapshot, outage
from models.obligation import Direction, Obligation, obligation
from models.outbox_message import Delivery, MessageStatus, OutboxMessage, delivery, outbox_message
from models.payee_account import PayeeAccount, payee_account
from models.person import PersonRecord, person
from models.quota_draw import QuotaDraw, quota_draw
from models.receipt import Receipt, receipt
from models.reference_number import ReferenceNumber, reference_number
from models.refused_opening import RefusedOpening, refused_opening
from models.sealing import SealedValue, SealingKey, sealed_value, sealing_key
from models.statement_line import StatementLine, statement_line
from models.upload import Upload, upload

__all__ = [
    "METADATA",
    "Account",
    "Anchor",
    "ApiClient",
    "Appropriation",
    "Assignment",
    "Attempt",
    "AttemptStatus",
    "BarRecord",
    "Batch",
    "BatchApproval",
    "BatchLine",
    "BatchRefusal",
    "BatchStatus",
    "Call",
    "CaseFile",
    "CaseLook",
    "CaseStatus",
    "Credential",
    "CycleRun",
    "Deadline",
    "DeadlineStatus",
    "Decision",
    "Delegation",
    "Delivery",
    "DeskSession",
    "Direction",
    "Document",
    "EffectClaim",
    "Encoding",
    "Erratum",
    "Event",
    "Fen",
    "History",
    "IdempotentReply",
    "IntegrityRecord",
    "JournalEvent",
    "LedgerEntry",
    "LegalDay",
    "LimitClaim",
    "ListItem",
    "Look",
    "MessageStatus",
    "NoticeSnapshot",
    "Obligation",
    "Outage",
    "OutboxMessage",
    "PayeeAccount",
    "PersonRecord",
    "QuotaDraw",
    "Receipt",
    "Record",
    "ReferenceNumber",
    "RefusedOpening",
    "SealedValue",
    "SealingKey",
    "SignInTry",
    "StatementLine",
    "Upload",
    "UtcDateTime",
    "anchor",
    "api_client",
    "appropriation",
    "assignment",
    "attempt",
    "bar",
    "batch",
    "batch_approval",
    "batch_line",
    "batch_refusal",
    "call",
    "case_file",
    "case_look",
    "credential",
    "cycle_run",
    "deadline",
    "decision",
    "delegation",
    "delivery",
    "desk_session",
    "document",
    "effect_claim",
    "encoding",
    "erratum",
    "event",
    "history",
    "idempotent_reply",
    "instant_text",
    "integrity_record",
    "journal_event",
    "ledger_entry",
    "limit_claim",
    "list_item",
    "look",
    "notice_snapshot",
    "obligation",
    "outage",
    "outbox_message",
    "payee_account",
    "person",
    "quota_draw",
    "receipt",
    "reference_number",
    "refused_opening",
    "sealed_value",
    "sealing_key",
    "sign_in_try",
    "statement_line",
    "upload",
]
