"""Zones of GTFS-Flex: the features of all inputs in one collection, their ids prefixed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from feeds.errors import UnusableFeed
from feeds.gtfs.merge.inputs import Input
from feeds.gtfs.reference import LOCATIONS_FILE

#: The one file that is read whole; a zone has some thousand points at most.
MOST_BYTES = 64 << 20


def merged_locations(inputs: Sequence[Input]) -> tuple[bytes, int] | None:
    """The merged file and how many features it has; None where no input has any.

    Raises:
        UnusableFeed: an input's file is too large, or no collection of features.
    """
    holders = [given for given in inputs if LOCATIONS_FILE in given.archive.sizes]
    if not holders:
        return None
    features = [feature for given in holders for feature in _features(given)]
    document = {"type": "FeatureCollection", "features": features}
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(), len(features)


def _features(given: Input) -> Iterator[dict[str, Any]]:
    where = given.where(LOCATIONS_FILE)
    if given.archive.sizes[LOCATIONS_FILE] > MOST_BYTES:
        raise UnusableFeed(f"more than {MOST_BYTES} bytes of zones", file=where)
    with given.archive.open(LOCATIONS_FILE) as stream:
        try:
            document = json.loads(stream.read())
        except (ValueError, RecursionError) as damage:
            raise UnusableFeed("this is no JSON", file=where) from damage
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise UnusableFeed("this is no collection of features", file=where, field="features")
    for number, feature in enumerate(features, 1):
        if not isinstance(feature, dict) or feature.get("id") is None:
            raise UnusableFeed("a feature has no id", file=where, row=number, field="id")
        yield {**feature, "id": f"{given.prefix}{feature['id']}"}
