"""Members of the commons, the holdings behind them, and the colleges in which they vote."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from governance.bilingual import Sentence


class Kind(StrEnum):
    """What a member is."""

    AUTHORITY = "authority"
    OPERATOR = "operator"
    REUSER = "reuser"
    RESEARCH = "research"
    ASSOCIATION = "association"
    SECRETARIAT = "secretariat"


class Status(StrEnum):
    """Where a member stands. Only ACTIVE members act."""

    CANDIDATE = "candidate"
    ACTIVE = "active"
    LEFT = "left"


class Sanction(IntEnum):
    """The ladder of sanctions. The open tier is never its target, except by rate."""

    NOTICE = 0
    WARNING = 1
    MONITORING = 2
    THROTTLE = 3
    NEGOTIATED_SUSPENDED = 4
    ALL_BUT_OPEN_SUSPENDED = 5
    EXCLUDED = 6


#: From this level on the rate is divided and the delay is longer, as the ruleset's ladder says.
THROTTLED_FROM = Sanction.THROTTLE
#: From this level on nothing that was negotiated is served.
SUSPENDED_FROM = Sanction.NEGOTIATED_SUSPENDED


@dataclass(frozen=True, slots=True)
class Holding:
    """The legal entities under one parent. Wherever contributors are counted, holdings are counted."""

    id: str
    name: Sentence


@dataclass(frozen=True, slots=True)
class College:
    """Members that vote together; `weight_percent` is their share of the votes (a SCIC bounds it to 10-50)."""

    id: str
    name: Sentence
    weight_percent: int


@dataclass(frozen=True, slots=True)
class Member:
    """A party of the commons. `siren` is the French register number, empty where there is none."""

    id: str
    name: Sentence
    kind: Kind
    college: str
    holding: str
    status: Status = Status.ACTIVE
    sanction: Sanction = Sanction.NOTICE
    siren: str = ""

    @property
    def active(self) -> bool:
        """Whether the member may act at all."""
        return self.status is Status.ACTIVE
