"""Texts: one language a file before 3.0, all languages in each text from 3.0 on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from feeds.gbfs.conversion.source import Part, Source

Record: TypeAlias = dict[str, Any]

#: The field that tells records of the same file in two languages for one another.
_KEYS: Final[Mapping[str, str]] = {
    "station_information": "station_id",
    "vehicle_types": "vehicle_type_id",
    "system_regions": "region_id",
    "system_pricing_plans": "plan_id",
    "system_alerts": "alert_id",
}
#: Fields that are texts by language from 3.0 on.
LOCALISED: Final[Mapping[str, tuple[str, ...]]] = {
    "system_information": (
        *("name", "short_name", "operator", "attribution_organization_name", "terms_url", "privacy_url"),
    ),
    "station_information": ("name", "short_name"),
    "vehicle_types": ("name", "make", "model", "description"),
    "system_regions": ("name",),
    "system_pricing_plans": ("name", "description"),
    "system_alerts": ("url", "summary", "description"),
    "geofencing_zones": ("name",),
}


class Texts:
    """The texts of a file in the languages beside the main one, by the record that they are of."""

    def __init__(self, source: Source, name: str, lists: tuple[str, ...]) -> None:
        self._fields, self._key, self._main = LOCALISED.get(name, ()), _KEYS.get(name, ""), source.language
        others = {tag: part for tag, part in source.files[name].items() if tag != source.language}
        self._others = {
            tag: {str(one.get(self._key)): one for one in records(part, lists) if isinstance(one, dict)}
            for tag, part in others.items()
        }

    def joined(self, record: Record) -> Record:
        """The record with its texts in all languages."""
        if not self._others:
            return record
        same = {tag: found.get(str(record.get(self._key)), {}) for tag, found in self._others.items()}
        return with_texts(record, same, self._fields, self._main)


def with_texts(record: Record, others: Mapping[str, Record], fields: tuple[str, ...], main: str) -> Record:
    """A record whose plain texts are joined by those of the same record in other languages."""
    joined = dict(record)
    for field in fields:
        if isinstance(record.get(field), str):
            said = {main: record[field], **{tag: one.get(field) for tag, one in others.items()}}
            joined[field] = [{"text": text, "language": tag} for tag, text in said.items() if isinstance(text, str)]
    return joined


def records(part: Part | None, lists: tuple[str, ...]) -> list[Any]:
    """The records of a file; `lists` are the names that versions gave to their list."""
    data = part.data if part else {}
    return next((data[key] for key in lists if isinstance(data.get(key), list)), [])
