"""Whether the grant behind an extract has ended, and why. Looked at when the extract is read, and when it is swept.

The reading is what enforces it: the decision denies from the very instant. Sweeping then takes the object away.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from governance.agreement import Agreement, State
from governance.audiences import Audience
from governance.bilingual import Sentence
from governance.decide import decide
from governance.decision import Deny, Refusal
from governance.errors import TermError
from governance.obligations import Obligations, read_obligations
from governance.periods import Period
from governance.request import Action, Request
from governance.world import World
from hub.errors import StorageError
from hub.records.models import Extract


class Why(StrEnum):
    """Why an extract was removed."""

    CORRECTED = "corrected"
    AMENDED = "amended"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"
    MISSING = "missing"
    NOT_PERMITTED = "not_permitted"


#: What is told of it.
SENTENCES: Mapping[Why, Sentence] = MappingProxyType(
    {
        Why.CORRECTED: Sentence(
            "un extrait corrigé le remplace, car d'autres enregistrements de la période sont arrivés.",
            "a corrected one replaces it, for more records of the period came in.",
        ),
        Why.AMENDED: Sentence("l'accord a changé de version.", "the agreement has another version now."),
        Why.EXPIRED: Sentence("l'accord est arrivé à son terme.", "the agreement has run out."),
        Why.SUSPENDED: Sentence("l'accord est suspendu.", "the agreement is suspended."),
        Why.WITHDRAWN: Sentence(
            "le détenteur s'est retiré de l'accord.", "the holder has withdrawn from the agreement."
        ),
        Why.TERMINATED: Sentence("l'accord a pris fin.", "the agreement was ended."),
        Why.MISSING: Sentence("l'accord n'existe plus.", "the agreement is no longer there."),
        Why.NOT_PERMITTED: Sentence(
            "les règles, une sanction ou une interdiction ne le permettent plus.",
            "the rules, a sanction or a prohibition do not allow it any more.",
        ),
    }
)
_STATES: Mapping[State, Why] = MappingProxyType(
    {
        State.EXPIRED: Why.EXPIRED,
        State.SUSPENDED: Why.SUSPENDED,
        State.WITHDRAWN: Why.WITHDRAWN,
        State.TERMINATED: Why.TERMINATED,
    }
)
#: After these nothing comes back: the key of the pseudonyms may go.
_FOR_GOOD = frozenset({State.EXPIRED, State.WITHDRAWN, State.TERMINATED})
#: Denials that pass by themselves and end no grant: a delay that a sanction made longer, a quota that is used up.
_PASSING = frozenset({"release.too_soon", "term.spent"})


def why_ended(row: Extract, world: World, *, at: dt.datetime) -> Why | None:
    """Why the grant of an extract has ended; None while its recipient may read it."""
    versions = [one for one in world.agreements if one.id == row.agreement]
    own = next((one for one in versions if one.version == row.agreement_version), None)
    if own is None or not own.in_force(at):
        return _why_out_of_force(own, versions, at)
    purpose = min(own.purposes.values)
    decision = decide(read_request(row, reader=row.recipient, purpose=purpose, at=at), world)
    denied = isinstance(decision, Deny) and not all(_passes(one) for one in decision.reasons)
    return Why.NOT_PERMITTED if denied else None


def has_ended_for_good(agreement: str, world: World, *, at: dt.datetime) -> bool:
    """Whether every version of an agreement has reached a state that nothing leads out of.

    One that is not in the commons' documents for the moment has not: it may have been forgotten by mistake.
    """
    states = {one.state_at(at) for one in world.agreements if one.id == agreement}
    return bool(states) and states <= _FOR_GOOD


def read_request(row: Extract, *, reader: str | None, purpose: str, at: dt.datetime) -> Request:
    """What is asked when somebody reads an extract.

    Raises:
        StorageError: what it was built under is not understood.
    """
    applied = applied_to(row)
    described = applied.extract
    return Request(
        actor=reader,
        action=Action.READ,
        subject=row.dataset,
        audience=Audience.BILATERAL,
        purpose=purpose,
        at=at,
        period=Period(row.period_from, row.period_to),
        applied=applied,
        recipient=row.recipient,
        fields=described.fields if described else None,
        grain=described.grain if described else None,
        table=row.table,
        agreement=row.agreement,
    )


def applied_to(row: Extract) -> Obligations:
    """The rules to which an extract was built.

    Raises:
        StorageError: what it says is not understood.
    """
    try:
        return read_obligations(row.obligations)
    except (KeyError, TermError, TypeError, ValueError) as fault:
        raise StorageError("the rules to which this extract was built cannot be read; it is not served") from fault


def _why_out_of_force(own: Agreement | None, versions: list[Agreement], at: dt.datetime) -> Why:
    if any(one is not own and one.in_force(at) for one in versions):
        return Why.AMENDED
    if own is None:
        return (
            _STATES.get(max(versions, key=lambda one: one.version).state_at(at), Why.AMENDED)
            if versions
            else Why.MISSING
        )
    return _STATES.get(own.state_at(at), Why.TERMINATED)


def _passes(refusal: Refusal) -> bool:
    return refusal.denied.code in _PASSING
