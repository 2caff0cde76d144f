"""Whatever an operator writes into any place of any file, the rest of its system is published."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from feeds.gbfs.conversion.publication import PUBLISHED
from tests.feeds.gbfs_of_each_version import system
from tests.feeds.test_gbfs_conversion import bodies_of, converted, errors

#: Values of the wrong kind, of the right kind and wrong, and some that no program expects.
WICKED: tuple[Any, ...] = (
    *(None, True, -1, 0.5, 1e308, 10**30, "", "x", "99:99:99", [], {}, [None], [1], ["a"], [[]], [{}]),
    *({"a": 1}, {"features": 1}, {"feeds": 3}, [{"text": 1}], [{"language": "fr"}]),
)


def places(value: Any, before: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if before:
        yield before
    inner = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*before, key))


def spoiled(bodies: dict[str, Any], place: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    changed: Any = copy.deepcopy(bodies)
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return dict(changed)


@pytest.mark.parametrize("version", ["1.0", "2.3", "3.0"])
def test_one_wicked_value_anywhere_costs_no_more_than_its_file(version: str) -> None:
    bodies = system(version)
    for count, place in enumerate(places(bodies)):
        for value in (WICKED[count % len(WICKED)], WICKED[(count * 7 + 3) % len(WICKED)]):
            made = converted(spoiled(bodies, place, value))
            files = {name for published in PUBLISHED for name in bodies_of(made, published)}  # written as JSON
            spared = {"station_status", "station_information", "system_alerts", "system_regions"} - {str(place[0])}
            assert spared <= files, (place, value)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("system_information", "data", "timezone"), [["Europe/Paris"]]),
        (("system_hours", "data", "rental_hours", 0, "user_types"), -1),
        (("geofencing_zones", "data", "geofencing_zones", "features", 0, "properties"), [[]]),
        (("geofencing_zones", "data", "global_rules"), 7),
        (("gbfs", "data", "fr", "feeds", 0, "name"), ["system_information"]),
        (("station_status", "data", "stations", 0, "num_docks_available"), 1e300),
    ],
)
def test_what_no_schema_foresees_is_left_out_and_the_rest_is_valid(place: tuple[str | int, ...], value: Any) -> None:
    made = converted(json.loads(json.dumps(spoiled(system("2.3"), place, value))))
    assert [errors(made, published) for published in PUBLISHED] == [[], []]
