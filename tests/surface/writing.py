"""What can be written, at which address, with a body that somebody could lawfully send; and by whom, by the design.

A route that is missing here fails the test: whoever adds one says who may use it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.log.checkpoint import cosign, read_checkpoint
from governance.negotiation.version import SIGNS
from governance.signing import sign
from hub.records.feed_models import Delivery, Hook, IncidentNote
from hub.records.models import LogCosignature
from hub.services.commons import current_world
from hub.services.log_proofs import newest_checkpoint
from tests.hub.commons_works import key_of
from tests.surface.basin import NOW, Basin
from tests.surface.feed_life import HOOKS
from tests.surface.lawful import ROLES
from tests.surface.things import charter_signature, text

_LATER: Final = "2027-06-01T00:00:00Z"
_WHY: Final = {"why": "Ce qui a été discuté en réunion."}
_RULING: Final = {
    "text": "The operator hands its batches in within two days.",
    "summary": {"fr": "L'opérateur livre sous deux jours.", "en": "The operator hands in within two days."},
    "effects": [],
}
AUTHORITY: Final = frozenset({"authority", "authority's key that may only govern"})
HOLDER: Final = frozenset({"holder of the extract"})
RIVAL: Final = frozenset({"rival operator"})
RESEARCH: Final = frozenset({"research"})
SECRETARIAT: Final = frozenset({"secretariat"})
#: Whoever votes: the active members that are under no sanction that takes their voice, but for the secretariat.
VOICES: Final = AUTHORITY | {
    *("holder of the extract", "holder of the sealed feed", "its sister company", "rival operator"),
    *("holder of the open feed", "reuser", "research", "suspended from what was negotiated"),
}
PROPOSERS: Final = VOICES | SECRETARIAT
#: A member that is suspended from what was negotiated asks for no more of it.
APPLICANTS: Final = PROPOSERS - {"suspended from what was negotiated"}
#: Whoever is active, under whatever sanction.
ACTING: Final = PROPOSERS | {"suspended from all but open"}
SEALED_HOLDER: Final = frozenset({"holder of the sealed feed"})
_FACTS: Final = "Trop de demandes refusées en un seul jour."


@dataclass(frozen=True, slots=True)
class Write:
    """A body, the values of the path's parameters, and the roles for which it goes through as things stand.

    `by_lot`: the mediator may too, whoever it is. `by_hub`: what comes of it is the hub's act. `keyless`: on purpose it
    needs no key. `kept`: of what is no act, whether a row shows that this member wrote it.
    """

    body: Callable[[Basin], Any]
    roles: frozenset[str] = frozenset()
    at: Mapping[str, str] = field(default_factory=dict)
    by_lot: bool = False
    by_hub: bool = False
    method: str = "POST"
    keyless: bool = False
    kept: Callable[[Session, Basin, str], bool] | None = None

    def lawful(self, basin: Basin) -> frozenset[str]:
        """For whom it goes through."""
        drawn = frozenset(role for role, (member, _) in ROLES.items() if member == basin.names["mediator"])
        return self.roles | (drawn if self.by_lot else frozenset())


def _plain(body: Any) -> Callable[[Basin], Any]:
    return lambda _: body


def _offer(**changes: Any) -> dict[str, Any]:
    return {**_WHY, "text": dict(text("offer-glisse-itineo", "glisse", "itineo", **changes).plain())}


def _new(_: Basin) -> Any:
    return {**_WHY, "text": dict(text("new-glisse-itineo", "glisse", "itineo").plain())}


def _amendment(basin: Basin) -> Any:
    standing = _standing(basin, "joint-authority-bolide")
    return {**_WHY, "text": {**standing.plain(), "title": {"fr": "Autre", "en": "Another"}}}


def _standing(basin: Basin, name: str) -> Any:
    return next(one for one in current_world(basin.front).agreements if one.id == name)


def _signature(basin: Basin) -> Any:
    found = _standing(basin, "joint-authority-bolide")
    made = sign(key_of("bolide"), SIGNS, "bolide", found.plain())
    return {"version": found.version, "hash": found.hash(), "signature": made}


def _cosignature(basin: Basin) -> Any:
    newest = newest_checkpoint(basin.front)
    line = cosign(read_checkpoint(newest.note)[0], "bolide", key_of("bolide"), time_s=int(NOW.timestamp()))
    return {"size": newest.row.size, "line": str(line)}


def _asked(dataset: str) -> dict[str, Any]:
    terms = {"fields": ["start_zone"], "spatial_resolution": "h3_8", "temporal_resolution": "P1D"}
    validity = ["2026-12-01T00:00:00Z", "2027-12-01T00:00:00Z"]
    asked = {"tier": "bilateral", "purpose": "research", "validity": validity, "terms": terms, "what_for": "Une thèse."}
    return {**asked, "datasets": [dataset]}


def _cosigned(session: Session, _: Basin, member: str) -> bool:
    return session.scalar(select(LogCosignature).where(LogCosignature.witness == member)) is not None


def _has_new_hook(session: Session, basin: Basin, member: str) -> bool:
    planted = {hook_id for hook_id, _, _ in HOOKS.values()}
    return bool(set(session.scalars(select(Hook.id).where(Hook.member == member))) - planted)


def _ended(name: str) -> Callable[[Session, Basin, str], bool]:
    """Whether this hook has ended, and no other one."""

    def kept(session: Session, basin: Basin, _: str) -> bool:
        return list(session.scalars(select(Hook.id).where(Hook.ended_at.is_not(None)))) == [basin.names[name]]

    return kept


def _is_sent_again(session: Session, basin: Basin, member: str) -> bool:
    query = select(Delivery.round).join(Hook, Delivery.hook == Hook.id).where(Hook.member == member)
    return list(session.scalars(query.where(Hook.id == basin.names["hook"]).order_by(Delivery.round))) == [1, 2]


def _noted(session: Session, _: Basin, member: str) -> bool:
    return session.scalar(select(IncidentNote.by).where(IncidentNote.text == _FACTS)) == member


_HOOK: Final = {
    "channel": "webhook",
    "target": "https://hooks.test/taking",
    "feeds": ["mds-trottix"],
    "kinds": ["version.new"],
}
_APPLICATION: Final = {
    "id": "marche",
    "name": {"fr": "La Marche", "en": "The Walk"},
    "kind": "association",
    "college": "users",
    "holding": "marche",
    "holding_name": {"fr": "Marche", "en": "Walk"},
    "siren": "",
    **_WHY,
}
_MEASURE: Final = {"subject": "mds-glisse", "recipients": ["members"], "until": _LATER, **_WHY}

WRITES: Final[Mapping[str, Write]] = {
    "/api/v1/agreements": Write(_new, RIVAL | {"reuser"}),
    "/api/v1/agreements/{agreement_id}/amend": Write(_amendment, HOLDER | AUTHORITY),
    "/api/v1/agreements/{agreement_id}/propose": Write(_plain(_WHY), HOLDER, {"agreement_id": "draft-bolide-labo"}),
    "/api/v1/agreements/{agreement_id}/counter": Write(
        _plain(_offer(min_trips=30)), RIVAL, {"agreement_id": "offer-glisse-itineo"}
    ),
    "/api/v1/agreements/{agreement_id}/accept": Write(
        lambda basin: {"hash": basin.names["offer hash"], **_WHY}, RIVAL, {"agreement_id": "offer-glisse-itineo"}
    ),
    "/api/v1/agreements/{agreement_id}/reject": Write(
        _plain(_WHY), RIVAL | {"reuser"} | SECRETARIAT, {"agreement_id": "offer-glisse-itineo"}
    ),
    "/api/v1/agreements/{agreement_id}/signatures": Write(_signature, HOLDER),
    "/api/v1/agreements/{agreement_id}/verify": Write(_plain({}), HOLDER | AUTHORITY | SECRETARIAT, by_hub=True),
    "/api/v1/agreements/{agreement_id}/suspend": Write(
        _plain({"reason": "incident", **_WHY}), HOLDER | AUTHORITY | SECRETARIAT
    ),
    "/api/v1/agreements/{agreement_id}/review": Write(_plain(_WHY), HOLDER, {"agreement_id": "joint-research-bolide"}),
    "/api/v1/agreements/{agreement_id}/resume": Write(_plain(_WHY), HOLDER, {"agreement_id": "joint-research-bolide"}),
    "/api/v1/agreements/{agreement_id}/withdraw": Write(_plain(_WHY), HOLDER),
    "/api/v1/agreements/{agreement_id}/terminate": Write(_plain(_WHY), HOLDER | AUTHORITY | SECRETARIAT),
    "/api/v1/log/cosignatures": Write(_cosignature, HOLDER, kept=_cosigned),
    "/api/v1/requests": Write(_plain(_asked("mds-velovif")), APPLICANTS),
    "/api/v1/requests/{request_id}/text": Write(_plain(_asked("mds-velovif")), RESEARCH, {"request_id": "draft"}),
    "/api/v1/requests/{request_id}/submit": Write(_plain({}), RESEARCH, {"request_id": "draft"}),
    "/api/v1/requests/{request_id}/return": Write(_plain(_WHY)),
    "/api/v1/requests/{request_id}/resubmit": Write(_plain({})),
    "/api/v1/requests/{request_id}/decide": Write(_plain({"approved": False, **_WHY}), RIVAL),
    "/api/v1/requests/{request_id}/renew": Write(_plain({"to": _LATER, **_WHY})),
    "/api/v1/requests/{request_id}/close": Write(_plain(_WHY), RESEARCH),
    "/api/v1/requests/{request_id}/revoke": Write(_plain(_WHY)),
    "/api/v1/members": Write(_plain(_APPLICATION), PROPOSERS),
    "/api/v1/members/{member}/leaving": Write(_plain(_WHY), HOLDER),
    "/api/v1/members/{member}/staying": Write(_plain(_WHY)),
    "/api/v1/members/{member}/holding": Write(
        _plain({"holding": "neuf", "name": {"fr": "Neuf", "en": "New"}, **_WHY}), HOLDER
    ),
    "/api/v1/charter/signatures": Write(lambda basin: {"signature": charter_signature(basin.front, "glisse")}, RIVAL),
    "/api/v1/proposals": Write(_plain({"difference": {"floors.members.min_vehicles": 9}, **_WHY}), PROPOSERS),
    "/api/v1/proposals/{proposal}/ballots": Write(_plain({"choice": "no"}), VOICES),
    "/api/v1/proposals/{proposal}/consents": Write(_plain({"consents": True})),
    "/api/v1/proposals/{proposal}/closing": Write(_plain({})),
    "/api/v1/proposals/{proposal}/withdrawal": Write(_plain(_WHY), HOLDER),
    "/api/v1/sanctions": Write(_plain({"member": "trottix", "facts": _FACTS}), SECRETARIAT | AUTHORITY),
    "/api/v1/sanctions/{case_id}/statement": Write(_plain({"text": _FACTS}), frozenset({"reuser"})),
    "/api/v1/sanctions/{case_id}/decision": Write(_plain({"level": 1, **_WHY})),
    "/api/v1/sanctions/{case_id}/close": Write(_plain({"notice": False, **_WHY}), SECRETARIAT),
    "/api/v1/sanctions/{case_id}/lift": Write(_plain(_WHY)),
    "/api/v1/disputes": Write(
        _plain({"respondent": "combecycle", "about": "use", "claim": _FACTS}),
        PROPOSERS | {"suspended from all but open"},
    ),
    "/api/v1/disputes/{dispute_id}/accept": Write(_plain({}), by_lot=True),
    "/api/v1/disputes/{dispute_id}/refuse": Write(_plain(_WHY), AUTHORITY | RIVAL, by_lot=True),
    "/api/v1/disputes/{dispute_id}/measures": Write(_plain(_MEASURE)),
    "/api/v1/disputes/{dispute_id}/measures/{measure_id}/end": Write(_plain(_WHY)),
    "/api/v1/disputes/{dispute_id}/proposal": Write(_plain(_RULING)),
    "/api/v1/disputes/{dispute_id}/answer": Write(_plain({"agrees": True})),
    "/api/v1/disputes/{dispute_id}/decision": Write(_plain(_RULING)),
    "/api/v1/disputes/{dispute_id}/withdraw": Write(_plain(_WHY), AUTHORITY),
    "/api/v1/hooks": Write(_plain(_HOOK), ACTING, kept=_has_new_hook),
    "/api/v1/hooks/{hook_id}": Write(_plain({}), SEALED_HOLDER, method="DELETE", kept=_ended("hook")),
    "/api/v1/hooks/{hook_id}/deliveries/{message}/again": Write(_plain({}), SEALED_HOLDER, kept=_is_sent_again),
    # Whoever has a message of it ends an e-mail hook (RFC 8058); its id is in each, and nowhere else.
    "/api/v1/hooks/{hook_id}/unsubscribe": Write(
        _plain({}), frozenset(ROLES), {"hook_id": HOOKS["mail hook"][0]}, keyless=True, kept=_ended("mail hook")
    ),
    "/api/v1/feeds/{slug}/incidents/{number}/notes": Write(_plain({"text": _FACTS}), SEALED_HOLDER, kept=_noted),
}


def address(template: str, write: Write, basin: Basin) -> str:
    """Where it is written."""
    usual = {
        "agreement_id": "joint-authority-bolide",
        "request_id": basin.names["request"],
        "member": "bolide",
        "proposal": basin.names["proposal"],
        "case_id": basin.names["case"],
        "dispute_id": basin.names["dispute"],
        "measure_id": "m1",
        "hook_id": basin.names["hook"],
        "message": "mds-trottix_1",
        "slug": "mds-trottix",
        "number": "1",
    }
    chosen = {**usual, **write.at}
    chosen["request_id"] = (
        basin.names["request draft"] if write.at.get("request_id") == "draft" else chosen["request_id"]
    )
    for name, value in chosen.items():
        template = template.replace(f"{{{name}}}", value)
    return template
