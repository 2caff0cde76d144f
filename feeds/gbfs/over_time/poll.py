"""One poll of a system: the files that were asked for at one instant, and the tables that they hold."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from feeds.gbfs.documents import Document
from feeds.gbfs.home import UNDETERMINED
from feeds.gbfs.loading import Loaded
from feeds.gbfs.records import Parsed, Row, parse_records
from feeds.gbfs.tables import TABLES

#: Vehicles available, vehicles disabled, docks available, docks disabled; None where the station does not say.
COUNTED = ("vehicles_available", "vehicles_disabled", "docks_available", "docks_disabled")


@dataclass(frozen=True, slots=True)
class Poll:
    """What came at `at`: documents by the 3.0 name of their file, tables by name."""

    at: dt.datetime
    documents: Mapping[str, Document]
    tables: Mapping[str, Parsed] = field(default_factory=dict)

    @classmethod
    def of(cls, documents: Mapping[str, Document], at: dt.datetime, *, language: str = UNDETERMINED) -> Poll:
        """A poll of documents by the 3.0 name of their file; records that cannot be read are left out."""
        wanted = (table for table in TABLES.values() if table.file in documents)
        parsed = {one.name: parse_records(one, documents[one.file].data, language) for one in wanted}
        return cls(at, documents, {name: found for name, found in parsed.items() if found is not None})

    @classmethod
    def from_loaded(cls, loaded: Loaded, at: dt.datetime | None = None) -> Poll:
        """A snapshot of an archive; without a time of its own it is of its newest file's `last_updated`."""
        newest = max(one.last_updated for one in loaded.documents.values())
        return cls(at or newest, loaded.documents, loaded.tables)

    @property
    def version(self) -> str:
        """The greatest version that a file says; empty before 1.1."""
        return max((one.version for one in self.documents.values()), default="")

    def rows(self, name: str) -> Iterator[Row]:
        """A table's rows; none when it did not come."""
        parsed = self.tables.get(name)
        yield from parsed.rows if parsed else ()

    def by_type(self) -> dict[str, int]:
        """Vehicles available at each station that says them by type."""
        told: Counter[str] = Counter()
        for row in self.rows("vehicle_availability"):
            told[row["station_id"]] += row["vehicles_available"]
        return dict(told)


def total(counts: Iterable[int | None]) -> int:
    """The sum of what is said."""
    return sum(one or 0 for one in counts)
