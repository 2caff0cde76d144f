"""The standard's own rules, by `gbfs-validator` (JSON Schemas and the rules that one file puts on another), offline."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, cast
from urllib.parse import urlsplit

from gbfs_validator import GBFS, __version__
from gbfs_validator.constants.error_ids import AppError
from gbfs_validator.fetch import FetchError

from feeds.findings import Report
from feeds.gbfs.spec import CANDIDATES, DISCOVERY, FILES, VERSIONS
from feeds.gbfs.tally import Tally

VALIDATOR = "gbfs-validator"

#: Versions whose systems must publish a discovery document.
_DISCOVERY_REQUIRED = frozenset(VERSIONS) - {"1.0", "1.1"}

#: Which of our codes stands for a keyword of JSON Schema.
_CODES: Mapping[str, str] = {
    "required": "gbfs_schema_required",
    "type": "gbfs_schema_type",
    "enum": "gbfs_schema_enum",
    "const": "gbfs_schema_enum",
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), "gbfs_schema_range"),
    **dict.fromkeys(("minItems", "maxItems", "minLength", "maxLength"), "gbfs_schema_range"),
    **dict.fromkeys(("format", "pattern"), "gbfs_schema_format"),
}


class _Files:
    """Serves a system's documents to the validator in place of the network.

    An address that the discovery document gives a name is answered with the file of that name, another one by its
    last part; so nothing is ever fetched.
    """

    def __init__(self, bodies: Mapping[str, Any]) -> None:
        self._bodies = bodies
        lists = _entries(bodies[DISCOVERY])
        self._names = {
            entry["url"]: entry["name"] for entry in lists if isinstance(entry, dict) and {"name", "url"} <= set(entry)
        }

    def get_json(self, url: str) -> Any:
        """The JSON body behind an address.

        Raises:
            FetchError: there is no such file.
        """
        name = self._names.get(url) or PurePosixPath(urlsplit(url).path).name.removesuffix(".json")
        if name not in self._bodies:
            raise FetchError(url, f"no file {name}")
        return self._bodies[name]

    def prime_oauth(self) -> None:
        """There is nobody to ask for a token."""


def check_schema(bodies: Mapping[str, Any], version: str) -> Report:
    """What the standard says of a system's files, given as JSON bodies by the name they are published under.

    Required files follow from the files that are there: a system with stations must have both station files.
    A report that is `incomplete` says that the validator gave up, which is not the feed's verdict.
    """
    tally = Tally()
    if DISCOVERY not in bodies and version in _DISCOVERY_REQUIRED:
        tally.add("gbfs_missing_required_file", file="gbfs.json")
    validators = {VALIDATOR: __version__}
    docked = any(name in bodies for name in ("station_information", "station_status"))
    floating = any(name in bodies for name in FILES["vehicle_status"])
    if version in CANDIDATES:  # of which the validator knows the last
        bodies, version = _as_last_candidate(bodies), CANDIDATES[-1]
    seen = _Files({**_prepared(bodies), DISCOVERY: _index(bodies, version)})
    run = GBFS("file:/gbfs.json", docked=docked, freefloating=floating, version=version, fetcher=cast("Any", seen))
    try:
        result = run.validation()
    except (AppError, KeyError, TypeError, AttributeError) as error:  # it stops where its model would: on bad shapes
        gave_up = f"{VALIDATOR} stopped: {' '.join(str(error).split())[:200]}"
        return Report(findings=tally.findings(), validators=validators, incomplete=gave_up)
    for file in result["files"]:
        _tell(tally, file, bodies)
    return Report(findings=tally.findings(), validators=validators)


def _prepared(bodies: Mapping[str, Any]) -> dict[str, Any]:
    """The bodies without a link to a manifest that lies elsewhere: it is no file of this system."""
    prepared = dict(bodies)
    information = bodies.get("system_information")
    data = information.get("data") if isinstance(information, dict) else None
    if isinstance(data, dict) and "manifest_url" in data and "manifest" not in bodies:
        prepared["system_information"] = copy.deepcopy(information)
        del prepared["system_information"]["data"]["manifest_url"]
    return prepared


def _as_last_candidate(bodies: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {**body, "version": CANDIDATES[-1]}
        if isinstance(body, dict) and body.get("version") in CANDIDATES
        else body
        for name, body in bodies.items()
    }


def _index(bodies: Mapping[str, Any], version: str) -> Any:
    """The discovery document as it is, or one that names the files that are there."""
    if DISCOVERY in bodies:
        return bodies[DISCOVERY]
    feeds = [{"name": name, "url": f"file:/{name}.json"} for name in bodies]
    first = next(iter(bodies.values()))
    data: dict[str, Any] = {"feeds": feeds} if version.startswith("3.") else {"en": {"feeds": feeds}}
    return {"last_updated": first.get("last_updated"), "ttl": 0, "version": version, "data": data}


def _entries(body: Any) -> list[Any]:
    """All entries of a discovery document, whatever their language."""
    data = body.get("data") if isinstance(body, dict) else None
    parts = [data, *data.values()] if isinstance(data, dict) else []
    lists = [part["feeds"] for part in parts if isinstance(part, dict) and isinstance(part.get("feeds"), list)]
    return [entry for entries in lists for entry in entries]


def _tell(tally: Tally, file: Mapping[str, Any], bodies: Mapping[str, Any]) -> None:
    name = str(file["file"])
    if name == "gbfs.json" and DISCOVERY not in bodies:
        return
    if not file.get("exists"):
        if file.get("required"):
            tally.add("gbfs_missing_required_file", file=name)
        return
    for error in _errors(file):
        row, field = _place(str(error["instancePath"]))
        missing = error.get("params", {}).get("missingProperty")
        field = ".".join(part for part in (field, missing) if part)
        value = _value(bodies.get(name.removesuffix(".json")), str(error["instancePath"]))
        code = _CODES.get(str(error["keyword"]), "gbfs_schema_other")
        tally.add(code, str(error["message"]), file=name, row=row, field=field, value="" if missing else value)


def _errors(file: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Errors of a file; before 3.0 it is listed once for each language, and ours is one and the same file."""
    yield from file.get("errors") or ()
    language: Mapping[str, Any] = next((one for one in file.get("languages") or () if one.get("exists")), {})
    yield from language.get("errors") or ()


def _place(pointer: str) -> tuple[int | None, str]:
    """A JSON pointer as the record's position from 1 and the field without positions."""
    parts = [part for part in pointer.split("/") if part]
    numbers = [int(part) for part in parts if part.isdigit()]
    field = ".".join(part for part in parts if not part.isdigit())
    return (numbers[0] + 1 if numbers else None), field


def _value(body: Any, pointer: str) -> str:
    """The value that a JSON pointer leads to, when it is a plain one."""
    place = body
    for part in (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]):
        if isinstance(place, list) and re.fullmatch(r"\d+", part) and int(part) < len(place):
            place = place[int(part)]
        else:
            place = place.get(part) if isinstance(place, dict) else None
    return "" if isinstance(place, dict | list) or place is None else str(place)[:200]
