"""What a system says of itself that its other files are read by: id, language, time zone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from feeds.gbfs.documents import Document

#: ISO 639-3 for a language that is not known.
UNDETERMINED = "und"


@dataclass(frozen=True, slots=True)
class Home:
    """A system's id, first language and time zone; `zone` is None when the time zone is none of the tz database."""

    system_id: str = ""
    language: str = UNDETERMINED
    timezone: str = ""
    zone: ZoneInfo | None = None

    def utc_offset_s(self, instant: dt.datetime) -> int | None:
        """Seconds that local time is ahead of UTC at an instant."""
        offset = instant.astimezone(self.zone).utcoffset() if self.zone else None
        return None if offset is None else int(offset.total_seconds())


def home_of(document: Document) -> Home:
    """Read it from ``system_information``; what is missing or bad there stays unknown."""
    data = document.data
    timezone = data.get("timezone")
    name = timezone if isinstance(timezone, str) else ""
    return Home(str(data.get("system_id") or ""), _language(data), name, _zone(name))


def _language(data: Any) -> str:
    languages = data.get("languages") or [data.get("language")]
    first = languages[0] if isinstance(languages, list) else languages
    return first if isinstance(first, str) and first else UNDETERMINED


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a name that is a folder of the database
        return None
