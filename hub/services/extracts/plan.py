"""What an extract will hold, worked out from an agreement's terms before anything is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from governance.agreement import Agreement
from governance.audiences import Tier
from governance.grain import Grain, TimeGrain
from governance.terms.base import Term
from governance.terms.scope import Fields, SpatialResolution, TemporalResolution
from governance.verdicts import Denied, denied
from hub.services.extracts.fields import (
    ACROSS_M,
    ACROSS_S,
    BASIN,
    BOTH_ENDS,
    FIELDS,
    NEVER_TOGETHER,
    TABLES,
    ZONE_COLUMNS,
    Field,
    How,
)

_MEMBER = "member:"


@dataclass(frozen=True, slots=True)
class Plan:
    """The fields of one table, in order, and how each is generalised.

    `bases` are the numbers to which the rounded fields are rounded, by name: they depend on which zones are told too.
    """

    table: str
    fields: tuple[Field, ...]
    zone_system: str
    time: TimeGrain
    bases: Mapping[str, int]

    @property
    def ids(self) -> frozenset[str]:
        """The fields as agreements and requests name them."""
        return frozenset(field.id for field in self.fields)

    @property
    def grain(self) -> Grain:
        """How fine its places and times are."""
        return Grain(self.zone_system, self.time)


def recipient_of(agreement: Agreement) -> str | None:
    """The one member that a bilateral agreement names; None for any other agreement."""
    names = sorted(agreement.recipient.values)
    if agreement.tier is not Tier.BILATERAL or len(names) != 1 or not names[0].startswith(_MEMBER):
        return None
    return names[0].removeprefix(_MEMBER)


def tables_of(terms: Mapping[str, Term]) -> tuple[str, ...]:
    """The tables of which terms name fields, in order."""
    named = {field.partition(".")[0] for field in _fields(terms)}
    return tuple(table for table in TABLES if table in named)


def plan_of(terms: Mapping[str, Term], table: str) -> Plan | Denied:
    """The plan of one table under these terms, or why there can be none."""
    refusal = unpreparable(terms)
    if refusal is not None:
        return refusal
    zone, time = terms[SpatialResolution.name], terms[TemporalResolution.name]
    chosen = tuple(field for field in FIELDS.values() if field.table == table and field.id in _fields(terms))
    if not chosen:
        return denied("extract.table", "fields", table=table)
    if not isinstance(zone, SpatialResolution) or not isinstance(time, TemporalResolution):
        raise TypeError("terms are kept by their own names")
    return Plan(table, chosen, zone.value, time.value, _bases(chosen, terms, zone.value))


def unpreparable(terms: Mapping[str, Term]) -> Denied | None:
    """Why no extract can be made to these terms, if anything: to be asked before an agreement is signed."""
    for name in (Fields.name, SpatialResolution.name, TemporalResolution.name):
        if name not in terms:
            return denied("extract.unstated", name)
    asked = _fields(terms)
    unknown = sorted(asked - set(FIELDS))
    if unknown:
        return denied("extract.field_unknown", "fields", field=unknown[0], known=", ".join(FIELDS))
    for together in NEVER_TOGETHER:
        if together <= asked:
            return denied("extract.together", "fields", fields=", ".join(sorted(together)))
    zone = str(terms[SpatialResolution.name].plain())
    if zone != BASIN and zone not in ZONE_COLUMNS:
        return denied("extract.zones", "spatial_resolution", zone_system=zone)
    return None


def _fields(terms: Mapping[str, Term]) -> frozenset[str]:
    term = terms.get(Fields.name)
    return term.values if isinstance(term, Fields) else frozenset()


def _bases(chosen: tuple[Field, ...], terms: Mapping[str, Term], zone_system: str) -> dict[str, int]:
    both = any(ends <= _fields(terms) for ends in BOTH_ENDS)
    across = {"trips.distance_m": ACROSS_M, "trips.duration_s": ACROSS_S} if both else {}
    return {
        field.name: max(field.base, across[field.id][zone_system] if field.id in across else 0)
        for field in chosen
        if field.how is How.ROUNDED
    }
