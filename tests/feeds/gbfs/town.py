"""A small bike system that a person can read, written in the form of any version.

Combeval has four stations and two loose bikes. ``files(version)`` writes what its operator would publish.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

#: Tuesday 4 November 2025, 10:00:00 UTC (11:00 in Paris).
NOON = dt.datetime(2025, 11, 4, 10, 0, 0, tzinfo=dt.UTC)

STATIONS = (
    {"station_id": "gare", "name": "Gare", "lat": 45.07, "lon": 5.55, "capacity": 20},
    {"station_id": "mairie", "name": "Mairie", "lat": 45.072, "lon": 5.553, "capacity": 12, "region_id": "combeval"},
    {"station_id": "college", "name": "Collège", "lat": 45.068, "lon": 5.548, "capacity": 10},
    {"station_id": "piscine", "name": "Piscine", "lat": 45.065, "lon": 5.56},
)
STATUS = (
    {"station_id": "gare", "vehicles": 5, "docks": 14, "vehicles_disabled": 1, "docks_disabled": 0},
    {"station_id": "mairie", "vehicles": 0, "docks": 12},
    {"station_id": "college", "vehicles": 10, "docks": 0},
    {"station_id": "piscine", "vehicles": 3, "docks": 4, "is_renting": False},
)
BIKES = (
    {"vehicle_id": "loose-1", "lat": 45.0711, "lon": 5.5522, "is_reserved": False, "is_disabled": False},
    {"vehicle_id": "loose-2", "lat": 45.0733, "lon": 5.5544, "is_reserved": True, "is_disabled": False},
)
REGIONS = ({"region_id": "combeval", "name": "Combeval"},)
PLANS = (
    {"plan_id": "jour", "name": "Jour", "description": "Un jour", "currency": "EUR", "price": 2, "is_taxable": False},
)

Record = Mapping[str, Any]


class _Form:
    """How a version writes things."""

    def __init__(self, version: str, language: str, at: dt.datetime) -> None:
        self.three = version.startswith("3")
        self.one = version.startswith("1")
        self.language = language
        self.at = at

    def when(self, moment: dt.datetime) -> Any:
        return moment.isoformat() if self.three else int(moment.timestamp())

    def flag(self, value: bool) -> Any:
        return int(value) if self.one else value

    def words(self, text: str) -> Any:
        return [{"language": self.language, "text": text}] if self.three else text

    def named(self, record: Record) -> dict[str, Any]:
        return {**record, "name": self.words(record["name"])}

    def state(self, record: Record) -> dict[str, Any]:
        noun = "vehicles" if self.three else "bikes"
        said = {"station_id": record["station_id"], f"num_{noun}_available": record["vehicles"]}
        said["num_docks_available"] = record["docks"]
        if "vehicles_disabled" in record:
            said[f"num_{noun}_disabled"] = record["vehicles_disabled"]
            said["num_docks_disabled"] = record["docks_disabled"]
        for name in ("is_installed", "is_renting", "is_returning"):
            said[name] = self.flag(record.get(name, True))
        return {**said, "last_reported": self.when(record.get("last_reported", self.at))}

    def bike(self, record: Record) -> dict[str, Any]:
        flags = {name: self.flag(record[name]) for name in ("is_reserved", "is_disabled")}
        said = {**record, **flags}
        said["vehicle_id" if self.three else "bike_id"] = said.pop("vehicle_id")
        return said

    def plan(self, record: Record) -> dict[str, Any]:
        words = {name: self.words(record[name]) for name in ("name", "description")}
        return {**record, **words, "is_taxable": self.flag(record["is_taxable"])}

    def system(self) -> dict[str, Any]:
        said = {"system_id": "combecycle", "name": self.words("Combecycle"), "timezone": "Europe/Paris"}
        said["feed_contact_email"] = "velo@combecycle.example"
        said |= {"languages": [self.language]} if self.three else {"language": self.language}
        return said if self.one else {**said, "opening_hours": "24/7"}


def files(
    version: str,
    *,
    stations: Iterable[Record] = STATIONS,
    status: Iterable[Record] = STATUS,
    bikes: Iterable[Record] = BIKES,
    at: dt.datetime = NOON,
    language: str = "fr",
) -> dict[str, Any]:
    """The system's files by name, in the form of a version."""
    form = _Form(version, language, at)
    data = {
        "system_information": form.system(),
        "station_information": {"stations": [form.named(station) for station in stations]},
        "station_status": {"stations": [form.state(record) for record in status]},
        "system_regions": {"regions": [form.named(region) for region in REGIONS]},
        "system_pricing_plans": {"plans": [form.plan(plan) for plan in PLANS]},
    }
    loose = [form.bike(bike) for bike in bikes]
    if form.three:
        data["vehicle_status"] = {"vehicles": loose}
    else:
        data["free_bike_status"] = {"bikes": loose}
    feeds = [{"name": name, "url": f"https://combecycle.example/gbfs/{name}.json"} for name in data]
    data["gbfs"] = {"feeds": feeds} if form.three else {language: {"feeds": feeds}}
    frame = {"last_updated": form.when(at), "ttl": 60, "version": version}
    return {name: {**frame, "data": content} for name, content in data.items()}


def write(folder: Path, documents: Mapping[str, Any]) -> Path:
    """Put the files into a folder, which it answers with."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document), "utf-8")
    return folder
