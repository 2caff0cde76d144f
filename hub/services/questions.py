"""A cube is registered in words; its statistic says what is really computed. The two must say the same.

Floors, agreements and the ledger believe the words: a sum registered under another family would be released beside
its parts, a measure under another field would pass an agreement that does not grant it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from feeds.statistics import Statistic, load
from governance.cube_parts import DIMENSIONS, Kind
from governance.cubes import Cube
from governance.grain import TimeGrain, parse_time_grain
from hub.errors import Conflict

#: Where the statistics over several holders are.
PACKAGE = "mds"
#: What the records of a statistic have beside its dimensions.
OF_RECORDS = frozenset({"record", "device", "vehicle_day", "holding"})


@cache
def records_of(statistic: str) -> Statistic:
    """The statistic that has a row for each record which another one counts; of one of records, itself.

    Raises:
        Conflict: there is none.
    """
    known = load(PACKAGE)
    for one in known.values():
        if "record" in one.dimensions and statistic in (one.id, one.question.get("of")):
            return one
    of_records = [one.question.get("of", one.id) for one in known.values() if "record" in one.dimensions]
    raise Conflict(
        f"no statistic over several holders is called {statistic}; there are {', '.join(sorted(of_records))}"
    )


def attributes_of(cube: Cube) -> Mapping[str, str]:
    """What each dimension of a cube is of a record (``start_zone``, ``end_time``): as it says, or as its records do."""
    known: Mapping[str, str] = records_of(cube.statistic).question["attributes"]
    return cube.attributes or {name: known[name] for name in cube.dimensions}


def must_ask_the_same(statistic: Statistic, cube: Cube) -> None:
    """Compare what a cube is registered as with what its statistic, one of records, says of itself.

    A cube may leave out dimensions (hot spots are trip ends without hours): vehicles are counted anew in whatever is
    left, so no threshold passes on half of them. Its time grain must say so.

    Raises:
        Conflict: the first thing in which they differ, with both values.
    """
    question = statistic.question
    known = [name for name in statistic.dimensions if name not in OF_RECORDS]
    kept = [name for name in known if name in cube.dimensions]
    attributes = {name: value for name, value in question["attributes"].items() if name in kept}
    grain = _grain(parse_time_grain(question["time_grain"]), kept)
    pairs: Mapping[str, tuple[object, object]] = {
        "dimensions": (sorted(cube.dimensions), sorted(kept)),
        "family": (cube.family, question.get("family")),
        "measure": (cube.measure, question.get("measure")),
        "fields": (sorted(cube.fields), [question.get("field")]),
        "time_grain": (str(cube.grain.time), str(grain)),
        "counted": (dict(cube.counted), question.get("counted")),
        "attributes": (dict(cube.attributes) or attributes, attributes),
        "zone_system": (cube.grain.zone_system == "basin", _has_no_place(kept)),
    }
    for name, (registered, computed) in pairs.items():
        if registered != computed:
            raise Conflict(f"cube {cube.id} is registered with {name} {registered}, but {statistic.id} has {computed}")


def _grain(finest: TimeGrain, kept: list[str]) -> TimeGrain:
    """The time grain of a statistic without the dimensions that are left out; a single day tells its type."""
    day_type = finest.day_type and ("day_type" in kept or finest.step == "P1D")
    return TimeGrain(finest.step, day_type, finest.slice if "band" in kept else "day")


def _has_no_place(kept: list[str]) -> bool:
    return not any(DIMENSIONS.get(name) is Kind.PLACE for name in kept)


def must_be_answerable(cubes: Mapping[str, Cube]) -> None:
    """Check every cube of a commons against its statistic.

    Raises:
        Conflict: there is no such statistic, or it answers another question.
    """
    for cube in cubes.values():
        must_ask_the_same(records_of(cube.statistic), cube)
