"""What a term is asked: the facts of one request, as far as terms can speak of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from governance.audiences import Audience
from governance.grain import TimeGrain
from governance.purposes import PurposeGraph

if TYPE_CHECKING:
    from governance.terms.base import Term


@dataclass(frozen=True, slots=True)
class Used:
    """What the reader took already under the agreement: answers this month, answers in the last minute."""

    this_month: int = 0
    last_minute: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """The facts of one request.

    `recipients` are the names under which the reader may be granted something (``everyone``, ``members``, its college,
    itself); None where nobody reads yet, because a release is only being built. `fields` None means all fields.
    `begun_at` and `ready_from` are the period's beginning and end; None for what has no period. `applied` are the rules
    to which the stored release was built; None where nothing is stored yet. `used` None leaves counting to the door.
    """

    purpose: str
    purposes: PurposeGraph
    at: dt.datetime
    audience: Audience
    recipients: frozenset[str] | None = None
    territory: frozenset[str] = frozenset()
    fields: frozenset[str] | None = None
    zone_system: str | None = None
    time_grain: TimeGrain | None = None
    begun_at: dt.datetime | None = None
    ready_from: dt.datetime | None = None
    applied: Mapping[str, Term] | None = None
    used: Used | None = None
    rulesets: frozenset[str] = frozenset()
