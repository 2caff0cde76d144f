"""What was decided before about the same kind of request, so that it need not be worked out again.

Time and counting change a decision at few places only: where an agreement or a prohibition begins or ends, where a
delay has run out, where a quota or a rate is used up. Between two neighbouring places the decision is the same, so it
is remembered for each stretch between them. A refusal that tells how much was used is remembered for that very count.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TypeAlias

from governance.decision import Decision, Deny
from governance.grants import Standing
from governance.request import Request
from governance.terms.use import Quota, Rate

#: How many decisions are remembered of one kind of request; beyond it its memory starts anew, which changes no answer.
STRETCHES = 256

#: How many of the instants, of the monthly thresholds and of the thresholds a minute were reached; None: not counted.
Stretch: TypeAlias = tuple[int, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Recall:
    """The places at which decisions about one kind of request may change, and what was decided between them."""

    instants: list[dt.datetime]
    months: list[int]
    minutes: list[int]
    decisions: dict[tuple[Stretch, object], Decision] = field(default_factory=dict)

    def decided(self, request: Request) -> Decision | None:
        """What was decided about such a request before; None when that has to be worked out."""
        stretch = self._stretch(request)
        return self.decisions.get((stretch, None)) or self.decisions.get((stretch, request.used))

    def keep(self, request: Request, decision: Decision) -> None:
        """Remember a decision for all requests of the kind within the same stretch."""
        if len(self.decisions) >= STRETCHES:
            self.decisions.clear()
        self.decisions[self._stretch(request), request.used if _tells_a_count(decision) else None] = decision

    def _stretch(self, request: Request) -> Stretch:
        reached, used = bisect_right(self.instants, request.at), request.used
        if used is None:
            return reached, None, None
        return reached, bisect_right(self.months, used.this_month), bisect_right(self.minutes, used.last_minute)


def recall_of(standing: Standing) -> Recall:
    """An empty memory for the kind of request that stands there."""
    instants: set[dt.datetime] = set()
    for prohibition in standing.prohibitions:
        instants |= {prohibition.validity.from_, prohibition.validity.to}
    months, minutes = set(), set()
    for slot in standing.slots:
        for candidate, _ in slot.candidates:
            instants |= candidate.instants(standing.ask)
            quota, rate = candidate.terms.get(Quota.name), candidate.terms.get(Rate.name)
            months |= {quota.value} if isinstance(quota, Quota) else set()
            minutes |= {rate.value} if isinstance(rate, Rate) else set()
    return Recall(sorted(instants), sorted(months), sorted(minutes))


def _tells_a_count(decision: Decision) -> bool:
    return isinstance(decision, Deny) and any(reason.denied.code == "term.spent" for reason in decision.reasons)
