"""The tables, a file per noun. Each is a SQLModel class for readers, and a `Table` for casework, which writes."""

from models.anchor import Anchor, anchor
from models.bar import BarRecord, bar
from models.base import METADATA, Record
from models.call import Call, call
from models.case_file import CaseFile, CaseStatus, case_file
from models.columns import Fen, LegalDay, UtcDateTime, instant_text
from models.cycle_run import CycleRun, cycle_run
from models.deadline import Deadline, DeadlineStatus, EffectClaim, deadline, effect_claim
from models.decision import Decision, decision
from models.document import Document, document
from models.encoding import Encoding, Erratum, encoding, erratum
from models.event import Event, event
from models.history import History, history
from models.integrity_record import IntegrityRecord, integrity_record
from models.ledger_entry import Account, LedgerEntry, ledger_entry
from models.limit_claim import LimitClaim, limit_claim
from models.list_item import ListItem, list_item
from models.obligation import Direction, Obligation, obligation
from models.person import PersonRecord, person
from models.quota_draw import QuotaDraw, quota_draw
from models.reference_number import ReferenceNumber, reference_number
from models.refused_opening import RefusedOpening, refused_opening
from models.sealing import SealedValue, SealingKey, sealed_value, sealing_key

__all__ = [
    "METADATA",
    "Account",
    "Anchor",
    "BarRecord",
    "Call",
    "CaseFile",
    "CaseStatus",
    "CycleRun",
    "Deadline",
    "DeadlineStatus",
    "Decision",
    "Direction",
    "Document",
    "EffectClaim",
    "Encoding",
    "Erratum",
    "Event",
    "Fen",
    "History",
    "IntegrityRecord",
    "LedgerEntry",
    "LegalDay",
    "LimitClaim",
    "ListItem",
    "Obligation",
    "PersonRecord",
    "QuotaDraw",
    "Record",
    "ReferenceNumber",
    "RefusedOpening",
    "SealedValue",
    "SealingKey",
    "UtcDateTime",
    "anchor",
    "bar",
    "call",
    "case_file",
    "cycle_run",
    "deadline",
    "decision",
    "document",
    "effect_claim",
    "encoding",
    "erratum",
    "event",
    "history",
    "instant_text",
    "integrity_record",
    "ledger_entry",
    "limit_claim",
    "list_item",
    "obligation",
    "person",
    "quota_draw",
    "reference_number",
    "refused_opening",
    "sealed_value",
    "sealing_key",
]
