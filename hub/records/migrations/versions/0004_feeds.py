"""The feeds' own life: sources, fetches, standings, scores, incidents, and whom that is told"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON_FACTS = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables."""
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("key", sa.String(length=64), nullable=True))
        batch_op.create_index("ix_job_kind_key_state", ["kind", "key", "state"], unique=False)

    op.create_table(
        "brake",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("run", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("facts", JSON_FACTS, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brake")),
    )
    op.create_table(
        "external_id",
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("source", "id", name=op.f("pk_external_id")),
    )
    with op.batch_alter_table("external_id", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_external_id_slug"), ["slug"], unique=False)

    op.create_table(
        "feed_redirect",
        sa.Column("old", sa.String(length=80), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("old", name=op.f("pk_feed_redirect")),
    )
    with op.batch_alter_table("feed_redirect", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_redirect_slug"), ["slug"], unique=False)

    op.create_table(
        "fetch",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fetch")),
    )
    with op.batch_alter_table("fetch", schema=None) as batch_op:
        batch_op.create_index("ix_fetch_slug_at", ["slug", "at"], unique=False)

    op.create_table(
        "happening",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("facts", JSON_FACTS, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_happening")),
        sa.UniqueConstraint("slug", "number", name=op.f("uq_happening_slug_number")),
    )
    with op.batch_alter_table("happening", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_happening_key"), ["key"], unique=False)

    op.create_table(
        "held",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("full_at", INSTANT, nullable=False),
        sa.Column("fresh_until", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("slug", "name", name=op.f("pk_held")),
    )
    op.create_table(
        "hook",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("member", sa.String(length=80), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("target", sa.LargeBinary(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("slugs", JSON_FACTS, nullable=False),
        sa.Column("kinds", JSON_FACTS, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook")),
    )
    with op.batch_alter_table("hook", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hook_member"), ["member"], unique=False)

    op.create_table(
        "hub_key",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("public", sa.String(length=44), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_hub_key")),
    )
    op.create_table(
        "incident",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("check", sa.String(length=80), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("facts", JSON_FACTS, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_index("ix_incident_slug_opened_at", ["slug", "opened_at"], unique=False)

    op.create_table(
        "live",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("inputs", sa.String(length=64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("fresh", JSON_FACTS, nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("agreements", JSON_FACTS, nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_live")),
    )

    op.create_table(
        "score",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("details", JSON_FACTS, nullable=False),
        sa.PrimaryKeyConstraint("slug", "day", "kind", name=op.f("pk_score")),
    )
    op.create_table(
        "source",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("standard", sa.String(length=10), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("territory", sa.Text(), nullable=False),
        sa.Column("schedule", sa.String(length=80), nullable=True),
        sa.Column("every_s", sa.Integer(), nullable=True),
        sa.Column("auth", JSON_FACTS, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("registered_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_source")),
    )
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_source_due_at"), ["due_at"], unique=False)

    op.create_table(
        "standing",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("check", sa.String(length=80), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("latest", sa.String(length=20), nullable=False),
        sa.Column("streak", sa.Integer(), nullable=False),
        sa.Column("streak_since", INSTANT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("facts", JSON_FACTS, nullable=False),
        sa.PrimaryKeyConstraint("slug", "check", name=op.f("pk_standing")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("hook", sa.String(length=16), nullable=False),
        sa.Column("happening", SERIAL, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("at", INSTANT, nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["happening"], ["happening.id"], name=op.f("fk_delivery_happening")),
        sa.ForeignKeyConstraint(["hook"], ["hook.id"], name=op.f("fk_delivery_hook")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("hook", "happening", "round", name=op.f("uq_delivery_hook_happening_round")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_state_next_at", ["state", "next_at"], unique=False)

    op.create_table(
        "incident_note",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("incident", SERIAL, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], name=op.f("fk_incident_note_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_note")),
    )
    with op.batch_alter_table("incident_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_note_incident"), ["incident"], unique=False)


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_kind_key_state")
        batch_op.drop_column("key")
    op.drop_table("incident_note")
    op.drop_table("delivery")
    op.drop_table("standing")
    op.drop_table("source")
    op.drop_table("score")
    op.drop_table("live")
    op.drop_table("incident")
    op.drop_table("hub_key")
    op.drop_table("hook")
    op.drop_table("held")
    op.drop_table("happening")
    op.drop_table("fetch")
    op.drop_table("feed_redirect")
    op.drop_table("external_id")
    op.drop_table("brake")
