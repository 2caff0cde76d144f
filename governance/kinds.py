"""Every kind of thing that the commons is made of, in the order in which they are laid over its documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from governance.acts import Kind
from governance.member_keys import MEMBER_KEY
from governance.parts import Parts
from governance.world import World

_KINDS: tuple[Kind[Any], ...] = (MEMBER_KEY,)

KINDS: Mapping[str, Kind[Any]] = MappingProxyType({kind.name: kind for kind in _KINDS})


def put_together(
    base: World, states: Mapping[str, Sequence[Any]], *, at: dt.datetime
) -> tuple[World, dt.datetime | None]:
    """The world at an instant, and the first later instant at which it is another one (None: it stays).

    `states` are the states of all things, by kind. Between the two instants nothing changes but by an act.
    """
    parts = Parts.of(base)
    later = [
        instant
        for kind in KINDS.values()
        for instant in kind.overlay(parts, states.get(kind.name, ()), at)
        if instant > at
    ]
    return parts.world(), min(later, default=None)
