"""Routes of the commons: who belongs to it, what it shares, the rules and the agreements in force, the audit."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from governance.agreement import Agreement
from governance.cubes import Cube
from governance.ruleset import Ruleset
from governance.terms.base import Term
from governance.world import World
from hub.api.files import SHUT_CACHE, VARY, reader_cache
from hub.api.paging import Cursor, Limit, link_next, place
from hub.api.present import said
from hub.api.reader import Asker, FrontOffice
from hub.api.shapes_commons import (
    AgreementItem,
    AgreementList,
    AuditItem,
    AuditList,
    ClauseItem,
    CollegeItem,
    CommonsDoc,
    CubeItem,
    DatasetItem,
    FloorItem,
    MemberItem,
    PurposeItem,
    RulesetDoc,
)
from hub.services import trail
from hub.services.catalogue import tier_of
from hub.services.commons import current_world
from hub.services.publicity import apart, public_sentence

router = APIRouter(tags=["commons"])


@router.get("/commons", response_model=CommonsDoc)
def commons(front: FrontOffice, reader: Asker, response: Response) -> CommonsDoc:
    """Members, datasets, purposes, registered cubes and the voted rules. All of it is public."""
    response.headers.update(reader_cache(reader.is_public))
    world, now = current_world(front), front.clock()
    return CommonsDoc(
        basin=said(world.basin.name),
        time_zone=world.basin.time_zone,
        colleges=[
            CollegeItem(id=one.id, name=said(one.name), weight_percent=one.weight_percent)
            for one in world.colleges.values()
        ],
        members=_members(world),
        datasets=[
            DatasetItem(
                id=one.id,
                title=said(one.title),
                holder=one.holder,
                standard=one.standard.value,
                sensitivity=one.sensitivity.value,
                licence=one.licence,
                tier=tier_of(world, one.id, now).value,
            )
            for one in world.datasets.values()
        ],
        purposes=[
            PurposeItem(id=one.id, name=said(one.name), broader=sorted(one.broader))
            for one in world.purposes.purposes.values()
        ],
        cubes=[cube_item(one) for one in world.cubes.values()],
        ruleset=ruleset_doc(world.ruleset),
    )


def _members(world: World) -> list[MemberItem]:
    return [
        MemberItem(
            id=one.id,
            name=said(one.name),
            kind=one.kind.value,
            college=one.college,
            holding=one.holding,
            status=one.status.value,
            sanction=int(one.sanction),
        )
        for one in world.members.values()
    ]


def cube_item(cube: Cube) -> CubeItem:
    """A registered cube as a shape."""
    return CubeItem(
        id=cube.id,
        title=said(cube.title),
        formula=said(cube.formula),
        statistic=cube.statistic,
        measure=cube.measure,
        unit=cube.unit,
        dimensions=list(cube.dimensions),
        grain=str(cube.grain),
        audiences=sorted(one.value for one in cube.audiences),
        datasets=sorted({name for edition in cube.editions for name in edition.datasets}),
    )


def ruleset_doc(ruleset: Ruleset) -> RulesetDoc:
    """The voted rules as everybody may read them."""
    return RulesetDoc(
        id=ruleset.id,
        version=ruleset.version,
        floors=[
            FloorItem(
                audience=audience.value,
                rules=[said(public_sentence(term)) for term in floors.terms.values()],
                finest=sorted(str(grain) for grain in floors.finest),
            )
            for audience, floors in ruleset.floors.items()
        ],
    )


@router.get("/agreements", response_model=AgreementList)
def agreements(front: FrontOffice, reader: Asker, response: Response) -> AgreementList:
    """The agreements in force at this instant, clause by clause, in readable sentences."""
    response.headers.update(reader_cache(reader.is_public))
    world, now = current_world(front), front.clock()
    return AgreementList(at=now, agreements=[agreement_item(one) for one in world.agreements if one.in_force(now)])


def agreement_item(agreement: Agreement) -> AgreementItem:
    """An agreement as everybody may read it: what the hub keeps apart from what is promised."""
    enforced, promised = apart(agreement.clauses())
    return AgreementItem(
        id=agreement.id,
        version=agreement.version,
        title=said(agreement.title),
        holder=agreement.holder,
        dataset=agreement.dataset,
        tier=agreement.tier.value,
        state=agreement.state.value,
        enforced=[_clause(term) for term in enforced],
        promised=[_clause(term) for term in promised],
    )


def _clause(term: Term) -> ClauseItem:
    return ClauseItem(name=term.name, enforcement=term.enforcement.value, sentence=said(public_sentence(term)))


@router.get("/audit", response_model=AuditList)
def audit(
    front: FrontOffice,
    reader: Asker,
    request: Request,
    response: Response,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> AuditList:
    """Who saw what: the decisions that touch your datasets or that you caused, newest first. Needs a member's key."""
    response.headers.update({"Cache-Control": SHUT_CACHE, "Vary": VARY})
    records, following = trail.own_records(front, reader.actor, before=place(cursor), most=limit)
    return AuditList(
        records=[
            AuditItem(
                id=one.id,
                index=one.index,
                number=one.number,
                at=one.text.at,
                actor=one.text.actor,
                action=one.text.action,
                subject=one.text.subject,
                allowed=one.text.permitted,
                record=one.said(),
            )
            for one in records
        ],
        next=link_next(request, response, following),
    )
