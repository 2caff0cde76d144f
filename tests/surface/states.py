"""The states in which the agreements are when somebody asks: as documents, loaded into a hub that was built before.

Each state is put on one agreement of each tier: one holder's part of the joint statistics is enough to shut them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

import hub.territory
from hub.services.commons import read_folder

COMMONS: Final = Path(hub.territory.__path__[0]) / "commons"
BILATERAL: Final = "records-bolide-smhc"
#: The agreements that a state is put on.
MOVED: Final = (
    *("joint-members-bolide", "joint-authority-bolide", "open-bus-hautes-combes", "open-combecycle", "open-bus-live"),
    BILATERAL,
)
#: Members that the demo's commons does not have, to be refused.
OTHERS: Final = {
    "sursis": {"status": "active", "sanction": 4},
    "ecarte": {"status": "active", "sanction": 5},
    "partie": {"status": "left"},
    "candidate": {"status": "candidate"},
}
#: A limit that the walk through the whole surface does not reach.
_ENOUGH: Final = 1_000_000
#: The open timetable, and the real time that speaks of it, which the demo's commons does not have.
_BUS: Final = "bus-hautes-combes"
_LIVE: Final = "bus-live"

Document = dict[str, Any]
_CHARTER: Final = {
    "version": 1,
    "title": {"fr": "Charte du commun", "en": "Charter of the commons"},
    "text": {"fr": "Chacun garde ses données.", "en": "Everybody keeps its data."},
    "sign_by": dt.date(2027, 1, 1),
}


def _state(name: str) -> Callable[[Document], None]:
    return lambda one: one.update(state=name)


def _only(**changes: Any) -> Callable[[Document], None]:
    return lambda one: one.update(changes)


def _validity(**dates: dt.date) -> Callable[[Document], None]:
    return lambda one: one["validity"].update(dates)


def _another_audience(one: Document) -> None:
    one["audience"] = ["authority"] if one["audience"] == ["members"] else ["members"]


#: What lets through what was agreed.
BINDING: Final[Mapping[str, Callable[[Document], None]]] = {
    "active": _state("active"),
    "withdrawing": _state("withdrawing"),
}
#: What lets nothing through; None: the agreement is not there at all.
SHUT: Final[Mapping[str, Callable[[Document], None] | None]] = {
    "no agreement": None,
    **{
        name: _state(name)
        for name in (
            *("draft", "proposed", "countered", "accepted", "agreed", "suspended"),
            *("withdrawn", "expired", "terminated", "rejected"),
        )
    },
    "verified, not yet valid": _validity(**{"from": dt.date(2027, 1, 1)}),
    "expired by the clock": _validity(to=dt.date(2026, 11, 15)),
    "for another purpose": _only(purpose=["fleet-caps"]),
    "for another audience": _another_audience,
    "for another recipient": _only(recipient=["member:usagers-hc"]),
}
STATES: Final = (*BINDING, *SHUT)


def documents(state: str) -> dict[str, str]:
    """The commons' documents with that state on the agreements of `MOVED`."""
    files = {**read_folder(COMMONS), f"agreements/{BILATERAL}.yaml": _text(_bilateral())}
    files["agreements/open-bus-live.yaml"] = files["agreements/open-bus-hautes-combes.yaml"].replace(_BUS, _LIVE)
    change = {**BINDING, **SHUT}[state]
    changed = {}
    for name, text in files.items():
        one = yaml.safe_load(text)
        if name == "members.yaml":
            _add_members(one)
        elif name == "datasets.yaml":
            one[_LIVE] = {**one[_BUS], "standard": "gtfs-rt"}
        elif name == "commons.yaml":
            one.setdefault("charter", _CHARTER)
        elif name.startswith("agreements/"):
            one["terms"] = {
                key: _ENOUGH if key.startswith(("quota", "rate")) else at for key, at in one["terms"].items()
            }
            if one["id"] == "joint-authority-bolide":
                one["terms"]["p_percent"] = EXACT_P
            if one["id"] in MOVED:
                if change is None:
                    continue
                change(one)
        changed[name] = _text(one)
    return changed


#: A value that the parties of one agreement know, and nobody else.
EXACT_P: Final = 47


class _Plain(yaml.SafeDumper):
    """Writes everything out: the commons' documents know no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(one: Document) -> str:
    return yaml.dump(one, Dumper=_Plain, allow_unicode=True, sort_keys=False)


def _add_members(one: Document) -> None:
    for name, facts in OTHERS.items():
        called = {"fr": f"Membre {name}", "en": f"Member {name}"}
        one["holdings"][name] = {"name": called}
        one["members"][name] = {"name": called, "kind": "reuser", "college": "users", "holding": name, **facts}


def _bilateral() -> Document:
    return {
        "id": BILATERAL,
        "version": 1,
        "title": {"fr": "Trajets de Bolide pour le syndicat", "en": "Bolide's trips for the authority"},
        "holder": "bolide",
        "dataset": "mds-bolide",
        "tier": "bilateral",
        "state": "active",
        "recipient": ["member:smhc"],
        "validity": {"from": dt.date(2025, 12, 1), "to": dt.date(2028, 1, 1)},
        "audience": ["bilateral"],
        "purpose": ["compliance"],
        "terms": {
            "fields": ["trips.trip", "trips.vehicle", "trips.start_zone", "trips.start_time", "trips.distance_m"],
            "spatial_resolution": "h3_8",
            "temporal_resolution": "P1D",
            "delay": "P7D",
            "redistribution": "none",
            "retention": "P12M",
            "quota_per_month": _ENOUGH,
            "rate_per_minute": _ENOUGH,
            "no_reidentification": True,
        },
    }
