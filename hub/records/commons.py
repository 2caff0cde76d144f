"""The commons' documents in the records: the newest edition is in force, the older ones are history."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.records.models import CommonsEdition


def current(session: Session) -> CommonsEdition | None:
    """The edition in force; None before the first was loaded."""
    return session.scalar(select(CommonsEdition).order_by(CommonsEdition.id.desc()).limit(1))


def digest_of(files: Mapping[str, str]) -> str:
    """What an edition of these files is known by: SHA-256, 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(dict(files), sort_keys=True).encode()).hexdigest()


def add(session: Session, files: Mapping[str, str], *, at: dt.datetime) -> bool:
    """Put an edition in force; answers whether it differs from the one that is."""
    digest = digest_of(files)
    before = current(session)
    if before is not None and before.digest == digest:
        return False
    session.add(CommonsEdition(digest=digest, loaded_at=at, files=dict(files)))
    return True
