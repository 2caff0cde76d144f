"""Why a record is set aside, as data: one code, one sentence, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that makes a record unusable; `code` is that of the finding, `reason` stands beside the record."""

    code: str
    reason: str
    mend: str = ""


NOT_AN_OBJECT: Final = Defect("mds_not_an_object", "the record is not a JSON object")
MISSING: Final = Defect("mds_missing_field", "required and missing", "Send the field in each record.")
WRONG_TYPE: Final = Defect("mds_wrong_type", "not of the type that the specification asks for")
NOT_WHOLE: Final = Defect("mds_wrong_type", "not a whole number", "Round before sending.")
BAD_UUID: Final = Defect("mds_bad_uuid", "not a UUID", "Send UUIDs in their 36-character form.")
UNKNOWN_WORD: Final = Defect("mds_unknown_value", "not a word of the specification's list")
EMPTY: Final = Defect("mds_missing_field", "an empty list where at least one value is required")
SEVERAL: Final = Defect("mds_wrong_type", "a list where one value is expected")
NEGATIVE: Final = Defect("mds_negative_value", "below zero")
OUT_OF_RANGE: Final = Defect("mds_value_out_of_range", "outside the range of the field")
IN_SECONDS: Final = Defect(
    "mds_time_in_seconds", "a time in seconds: MDS times are milliseconds since 1970", "Multiply by 1000."
)
TOO_EARLY: Final = Defect("mds_time_out_of_range", "before 2018, the floor of the specification")
TOO_LATE: Final = Defect("mds_time_out_of_range", "after 2100", "Send milliseconds, not microseconds.")
ENDS_BEFORE_START: Final = Defect("mds_ends_before_start", "ends before it starts")
COORDINATES: Final = Defect("mds_coordinates_out_of_range", "no such latitude or longitude")
NO_FIX: Final = Defect("mds_coordinates_out_of_range", "0, 0 is what a receiver without a fix sends")
SWAPPED: Final = Defect(
    "mds_coordinates_swapped",
    "outside the territory as given, inside it when latitude and longitude change places",
    "GeoJSON (1.2) is [lng, lat]; 2.0 has named lat and lng.",
)
SHORT_ROUTE: Final = Defect("mds_short_route", "a route has at least two points: the start and the end")
SUPERSEDED: Final = Defect(
    "mds_conflicting_record", "the same id with other content: the latest publication was kept", "Never reuse an id."
)
