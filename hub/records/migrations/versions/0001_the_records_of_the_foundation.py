"""The records of the foundation"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON_FACTS = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

#: The audit is insert-only: the database itself refuses to change or remove what was written.
SQLITE_TRIGGERS = [
    f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit is insert-only'); END"
    for verb in ("UPDATE", "DELETE")
]
# INSERT OR REPLACE removes a row without asking the trigger on DELETE, unless the connection asks for it.
SQLITE_TRIGGERS.append(
    "CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq) "
    "BEGIN SELECT RAISE(ABORT, 'the audit is insert-only'); END"
)
POSTGRESQL_TRIGGERS = [
    "CREATE FUNCTION audit_insert_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the audit is insert-only'; END $$",
    "CREATE TRIGGER audit_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_insert_only()",
]


def upgrade() -> None:
    """The records of the foundation."""
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("member_id", sa.String(length=80), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("scopes", JSON_FACTS, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
    )
    with op.batch_alter_table("api_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_key_member_id"), ["member_id"], unique=False)

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

    op.create_table(
        "commons_edition",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("loaded_at", INSTANT, nullable=False),
        sa.Column("files", JSON_FACTS, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commons_edition")),
    )
    op.create_table(
        "feed",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("standard", sa.String(length=10), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("current_id", SERIAL, nullable=True),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_feed")),
    )
    op.create_table(
        "job",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("payload", JSON_FACTS, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("run_after", INSTANT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.String(length=80), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("phase", sa.String(length=80), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_state_run_after", ["state", "run_after"], unique=False)

    op.create_table(
        "version",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("feed_slug", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("raw_digest", sa.String(length=64), nullable=False),
        sa.Column("standard_version", sa.String(length=20), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("ingested_at", INSTANT, nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("validation_date", sa.String(length=10), nullable=False),
        sa.Column("validators", JSON_FACTS, nullable=False),
        sa.Column("incomplete", sa.Text(), nullable=False),
        sa.Column("rows", JSON_FACTS, nullable=False),
        sa.Column("set_aside", JSON_FACTS, nullable=False),
        sa.Column("facts", JSON_FACTS, nullable=False),
        sa.ForeignKeyConstraint(["feed_slug"], ["feed.slug"], name=op.f("fk_version_feed_slug")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sa.UniqueConstraint("feed_slug", "digest", name=op.f("uq_version_feed_slug_digest")),
        sa.UniqueConstraint("feed_slug", "number", name=op.f("uq_version_feed_slug_number")),
    )
    op.create_table(
        "attempt",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("feed_slug", sa.String(length=80), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("version_id", SERIAL, nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_attempt_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_feed_slug"), ["feed_slug"], unique=False)

    op.create_table(
        "finding",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("version_id", SERIAL, nullable=False),
        sa.Column("code", sa.String(length=120), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("mend", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_finding_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_version_id"), ["version_id"], unique=False)

    op.create_table(
        "release",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("part", sa.String(length=80), nullable=False),
        sa.Column("version_id", SERIAL, nullable=True),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("period_to", sa.Date(), nullable=True),
        sa.Column("edition", JSON_FACTS, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("file_name", sa.String(length=160), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("agreements", JSON_FACTS, nullable=False),
        sa.Column("obligations", JSON_FACTS, nullable=False),
        sa.Column("facts", JSON_FACTS, nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_release_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
    )
    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.create_index("ix_release_subject_kind", ["subject", "kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_release_version_id"), ["version_id"], unique=False)

    dialect = op.get_bind().dialect.name
    for statement in SQLITE_TRIGGERS if dialect == "sqlite" else POSTGRESQL_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_release_version_id"))
        batch_op.drop_index("ix_release_subject_kind")

    op.drop_table("release")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_finding_version_id"))

    op.drop_table("finding")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempt_feed_slug"))

    op.drop_table("attempt")
    op.drop_table("version")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_state_run_after")

    op.drop_table("job")
    op.drop_table("feed")
    op.drop_table("commons_edition")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_subject"))
        batch_op.drop_index(batch_op.f("ix_audit_actor"))

    op.drop_table("audit")
    with op.batch_alter_table("api_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_key_member_id"))

    op.drop_table("api_key")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_insert_only()")
