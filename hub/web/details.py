"""What made a score or a verdict, as people read it: each detail with its name, durations and instants in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from hub.api.language import Language
from hub.records.feed_models import Incident
from hub.web.drawing import instant, number
from hub.web.tabling import duration
from hub.web.texts import TEXTS, text

#: Said beside the score itself.
_BESIDE: Final = frozenset({"over", "until"})
#: How many of a list are named; the API has them all.
_NAMED: Final = 8
_SECONDS: Final = "_s"


def details_in(details: Mapping[str, Any], language: Language) -> list[str]:
    """The details that say anything, each with its name. One that no text names keeps its own."""
    return list(_told(details, language))


def _told(details: Mapping[str, Any], language: Language) -> Iterator[str]:
    for name, value in details.items():
        if name not in _BESIDE and value not in (None, "", [], {}):
            called = named("detail", name, language)
            yield text("detail.told", language, name=called, value=_value(name, value, language))


def named(family: str, name: str, language: Language) -> str:
    """What something is called in the texts (``check.fresh``), else its own name."""
    key = f"{family}.{name}"
    return text(key, language) if key in TEXTS else name


def _value(name: str, value: Any, language: Language) -> str:
    if isinstance(value, bool):
        return text("detail.yes" if value else "detail.no", language)
    if isinstance(value, Mapping):
        return _several([f"{key} {_value(name, inner, language)}" for key, inner in value.items()])
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _several([_span(one) for one in value])
    if isinstance(value, int | float) and name.endswith(_SECONDS):
        return duration(value)
    return number(value, language)


def _several(told: Sequence[str]) -> str:
    more = f" +{len(told) - _NAMED}" if len(told) > _NAMED else ""
    return ", ".join(told[:_NAMED]) + more


def _span(one: Any) -> str:
    """An interval in time as its two ends; anything else as it is."""
    if isinstance(one, list | tuple) and len(one) == 2:
        return " – ".join(_instant(end) for end in one)
    return str(one)


def _instant(told: Any) -> str:
    try:
        at = dt.datetime.fromisoformat(str(told))
    except ValueError:
        return str(told)
    return instant(at) if at.tzinfo is not None else str(told)


def lasted(incident: Incident) -> str:
    """For how long something was wrong; nothing of an incident that is open."""
    return duration((incident.closed_at - incident.opened_at).total_seconds()) if incident.closed_at else ""
