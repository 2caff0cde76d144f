"""How fast the one decision point is, on the demo's commons."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Callable
from importlib import resources

from benchmarks.row import Row
from governance.audiences import Audience
from governance.commons_yaml import load
from governance.decide import decide
from governance.decision import Deny, Permit
from governance.periods import Period
from governance.request import Action, Request
from governance.world import World
from hub.services.commons import read_folder

_ROUNDS, _EACH = 7, 5_000


def run() -> list[Row]:
    """Decisions of two kinds, and the loading of a commons."""
    with resources.as_file(resources.files("hub.territory").joinpath("commons")) as folder:
        files = read_folder(folder)
    world = load(files)
    release, sealed = _asked("flows-h3_8-month"), _asked("fleet-day")
    assert isinstance(decide(release, world), Permit)  # noqa: S101 - what is timed must be what is meant
    assert isinstance(decide(sealed, world), Deny)  # noqa: S101
    return [
        _row("decide: permit, four agreements", release, world),
        _row("decide: denial, with its reason", sealed, world),
        Row("load a commons from YAML", _median(lambda: load(files), 1), None, f"{len(files)} files"),
    ]


def _asked(cube: str) -> Request:
    return Request(
        actor="secretariat",
        action=Action.RELEASE,
        subject=cube,
        audience=Audience.MEMBERS,
        purpose="mobility-planning",
        at=dt.datetime(2027, 2, 1, tzinfo=dt.UTC),
        period=Period(dt.date(2026, 1, 1), dt.date(2026, 2, 1)),
    )


def _row(name: str, request: Request, world: World) -> Row:
    each_s = _median(lambda: decide(request, world), _EACH)
    return Row(name, each_s * _EACH, None, f"{_EACH:,} decisions, {each_s * 1e6:.1f} µs each")


def _median(work: Callable[[], object], times: int) -> float:
    """Median seconds of one call, over `_ROUNDS` rounds of `times` calls."""
    rounds = []
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        for _ in range(times):
            work()
        rounds.append((time.perf_counter() - begun) / times)
    return statistics.median(rounds)
