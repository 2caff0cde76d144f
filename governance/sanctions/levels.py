"""Which level of the ladder a member stands on at an instant, and what that changes of the world.

A level is the sum of the steps that count, on top of what the founding documents say, 6 at most. So it does not matter
in which order steps decay or are overturned: one less is one level less. An exclusion holds whatever decays below it.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from governance.parties import Sanction, Status
from governance.parts import Parts
from governance.sanctions.case import Case

#: The level of an emergency.
EMERGENCY = Sanction.NEGOTIATED_SUSPENDED


def decided_level(cases: Iterable[Case], at: dt.datetime, *, base: int = 0) -> Sanction:
    """The level that was decided on, emergencies that are not confirmed left aside."""
    steps = [one.step for one in cases if one.step is not None and one.counts_at(at)]
    if any(step.level == Sanction.EXCLUDED for step in steps):
        return Sanction.EXCLUDED
    return Sanction(min(Sanction.EXCLUDED, base + sum(step.rise for step in steps)))


def level(cases: Iterable[Case], at: dt.datetime, *, base: int = 0) -> Sanction:
    """The level that holds at an instant, emergencies included."""
    found = tuple(cases)
    decided = decided_level(found, at, base=base)
    return max(decided, EMERGENCY) if any(one.provisional_at(at) for one in found) else decided


def overlay(parts: Parts, cases: Sequence[Case], at: dt.datetime) -> Iterable[dt.datetime]:
    """Put each member on its level. An excluded member is no member any more; its agreements bind nobody."""
    for member in sorted({one.member for one in cases} & parts.members.keys()):
        known = parts.members[member]
        own = [one for one in cases if one.member == member]
        new = level(own, at, base=known.sanction)
        status = Status.LEFT if new is Sanction.EXCLUDED else known.status
        parts.members[member] = replace(known, sanction=new, status=status)
    return [end for one in cases for end in _ends(one)]


def _ends(case: Case) -> Iterable[dt.datetime]:
    """When a case changes something by itself: an emergency ends, a step decays."""
    if case.state == "open" and case.provisional_until is not None:
        yield case.provisional_until
    if case.state == "in_force" and case.step is not None and case.step.until is not None:
        yield case.step.until


def months_later(at: dt.datetime, months: int) -> dt.datetime:
    """The same day and time so many calendar months later; the month's last day where it has no such day."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return at.replace(year=year, month=month + 1, day=day)
