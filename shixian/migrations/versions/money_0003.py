"""Money on its way: appropriations, payees' accounts, batches, attempts, statements, receipts, journals.

Revision 0003, after 0002. The ledger learns of programmes and years.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shixian.migrations.versions.append_only_0002 import refuse_changes

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = ("journal_event", "receipt", "batch_refusal", "batch_approval")

# The regulations whose lifecycles could owe money until now, and how the keys of those lifecycles begin.
PROGRAMMES = {
    "sh-matching-funds": "sh-matching-funds",
    "sh-incubator": "sh-incubator",
    "js-innovation-voucher": "js-voucher",
    "zj-innovation-complexes": "zj-complex",
    "ah-nsf": "ah-nsf",
}


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def upgrade() -> None:
    op.create_table(
        "appropriation",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("committed", sa.BigInteger(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.String(length=32), nullable=False),
        sa.CheckConstraint("committed >= 0 AND committed <= fen", name="ck_appropriation_within"),
        sa.PrimaryKeyConstraint("id", name="pk_appropriation"),
        sa.UniqueConstraint("programme", "year", name="uq_appropriation_programme_year"),
    )
    op.create_table(
        "payee_account",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("payee", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("bank", sa.String(), nullable=False),
        sa.Column("bank_name", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered_at", sa.String(length=32), nullable=False),
        sa.Column("verified_by", sa.String(), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.CheckConstraint("verified_by IS NULL OR verified_by <> entered_by", name="ck_payee_account_two_people"),
        sa.PrimaryKeyConstraint("id", name="pk_payee_account"),
    )
    op.create_index("ix_payee_account_payee", "payee_account", ["payee", "id"])
    op.create_table(
        "batch",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("lifecycle", sa.String(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("status", one_of("status", "proposed", "approved", "released", "done", "cancelled"), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("accounts", sa.String(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("approvals", sa.Integer(), nullable=False),
        sa.Column("replaces", ROW_ID, nullable=True),
        sa.Column("maker", sa.String(), nullable=False),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.String(length=32), nullable=False),
        sa.Column("releaser", sa.String(), nullable=True),
        sa.Column("released_at", sa.String(length=32), nullable=True),
        sa.Column("settled_at", sa.String(length=32), nullable=True),
        sa.CheckConstraint("count > 0 AND fen > 0 AND approvals > 0", name="ck_batch_above_zero"),
        sa.CheckConstraint(
            "releaser IS NULL OR (releaser <> maker AND releaser <> editor)", name="ck_batch_releaser_is_another"
        ),
        sa.ForeignKeyConstraint(["replaces"], ["batch.id"], name="fk_batch_replaces_batch"),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
        sa.UniqueConstraint("ref", name="uq_batch_ref"),
    )
    op.create_index("ix_batch_status", "batch", ["status", "id"])
    op.create_table(
        "batch_approval",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("batch_id", ROW_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_batch_approval_batch_id_batch"),
        sa.PrimaryKeyConstraint("id", name="pk_batch_approval"),
        sa.UniqueConstraint("batch_id", "number", name="uq_batch_approval_batch_id_number"),
        sa.UniqueConstraint("batch_id", "person", name="uq_batch_approval_batch_id_person"),
    )
    op.create_table(
        "batch_line",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("batch_id", ROW_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("obligation_id", ROW_ID, nullable=False),
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("payee", sa.String(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("alive", sa.Boolean(), nullable=False),
        sa.CheckConstraint("fen > 0", name="ck_batch_line_fen_above_zero"),
        sa.ForeignKeyConstraint(["account_id"], ["payee_account.id"], name="fk_batch_line_account_id_payee_account"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_batch_line_batch_id_batch"),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligation.id"], name="fk_batch_line_obligation_id_obligation"),
        sa.PrimaryKeyConstraint("id", name="pk_batch_line"),
        sa.UniqueConstraint("batch_id", "number", name="uq_batch_line_batch_id_number"),
        sa.UniqueConstraint("batch_id", "obligation_id", name="uq_batch_line_batch_id_obligation_id"),
    )
    op.create_index(
        "uq_batch_line_alive",
        "batch_line",
        ["obligation_id"],
        unique=True,
        sqlite_where=sa.text("alive"),
        postgresql_where=sa.text("alive"),
    )
    op.create_table(
        "batch_refusal",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("batch_id", ROW_ID, nullable=False),
        sa.Column("obligation_id", ROW_ID, nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_batch_refusal_batch_id_batch"),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligation.id"], name="fk_batch_refusal_obligation_id_obligation"),
        sa.PrimaryKeyConstraint("id", name="pk_batch_refusal"),
        sa.UniqueConstraint("batch_id", "obligation_id", "at", name="uq_batch_refusal_batch_id_obligation_id_at"),
    )
    op.create_table(
        "attempt",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("obligation_id", ROW_ID, nullable=False),
        sa.Column("batch_id", ROW_ID, nullable=False),
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column(
            "status",
            one_of(
                "attempt_status", "planned", "intended", "sent", "paid", "rejected", "unknown", "returned", "stopped"
            ),
            nullable=False,
        ),
        sa.Column("alive", sa.Boolean(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("intended_at", sa.String(length=32), nullable=True),
        sa.Column("settled_at", sa.String(length=32), nullable=True),
        sa.Column("inquiries", sa.Integer(), nullable=False),
        sa.Column("parked", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "alive = (status IN ('planned', 'intended', 'sent', 'unknown', 'paid'))",
            name="ck_attempt_alive_while_it_may_pay",
        ),
        sa.CheckConstraint("fen > 0", name="ck_attempt_fen_above_zero"),
        sa.ForeignKeyConstraint(["account_id"], ["payee_account.id"], name="fk_attempt_account_id_payee_account"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_attempt_batch_id_batch"),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligation.id"], name="fk_attempt_obligation_id_obligation"),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
        sa.UniqueConstraint("key", name="uq_attempt_key"),
    )
    op.create_index("ix_attempt_batch", "attempt", ["batch_id", "status"])
    op.create_index("ix_attempt_status", "attempt", ["status"])
    op.create_index(
        "uq_attempt_alive",
        "attempt",
        ["obligation_id"],
        unique=True,
        sqlite_where=sa.text("alive"),
        postgresql_where=sa.text("alive"),
    )
    op.create_table(
        "statement_line",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("booked", sa.Date(), nullable=False),
        sa.Column("counterparty", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("attempt_id", ROW_ID, nullable=True),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("resolved_by", sa.String(), nullable=True),
        sa.Column("resolution", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.String(length=32), nullable=False),
        sa.CheckConstraint("fen > 0", name="ck_statement_line_fen_above_zero"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name="fk_statement_line_attempt_id_attempt"),
        sa.PrimaryKeyConstraint("id", name="pk_statement_line"),
        sa.UniqueConstraint("source", "reference", name="uq_statement_line_source_reference"),
    )
    op.create_index("ix_statement_line_attempt_id", "statement_line", ["attempt_id"])
    op.create_index("ix_statement_line_finding", "statement_line", ["finding", "booked"])
    op.create_table(
        "receipt",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("obligation_id", ROW_ID, nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.String(length=32), nullable=False),
        sa.CheckConstraint("fen > 0 AND before >= 0", name="ck_receipt_above_zero"),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligation.id"], name="fk_receipt_obligation_id_obligation"),
        sa.PrimaryKeyConstraint("id", name="pk_receipt"),
        sa.UniqueConstraint("obligation_id", "before", name="uq_receipt_obligation_id_before"),
        sa.UniqueConstraint("reference", name="uq_receipt_reference"),
    )
    op.create_table(
        "journal_event",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("journal", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("legal_day", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journal_event"),
        sa.UniqueConstraint("journal", "previous", name="uq_journal_event_journal_previous"),
        sa.UniqueConstraint("journal", "seq", name="uq_journal_event_journal_seq"),
    )
    _widen_the_ledger()
    for table in APPEND_ONLY:
        refuse_changes(table)


def _widen_the_ledger() -> None:
    """The ledger learns of programmes, years and two more accounts. SQLite makes the table anew, without triggers."""
    accounts = ("budget", "appropriation", "reserved", "paid", "recovered", "returned", "carried")
    with op.batch_alter_table("ledger_entry") as table:
        table.drop_constraint(op.f("ck_ledger_entry_account"), type_="check")
        table.add_column(sa.Column("programme", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("year", sa.Integer(), nullable=False, server_default="0"))
        table.alter_column(
            "account", existing_type=sa.String(length=20), type_=one_of("account", *accounts), existing_nullable=False
        )
        table.create_index("ix_ledger_entry_line", ["programme", "year", "account"])
    with op.batch_alter_table("ledger_entry") as table:
        table.alter_column("programme", existing_type=sa.String(), server_default=None, existing_nullable=False)
        table.alter_column("year", existing_type=sa.Integer(), server_default=None, existing_nullable=False)
    _name_the_lines()
    if op.get_bind().dialect.name == "sqlite":
        refuse_changes("ledger_entry")


def _name_the_lines() -> None:
    """What was reserved before lines had names belongs to its decision's year and its lifecycle's regulation."""
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        op.execute("ALTER TABLE ledger_entry DISABLE TRIGGER append_only")
    names = ("obligation_id", "year", "programme")
    entry = sa.table("ledger_entry", sa.column("legal_day", sa.Date()), *(sa.column(name) for name in names))
    bind.execute(entry.update().values(year=sa.extract("year", entry.c.legal_day)))
    case = sa.table("case_file", sa.column("id"), sa.column("lifecycle"))
    obligation = sa.table("obligation", sa.column("id"), sa.column("case_id"))
    for programme, beginning in PROGRAMMES.items():
        own = sa.select(obligation.c.id).join(case, case.c.id == obligation.c.case_id)
        own = own.where(case.c.lifecycle.like(f"{beginning}%"))
        bind.execute(entry.update().where(entry.c.obligation_id.in_(own)).values(programme=programme))
    if bind.dialect.name == "postgresql":
        op.execute("ALTER TABLE ledger_entry ENABLE TRIGGER append_only")


def downgrade() -> None:
    raise NotImplementedError("记录不得删除；需要回到以前的状态时，从备份恢复")
