"""Acts and the log"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from hub.errors import StorageError
from hub.records.migrations import audit_into_log

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON_FACTS = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

#: Tables to which rows are only ever added, with their keys; the database itself refuses anything else.
INSERT_ONLY = {
    "log_entry": ("index",),
    "log_text": ("index",),
    "log_mark": ("party", "number"),
    "log_node": ("level", "place"),
    "log_erasure": ("index",),
    "log_checkpoint": ("size",),
    "log_cosignature": ("size", "witness"),
}
#: The one exception: a text may go once an erasure names its entry, and then none comes back.
ERASED = 'EXISTS (SELECT 1 FROM log_erasure WHERE log_erasure."index" = {row}."index")'
REFUSED = "the log is insert-only"


def triggers(dialect: str) -> Iterator[str]:
    """The statements that make the log's tables insert-only."""
    if dialect == "sqlite":
        for table, key in INSERT_ONLY.items():
            yield from _sqlite_triggers(table, key)
        return
    yield (
        "CREATE FUNCTION log_insert_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$"
    )
    yield (
        "CREATE FUNCTION log_text_erased() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {ERASED.format(row='OLD')} THEN RETURN OLD; END IF; RAISE EXCEPTION '{REFUSED}'; END $$"
    )
    yield (
        "CREATE FUNCTION log_text_stays_erased() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {ERASED.format(row='NEW')} THEN RAISE EXCEPTION '{REFUSED}'; END IF; RETURN NEW; END $$"
    )
    for table in INSERT_ONLY:
        verbs = "UPDATE OR TRUNCATE" if table == "log_text" else "UPDATE OR DELETE OR TRUNCATE"
        yield (
            f"CREATE TRIGGER {table}_insert_only BEFORE {verbs} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION log_insert_only()"
        )
    for verb, function in (("DELETE", "log_text_erased"), ("INSERT", "log_text_stays_erased")):
        yield f"CREATE TRIGGER {function} BEFORE {verb} ON log_text FOR EACH ROW EXECUTE FUNCTION {function}()"


def _sqlite_triggers(table: str, key: tuple[str, ...]) -> Iterator[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    # INSERT OR REPLACE removes a row without asking the trigger on DELETE, unless the connection asks for it.
    same = " AND ".join(f'"{column}" = NEW."{column}"' for column in key)
    there = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 - names of this file alone
    if table == "log_text":
        there += f" OR {ERASED.format(row='NEW')}"
    kept = f" WHEN NOT {ERASED.format(row='OLD')}" if table == "log_text" else ""
    yield f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}"
    yield f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}{kept} {refuse}"
    yield f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {there} {refuse}"


def upgrade() -> None:
    """Acts and the log."""
    op.create_table(
        "extract",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("agreement", sa.String(length=120), nullable=False),
        sa.Column("agreement_version", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=80), nullable=False),
        sa.Column("dataset", sa.String(length=80), nullable=False),
        sa.Column("table", sa.String(length=80), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("file_name", sa.String(length=160), nullable=False),
        sa.Column("prepared_at", INSTANT, nullable=False),
        sa.Column("obligations", JSON_FACTS, nullable=False),
        sa.Column("facts", JSON_FACTS, nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.Column("removed_why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extract")),
    )
    with op.batch_alter_table("extract", schema=None) as batch_op:
        batch_op.create_index("ix_extract_agreement_period", ["agreement", "period_from"], unique=False)
        batch_op.create_index(batch_op.f("ix_extract_recipient"), ["recipient"], unique=False)

    op.create_table(
        "log_checkpoint",
        sa.Column("size", SERIAL, autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("key", sa.String(length=44), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_checkpoint")),
    )
    op.create_table(
        "log_entry",
        sa.Column("index", SERIAL, autoincrement=False, nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("marks", JSON_FACTS, nullable=False),
        sa.PrimaryKeyConstraint("index", name=op.f("pk_log_entry")),
    )
    with op.batch_alter_table("log_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_log_entry_commitment"), ["commitment"], unique=False)

    op.create_table(
        "log_node",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("level", "place", name=op.f("pk_log_node")),
    )
    op.create_table(
        "sealed_key",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_key")),
    )
    op.create_table(
        "thing",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", JSON_FACTS, nullable=False),
        sa.Column("last_act", sa.String(length=64), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", name=op.f("pk_thing")),
    )
    with op.batch_alter_table("thing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_thing_log_index"), ["log_index"], unique=False)

    op.create_table(
        "log_cosignature",
        sa.Column("size", SERIAL, autoincrement=False, nullable=False),
        sa.Column("witness", sa.String(length=80), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("key", sa.String(length=44), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["size"], ["log_checkpoint.size"], name=op.f("fk_log_cosignature_size")),
        sa.PrimaryKeyConstraint("size", "witness", name=op.f("pk_log_cosignature")),
    )
    op.create_table(
        "log_erasure",
        sa.Column("index", SERIAL, autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["index"], ["log_entry.index"], name=op.f("fk_log_erasure_index")),
        sa.PrimaryKeyConstraint("index", name=op.f("pk_log_erasure")),
    )
    op.create_table(
        "log_mark",
        sa.Column("party", sa.String(length=80), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("index", SERIAL, nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["index"], ["log_entry.index"], name=op.f("fk_log_mark_index")),
        sa.PrimaryKeyConstraint("party", "number", name=op.f("pk_log_mark")),
    )
    with op.batch_alter_table("log_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_log_mark_index"), ["index"], unique=False)

    op.create_table(
        "log_text",
        sa.Column("index", SERIAL, autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("permitted", sa.Boolean(), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hidden", JSON_FACTS, nullable=False),
        sa.ForeignKeyConstraint(["index"], ["log_entry.index"], name=op.f("fk_log_text_index")),
        sa.PrimaryKeyConstraint("index", name=op.f("pk_log_text")),
    )
    with op.batch_alter_table("log_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_log_text_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_log_text_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_log_text_subject"), ["subject"], unique=False)
        batch_op.create_index("ix_log_text_taken", ["actor", "subject", "action", "permitted", "at"], unique=False)

    audit_into_log.audit_into_log(op.get_bind())
    op.drop_table("audit")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_insert_only()")
    for statement in triggers(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Take it back, as long as nothing was logged: what the log says has no other place."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM log_entry")):
        raise StorageError("the log has entries, which the schema before it cannot hold; nothing was changed")
    for table in ("log_text", "log_mark", "log_erasure", "log_cosignature", "thing", "sealed_key"):
        op.drop_table(table)
    for table in ("log_node", "log_entry", "log_checkpoint", "extract"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for function in ("log_insert_only", "log_text_erased", "log_text_stays_erased"):
            op.execute(f"DROP FUNCTION {function}()")
    _audit_of_the_foundation()


def _audit_of_the_foundation() -> None:
    """The table of migration 0001, which its own downgrade expects."""
    op.create_table(
        "audit",
        sa.Column("seq", SERIAL, autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_actor"), ["actor"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_subject"), ["subject"], unique=False)
    refuse = "'the audit is insert-only'"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION audit_insert_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION {refuse}; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_insert_only()"
        )
        return
    for verb, when in (
        ("UPDATE", ""),
        ("DELETE", ""),
        ("INSERT", " WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)"),
    ):
        name = "audit_no_replace" if verb == "INSERT" else f"audit_no_{verb.lower()}"
        op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON audit{when} BEGIN SELECT RAISE(ABORT, {refuse}); END")
