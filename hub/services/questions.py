"""A cube is registered in words; its statistic says what is really computed. The two must say the same.

Floors, agreements and the interlock believe the words: a sum registered under another family would be released beside
its parts, a measure under another field would pass an agreement that does not grant it.
"""

from __future__ import annotations

from collections.abc import Mapping

from feeds.statistics import Statistic, load
from governance.cubes import Cube
from hub.errors import Conflict

#: Where the statistics over several holders are.
PACKAGE = "mds"


def must_ask_the_same(statistic: Statistic, cube: Cube) -> None:
    """Compare what a cube is registered as with what its statistic says of itself.

    Raises:
        Conflict: the first thing in which they differ, with both values.
    """
    question = statistic.question
    # Summing over a dimension that the cube leaves out would count a vehicle twice, and a threshold on vehicles would
    # pass on half of them.
    pairs: Mapping[str, tuple[object, object]] = {
        "dimensions": (sorted(cube.dimensions), sorted(set(statistic.dimensions) - {"holding"})),
        "family": (cube.family, question.get("family")),
        "measure": (cube.measure, question.get("measure")),
        "fields": (sorted(cube.fields), [question.get("field")]),
        "time_grain": (str(cube.grain.time), question.get("time_grain")),
        "counted": (dict(cube.counted), question.get("counted")),
    }
    for name, (registered, computed) in pairs.items():
        if registered != computed:
            raise Conflict(f"cube {cube.id} is registered with {name} {registered}, but {statistic.id} has {computed}")


def must_be_answerable(cubes: Mapping[str, Cube]) -> None:
    """Check every cube of a commons against its statistic.

    Raises:
        Conflict: there is no such statistic, or it answers another question.
    """
    known = load(PACKAGE)
    for cube in cubes.values():
        if cube.statistic not in known:
            raise Conflict(f"cube {cube.id}: no statistic is called {cube.statistic}; there are {', '.join(known)}")
        must_ask_the_same(known[cube.statistic], cube)
