"""Members with keys of their own, and the texts that they negotiate: what tests of agreements share."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import hub.territory
from governance.agreement import Agreement, State
from governance.negotiation.negotiation import Negotiation
from governance.negotiation.steps import AGREEMENT
from governance.negotiation.text import read_text
from governance.negotiation.version import SIGNS
from governance.signing import new_key, public_text, sign
from hub.clock import FixedClock
from hub.records import Records
from hub.released import Released
from hub.services import negotiate, negotiate_signing
from hub.services.commons import put_in_force, read_folder
from hub.services.front import Front
from hub.services.negotiate_signing import Handed
from hub.services.signing import register
from hub.services.turn import Seen, seen

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
COMMONS = Path(hub.territory.__path__[0]) / "commons"
WHY = "Ce qui a été discuté en réunion."

TEXT: dict[str, Any] = {
    "id": "fleet-smhc-bolide",
    "title": {"fr": "Flotte de Bolide pour le syndicat", "en": "Bolide's fleet for the authority"},
    "holder": "bolide",
    "dataset": "mds-bolide",
    "tier": "members",
    "recipient": ["member:smhc"],
    "validity": ["2026-03-01T00:00:00+00:00", "2027-03-01T00:00:00+00:00"],
    "audience": ["authority"],
    "purpose": ["mobility-planning"],
    "terms": {"delay": "P7D", "fields": ["trips"], "min_trips": 20},
    "rgpd": {"legal_basis": "public_task", "dpia": "done", "register_entry": "R-2026-04"},
}


def text(**changes: Any) -> Agreement:
    """The usual text, with other values in its head; `terms` are laid over the usual ones."""
    terms = {**TEXT["terms"], **changes.pop("terms", {})}
    plain = {**TEXT, **changes, "terms": {name: value for name, value in terms.items() if value is not None}}
    return read_text({name: value for name, value in plain.items() if value is not None})


@dataclass
class Parties:
    """A hub with the demo's commons, and the keys that its members keep."""

    front: Front
    clock: FixedClock
    keys: dict[str, Ed25519PrivateKey] = field(default_factory=dict)

    def key(self, member: str) -> Ed25519PrivateKey:
        """A member's own key, registered when it is first used."""
        if member not in self.keys:
            self.keys[member] = new_key()
            register(self.front, member, public_text(self.keys[member]), by=member)
        return self.keys[member]

    def state(self, agreement: str = TEXT["id"]) -> Negotiation:
        """The agreement as it is kept."""
        found: Negotiation = seen(self.front, AGREEMENT, agreement).state
        return found

    def stands(self, agreement: str = TEXT["id"]) -> State:
        """Its state at this moment."""
        return self.state(agreement).state_at(self.clock())

    def handed(self, member: str, version: Agreement) -> Handed:
        """A member's signature under a text, made offline."""
        made = sign(self.key(member), SIGNS, member, version.plain())
        return Handed(version.id, version.version, version.hash(), member, made)

    def sign(self, member: str, agreement: str = TEXT["id"]) -> Seen:
        """Sign the newest version and hand it in."""
        return negotiate_signing.submit(self.front, self.handed(member, self.state(agreement).last.text))

    def accepted(self, first: Agreement | None = None) -> str:
        """An agreement that the holder proposed and the other party accepted; answers with its id."""
        wanted = first or text()
        negotiate.draft(self.front, wanted, by="bolide", why=WHY)
        negotiate.propose(self.front, wanted.id, by="bolide")
        other = self.state(wanted.id).counterparty
        negotiate.accept(self.front, wanted.id, self.state(wanted.id).last.hash, by=other)
        return wanted.id

    def concluded(self, first: Agreement | None = None) -> str:
        """An agreement that both signed and the hub verified."""
        name = self.accepted(first)
        for member in sorted(self.state(name).parties):
            self.sign(member, name)
        return name

    def amended(self, change: Agreement, *, by: str = "bolide") -> None:
        """An amendment that went the whole way."""
        negotiate.amend(self.front, change.id, change, by=by, why=WHY)
        negotiate.propose(self.front, change.id, by=by)
        state = self.state(change.id)
        negotiate.accept(self.front, change.id, state.last.hash, by=state.other(by))
        for member in sorted(state.parties):
            self.sign(member, change.id)

    def later(self, **delta: float) -> dt.datetime:
        """Move the clock on."""
        self.clock.now += dt.timedelta(**delta)
        return self.clock.now


def parties_of(records: Records, folder: Path) -> Parties:
    """A hub with the demo's commons at noon."""
    clock = FixedClock(NOON)
    front = Front(records, Released(folder / "released"), clock)
    put_in_force(front, read_folder(COMMONS))
    return Parties(front, clock)
