"""Acts and the log"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON_FACTS = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


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
        batch_op.create_index(batch_op.f("ix_log_text_actor"), ["actor"], unique=False)
        batch_op.create_index(batch_op.f("ix_log_text_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_log_text_subject"), ["subject"], unique=False)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("log_text", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_log_text_subject"))
        batch_op.drop_index(batch_op.f("ix_log_text_at"))
        batch_op.drop_index(batch_op.f("ix_log_text_actor"))
        batch_op.drop_index(batch_op.f("ix_log_text_action"))

    op.drop_table("log_text")
    with op.batch_alter_table("log_mark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_log_mark_index"))

    op.drop_table("log_mark")
    op.drop_table("log_erasure")
    op.drop_table("log_cosignature")
    with op.batch_alter_table("thing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_thing_log_index"))

    op.drop_table("thing")
    op.drop_table("sealed_key")
    op.drop_table("log_node")
    op.drop_table("log_entry")
    op.drop_table("log_checkpoint")
    with op.batch_alter_table("extract", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_extract_recipient"))
        batch_op.drop_index("ix_extract_agreement_period")

    op.drop_table("extract")
