"""The record: cases, events, deadlines, decisions, money, people.

Revision 0001, the first. Going back is restoring a backup: a record that must not be deleted has no downgrade.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def upgrade() -> None:
    op.create_table(
        "anchor",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last_event", ROW_ID, nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_anchor"),
        sa.UniqueConstraint("day", name="uq_anchor_day"),
    )
    op.create_table(
        "call",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("lifecycle", sa.String(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_call"),
    )
    op.create_index("ix_call_lookup", "call", ["lifecycle", "cycle", "name"])
    op.create_table(
        "case_file",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("lifecycle", sa.String(), nullable=False),
        sa.Column("encoding", sa.String(length=64), nullable=False),
        sa.Column("regulation", sa.String(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Date(), nullable=False),
        sa.Column("parent_ref", sa.String(), nullable=True),
        sa.Column("status", one_of("status", "open", "suspended", "closed"), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("clause", sa.String(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("shape", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("next_day", sa.Date(), nullable=True),
        sa.Column("next_stage", sa.String(), nullable=True),
        sa.Column("family", sa.Boolean(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("party_name", sa.String(), nullable=False),
        sa.Column("set_aside", sa.String(), nullable=True),
        sa.Column("imported_key", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_case_file"),
        sa.UniqueConstraint("imported_key", name="uq_case_file_imported_key"),
        sa.UniqueConstraint("ref", name="uq_case_file_ref"),
    )
    op.create_index("ix_case_file_cycle", "case_file", ["lifecycle", "cycle", "status"])
    op.create_index("ix_case_file_due", "case_file", ["lifecycle", "next_day", "next_stage"])
    op.create_index("ix_case_file_encoding", "case_file", ["encoding", "status"])
    op.create_index("ix_case_file_parent_ref", "case_file", ["parent_ref"])
    op.create_index("ix_case_file_party", "case_file", ["party"])
    op.create_index("ix_case_file_shape", "case_file", ["shape", "lifecycle", "next_day"])
    op.create_index("ix_case_file_worklist", "case_file", ["status", "lifecycle", "stage", "next_day"])
    op.create_table(
        "cycle_run",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("lifecycle", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("started", sa.String(length=32), nullable=False),
        sa.Column("finished", sa.String(length=32), nullable=True),
        sa.Column("counts", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_cycle_run"),
    )
    op.create_index("ix_cycle_run_lifecycle_as_of", "cycle_run", ["lifecycle", "as_of"])
    op.create_table(
        "encoding",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("lifecycle", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("hash", name="pk_encoding"),
    )
    op.create_index("ix_encoding_lifecycle", "encoding", ["lifecycle"])
    op.create_table(
        "erratum",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("lifecycle", sa.String(), nullable=False),
        sa.Column("from_hash", sa.String(length=64), nullable=False),
        sa.Column("to_hash", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erratum"),
    )
    op.create_table(
        "person",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("key", name="uq_person_key"),
    )
    op.create_table(
        "reference_number",
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("cycle", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "cycle", name="pk_reference_number"),
    )
    op.create_table(
        "refused_opening",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("lifecycle", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("legal_day", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("asks", sa.Text(), nullable=False),
        sa.Column("compared", sa.Text(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_refused_opening"),
    )
    op.create_index("ix_refused_opening_lifecycle", "refused_opening", ["lifecycle"])
    op.create_table(
        "sealed_value",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("case_ref", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("cipher", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sealed_value"),
        sa.UniqueConstraint("token", name="uq_sealed_value_token"),
    )
    op.create_index("ix_sealed_value_case_ref", "sealed_value", ["case_ref"])
    op.create_table(
        "sealing_key",
        sa.Column("case_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_sealing_key"),
    )
    op.create_table(
        "bar",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("lifecycle", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("case_id", ROW_ID, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("end_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_bar_case_id_case_file"),
        sa.PrimaryKeyConstraint("id", name="pk_bar"),
    )
    op.create_index("ix_bar_subject", "bar", ["subject", "lifecycle"])
    op.create_table(
        "deadline",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("clock", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("status", one_of("status", "running", "asking", "met", "lapsed", "held", "void"), nullable=False),
        sa.Column("effect", one_of("effect", "失权", "期满", "督办", "提示"), nullable=False),
        sa.Column("binds", one_of("binds", "party", "office", "third"), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("set_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_deadline_case_id_case_file"),
        sa.PrimaryKeyConstraint("id", name="pk_deadline"),
        sa.UniqueConstraint("case_id", "stage", "clock", "round", name="uq_deadline_case_id_stage_clock_round"),
    )
    op.create_index("ix_deadline_status_last_day", "deadline", ["status", "last_day"])
    op.create_table(
        "decision",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("grade", sa.String(), nullable=True),
        sa.Column("fen", sa.BigInteger(), nullable=True),
        sa.Column("tree", sa.Text(), nullable=True),
        sa.Column("ceiling", sa.Text(), nullable=True),
        sa.Column("legal_day", sa.Date(), nullable=False),
        sa.Column("regulation", sa.String(), nullable=False),
        sa.Column("encoding", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_decision_case_id_case_file"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
        sa.UniqueConstraint("case_id", "seq", name="uq_decision_case_id_seq"),
    )
    op.create_index("ix_decision_case_id_key", "decision", ["case_id", "key"])
    op.create_table(
        "document",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("legal_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_document_case_id_case_file"),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
    )
    op.create_index("ix_document_case_id", "document", ["case_id"])
    op.create_table(
        "effect_claim",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("clock", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("effect", one_of("effect", "失权", "期满", "督办", "提示"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_effect_claim_case_id_case_file"),
        sa.PrimaryKeyConstraint("id", name="pk_effect_claim"),
        sa.UniqueConstraint(
            "case_id", "stage", "clock", "round", "effect", name="uq_effect_claim_case_id_stage_clock_round_effect"
        ),
    )
    op.create_table(
        "event",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("legal_day", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("regulation", sa.String(), nullable=False),
        sa.Column("encoding", sa.String(length=64), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_event_case_id_case_file"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.UniqueConstraint("case_id", "previous", name="uq_event_case_id_previous"),
        sa.UniqueConstraint("case_id", "seq", name="uq_event_case_id_seq"),
    )
    op.create_table(
        "history",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("legal_day", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("case_id", ROW_ID, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_history_case_id_case_file"),
        sa.PrimaryKeyConstraint("id", name="pk_history"),
    )
    op.create_index("ix_history_lookup", "history", ["key", "subject", "cycle"])
    op.create_table(
        "integrity_record",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("serious", sa.Boolean(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("legal_day", sa.Date(), nullable=False),
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_integrity_record_case_id_case_file"),
        sa.PrimaryKeyConstraint("id", name="pk_integrity_record"),
    )
    op.create_index("ix_integrity_record_subject", "integrity_record", ["subject"])
    op.create_table(
        "limit_claim",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("limit_key", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_limit_claim_case_id_case_file"),
        sa.PrimaryKeyConstraint("id", name="pk_limit_claim"),
        sa.UniqueConstraint("limit_key", "scope", "slot", name="uq_limit_claim_limit_key_scope_slot"),
    )
    op.create_index("ix_limit_claim_case_id", "limit_claim", ["case_id"])
    op.create_table(
        "list_item",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("list", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_list_item_case_id_case_file"),
        sa.PrimaryKeyConstraint("id", name="pk_list_item"),
        sa.UniqueConstraint("case_id", "key", name="uq_list_item_case_id_key"),
    )
    op.create_index("ix_list_item_worklist", "list_item", ["list", "since"])
    op.create_table(
        "quota_draw",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("quota", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=False),
        sa.Column("at_most", sa.BigInteger(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.CheckConstraint("before >= 0 AND fen > 0 AND before + fen <= at_most", name="ck_quota_draw_within"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_quota_draw_case_id_case_file"),
        sa.PrimaryKeyConstraint("id", name="pk_quota_draw"),
        sa.UniqueConstraint("quota", "scope", "before", name="uq_quota_draw_quota_scope_before"),
    )
    op.create_index("ix_quota_draw_case_id", "quota_draw", ["case_id"])
    op.create_table(
        "obligation",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("decision_id", ROW_ID, nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("payee", sa.String(), nullable=False),
        sa.Column("debtor", sa.String(), nullable=False),
        sa.Column("creditor", sa.String(), nullable=False),
        sa.Column("direction", one_of("direction", "付", "追"), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("original_due", sa.Date(), nullable=True),
        sa.Column("replaces", ROW_ID, nullable=True),
        sa.CheckConstraint("fen > 0", name="ck_obligation_fen_above_zero"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_obligation_case_id_case_file"),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name="fk_obligation_decision_id_decision"),
        sa.ForeignKeyConstraint(["replaces"], ["obligation.id"], name="fk_obligation_replaces_obligation"),
        sa.PrimaryKeyConstraint("id", name="pk_obligation"),
        sa.UniqueConstraint(
            "case_id", "decision", "payee", "sequence", name="uq_obligation_case_id_decision_payee_sequence"
        ),
    )
    op.create_index("ix_obligation_decision_id", "obligation", ["decision_id"])
    op.create_index("ix_obligation_due", "obligation", ["due"])
    op.create_table(
        "ledger_entry",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("posting", sa.String(), nullable=False),
        sa.Column(
            "account", one_of("account", "appropriation", "reserved", "paid", "recovered", "returned"), nullable=False
        ),
        sa.Column("debit", sa.BigInteger(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.Column("obligation_id", ROW_ID, nullable=True),
        sa.Column("legal_day", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.CheckConstraint(
            "debit >= 0 AND credit >= 0 AND (debit > 0) <> (credit > 0)", name="ck_ledger_entry_one_side"
        ),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligation.id"], name="fk_ledger_entry_obligation_id_obligation"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_entry"),
        sa.UniqueConstraint("posting", "account", name="uq_ledger_entry_posting_account"),
    )
    op.create_index("ix_ledger_entry_obligation_id", "ledger_entry", ["obligation_id"])


def downgrade() -> None:
    raise NotImplementedError("记录不得删除；需要回到以前的状态时，从备份恢复")
