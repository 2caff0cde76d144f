"""Requests and happenings are looked up by time alone: what is too old, and what is not told yet"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the indexes."""
    op.create_index("ix_fetch_at", "fetch", ["at"], unique=False)
    op.create_index("ix_happening_at", "happening", ["at"], unique=False)


def downgrade() -> None:
    """Remove the indexes."""
    op.drop_index("ix_happening_at", table_name="happening")
    op.drop_index("ix_fetch_at", table_name="fetch")
