"""A kind of thing for tests of the ground: two sides bargain strictly in turn, close a door and open it again.

While a bargain is closed, a prohibition lies on the cube of flows, so that decisions depend on what was done last.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import pytest

import governance.kinds
import hub.services.commons
import hub.services.replay
from governance.acts import Act, Kind, act_refused
from governance.bilingual import Sentence
from governance.kinds import KINDS
from governance.parts import Parts
from governance.terms.scope import EVERYONE, MEMBERS, Validity
from governance.world import Prohibition

CUBE = "flows-h3_8-month"
SIDES = ("bolide", "smhc")
_FROM, _TO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Bargain:
    """`offers` made so far, whose turn it is, the one version in force (0: none), whether it is closed."""

    id: str
    offers: int = 0
    turn: str = ""
    in_force: int = 0
    closed: bool = False


def _apply(state: Bargain | None, act: Act) -> Bargain:
    now = state or Bargain(act.thing)
    match act.what:
        case "offered" if now.turn in ("", act.by) and act.body["offer"] == now.offers + 1:
            other = next(side for side in SIDES if side != act.by)
            return replace(now, offers=now.offers + 1, turn=other)
        case "swapped" if act.body["version"] == now.in_force + 1 <= now.offers:
            return replace(now, in_force=now.in_force + 1)
        case "closed" if not now.closed:
            return replace(now, closed=True)
        case "opened" if now.closed:
            return replace(now, closed=False)
    raise act_refused("actor.may_not", "turn", actor=act.by, action=act.what)


def _plain(state: Bargain) -> Mapping[str, Any]:
    return {name: getattr(state, name) for name in Bargain.__slots__}


def _overlay(parts: Parts, states: Sequence[Bargain], at: dt.datetime) -> Iterable[dt.datetime]:
    for one in states:
        if one.closed:
            parts.prohibitions[one.id] = Prohibition(
                one.id, CUBE, frozenset({EVERYONE, MEMBERS}), Validity(_FROM, _TO), Sentence("fermé", "closed")
            )
    return ()


BARGAIN: Kind[Bargain] = Kind("bargain", _apply, _plain, lambda plain: Bargain(**plain), _overlay)
WITH_BARGAINS: Mapping[str, Kind[Any]] = MappingProxyType({**KINDS, "bargain": BARGAIN})


def know_bargains(patch: pytest.MonkeyPatch) -> None:
    """Let the hub know this kind, until the patch is undone."""
    for module in (governance.kinds, hub.services.commons):
        patch.setattr(module, "KINDS", WITH_BARGAINS)
