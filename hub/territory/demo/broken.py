"""Whole feeds that must be refused or found fault with, apart from the good ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from hub.territory.demo.gtfs_feed import gtfs_members
from hub.territory.demo.timetable import Edition
from hub.territory.demo.write import zip_file

_PAGE: Final = '<!DOCTYPE html>\n<html lang="fr"><body><h1>Service momentanément indisponible</h1></body></html>\n'


@dataclass(frozen=True, slots=True)
class _Spoilt:
    """A change to one file of the timetable, and the canonical code of what is then wrong."""

    id: str
    file: str
    what: str
    code: str
    change: Callable[[list[str]], list[str]]


def _times_back(lines: list[str]) -> list[str]:
    """The second call of the first trip leaves before the first."""
    cells = lines[2].split(",")
    cells[1], cells[2] = "04:00:00", "04:00:00"
    return [*lines[:2], ",".join(cells), *lines[3:]]


def _unknown_stop(lines: list[str]) -> list[str]:
    cells = lines[5].split(",")
    cells[3] = "arret-inconnu"
    return [*lines[:5], ",".join(cells), *lines[6:]]


def _latitude(lines: list[str]) -> list[str]:
    """The last stop's latitude is no latitude."""
    cells = lines[-1].rsplit(",", 6)
    cells[1] = "145.0318"
    return [*lines[:-1], ",".join(cells)]


_SPOILT: Final = (
    _Spoilt("times-out-of-order", "stop_times.txt", "a bus leaves its second stop before its first",
            "stop_time_with_arrival_before_previous_departure_time", _times_back),
    _Spoilt("unknown-stop", "stop_times.txt", "a call at a stop that is not in stops.txt", "foreign_key_violation",
            _unknown_stop),
    _Spoilt("latitude-out-of-range", "stops.txt", "a latitude of 145 degrees", "number_out_of_range", _latitude),
)  # fmt: skip


def write_broken(folder: Path, edition: Edition) -> list[dict[str, Any]]:
    """Write the broken feeds into an empty folder and say what is wrong with each."""
    folder.mkdir()
    members = gtfs_members(edition)
    for one in _SPOILT:
        lines = one.change(members[one.file].removesuffix("\r\n").split("\r\n"))
        zip_file(folder / f"bus-{one.id}.zip", {**members, one.file: "\r\n".join(lines) + "\r\n"})
    whole = zip_file(folder / "bus-without-stop-times.zip", _without(members, "stop_times.txt")).read_bytes()
    (folder / "bus-cut-short.zip").write_bytes(whole[: len(whole) // 2])
    (folder / "bus-page.zip").write_text(_PAGE, encoding="utf-8")
    (folder / "combecycle-empty.json").write_bytes(b"")
    (folder / "mds-old-version.json").write_bytes(orjson.dumps({"version": "0.3.0", "data": {"trips": []}}))
    found = [
        {**_listed(f"bus-{one.id}.zip", one.what, "finding"), "member": one.file, "code": one.code} for one in _SPOILT
    ]
    return [*found, *(_listed(name, what, "refused") for name, what in _REFUSED)]


def _without(members: dict[str, str], name: str) -> dict[str, str]:
    return {member: text for member, text in members.items() if member != name}


def _listed(name: str, what: str, expected: str) -> dict[str, Any]:
    return {"id": f"broken/{name}", "file": f"broken/{name}", "what": what, "expected": expected}


_REFUSED: Final = (
    ("bus-without-stop-times.zip", "stop_times.txt is missing"),
    ("bus-page.zip", "an HTML page under the name of an archive"),
    ("bus-cut-short.zip", "an archive cut in the middle"),
    ("combecycle-empty.json", "a file of no bytes"),
    ("mds-old-version.json", "an answer of MDS 0.3"),
)
