"""The register of processing activities (RGPD, article 30), from the agreements on personal data.

One activity is one dataset for one purpose. The holder is the controller of it (30(1)); the hub processes on the
holders' behalf (30(2)). What the records do not say is written "not stated" and listed, so that the gap is seen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from governance.agreement import Agreement, State
from governance.canonical import Plain
from governance.datasets import Dataset
from governance.negotiation.rgpd import is_personal
from governance.terms.use import HostedIn, Retention
from governance.world import World

#: Member states of the European Union and of the EEA (ISO 3166-1 alpha-2): elsewhere is a transfer (chapter V).
EEA = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()  # noqa: SIM905
)
#: States in which nothing was processed: no version ever held.
_NEVER = frozenset({State.DRAFT, State.PROPOSED, State.COUNTERED, State.ACCEPTED, State.AGREED, State.REJECTED})


@dataclass(frozen=True, slots=True)
class Activity:
    """A dataset processed for a purpose, under these agreements."""

    dataset: Dataset
    purpose: str
    agreements: tuple[Agreement, ...]

    def missing(self) -> tuple[str, ...]:
        """Which of article 30's particulars the agreements do not state."""
        gaps = {
            "legal_basis": any(one.rgpd is None for one in self.agreements),
            "dpia": any(one.rgpd is None for one in self.agreements),
            "retention": any(Retention.name not in one.terms for one in self.agreements),
            "hosting": any(HostedIn.name not in one.terms for one in self.agreements),
            "contact": True,  # of controller and data protection officer: the log may name no natural person
        }
        return tuple(name for name, gap in gaps.items() if gap)

    def countries(self) -> tuple[str, ...]:
        """Where the recipients may keep the data, by country code."""
        terms = [one.terms[HostedIn.name] for one in self.agreements if HostedIn.name in one.terms]
        return tuple(sorted({code for term in terms if isinstance(term, HostedIn) for code in term.values}))

    def retentions(self) -> tuple[str, ...]:
        """How long the recipients may keep it, as ISO 8601 durations."""
        terms = [one.terms[Retention.name] for one in self.agreements if Retention.name in one.terms]
        return tuple(sorted({term.value for term in terms if isinstance(term, Retention)}))

    def plain(self) -> Mapping[str, Plain]:
        """As JSON, for programs."""
        stated = [one.rgpd for one in self.agreements if one.rgpd is not None]
        return {
            "agreements": [one.key for one in self.agreements],
            "controller": self.dataset.holder,
            "dataset": self.dataset.id,
            "dpia": sorted({one.dpia.value for one in stated}),
            "legal_basis": sorted({one.legal_basis.value for one in stated}),
            "missing": list(self.missing()),
            "purpose": self.purpose,
            "recipients": sorted({name for one in self.agreements for name in one.recipient.values}),
            "register_entries": sorted({one.register_entry for one in stated}),
            "retention": list(self.retentions()),
            "hosting": list(self.countries()),
            "transfers": sorted(set(self.countries()) - EEA),
        }


def activities(world: World, *, from_: dt.datetime, to: dt.datetime, at: dt.datetime) -> tuple[Activity, ...]:
    """The processing of personal data under agreements that held in [from, to), as known at the instant `at`."""
    found: dict[tuple[str, str], list[Agreement]] = {}
    for one in world.agreements:
        if is_personal(world.datasets[one.dataset]) and _held(one, from_=from_, to=min(to, at)):
            for purpose in one.purposes.values:
                found.setdefault((one.dataset, purpose), []).append(one)
    return tuple(
        Activity(world.datasets[dataset], purpose, tuple(sorted(agreements, key=lambda one: one.key)))
        for (dataset, purpose), agreements in sorted(found.items())
    )


def _held(one: Agreement, *, from_: dt.datetime, to: dt.datetime) -> bool:
    return one.state not in _NEVER and one.validity.from_ < to and one.validity.to > from_
