"""The French national access point's list of datasets: the JSON of https://transport.data.gouv.fr/api/datasets.

A list of datasets, each with ``slug``, ``title``, ``licence``, ``publisher``, ``legal_owners``, ``covered_area`` and
``resources``; a resource has an ``id`` (what MobilityData calls ``tdg-<id>``), a ``format`` and a ``url``, which stays
the same when the file behind it moves (``original_url`` does not). Resources of GTFS, GTFS-RT and GBFS are taken, each
as a feed of its own; all other formats are counted, and so are the resources that others than the publisher added to
a dataset: the list says neither their licence nor what they were made of.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from feeds.catalogues.addresses import fault_of
from feeds.catalogues.entries import FeedList, Listed, Name, Unlisted, named_once
from feeds.catalogues.json_fields import items, parsed, text
from feeds.catalogues.licences import licence_of
from feeds.catalogues.slugs import slug_of
from feeds.errors import NotACatalogue

SHAPE: Final = "nap"
#: A resource's format in small letters → the standard.
FORMATS: Final = {"gtfs": "gtfs", "gtfs-rt": "gtfs-rt", "gtfsrt": "gtfs-rt", "gbfs": "gbfs"}


def looks_like(document: Any) -> bool:
    """Whether a JSON document is such a list, or one dataset of it."""
    first = next(iter(document), None) if isinstance(document, list) else document
    return document == [] or (isinstance(first, dict) and isinstance(first.get("resources"), list))


def read(content: bytes) -> FeedList:
    """The feeds of a list of datasets; `row` counts datasets from 1.

    Raises:
        NotACatalogue: it is no such list.
    """
    document = parsed(content)
    if not looks_like(document):
        raise NotACatalogue("a list of datasets, each with resources, is wanted", field="resources")
    found: list[Listed | Unlisted] = []
    other: Counter[str] = Counter()
    for row, dataset in enumerate(document if isinstance(document, list) else [document], start=1):
        for place, resource in enumerate(items(dataset, "resources")):
            told = text(resource, "format") or "none"
            if not _is_own(resource):
                other[f"{told[:40]} (community)"] += 1
            elif told.lower() not in FORMATS:
                other[told[:40]] += 1
            else:
                found.append(_resource(row, place, dataset, resource))
    return named_once(SHAPE, found, passed_over=dict(sorted(other.items())))


def _resource(row: int, place: int, dataset: Any, resource: Any) -> Listed | Unlisted:
    at = f"resources[{place}]"
    number, url = text(resource, "id"), text(resource, "url")
    if not number or len(number) > 190:
        return Unlisted(row, f"{at}.id", number[:40], "an id has 1 to 190 characters")
    if fault := fault_of(url):
        return Unlisted(row, f"{at}.url", "", fault)
    standard = FORMATS[text(resource, "format").lower()]
    titles = dict.fromkeys((text(dataset, "title"), text(resource, "title")))
    return Listed(
        name=_name(number),
        standard=standard,
        url=url,
        row=row,
        field=f"{at}.url",
        slug=_slug(dataset, standard, number),
        title=" – ".join(title for title in titles if title),
        holder=text(dataset, "publisher", "name") or _owners(dataset),
        licence=licence_of(text(dataset, "licence")),
        territory=_territory(dataset),
        schedule=_schedule(dataset) if standard == "gtfs-rt" else None,
    )


def _name(number: str) -> Name:
    return Name("tdg", f"tdg-{number}")


def _is_own(resource: Any) -> bool:
    return not text(resource, "community_resource_publisher")


def _owners(dataset: Any) -> str:
    # Public authorities are told by name and SIREN, companies by SIREN alone.
    names = [text(owner, "name") for owner in items(dataset, "legal_owners")]
    return ", ".join(name for name in names if name)


def _of(dataset: Any, standard: str) -> list[str]:
    own = [one for one in items(dataset, "resources") if _is_own(one)]
    return [text(one, "id") for one in own if FORMATS.get(text(one, "format").lower()) == standard]


def _schedule(dataset: Any) -> Name | None:
    # Two schedules in one dataset: which one a real-time feed speaks of is not told.
    schedules = _of(dataset, "gtfs")
    return _name(schedules[0]) if len(schedules) == 1 and schedules[0] else None


def _slug(dataset: Any, standard: str, number: str) -> str:
    base = text(dataset, "slug") or text(dataset, "id")
    parts = [base, standard] if standard == "gtfs-rt" else [base]
    tail = [number] if len(_of(dataset, standard)) > 1 else []
    room = 80 - sum(len(part) + 1 for part in [*parts[1:], *tail])
    return slug_of(slug_of(base)[:room], *parts[1:], *tail)


def _territory(dataset: Any) -> str:
    covered = dataset.get("covered_area") if isinstance(dataset, dict) else None
    areas = covered if isinstance(covered, list) else [covered]
    names = [text(area, "nom") or text(area, "name") for area in areas]
    return ", ".join(name for name in names if name)
