"""Disclosure control: the ledger of privacy budgets"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON_FACTS = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

#: Tables to which rows are only ever added, with their keys; the database itself refuses anything else.
INSERT_ONLY = {"privacy_spending": ("release", "dataset", "year")}
REFUSED = "what was spent is insert-only"


def triggers(dialect: str) -> Iterator[str]:
    """The statements that make the tables insert-only."""
    if dialect == "postgresql":
        yield (
            "CREATE FUNCTION disclosure_insert_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$"
        )
    for table, key in INSERT_ONLY.items():
        yield from _of_postgresql(table) if dialect == "postgresql" else _of_sqlite(table, key)


def _of_postgresql(table: str) -> Iterator[str]:
    yield (
        f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION disclosure_insert_only()"
    )


def _of_sqlite(table: str, key: tuple[str, ...]) -> Iterator[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    # INSERT OR REPLACE removes a row without asking the trigger on DELETE, unless the connection asks for it.
    same = " AND ".join(f'"{column}" = NEW."{column}"' for column in key)
    there = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 - names of this file alone
    yield f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}"
    yield f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}"
    yield f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {there} {refuse}"


def upgrade() -> None:
    """The ledger of privacy budgets, and the salts of certificates."""
    op.create_table(
        "privacy_spending",
        sa.Column("release", sa.String(length=64), nullable=False),
        sa.Column("dataset", sa.String(length=80), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cube", sa.String(length=80), nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("noise", JSON_FACTS, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["release"], ["release.id"], name=op.f("fk_privacy_spending_release")),
        sa.PrimaryKeyConstraint("release", "dataset", "year", name=op.f("pk_privacy_spending")),
        sa.UniqueConstraint(
            *("cube", "audience", "period_from", "period_to", "dataset", "year"),
            name=op.f("uq_privacy_spending_question"),
        ),
    )
    with op.batch_alter_table("privacy_spending", schema=None) as batch_op:
        batch_op.create_index("ix_privacy_spending_dataset_year", ["dataset", "year"], unique=False)
    op.create_table(
        "release_salt",
        sa.Column("release", sa.String(length=64), nullable=False),
        sa.Column("holding", sa.String(length=80), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["release"], ["release.id"], name=op.f("fk_release_salt_release")),
        sa.PrimaryKeyConstraint("release", "holding", name=op.f("pk_release_salt")),
    )
    for statement in triggers(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Take it back."""
    op.drop_table("release_salt")
    op.drop_table("privacy_spending")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION disclosure_insert_only()")
