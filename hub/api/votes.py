"""Routes of collective choice: the voted rules, their history, and the proposals to change them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from governance.bilingual import Sentence
from governance.canonical import Plain
from governance.choice.changes import Change
from governance.choice.history import Version
from governance.choice.paths import flat
from governance.choice.vocabulary import NUMBERS, SIGNATURES, SIGNATURES_LABEL
from hub.api.acting import ActingMember, SeenRevision, private
from hub.api.files import reader_cache
from hub.api.ids import ProposalId
from hub.api.present import said
from hub.api.reader import Asker, FrontOffice
from hub.api.shapes_votes import (
    AudienceFloors,
    BallotIn,
    ChangeItem,
    ConsentIn,
    ProposalDoc,
    ProposalIn,
    ProposalItem,
    ProposalList,
    RuleItem,
    RulesDoc,
    RulesHistory,
    RulesVersion,
    WithdrawalIn,
)
from hub.errors import BadRequest
from hub.services import closing, proposal_views, proposals, rules
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.keys import Actor
from hub.services.publicity import KEPT, public_sentence

router = APIRouter(tags=["votes"])


@router.get("/rules", response_model=RulesDoc)
def rules_in_force(front: FrontOffice, reader: Asker, response: Response) -> RulesDoc:
    """The voted rules in force, in sentences. All of it is public, but for values that would help an attacker."""
    response.headers.update(reader_cache(reader.is_public))
    ruleset = current_world(front).ruleset
    values = flat(ruleset)
    labels = {path: number.label for path, number in NUMBERS.items()} | {SIGNATURES: SIGNATURES_LABEL}
    return RulesDoc(
        id=ruleset.id,
        version=ruleset.version,
        floors=[
            AudienceFloors(
                audience=audience.value,
                rules=[said(public_sentence(term)) for term in floors.terms.values()],
                finest=sorted(str(grain) for grain in floors.finest),
            )
            for audience, floors in ruleset.floors.items()
        ],
        rules=[_rule(path, label, values[path]) for path, label in labels.items()],
        weights=dict(ruleset.weights),
    )


def _rule(path: str, label: Sentence, value: Plain) -> RuleItem:
    return RuleItem.model_validate({"path": path, "name": said(label), "value": value})


@router.get("/rules/history", response_model=RulesHistory)
def rules_history(front: FrontOffice, reader: Asker, response: Response) -> RulesHistory:
    """Every version of the rules since the members first proposed a change, with what it changed."""
    response.headers.update(reader_cache(reader.is_public))
    member = proposal_views.member_behind(current_world(front), reader.actor)
    hiding = KEPT if member is None else frozenset[str]()
    return RulesHistory(versions=[_version(one, found, hiding) for one, found in rules.steps(front)])


def _version(one: Version, found: Iterable[Change], hiding: frozenset[str]) -> RulesVersion:
    return RulesVersion.model_validate(
        {
            "version": one.ruleset.version,
            "from": one.from_,
            "proposal": one.proposal,
            "changes": [_change(change, hiding) for change in found],
        }
    )


def _change(change: Change, hiding: frozenset[str]) -> ChangeItem:
    hidden = change.path.rpartition(".")[2] in hiding
    return ChangeItem.model_validate(
        {
            "path": change.path,
            "effect": change.effect.value,
            "sentence": said(change.sentence(hiding=hiding)),
            "before": None if hidden else change.before,
            "after": None if hidden else change.after,
        }
    )


@router.get("/proposals", response_model=ProposalList)
def list_proposals(front: FrontOffice, reader: Asker, response: Response) -> ProposalList:
    """Proposals, newest first; those on sanctions are listed for members."""
    response.headers.update(reader_cache(reader.is_public))
    found = proposal_views.listed(front, reader.actor)
    return ProposalList(proposals=[ProposalItem.model_validate(one) for one in found])


@router.get("/proposals/{proposal}", response_model=ProposalDoc)
def read_proposal(front: FrontOffice, reader: Asker, response: Response, proposal: ProposalId) -> ProposalDoc:
    """A proposal: what it would change, how far the vote is, and, once it has ended, the count."""
    return _doc(front, response, proposal, reader.actor)


@router.post("/proposals", response_model=ProposalDoc, status_code=201)
def open_proposal(front: FrontOffice, member: ActingMember, response: Response, body: ProposalIn) -> ProposalDoc:
    """Put a difference of the rules, or a sanction case, to the vote."""
    if body.difference is not None and body.case is None:
        made = proposals.propose(front, body.difference, by=member, why=body.why, proposal=body.id)
    elif body.case is not None and body.difference is None:
        made = proposals.propose_sanction(front, body.case, by=member, why=body.why, proposal=body.id)
    else:
        raise BadRequest("a proposal has a difference of the rules, or a case: exactly one of them")
    return _own(front, response, made.id, member)


@router.post("/proposals/{proposal}/ballots", response_model=ProposalDoc)
def cast_ballot(
    front: FrontOffice,
    member: ActingMember,
    seen: SeenRevision,
    response: Response,
    proposal: ProposalId,
    body: BallotIn,
) -> ProposalDoc:
    """Cast your ballot, or change it, until the vote ends."""
    proposals.ballot(front, proposal, body.choice, by=member, revision=seen)
    return _own(front, response, proposal, member)


@router.post("/proposals/{proposal}/consents", response_model=ProposalDoc)
def give_consent(
    front: FrontOffice,
    member: ActingMember,
    seen: SeenRevision,
    response: Response,
    proposal: ProposalId,
    body: ConsentIn,
) -> ProposalDoc:
    """Say as a holder whether the floors that protect your data may be loosened."""
    proposals.consent(front, proposal, by=member, consents=body.consents, revision=seen)
    return _own(front, response, proposal, member)


@router.post("/proposals/{proposal}/closing", response_model=ProposalDoc)
def close_proposal(
    front: FrontOffice, member: ActingMember, seen: SeenRevision, response: Response, proposal: ProposalId
) -> ProposalDoc:
    """Close a vote that has ended, or in which everybody has voted; what was voted is done at once."""
    closing.close(front, proposal, by=member, revision=seen)
    return _own(front, response, proposal, member)


@router.post("/proposals/{proposal}/withdrawal", response_model=ProposalDoc)
def withdraw_proposal(
    front: FrontOffice,
    member: ActingMember,
    seen: SeenRevision,
    response: Response,
    proposal: ProposalId,
    body: WithdrawalIn,
) -> ProposalDoc:
    """Take your own proposal back while it is voted on."""
    proposals.withdraw(front, proposal, by=member, why=body.why, revision=seen)
    return _own(front, response, proposal, member)


def _own(front: Front, response: Response, proposal: str, member: str) -> ProposalDoc:
    return _doc(front, response, proposal, Actor(member, frozenset({"govern"})))


def _doc(front: Front, response: Response, proposal: str, actor: Actor) -> ProposalDoc:
    found: tuple[dict[str, Any], int] = proposal_views.one(front, proposal, actor)
    private(response, revision=found[1])
    return ProposalDoc.model_validate(found[0])
