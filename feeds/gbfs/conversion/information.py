"""``system_information`` of any version as 3.0 has it: hours, languages, who answers for the data, the licence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

from gbfs_validator.feedhelpers import load_schema
from gbfs_validator.schema.formats import FORMATS

from feeds.gbfs.conversion.hours import HOURS_FILES, NoHours, opening_hours
from feeds.gbfs.conversion.leaves import Unfit, language_tag
from feeds.gbfs.conversion.losses import Losses
from feeds.gbfs.conversion.source import Part, Source
from feeds.gbfs.conversion.texts import LOCALISED, with_texts

Record: TypeAlias = dict[str, Any]

#: OSM's word for hours that nobody knows.
_UNKNOWN_HOURS: Final = "unknown"
_EVERYBODY: Final = {"member", "nonmember"}


@dataclass(frozen=True, slots=True)
class Known:
    """What the hub knows of a system where its files do not say it; an empty text is not known."""

    feed_contact_email: str = ""
    timezone: str = ""
    language: str = "en"
    manifest_url: str = ""


def information(source: Source, part: Part, *, slug: str, known: Known, losses: Losses) -> Part:
    """The file as 3.0 has it, from its own, ``system_hours`` and ``system_calendar``."""
    name = "system_information"
    others = {tag: one.data for tag, one in source.files[name].items() if tag != source.language}
    data = with_texts(part.data, others, LOCALISED[name], source.language)
    data.pop("language", None)
    data["system_id"] = slug
    data["languages"] = list(dict.fromkeys((source.language, *_tags(data.get("languages")), *others)))
    data["opening_hours"] = data.get("opening_hours") or _hours(source, losses)
    if known.manifest_url:
        data["manifest_url"] = known.manifest_url
    _fill(data, known, losses)
    _settle_licence(data, losses)
    for address, date in (("terms_url", "terms_last_updated"), ("privacy_url", "privacy_last_updated")):
        if data.get(address) and not data.get(date):
            losses.add("value_left_out", name, address)  # 3.0 allows it only with its date
            del data[address]
    return Part(data, part.last_updated, source.names(name, "system_hours", "system_calendar"))


def _tags(listed: Any) -> Iterator[str]:
    for one in listed if isinstance(listed, list) else ():
        try:
            yield language_tag(one)
        except Unfit:
            continue


def _fill(data: Record, known: Known, losses: Losses) -> None:
    """What 3.0 requires and the source does not say, from what the hub knows."""
    name = "system_information"
    zone = data.get("timezone")
    if known.timezone and not (isinstance(zone, str) and zone in _zones_of_time()):
        data["timezone"] = known.timezone
        losses.add("taken_from_hub", name, "timezone", known.timezone)
    if _is_email(data.get("feed_contact_email")):
        return
    if _is_email(known.feed_contact_email):
        data["feed_contact_email"] = known.feed_contact_email
        losses.add("taken_from_hub", name, "feed_contact_email", known.feed_contact_email)
    elif _is_email(data.get("email")):
        data["feed_contact_email"] = data["email"]  # the operator's own address for its customers
        losses.add("assumed", name, "feed_contact_email", data["email"])


def _is_email(value: Any) -> bool:
    return isinstance(value, str) and FORMATS["email"](value)


@cache
def _zones_of_time() -> frozenset[str]:
    data = load_schema("3.0", "system_information")["properties"]["data"]
    return frozenset(data["properties"]["timezone"]["enum"])


def _settle_licence(data: Record, losses: Losses) -> None:
    # 3.0 takes an SPDX identifier or an address, never both.
    if data.get("license_id") and data.pop("license_url", None):
        losses.add("made_coarser", "system_information", "license_url")


def _hours(source: Source, losses: Losses) -> str:
    for name in HOURS_FILES:
        if name in source.declared and source.main(name) is None:  # without the file it would be always open
            losses.add("value_left_out", name)
            return _UNKNOWN_HOURS
    hours, calendar = source.main("system_hours"), source.main("system_calendar")
    listed = hours.data.get("rental_hours") if hours else None
    seasons = calendar.data.get("calendars") if calendar else None
    rules = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    if any(_users(one) != _EVERYBODY for one in rules):
        losses.add("made_coarser", "system_hours", "user_types")
    try:
        return opening_hours(rules, seasons if isinstance(seasons, list) else [])
    except NoHours as reason:
        losses.add("value_left_out", "system_hours", "rental_hours", reason)
        return _UNKNOWN_HOURS


def _users(rule: Record) -> set[str]:
    listed = rule.get("user_types")
    return set(map(str, listed)) if isinstance(listed, list) else set()
