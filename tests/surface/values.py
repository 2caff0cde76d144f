"""What to put for each parameter of an address or a query, by its name. A name that is missing here fails the test.

Whoever adds a route adds the names of its parameters, with at least one value that exists in the hub of `basin.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.hub.api.life import OTHER_NAME
from tests.surface.basin import CUBE, Basin
from tests.surface.discovery import Operation
from tests.surface.feed_life import OPEN_MESSAGE, OPEN_SYSTEM, TERRITORY

PURPOSES = ("mobility-planning", "stop-siting", "compliance", "research", "open-reuse", "no-such-purpose")

#: The purpose that is right where it is not the first one, by a parameter of the path or by the whole of it.
RIGHT_PURPOSE: Mapping[str, str] = {
    "extract_id": "compliance",
    "/api/v1/feeds/{slug}/realtime": "open-reuse",
    "/api/v1/feeds/{slug}/realtime.json": "open-reuse",
}

#: Values of a query's parameters whose type does not list them. The first is what an attacker would most likely say.
QUERY: Mapping[str, Sequence[str]] = {
    "purpose": PURPOSES,
    "limit": ("1000", "1"),
    "cursor": ("cDA", "cDE"),
    "at": ("2026-12-31",),
    "date": ("2026-09-14",),
    "only": ("GARE",),
    "order": ("-departures", "trips"),
    "stop_id": ("GARE",),
    "route_id": ("1",),
    "station_id": ("1",),
    "version": ("2", "1"),
    "after": ("0", "3"),
    "before": ("1", "0"),
    "days": ("3660",),
    "entry": ("0", "4"),
    "new": ("1",),
    "old": ("0", "1"),
    "provider_id": ("33333333-3333-5333-8333-333333333333",),
    "since": ("0", "1"),
    "subject": (CUBE, "mds-trottix", "mds-bolide"),
}


def path_values(basin: Basin) -> dict[str, list[str]]:
    """Values of each parameter of a path: of what is kept from others, and of what is open."""
    names = basin.names
    return {
        "slug": ["mds-trottix", "bus-hautes-combes", OPEN_SYSTEM, OPEN_MESSAGE],
        "number": [str(names["sealed version"]), str(names["open version"])],
        "other": [str(names["open version"])],
        "version": ["2.3"],
        "file": ["station_information"],
        "identifier": [OTHER_NAME],
        "territory": [TERRITORY],
        "hook_id": [names["hook"], names["rival hook"], names["authority hook"]],
        "message": ["mds-trottix_1"],
        "part": ["archive"],
        "name": ["gtfs.stop_day"],
        "release_id": [
            names["members release"],
            names["authority release"],
            names["open release"],
            names["merged release"],
        ],
        "extract_id": [names["extract"]],
        "agreement_id": ["joint-authority-bolide", names["offer"], names["draft"]],
        "case_id": [names["case"]],
        "cube_id": [CUBE],
        "dispute_id": [names["dispute"]],
        "language": ["fr"],
        "measure_id": ["m1"],
        "register_id": [names["register"], names["evaluation"]],
        "member": ["bolide", names["candidate"]],
        "member_id": ["bolide"],
        "proposal": [names["proposal"]],
        "request_id": [names["request"], names["request draft"]],
        "code": ["denied"],
    }


def unknown_names(found: Sequence[Operation], known: Mapping[str, object]) -> list[str]:
    """A sentence for each parameter that nothing is known of: what to add, and where."""
    missing = []
    for one in found:
        for mark in one.marks:
            if mark not in known:
                missing.append(
                    f"{one.method} {one.template}: add values of the path's parameter {mark!r} to `path_values` in "
                    "tests/surface/values.py, one at least of something that is kept from others"
                )
        for name, listed in one.query.items():
            if not listed and name not in QUERY:
                missing.append(
                    f"{one.method} {one.template}: add values of the query's parameter {name!r} to `QUERY` in "
                    "tests/surface/values.py"
                )
    return missing
