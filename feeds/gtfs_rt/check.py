"""GTFS Realtime judged: a message by itself, beside the one before it, and against its schedule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import asdict

from feeds.findings import Finding, Report
from feeds.gtfs_rt import across_calls, across_places, across_trips, entity_rules, header_rules, simple_rules
from feeds.gtfs_rt.before import Before
from feeds.gtfs_rt.message import Message
from feeds.gtfs_rt.notices import finding
from feeds.gtfs_rt.plausible import Plausible
from feeds.gtfs_rt.scene import Scene, scene_of
from feeds.gtfs_rt.schedule import Schedule

VALIDATOR = "gtfs-rt-rules"
#: The version of these rules; raised when one is added or changed.
VERSION = "2"

ALONE: tuple[Callable[[Scene], Iterator[Finding]], ...] = (
    header_rules.header,
    header_rules.age,
    header_rules.instants,
    header_rules.since_before,
    simple_rules.simple,
    simple_rules.formats,
    simple_rules.beyond_belief,
    entity_rules.ids,
    entity_rules.trips,
    entity_rules.calls,
    entity_rules.pairs,
    entity_rules.jumps,
    entity_rules.alerts,
)
AGAINST_SCHEDULE: tuple[Callable[[Scene, Schedule], Iterator[Finding]], ...] = (
    across_trips.ids,
    across_trips.trips,
    across_trips.starts,
    across_trips.headways,
    across_calls.calls,
    across_places.places,
    across_places.speeds,
)
_DEFAULT = Plausible()


def check(
    message: Message,
    *,
    at: dt.datetime,
    schedule: Schedule | None = None,
    before: Before | None = None,
    plausible: Plausible = _DEFAULT,
) -> Report:
    """Judge a message as of the instant `at`. What was set aside while it was read is `reading_findings`."""
    scene = scene_of(message, at_s=int(at.timestamp()), plausible=plausible, before=before)
    findings = [found for rule in ALONE for found in rule(scene)]
    if schedule is not None:
        findings += [found for rule in AGAINST_SCHEDULE for found in rule(scene, schedule)]
    parameters = {name: f"{value:g}" for name, value in asdict(plausible).items()}
    parameters |= {"at": at.isoformat(), "schedule": "yes" if schedule else "no", "before": "yes" if before else "no"}
    return Report(
        findings=tuple(findings),
        validators={VALIDATOR: VERSION},
        parameters=parameters,
        validation_date=at.date(),
    )


def reading_findings(message: Message) -> tuple[Finding, ...]:
    """What reading had to set aside, replace or leave unread."""
    found = []
    for name, aside in (
        ("entity_set_aside", [one for one in message.set_aside if not one.value]),
        ("value_set_aside", [one for one in message.set_aside if one.value]),
    ):
        if aside:
            first = aside[0]
            row = first.entity or None
            found.append(
                finding(name, first.reason, file="entities", row=row, field=first.field, value=first.value,
                        count=len(aside))
            )  # fmt: skip
    for name, tally in (("text_not_utf8", message.not_text), ("unknown_fields", message.unknown)):
        found += [finding(name, file="entities", field=field, count=count) for field, count in sorted(tally.items())]
    return tuple(found)
