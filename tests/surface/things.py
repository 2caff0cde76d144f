"""One thing at least of each kind that members act on, made through its service, with words planted in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from governance.agreement import Agreement
from governance.bilingual import Sentence
from governance.choice.candidate import Candidate
from governance.choice.charter import SIGNS
from governance.kinds import KINDS
from governance.negotiation.steps import AGREEMENT
from governance.negotiation.text import read_text
from governance.parties import Kind
from governance.signing import public_text, sign
from hub.records.things import things
from hub.services import (
    admission,
    charter,
    disputes,
    negotiate,
    negotiate_holding,
    proposals,
    requests,
    sanctions,
    signing,
)
from hub.services.back import Back
from hub.services.disputes import Claim
from hub.services.front import Front
from hub.services.log_checkpoints import checkpoint
from hub.services.register_making import EVALUATION, REGISTER_OF_PROCESSING, make
from hub.services.requirements import requirements
from hub.services.sanctions import Charge
from hub.services.turn import seen
from tests.hub.commons_works import key_of
from tests.surface.scanning import Sentinel

#: The exact p of an agreement between the rival operator and the reuser.
OFFERED_P = 43
_YEAR = ["2026-12-01T00:00:00+00:00", "2027-12-01T00:00:00+00:00"]
_RGPD = {"legal_basis": "public_task", "dpia": "done", "register_entry": "R-1"}


@dataclass(frozen=True, slots=True)
class Planted:
    """What was planted, the ids of the things, and who was drawn by lot and so may see more than its role says."""

    sentinels: list[Sentinel]
    names: dict[str, str]
    mediator: str


def plant(back: Back) -> Planted:
    """Make the things."""
    front = back.front
    names = {
        **_agreements(front),
        **_requests(front),
        **_choice(front),
        "case": sanctions.open_case(front, Charge("itineo", _word("sanction")), by="secretariat").id,
    }
    _sign_charter(front)
    dispute = disputes.open_dispute(front, Claim("smhc", "glisse", "data_quality", _word("dispute")), by="smhc")
    names["dispute"] = dispute.id
    names["register"] = make(back, REGISTER_OF_PROCESSING, 2026, by="secretariat").published.id
    names["evaluation"] = make(back, EVALUATION, 2026, by="secretariat").published.id
    requirements(front, "bolide")
    made = checkpoint(back)
    assert made is not None
    names["checkpoint"] = str(made.size)
    kinds = ("offer", "draft", "request", "request's answer", "request's draft", "sanction", "dispute")
    planted = [Sentinel(of, word=_word(of)) for of in kinds]
    planted += [Sentinel("offer's p", expression=p_is(OFFERED_P))]
    return Planted(planted, names, dispute.mediator)


def p_is(percent: int) -> str:
    """A regular expression for an exact p, as JSON, ODRL or a sentence says it."""
    odrl = r"operator\W{1,60}gteq\W{1,60}rightOperand\W{1,60}"
    return rf"p_?percent\W{{1,60}}(?:{odrl})?{percent}\b|(?<![\w.]){percent}\s?%"


def kinds_without_a_thing(front: Front) -> list[str]:
    """Kinds of which nothing was made: a test that knows none of them proves nothing about them."""
    with front.records.read() as session:
        made = {row.kind for row in things(session)}
    return sorted(KINDS.keys() - made)


def _word(of: str) -> str:
    return f"SENTINEL-in-the-{of.replace(' ', '-').replace(chr(39), '')}-of-somebody"


def text(name: str, holder: str, other: str, **terms: Any) -> Agreement:
    """The text of an agreement of a holder with one other member."""
    plain = {
        "id": name,
        "title": {"fr": "Flux", "en": "Flows"},
        "holder": holder,
        "dataset": f"mds-{holder}",
        "tier": "members",
        "recipient": [f"member:{other}"],
        "validity": _YEAR,
        "audience": ["members"],
        "purpose": ["mobility-planning"],
        "terms": {"delay": "P7D", "fields": ["trips"], "min_trips": 20, **terms},
        "rgpd": _RGPD,
    }
    return read_text(plain)


def _agreements(front: Front) -> dict[str, str]:
    offered = text("offer-glisse-itineo", "glisse", "itineo", p_percent=OFFERED_P)
    negotiate.draft(front, offered, by="glisse", why=_word("offer"))
    negotiate.propose(front, offered.id, by="glisse")
    answer = text("offer-glisse-itineo", "glisse", "itineo", p_percent=OFFERED_P, min_trips=25)
    negotiate.counter(front, offered.id, answer, by="itineo", why=_word("offer"))
    written = text("draft-bolide-labo", "bolide", "labo-mobilites")
    negotiate.draft(front, written, by="bolide", why=_word("draft"))
    negotiate_holding.suspend(front, "joint-research-bolide", by="bolide")
    hashes = [one.hash for one in seen(front, AGREEMENT, offered.id).state.versions]
    return {"offer": offered.id, "draft": written.id, "offer hash": hashes[-1]}


def _requests(front: Front) -> dict[str, str]:
    def asking(datasets: Iterable[str], what_for: str) -> dict[str, Any]:
        terms = {"fields": ["start_zone"], "spatial_resolution": "h3_8", "temporal_resolution": "P1D"}
        asked = {"tier": "bilateral", "purpose": "research", "validity": _YEAR, "terms": terms}
        return {**asked, "datasets": list(datasets), "what_for": what_for}

    asked = asking(["mds-bolide", "mds-glisse"], _word("request"))
    name = requests.draft(front, asked, by="labo-mobilites").state.id
    requests.submit(front, name, by="labo-mobilites")
    no = requests.Answer(approved=False)
    requests.decide(front, name, no, by="bolide", why=_word("request's answer"))
    kept = asking(["mds-trottix"], _word("request's draft"))
    draft = requests.draft(front, kept, by="labo-mobilites").state.id
    return {"request": name, "request draft": draft}


def _sign_charter(front: Front) -> None:
    for member in ("bolide", "glisse"):
        signing.register(front, member, public_text(key_of(member)), by=member)
    charter.submit(front, "bolide", charter_signature(front, "bolide"))


def charter_signature(front: Front, member: str) -> str:
    """A member's signature of the present charter."""
    return sign(key_of(member), SIGNS, member, charter.text_to_sign(front))


def _choice(front: Front) -> dict[str, str]:
    tighter = proposals.propose(front, {"floors.members.min_trips": 20}, by="bolide", why="Trop peu de trajets.")
    proposals.ballot(front, tighter.id, "yes", by="smhc")
    called = Sentence("Le Vélo", "The Bike")
    velo = Candidate(called, Kind.OPERATOR, "operators", "velo", Sentence("Vélo", "Bike"), "732829320")
    applied = admission.apply(front, "velo", velo, by="smhc", why="Elle roule ici.")
    return {"proposal": tighter.id, "candidate": "velo", "admission": applied.proposal}
