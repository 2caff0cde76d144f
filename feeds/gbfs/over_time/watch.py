"""One more poll: what it changes in the memory.

A file whose bytes did not change costs nothing but its own entry; of one that did, each row is looked at once and only
what changed is remembered anew.
"""

from __future__ import annotations

from dataclasses import replace

from feeds.gbfs.over_time.files import forgotten, seen_again, seen_first
from feeds.gbfs.over_time.memory import File, Journeys, Jump, Memory
from feeds.gbfs.over_time.patience import Patience
from feeds.gbfs.over_time.poll import Poll
from feeds.gbfs.over_time.stations import stations
from feeds.gbfs.over_time.vehicles import vehicles

_DEFAULT = Patience()
#: Tables whose size is followed, and the file that each comes from.
_SIZED = (("stations", "station_information"), ("vehicles", "vehicle_status"), ("station_status", "station_status"))


def advance(memory: Memory | None, poll: Poll, patience: Patience = _DEFAULT) -> Memory:
    """The memory after one more poll; a poll that is not later than the last one changes nothing.

    Files that are asked for less often than others may be missing from a poll. A poll with vehicles at stations brings
    station_information along where vehicles are to be placed by it.
    """
    if memory is None:
        memory = Memory(at=poll.at, window_from=poll.at)
    elif poll.at <= memory.at:
        return memory
    elapsed_s = (poll.at - memory.at).total_seconds()
    watched_s = elapsed_s if elapsed_s <= patience.gap_s else 0.0
    memory = _new_window(memory, poll, patience)
    changed = {name for name, one in poll.documents.items() if _is_new(memory.files.get(name), one.digest.hex())}
    files = dict(memory.files)
    for name, document in poll.documents.items():
        before = files.get(name)
        files[name] = (
            seen_again(before, document, poll.at, watched_s, patience) if before else seen_first(document, poll.at)
        )
    version = max(memory.version, poll.version)
    memory = replace(memory, at=poll.at, watched_s=memory.watched_s + watched_s, files=files, version=version)
    return _tables(memory, poll, changed, patience, watched=watched_s > 0)


def _is_new(before: File | None, digest: str) -> bool:
    return before is None or before.digest != digest


def _new_window(memory: Memory, poll: Poll, patience: Patience) -> Memory:
    if (poll.at - memory.window_from).total_seconds() < patience.window_s:
        return memory
    files = {name: forgotten(one) for name, one in memory.files.items()}
    return replace(memory, window_from=poll.at, files=files, journeys=Journeys(), jumps={})


def _tables(memory: Memory, poll: Poll, changed: set[str], patience: Patience, *, watched: bool) -> Memory:
    if "station_information" in changed:
        told = ((row["station_id"], row["capacity"]) for row in poll.rows("stations"))
        memory = replace(memory, capacity={station: capacity for station, capacity in told if capacity is not None})
    if changed & {"station_information", "station_status"} and "station_status" in poll.tables:
        memory = stations(memory, poll)
    if "vehicle_status" in changed:
        memory = vehicles(memory, poll, patience)
    for table, file in _SIZED:
        if file in changed and table in poll.tables:
            memory = _sized(memory, table, _size(poll, table), patience, watched=watched)
    return memory


def _size(poll: Poll, table: str) -> int:
    """Rows; of station_status the vehicles that it tells of."""
    if table == "station_status":
        return sum(row["vehicles_available"] for row in poll.rows(table))
    return sum(1 for _ in poll.rows(table))


def _sized(memory: Memory, table: str, size: int, patience: Patience, *, watched: bool) -> Memory:
    before = memory.sizes.get(table)
    jumps = memory.jumps
    if before is not None and watched and _jumps(before, size, patience):
        times = jumps[table].times if table in jumps else 0
        jumps = {**jumps, table: Jump(times + 1, before, size)}
    return replace(memory, sizes={**memory.sizes, table: size}, jumps=jumps)


def _jumps(before: int, after: int, patience: Patience) -> bool:
    return max(before, after) >= patience.jump_from and abs(after - before) > patience.jump_share * before
