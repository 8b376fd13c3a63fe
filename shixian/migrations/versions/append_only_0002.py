"""Append-only tables: triggers that refuse every update and delete, on both databases.

Revision 0002, after 0001. Whoever makes such a table anew (batch mode on SQLite does) must call `refuse_changes` again.
"""

from __future__ import annotations

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None

APPEND_ONLY = (
    "event",
    "effect_claim",
    "decision",
    "ledger_entry",
    "history",
    "integrity_record",
    "document",
    "quota_draw",
    "call",
    "encoding",
    "erratum",
    "anchor",
    "refused_opening",
)
REFUSAL = "只可追加：不得修改或删除"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION shixian_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '% {REFUSAL}', TG_TABLE_NAME; END $$"
        )
    for table in APPEND_ONLY:
        refuse_changes(table)


def refuse_changes(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        when = f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"
        op.execute(f"CREATE TRIGGER append_only {when} EXECUTE FUNCTION shixian_append_only()")
        when = f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
        op.execute(f"CREATE TRIGGER append_only_truncate {when} EXECUTE FUNCTION shixian_append_only()")
        return
    for what in ("UPDATE", "DELETE"):
        refuse = f"SELECT RAISE(ABORT, '{table} {REFUSAL}')"
        op.execute(f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} BEGIN {refuse}; END")


def downgrade() -> None:
    raise NotImplementedError("记录不得删除；需要回到以前的状态时，从备份恢复")
