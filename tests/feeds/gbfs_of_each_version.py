"""One small system of two stations and two vehicles, as each version of GBFS would have published it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

AT = dt.datetime(2026, 9, 14, 6, tzinfo=dt.UTC)
POSIX = int(AT.timestamp())
VERSIONS = ("1.0", "1.1", "2.0", "2.1", "2.2", "2.3", "3.0", "3.1-RC3")


def system(version: str) -> dict[str, Any]:
    """The bodies of a version's files, by the names that it gives them."""
    files = _new() if version >= "3" else _old(version)
    stamp = _stamp(version)
    made = {name: {"last_updated": stamp, "ttl": 60, "version": version, "data": data} for name, data in files.items()}
    if version == "1.0":  # it had no field for it
        made = {name: {key: value for key, value in body.items() if key != "version"} for name, body in made.items()}
    listed = [{"name": name, "url": f"https://velo.example/gbfs/{name}.json"} for name in made]
    data = {"feeds": listed} if version >= "3" else {"fr": {"feeds": listed}}
    return {"gbfs": {**next(iter(made.values())), "data": data}, **made}


def written(bodies: Mapping[str, Any]) -> dict[str, bytes]:
    """Bodies as the bytes that an operator's server sends."""
    return {name: json.dumps(body).encode() for name, body in bodies.items()}


def _stamp(version: str) -> Any:
    return "2026-09-14T06:00:00Z" if version >= "3" else POSIX


def _old(version: str) -> dict[str, Any]:
    yes, no = (1, 0) if version < "2" else (True, False)
    typed = version >= "2.1"
    information = {
        **{"system_id": "velo", "language": "fr", "name": "Vélo", "timezone": "Europe/Paris"},
        **{"phone_number": "+33 4 76 00 00 00", "url": "https://velo.example", "email": "bonjour@velo.example"},
        "license_url": "https://velo.example/licence",
    }
    stations = [
        {"station_id": "gare", "name": "Gare", "lat": 45.07, "lon": 5.55, "capacity": 12, "region_id": "val"},
        {"station_id": "col", "name": "Col", "lat": 45.1, "lon": 5.6, "capacity": 8, "address": "Col de la Combe"},
    ]
    status = [
        {
            **{"station_id": name, "num_bikes_available": bikes, "num_docks_available": 3, "last_reported": POSIX - 30},
            **{"is_installed": yes, "is_renting": yes, "is_returning": no},
            **({"vehicle_types_available": [{"vehicle_type_id": "v1", "count": bikes}]} if typed else {}),
        }
        for name, bikes in (("gare", 5), ("col", 0))
    ]
    bikes = [
        {
            **{"bike_id": name, "lat": 45.08, "lon": 5.56, "is_reserved": no, "is_disabled": no},
            **({"vehicle_type_id": "v1", "last_reported": POSIX - 60} if typed else {}),
        }
        for name in ("b1", "b2")
    ]
    alert = {
        **{"alert_id": "a1", "type": "STATION_CLOSURE" if version < "2.1" else "station_closure"},
        **{"station_ids": ["col"], "summary": "Fermée", "times": [{"start": POSIX, "end": POSIX + 3600}]},
    }
    hours = {"user_types": ["member", "nonmember"], "days": ["mon", "tue", "wed", "thu", "fri"]}
    plan = {
        "plan_id": "p1",
        "name": "Jour",
        "currency": "EUR",
        "price": 2.5,
        "is_taxable": no,
        "description": "Un jour",
    }
    files: dict[str, Any] = {
        "system_information": information,
        "station_information": {"stations": stations},
        "station_status": {"stations": status},
        "free_bike_status": {"bikes": bikes},
        "system_regions": {"regions": [{"region_id": "val", "name": "Val"}]},
        "system_pricing_plans": {"plans": [plan]},
        "system_alerts": {"alerts": [alert]},
        "system_hours": {"rental_hours": [{**hours, "start_time": "06:00:00", "end_time": "22:00:00"}]},
        "system_calendar": {"calendars": [{"start_month": 4, "start_day": 1, "end_month": 10, "end_day": 31}]},
    }
    if typed:
        kind = {"vehicle_type_id": "v1", "form_factor": "bicycle", "propulsion_type": "human", "name": "Vélo bleu"}
        files["vehicle_types"] = {"vehicle_types": [kind]}
        rule = {"vehicle_type_id": ["v1"], "ride_allowed": False, "ride_through_allowed": True}
        files["geofencing_zones"] = {"geofencing_zones": _zones({"name": "Parc", "start": POSIX, "rules": [rule]})}
    return files


def _new() -> dict[str, Any]:
    def said(text: str) -> list[dict[str, str]]:
        return [{"text": text, "language": "fr"}]

    then = "2026-09-14T08:00:00+02:00"
    information = {
        **{"system_id": "velo", "languages": ["fr"], "name": said("Vélo"), "timezone": "Europe/Paris"},
        **{"opening_hours": "Apr 01-Oct 31 Mo-Fr 06:00-22:00", "feed_contact_email": "flux@velo.example"},
        **{"license_id": "etalab-2.0", "phone_number": "+33476000000"},
    }
    stations = [
        {
            **{"station_id": "gare", "name": said("Gare"), "lat": 45.07, "lon": 5.55, "region_id": "val"},
            "vehicle_docks_capacity": [{"vehicle_type_ids": ["v1"], "count": 12}],
        },
        {"station_id": "col", "name": said("Col"), "lat": 45.1, "lon": 5.6, "capacity": 8},
    ]
    status = [
        {
            **{"station_id": name, "num_vehicles_available": bikes, "num_docks_available": 3, "last_reported": then},
            **{"is_installed": True, "is_renting": True, "is_returning": False},
            "vehicle_types_available": [{"vehicle_type_id": "v1", "count": bikes}],
        }
        for name, bikes in (("gare", 5), ("col", 0))
    ]
    vehicles = [
        {
            **{"vehicle_id": name, "lat": 45.08, "lon": 5.56, "is_reserved": False, "is_disabled": False},
            **{"vehicle_type_id": "v2", "current_range_meters": 12_000.5, "pricing_plan_id": "p1"},
        }
        for name in ("b1", "b2")
    ]
    types = [
        {"vehicle_type_id": "v1", "form_factor": "bicycle", "propulsion_type": "human", "name": said("Vélo bleu")},
        {
            **{"vehicle_type_id": "v2", "form_factor": "scooter_standing", "propulsion_type": "electric"},
            **{"max_range_meters": 30_000.0, "default_pricing_plan_id": "p1"},
        },
    ]
    rule = {
        **{"vehicle_type_ids": ["v2"], "ride_start_allowed": False, "ride_end_allowed": False},
        "ride_through_allowed": True,
    }
    plan = {"plan_id": "p1", "name": said("Jour"), "currency": "EUR", "price": 2.5, "is_taxable": False}
    alert = {"alert_id": "a1", "type": "station_closure", "station_ids": ["col"], "summary": said("Fermée")}
    return {
        "system_information": information,
        "station_information": {"stations": stations},
        "station_status": {"stations": status},
        "vehicle_status": {"vehicles": vehicles},
        "vehicle_types": {"vehicle_types": types},
        "system_regions": {"regions": [{"region_id": "val", "name": said("Val")}]},
        "system_pricing_plans": {"plans": [{**plan, "description": said("Un jour")}]},
        "system_alerts": {"alerts": [{**alert, "times": [{"start": then}]}]},
        "geofencing_zones": {
            "geofencing_zones": _zones({"name": said("Parc"), "rules": [rule]}),
            "global_rules": [],
        },
    }


def _zones(properties: dict[str, Any]) -> dict[str, Any]:
    ring = [[5.5, 45.0], [5.6, 45.0], [5.6, 45.1], [5.5, 45.0]]
    feature = {
        "type": "Feature",
        "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]},
        "properties": properties,
    }
    return {"type": "FeatureCollection", "features": [feature]}
