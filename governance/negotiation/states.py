"""The states of an agreement and the ways between them, as data.

Up to VERIFIED the names are those of the Dataspace Protocol 2025-1 (contract negotiation); that protocol defines
nothing after it. Two tables, because an amendment is negotiated while the version before it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from governance.agreement import State
from governance.bilingual import Sentence

#: Nothing leads out of these.
TERMINAL = frozenset({State.WITHDRAWN, State.EXPIRED, State.TERMINATED, State.REJECTED})

#: How a version comes about. None: no version is being negotiated.
NEGOTIATED: Mapping[tuple[State | None, str], State] = MappingProxyType(
    {
        (None, "drafted"): State.DRAFT,
        (None, "amended"): State.DRAFT,
        (State.DRAFT, "revised"): State.DRAFT,
        (State.DRAFT, "proposed"): State.PROPOSED,
        (State.PROPOSED, "countered"): State.COUNTERED,
        (State.COUNTERED, "countered"): State.COUNTERED,
        (State.PROPOSED, "accepted"): State.ACCEPTED,
        (State.COUNTERED, "accepted"): State.ACCEPTED,
        (State.ACCEPTED, "signed"): State.ACCEPTED,  # and AGREED by the second of the two signatures
        (State.AGREED, "verified"): State.VERIFIED,  # and ACTIVE by the clock
        (State.DRAFT, "rejected"): State.REJECTED,
        (State.PROPOSED, "rejected"): State.REJECTED,
        (State.COUNTERED, "rejected"): State.REJECTED,
        (State.ACCEPTED, "rejected"): State.REJECTED,
        (State.AGREED, "rejected"): State.REJECTED,
    }
)

#: What can be done to what holds. WITHDRAWN and EXPIRED are entered by the clock alone.
HELD: Mapping[tuple[State, str], State] = MappingProxyType(
    {
        (State.VERIFIED, "suspended"): State.SUSPENDED,
        (State.ACTIVE, "suspended"): State.SUSPENDED,
        (State.SUSPENDED, "suspended"): State.SUSPENDED,  # by somebody else too
        (State.WITHDRAWING, "suspended"): State.SUSPENDED,
        (State.SUSPENDED, "reviewed"): State.SUSPENDED,
        (State.SUSPENDED, "resumed"): State.ACTIVE,  # once the last suspension is lifted; or what it was before
        (State.VERIFIED, "withdrew"): State.WITHDRAWING,
        (State.ACTIVE, "withdrew"): State.WITHDRAWING,
        (State.SUSPENDED, "withdrew"): State.SUSPENDED,  # the notice runs all the same
        (State.VERIFIED, "signed"): State.VERIFIED,
        (State.ACTIVE, "signed"): State.ACTIVE,
        (State.SUSPENDED, "signed"): State.SUSPENDED,
        (State.VERIFIED, "asked_to_end"): State.VERIFIED,
        (State.ACTIVE, "asked_to_end"): State.ACTIVE,
        (State.SUSPENDED, "asked_to_end"): State.SUSPENDED,
        (State.WITHDRAWING, "asked_to_end"): State.WITHDRAWING,
        (State.VERIFIED, "terminated"): State.TERMINATED,
        (State.ACTIVE, "terminated"): State.TERMINATED,
        (State.SUSPENDED, "terminated"): State.TERMINATED,
        (State.WITHDRAWING, "terminated"): State.TERMINATED,
    }
)

#: States of what holds in which it may be amended. What is being left is not.
AMENDABLE = frozenset({State.VERIFIED, State.ACTIVE, State.SUSPENDED})

#: Why an agreement is suspended, and who may say so: the holder, the hub, an authority.
SUSPENSION_CODES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "holder_decision": frozenset({"holder"}),  # no reason is owed
        "incident": frozenset({"holder", "hub", "authority"}),
        "breach": frozenset({"holder", "hub", "authority"}),
        "sanction": frozenset({"hub"}),
        "dispute": frozenset({"hub"}),
        "legal_order": frozenset({"hub", "authority"}),
    }
)

WORDS: Mapping[State, Sentence] = MappingProxyType(
    {
        State.DRAFT: Sentence("brouillon", "draft"),
        State.PROPOSED: Sentence("proposé", "proposed"),
        State.COUNTERED: Sentence("contre-proposé", "countered"),
        State.ACCEPTED: Sentence("accepté", "accepted"),
        State.AGREED: Sentence("conclu", "agreed"),
        State.VERIFIED: Sentence("vérifié", "verified"),
        State.ACTIVE: Sentence("en vigueur", "active"),
        State.SUSPENDED: Sentence("suspendu", "suspended"),
        State.WITHDRAWING: Sentence("en cours de retrait", "withdrawing"),
        State.WITHDRAWN: Sentence("retiré", "withdrawn"),
        State.EXPIRED: Sentence("expiré", "expired"),
        State.TERMINATED: Sentence("résilié", "terminated"),
        State.REJECTED: Sentence("rejeté", "rejected"),
    }
)
