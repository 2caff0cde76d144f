"""Rules are never loosened for data that was produced before: the floors of a period, whatever was voted since.

A request for a period obeys the strictest of the floors in force now and of all that were in force at any instant
since the period began. So a tightening holds at once, for old data too, and a loosening only for periods that begin
after it: in whole local days, hence from the day after the vote.
"""

from __future__ import annotations

import datetime as dt

from governance.audiences import Audience
from governance.choice.floors import meet
from governance.ruleset import Floors, Ruleset


def floors_since(ruleset: Ruleset, audience: Audience, began: dt.datetime | None) -> Floors | None:
    """The strictest floors of an audience since the instant at which a period began; None: nothing leaves.

    What has no period (`began` None) may be of any age: every version of the rules counts.
    """
    floors = ruleset.floors.get(audience)
    for earlier in ruleset.superseded:
        if began is None or earlier.until > began:
            floors = meet(floors, earlier.floors.get(audience))
    return floors
