"""What the merged feed says of itself: who made it, of what, in which languages, for which days."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from feeds.gtfs.merge.inputs import Input
from feeds.gtfs.reference import TABLES

#: For a feed in several languages (reference, feed_info.txt: feed_lang).
SEVERAL = "mul"
_DATE = "^[0-9]{8}$"


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes the merged feed; `lang` is said where no input names a language."""

    name: str
    url: str
    lang: str = "fr"
    email: str = ""


@dataclass(frozen=True, slots=True)
class OwnInfo:
    """The one record of feed_info.txt. Dates are text, YYYYMMDD; empty where no input has any."""

    publisher: Publisher
    lang: str
    first: str
    last: str
    version: str

    def record(self) -> dict[str, str]:
        """The record, column by column."""
        return {
            "feed_publisher_name": self.publisher.name,
            "feed_publisher_url": self.publisher.url,
            "feed_lang": self.lang,
            "feed_start_date": self.first,
            "feed_end_date": self.last,
            "feed_version": self.version,
            "feed_contact_email": self.publisher.email,
        }


def own_info(inputs: Sequence[Input], publisher: Publisher) -> OwnInfo:
    """What is said of a merge: the union of the inputs' days, a version that is the same for the same inputs."""
    spans = [span for given in inputs if (span := _span(given)) is not None]
    langs = sorted({lang for given in inputs for lang in _langs(given)})
    told = "\n".join(f"{given.slug} {given.digest}" for given in inputs)
    return OwnInfo(
        publisher=publisher,
        lang=SEVERAL if len(langs) > 1 else (langs[0] if langs else publisher.lang),
        first=min((first for first, _ in spans), default=""),
        last=max((last for _, last in spans), default=""),
        version=hashlib.sha256(told.encode()).hexdigest()[:16],
    )


def _langs(given: Input) -> set[str]:
    """The languages of a feed: its own word for it, else its agencies'."""
    own = {row.get("feed_lang") for row in given.records(TABLES["feed_info"])}
    found = own - {None} or {row.get("agency_lang") for row in given.records(TABLES["agency"])}
    return {lang for lang in found if lang}


def _span(given: Input) -> tuple[str, str] | None:
    """The first and last day of a feed: as it says of itself, else those of its calendars."""
    info = given.records(TABLES["feed_info"])
    days = list(_service_days(given))
    first = (info[0].get("feed_start_date") if info else None) or min((day for day, _ in days), default="")
    last = (info[0].get("feed_end_date") if info else None) or max((day for _, day in days), default="")
    return (first, last) if first and last else None


def _service_days(given: Input) -> Iterator[tuple[str, str]]:
    yield from _ends(given, "calendar", "start_date", "end_date")
    yield from _ends(given, "calendar_dates", "date", "date")


def _ends(given: Input, name: str, first: str, last: str) -> Iterator[tuple[str, str]]:
    """The least and the greatest date of each batch of a table. Dates are told by text: it sorts as they do."""
    table = TABLES[name]
    sheet = given.sheet(table)
    if sheet is None or not {first, last} <= sheet.kept.keys():
        return
    for records in given.batches(table, sheet):
        batch = records
        if name == "calendar_dates" and "exception_type" in sheet.kept:  # 2: a day on which a service does not run
            batch = records.filter(pc.fill_null(pc.equal(records["exception_type"], "1"), fill_value=False))
        starts, ends = (column.filter(_are_dates(column)) for column in (batch[first], batch[last]))
        if len(starts) and len(ends):
            yield pc.min(starts).as_py(), pc.max(ends).as_py()


def _are_dates(column: pa.Array) -> pa.Array:
    return pc.fill_null(pc.match_substring_regex(column, _DATE), fill_value=False)
