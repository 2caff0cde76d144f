"""What a memory comes to: findings for people, raw verdicts for the checks that are followed over time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final, TypeAlias

from feeds.findings import Finding, Report, Verdict
from feeds.gbfs.over_time.files import LIVELY
from feeds.gbfs.over_time.memory import File, Memory
from feeds.gbfs.over_time.notices import finding
from feeds.gbfs.over_time.patience import Patience
from feeds.gbfs.over_time.stations import open_for_s
from feeds.judging.raw import Raw

_VALIDATOR: Final = "gbfs-over-time"
_VERSION: Final = "1"
_DEFAULT = Patience()
_STATUS, _VEHICLES = "station_status.json", "vehicle_status.json"

Rule: TypeAlias = Callable[[Memory, Patience], Iterator[Finding]]


def times(memory: Memory, patience: Patience) -> Iterator[Finding]:
    """Files whose time goes back, stands still, or is later than their ttl."""
    for name, one in _lively(memory):
        file, value = f"{name}.json", one.last_updated.isoformat()
        if one.back:
            yield finding(
                "gbfs_last_updated_back",
                f"{one.back} times",
                file=file,
                field="last_updated",
                value=value,
                count=one.back,
            )
        if one.unmoved_s >= patience.unmoved_s:
            detail = f"for {one.unmoved_s / 3_600:.1f} h"
            yield finding("gbfs_last_updated_stuck", detail, file=file, field="last_updated", value=value)
        elif _is_late(one, patience):
            detail = f"{one.late} of {one.polls} polls, ttl {one.ttl_s} s"
            yield finding("gbfs_ttl_not_kept", detail, file=file, field="ttl", value=str(one.ttl_s), count=one.late)


def frozen_files(memory: Memory, patience: Patience) -> Iterator[Finding]:
    """Files whose time moves and whose content does not."""
    for name, one in _lively(memory):
        if _is_frozen(one, patience):
            detail = f"for {one.unchanged_s / 3_600:.1f} h, in which last_updated moved {one.moves} times"
            yield finding("gbfs_content_frozen", detail, file=f"{name}.json", field="data")


def frozen_stations(memory: Memory, patience: Patience) -> Iterator[Finding]:
    """Stations that stay as they are while others change."""
    still = frozen(memory, patience)
    if still and len(still) < len(memory.stations):
        detail = (
            f"{len(still)} of {len(memory.stations)} stations for {patience.frozen_station_s / 3_600:g} h of opening"
        )
        yield finding(
            "gbfs_station_never_changes", detail, file=_STATUS, field="station_id", value=still[0], count=len(still)
        )


def frozen(memory: Memory, patience: Patience) -> list[str]:
    """The stations that have not changed for longer than is believed, by id."""
    at_least = patience.frozen_station_s
    return sorted(name for name, one in memory.stations.items() if open_for_s(one, memory.watched_s) >= at_least)


def sums(memory: Memory, patience: Patience) -> Iterator[Finding]:
    """Stations whose counts have not added up for long."""
    for code, troubled, field in (
        ("gbfs_counts_never_add", memory.uncounted, "capacity"),
        ("gbfs_types_never_add", memory.untyped, "vehicle_types_available"),
    ):
        lasting = _lasting(troubled, memory, patience)
        if lasting:
            detail = f"{len(lasting)} stations for {patience.trouble_s / 3_600:g} h and more"
            yield finding(code, detail, file=_STATUS, field=field, value=lasting[0], count=len(lasting))


def crowds(memory: Memory, patience: Patience) -> Iterator[Finding]:
    """Stations that hold more vehicles than any can."""
    crowded = _crowded(memory, patience)
    if crowded:
        worst = max(crowded, key=lambda one: crowded[one])
        yield finding(
            "gbfs_implausible_vehicle_count",
            f"station {worst}",
            file=_STATUS,
            field="num_vehicles_available",
            value=str(crowded[worst]),
            count=len(crowded),
        )


def journeys(memory: Memory, patience: Patience) -> Iterator[Finding]:
    """Ids that outlive trips, vehicles that teleport."""
    seen = memory.journeys
    if _rotates(memory, patience) is Verdict.FAIL:
        detail = f"{seen.kept} of {seen.kept + seen.fresh} vehicles that were found elsewhere"
        yield finding("gbfs_ids_do_not_rotate", detail, file=_VEHICLES, field="vehicle_id", count=seen.kept)
    if seen.teleports:
        detail = f"{seen.teleports} times, by {seen.furthest_m / 1_000:,.0f} km at most"
        yield finding("gbfs_vehicle_teleports", detail, file=_VEHICLES, field="lat", count=seen.teleports)


def sizes(memory: Memory, _: Patience) -> Iterator[Finding]:
    """Tables that grew or shrank at once."""
    for table, one in memory.jumps.items():
        file = {"stations": "station_information.json", "vehicles": _VEHICLES}.get(table, _STATUS)
        detail = f"{table}: from {one.before} to {one.after}"
        yield finding("gbfs_size_jumps", detail, file=file, value=str(one.after), count=one.times)


RULES: Final[tuple[Rule, ...]] = (times, frozen_files, frozen_stations, sums, crowds, journeys, sizes)


def report(memory: Memory, patience: Patience = _DEFAULT) -> Report:
    """Everything that is found by now, as of the last poll."""
    parameters = {name: f"{value:g}" for name, value in asdict(patience).items()}
    return Report(
        findings=tuple(one for rule in RULES for one in rule(memory, patience)),
        validators={_VALIDATOR: _VERSION},
        parameters={**parameters, "at": memory.at.isoformat(), "watched_s": f"{memory.watched_s:g}"},
        validation_date=memory.at.date(),
    )


def verdicts(memory: Memory, patience: Patience = _DEFAULT) -> Mapping[str, Raw]:
    """What the checks `ids_rotate`, `counts_plausible` and `moves` say by themselves, as of the last poll."""
    return {
        "ids_rotate": Raw(_rotates(memory, patience), asdict(memory.journeys)),
        "counts_plausible": _counts(memory, patience),
        "moves": _moves(memory, patience),
    }


def _rotates(memory: Memory, patience: Patience) -> Verdict:
    """Of vehicles found elsewhere, the share under the id that they had; only from GBFS 2.0 on, and of enough."""
    if "vehicle_status" not in memory.files or memory.version < "2":
        return Verdict.NOT_APPLICABLE
    found = memory.journeys.kept + memory.journeys.fresh
    if found < patience.journeys:
        return Verdict.UNKNOWN
    return Verdict.FAIL if memory.journeys.kept >= patience.kept_share * found else Verdict.PASS


def _counts(memory: Memory, patience: Patience) -> Raw:
    if "station_status" not in memory.files:
        return Raw(Verdict.NOT_APPLICABLE)
    details: dict[str, Any] = {
        "crowded": len(_crowded(memory, patience)),
        "over_capacity": len(_lasting(memory.uncounted, memory, patience)),
        "types_differ": len(_lasting(memory.untyped, memory, patience)),
    }
    return Raw(Verdict.FAIL if any(details.values()) else Verdict.PASS, details)


def _moves(memory: Memory, patience: Patience) -> Raw:
    """FAIL where a file is frozen or its time stands still; PASS where every one has changed while it was watched."""
    lively = dict(_lively(memory))
    if not lively:
        return Raw(Verdict.NOT_APPLICABLE)
    still = {
        name: one for name, one in lively.items() if _is_frozen(one, patience) or one.unmoved_s >= patience.unmoved_s
    }
    details = {"unchanged_s": {name: one.unchanged_s for name, one in lively.items()}, "frozen": sorted(still)}
    if still:
        return Raw(Verdict.FAIL, details)
    changed = all(one.unchanged_s < memory.watched_s for one in lively.values())
    return Raw(Verdict.PASS if changed else Verdict.UNKNOWN, details)


def _lively(memory: Memory) -> list[tuple[str, File]]:
    return [(name, memory.files[name]) for name in LIVELY if name in memory.files]


def _is_late(one: File, patience: Patience) -> bool:
    return one.polls >= patience.late_polls and one.late >= patience.late_share * one.polls


def _is_frozen(one: File, patience: Patience) -> bool:
    return one.moves > 0 and one.unchanged_s >= patience.frozen_feed_s


def _lasting(troubled: Mapping[str, float], memory: Memory, patience: Patience) -> list[str]:
    return [station for station, since_s in troubled.items() if memory.watched_s - since_s >= patience.trouble_s]


def _crowded(memory: Memory, patience: Patience) -> dict[str, int]:
    told = {station: one.counts[0] or 0 for station, one in memory.stations.items()}
    return {station: count for station, count in told.items() if count > patience.station_vehicles}
