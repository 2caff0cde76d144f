"""Laws of the conversion, over small systems that hypothesis makes up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.gbfs.conversion import Loss, convert
from tests.feeds.gbfs_of_each_version import AT, POSIX, written
from tests.feeds.test_gbfs_conversion import KNOWN, errors

LAW = settings(deadline=None, derandomize=True, max_examples=40)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=8)
IDS = st.from_regex(r"[a-zA-Z0-9:_-]{1,6}", fullmatch=True)
LATS, LONS = st.floats(-90, 90), st.floats(-180, 180)
SECONDS = st.integers(POSIX - 10**8, POSIX)
HOURS = ("24/7", "Mo-Fr 06:00-22:00", "Apr 01-Oct 31 Mo-Su 00:00-24:00", "Sa-Su 08:00-12:00,14:00-18:00")


def maybe(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


def said(languages: list[str]) -> st.SearchStrategy[list[dict[str, str]]]:
    return st.tuples(*[NAMES for _ in languages]).map(
        lambda texts: [{"text": text, "language": tag} for text, tag in zip(texts, languages, strict=True)]
    )


@st.composite
def new_systems(draw: st.DrawFn) -> dict[str, Any]:
    """Systems of 3.0 that hold to the standard."""
    languages = draw(st.sampled_from([["fr"], ["fr", "en"], ["nb", "fr-FR", "en"]]))
    texts, flags = said(languages), st.booleans()
    plans = draw(st.lists(IDS, max_size=2, unique=True))
    kinds = draw(st.lists(IDS, min_size=1, max_size=2, unique=True))
    motors = {one: draw(st.sampled_from(["human", "electric"])) for one in kinds}
    stations = draw(st.lists(IDS, max_size=3, unique=True))
    counts, kind_ids = st.integers(0, 99), st.sampled_from(kinds)
    many = st.fixed_dictionaries({"vehicle_type_ids": st.lists(kind_ids, min_size=1, unique=True), "count": counts})
    files: dict[str, Any] = {
        "system_information": {
            **{"system_id": draw(IDS), "languages": languages, "name": draw(texts), "timezone": "Europe/Paris"},
            **{"opening_hours": draw(st.sampled_from([*HOURS, "PH off"])), "feed_contact_email": "flux@velo.example"},
            **draw(maybe(operator=texts, attribution_organization_name=texts, start_date=st.just("2020-02-29"))),
            **draw(st.sampled_from([{}, {"license_id": "MIT"}, {"license_url": "https://velo.example/l"}])),
        },
        "station_information": {
            "stations": [
                {
                    **{"station_id": one, "name": draw(texts), "lat": draw(LATS), "lon": draw(LONS)},
                    **draw(maybe(capacity=counts, address=NAMES, is_virtual_station=flags)),
                    **draw(maybe(vehicle_types_capacity=st.lists(many, min_size=1, max_size=2))),
                }
                for one in stations
            ]
        },
        "station_status": {
            "stations": [
                {
                    **{"station_id": one, "num_vehicles_available": draw(counts), "is_installed": draw(flags)},
                    **{"is_renting": draw(flags), "is_returning": draw(flags)},
                    "last_reported": draw(st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01T00:00:00+02:00"])),
                    "vehicle_types_available": [{"vehicle_type_id": draw(kind_ids), "count": draw(counts)}],
                }
                for one in stations
            ]
        },
        "vehicle_types": {
            "vehicle_types": [
                {
                    **{"vehicle_type_id": one, "form_factor": "bicycle", "propulsion_type": motor},
                    **({"max_range_meters": 20_000} if motor == "electric" else {}),
                    **draw(maybe(name=texts, description=texts, **({"pricing_plan_ids": st.just(plans)}))),
                }
                for one, motor in motors.items()
            ]
        },
        "vehicle_status": {
            "vehicles": [
                {
                    **{"vehicle_id": one, "vehicle_type_id": (kind := draw(kind_ids)), "is_reserved": draw(flags)},
                    **{"is_disabled": draw(flags), "lat": draw(LATS), "lon": draw(LONS)},
                    **({"current_range_meters": 5} if motors[kind] == "electric" else {}),
                    **(draw(maybe(pricing_plan_id=st.sampled_from(plans))) if plans else {}),
                }
                for one in draw(st.lists(IDS, max_size=3, unique=True))
            ]
        },
    }
    if plans:
        rest = {"currency": "EUR", "price": 1.5, "is_taxable": True}
        files["system_pricing_plans"] = {
            "plans": [{"plan_id": one, "name": draw(texts), "description": draw(texts), **rest} for one in plans]
        }
    return enveloped(files, "3.0")


@st.composite
def old_systems(draw: st.DrawFn) -> dict[str, Any]:
    """Systems of 2.3, with what 3.0 says otherwise or not at all."""
    flags, counts = st.booleans(), st.integers(0, 99)
    stations = draw(st.lists(IDS, max_size=3, unique=True))
    users = st.sampled_from([["member"], ["member", "nonmember"]])
    rule = st.fixed_dictionaries({"ride_allowed": flags, "ride_through_allowed": flags})
    uris = st.sampled_from([{}, {"rental_uris": {"ios": "velo://x", "web": "https://velo.example/x"}}])
    files: dict[str, Any] = {
        "system_information": {
            **{"system_id": draw(IDS), "language": "fr", "name": draw(NAMES), "timezone": "Europe/Paris"},
            **{"feed_contact_email": "flux@velo.example"},
            **draw(maybe(operator=NAMES, url=st.just("https://velo.example"), phone_number=st.just("+33476000000"))),
            **draw(maybe(license_url=st.just("https://velo.example/licence"), email=st.just("pas une adresse"))),
        },
        "station_information": {
            "stations": [
                {
                    **{"station_id": one, "name": draw(NAMES), "lat": draw(LATS), "lon": draw(LONS)},
                    **draw(maybe(capacity=counts, vehicle_capacity=st.just({"v1": 4}), short_name=NAMES)),
                    **draw(uris),
                }
                for one in stations
            ]
        },
        "station_status": {
            "stations": [
                {
                    **{"station_id": one, "num_bikes_available": draw(counts), "is_installed": draw(flags)},
                    **{"is_renting": draw(flags), "is_returning": draw(flags), "last_reported": draw(SECONDS)},
                    **draw(maybe(num_docks_available=counts, num_bikes_disabled=counts)),
                    "vehicle_types_available": [{"vehicle_type_id": "v1", "count": draw(counts)}],
                }
                for one in stations
            ]
        },
        "vehicle_types": {
            "vehicle_types": [
                {
                    **{"vehicle_type_id": "v1", "propulsion_type": "human"},
                    **{"form_factor": draw(st.sampled_from(["bicycle", "scooter", "cargo_bicycle"]))},
                    **draw(maybe(name=NAMES, eco_label=st.just([{"country_code": "FR", "eco_sticker": "critair"}]))),
                    **draw(maybe(default_pricing_plan_id=st.just("nowhere"))),
                }
            ]
        },
        "free_bike_status": {
            "bikes": [
                {
                    **{"bike_id": one, "vehicle_type_id": "v1", "is_reserved": draw(flags), "is_disabled": draw(flags)},
                    **draw(st.sampled_from([{"lat": 45.0, "lon": 5.0}, {"station_id": "s"}])),
                    **draw(maybe(last_reported=SECONDS, available_until=st.just("2026-09-14T08:00:00Z"))),
                }
                for one in draw(st.lists(IDS, max_size=3, unique=True))
            ]
        },
        "geofencing_zones": {
            "geofencing_zones": {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "geometry": {"type": "MultiPolygon", "coordinates": []},
                        "properties": draw(maybe(name=NAMES, start=SECONDS, rules=st.lists(rule, max_size=2))),
                    }
                ],
            }
        },
    }
    if draw(flags):
        day = {"start_time": "06:00:00", "end_time": "23:59:59"}
        listed = [{"user_types": draw(users), "days": ["mon", "tue"], **day}]
        listed += [{"user_types": draw(users), "days": ["sat"], "start_time": "08:00:00", "end_time": "12:00:00"}]
        files["system_hours"] = {"rental_hours": listed}
    return enveloped(files, "2.3")


def enveloped(files: dict[str, Any], version: str) -> dict[str, Any]:
    stamp = "2026-09-14T06:00:00Z" if version == "3.0" else POSIX
    return {name: {"last_updated": stamp, "ttl": 60, "version": version, "data": data} for name, data in files.items()}


def without_prefix(data: Any) -> Any:
    """The same without the prefix of ids: no made-up id or text holds it."""
    return json.loads(json.dumps(data).replace("velo-val:", ""))


@LAW
@given(new_systems())
def test_3_0_to_3_0_changes_ids_and_nothing_else(bodies: dict[str, Any]) -> None:
    made = convert(written(bodies), slug="velo-val", at=AT, known=KNOWN)
    assert [one for one in made.losses if one.version == "3.0"] == []
    after = {name: without_prefix(part.data) for name, part in made.main("3.0").items()}
    before = {name: body["data"] for name, body in bodies.items()}
    before["system_information"]["system_id"] = "velo-val"
    assert after == before


@LAW
@given(st.one_of(new_systems(), old_systems()))
def test_both_versions_hold_to_the_standard(bodies: dict[str, Any]) -> None:
    made = convert(written(bodies), slug="velo-val", at=AT, known=KNOWN)
    languages = list(made.files["2.3"])
    assert [errors(made, "2.3", language) for language in languages] == [[] for _ in languages]
    assert errors(made, "3.0") == []


@LAW
@given(old_systems())
def test_2_3_to_3_0_to_2_3_loses_what_is_told_and_nothing_else(bodies: dict[str, Any]) -> None:
    made = convert(written(bodies), slug="velo-val", at=AT, known=KNOWN)
    after = {name: without_prefix(part.data) for name, part in made.main("2.3").items()}
    before = {name: body["data"] for name, body in bodies.items()}
    before["system_information"]["system_id"] = "velo-val"
    told = [one for one in made.losses if one.version == "2.3"]
    untold = [place for place in differences(before, after) if not any(is_told(place, loss) for loss in told)]
    assert untold == []


def differences(before: Any, after: Any, *path: str) -> Iterator[tuple[str, ...]]:
    """Where two values differ, without positions."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() | after.keys():
            yield from differences(before.get(key), after.get(key), *path, key)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for one, other in zip(before, after, strict=True):
            yield from differences(one, other, *path)
    elif before != after:
        yield path


def is_told(place: tuple[str, ...], loss: Loss) -> bool:
    file = "vehicle_status" if place[0] == "free_bike_status" else place[0]
    names = loss.field.split(".")
    return file == loss.file and list(place[-len(names) :]) == names
