"""Which release is asked for, as a command or a job says it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.audiences import Audience
from governance.periods import Period
from hub.errors import BadRequest

#: What joint statistics are for, unless the caller says otherwise.
PLANNING = "mobility-planning"
_FIRST_YEAR, _LAST_YEAR = 2000, 2999


@dataclass(frozen=True, slots=True)
class ReleaseAsk:
    """Which release to build."""

    cube: str
    audience: Audience
    period: Period
    purpose: str = PLANNING

    @classmethod
    def of(cls, cube: str, audience: str, from_: dt.date, to: dt.date, purpose: str = PLANNING) -> ReleaseAsk:
        """From the words of a command or a job.

        Raises:
            BadRequest: an unknown audience, or a period that ends before it begins.
        """
        if audience not in list(Audience):
            raise BadRequest(f"no audience is called {audience!r}; there are {', '.join(Audience)}")
        if not (_FIRST_YEAR <= from_.year <= _LAST_YEAR and _FIRST_YEAR <= to.year <= _LAST_YEAR):
            raise BadRequest(f"a period lies between {_FIRST_YEAR} and {_LAST_YEAR}")
        try:
            return cls(cube, Audience(audience), Period(from_, to), purpose)
        except ValueError as fault:
            raise BadRequest(str(fault)) from fault

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> ReleaseAsk:
        """From a job's payload, as `payload` makes it."""
        first, last = (dt.date.fromisoformat(payload[name]) for name in ("from", "to"))
        return cls.of(payload["cube"], payload["audience"], first, last, payload.get("purpose", PLANNING))

    def payload(self) -> dict[str, str]:
        """As a job's payload: dates in ISO 8601."""
        return {
            "cube": self.cube,
            "audience": self.audience.value,
            "from": self.period.from_.isoformat(),
            "to": self.period.to.isoformat(),
            "purpose": self.purpose,
        }
