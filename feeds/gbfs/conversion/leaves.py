"""One plain value as the published version wants it: what only looks different is rewritten, the rest does not fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from gbfs_validator.schema.formats import FORMATS

from feeds.gbfs.conversion.losses import Losses
from feeds.gbfs.values import Unreadable, identifier, number, time

#: Fields that hold ids of this system: each gets the system's prefix, in whatever file it stands.
ID_FIELDS: Final = frozenset(
    {
        *("station_id", "home_station_id", "region_id", "vehicle_id", "vehicle_type_id", "alert_id", "plan_id"),
        *("pricing_plan_id", "default_pricing_plan_id", "station_ids", "region_ids", "vehicle_type_ids"),
        "pricing_plan_ids",
    }
)
#: The language tags that both published versions allow.
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
#: 2.x writes instants as POSIX seconds with this least value; that is how its schemas are told from plain numbers.
FIRST_POSIX_S: Final = 1_450_155_600
#: No number of a system reaches it, and whole ones beyond it are not written as JSON.
_GREATEST: Final = 2.0**53


class Unfit(ValueError):
    """A value that the published version does not allow, and where it stands within what was fitted."""

    def __init__(self, *path: str, value: Any = None) -> None:
        super().__init__(".".join(path))
        self.path, self.value = path, value

    def within(self, name: str) -> Unfit:
        """The same, seen from one level above."""
        return Unfit(name, *self.path, value=self.value)


@dataclass(frozen=True, slots=True)
class Run:
    """One fitting of one file: the prefix of its ids, the language of plain texts, where losses are told."""

    file: str
    prefix: str
    language: str
    losses: Losses


Fitter: TypeAlias = Callable[[Any, Run], Any]


def leaf(schema: Mapping[str, Any], name: str) -> Fitter:
    """The fitter of a value that is neither object nor array."""
    kind = schema.get("type")
    if kind == "boolean":
        return _boolean
    if kind == "integer" and schema.get("minimum") == FIRST_POSIX_S:
        return _posix
    if kind == "number" and schema.get("minimum") == FIRST_POSIX_S:
        return _posix
    if kind in ("integer", "number"):
        return _number(schema, whole=kind == "integer")
    if schema.get("format") == "date-time":
        return _instant
    return _word(schema) if "enum" in schema else _string(schema, name)


def language_tag(value: Any) -> str:
    """A language as both versions write it: ``fr``, ``fr-FR``.

    Raises:
        Unfit: it is none.
    """
    if not isinstance(value, str):
        raise Unfit(value=value)
    parts = value.replace("_", "-").split("-")
    tag = "-".join([parts[0].lower(), *(part.upper() for part in parts[1:] if len(part) == 2)][:2])
    if not LANGUAGE.fullmatch(tag):
        raise Unfit(value=value)
    return tag


def _boolean(value: Any, _: Run) -> bool:
    if value is True or value is False:
        return bool(value)
    if isinstance(value, int | float) and value in (0, 1):  # GBFS 1.x
        return bool(value)
    raise Unfit(value=value)


def _posix(value: Any, _: Run) -> int:
    try:
        seconds = int(time(value).timestamp())
    except Unreadable as error:
        raise Unfit(value=value) from error
    if seconds < FIRST_POSIX_S:
        raise Unfit(value=value)
    return seconds


def _instant(value: Any, _: Run) -> str:
    try:
        moment = time(value)
    except Unreadable as error:
        raise Unfit(value=value) from error
    # What is RFC 3339 already stays as it is, its offset included.
    return value if isinstance(value, str) and FORMATS["date-time"](value) else rfc3339(moment)


def rfc3339(moment: datetime) -> str:
    """An instant in UTC as GBFS 3.0 writes it."""
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _number(schema: Mapping[str, Any], *, whole: bool) -> Fitter:
    low, high = schema.get("minimum", float("-inf")), schema.get("maximum", float("inf"))

    def fit(value: Any, _: Run) -> Any:
        try:
            figure = number(value)
        except Unreadable as error:
            raise Unfit(value=value) from error
        if not low <= figure <= high or abs(figure) >= _GREATEST or (whole and not figure.is_integer()):
            raise Unfit(value=value)
        return int(figure) if whole else value

    return fit


def _word(schema: Mapping[str, Any]) -> Fitter:
    words = frozenset(schema["enum"])
    lowered = {word.lower(): word for word in words if isinstance(word, str)}

    def fit(value: Any, _: Run) -> str:
        if isinstance(value, str):
            if value in words:
                return value
            if value.lower() in lowered:  # before 2.1 some enumerations were in capitals
                return lowered[value.lower()]
        raise Unfit(value=value)

    return fit


def _string(schema: Mapping[str, Any], name: str) -> Fitter:
    formatted = FORMATS[schema["format"]] if schema.get("format") in FORMATS else None
    pattern = re.compile(schema["pattern"], re.ASCII) if "pattern" in schema else None
    const, is_id = schema.get("const"), name in ID_FIELDS
    is_phone = name == "phone_number" and pattern is not None

    def fit(value: Any, run: Run) -> str:
        if is_id:
            return run.prefix + _identifier(value)
        if isinstance(value, list):
            value = chosen(value, run.language)
        if is_phone and isinstance(value, str):
            value = re.sub(r"[\s().-]", "", value)
        if not isinstance(value, str) or (const is not None and value != const):
            raise Unfit(value=value)
        if (formatted and not formatted(value)) or (pattern and not pattern.search(value)):
            raise Unfit(value=value)
        return value

    return fit


def _identifier(value: Any) -> str:
    try:
        return identifier(value)
    except Unreadable as error:
        raise Unfit(value=value) from error


def chosen(texts: list[Any], language: str) -> Any:
    """Of texts in several languages the one in `language`, else the first."""
    said = [one for one in texts if isinstance(one, dict) and isinstance(one.get("text"), str)]
    found = next((one for one in said if one.get("language") == language), said[0] if said else None)
    return None if found is None else found["text"]
