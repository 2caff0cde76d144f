"""Members' keys in the records."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.records.models import ApiKey


def key(session: Session, key_id: str) -> ApiKey | None:
    """The key of that id, expired and revoked ones too."""
    return session.get(ApiKey, key_id)


def keys(session: Session, member_id: str | None = None) -> list[ApiKey]:
    """Keys, of one member or of all, oldest first."""
    query = select(ApiKey).order_by(ApiKey.created_at, ApiKey.id)
    return list(session.scalars(query if member_id is None else query.where(ApiKey.member_id == member_id)))
