"""What the commons asks of an operator's MDS feed, compiled from the agreements in force: that, and nothing more.

A field is needed when a registered cube is computed from it and an agreement grants the cube's measure, or when a
bilateral agreement grants it. What is sensitive and not needed is disallowed. The document says nothing of thresholds.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from governance.acts import HUB
from governance.agreement import Agreement
from governance.audiences import Tier
from governance.canonical import digest
from governance.clauses import TIERS
from governance.cubes import Cube
from governance.datasets import Dataset, Standard
from governance.issued import ISSUED, Issued
from governance.terms.scope import Fields
from governance.world import World
from hub.errors import BadRequest, NotFound
from hub.services.commons import current_world
from hub.services.extracts.fields import FIELDS, TABLES, How
from hub.services.front import Front
from hub.services.questions import records_of
from hub.services.turn import Turn, turn
from mds.requirements import INPUTS, OURS, Metadata, Program, document

#: The ids of this commons where MDS wants a UUID: of the basin as an agency, of a member as a provider.
_NAMES = uuid.UUID("6c1f1d0b-7f6e-4d2f-9b57-0f8b6a1f5b1e")
Columns = Mapping[str, frozenset[str]]


def requirements(front: Front, member: str, *, provider_ids: Iterable[str] = ()) -> Mapping[str, Any]:
    """The MDS Requirements document for a member; a new version of it is issued when what it says has changed.

    `provider_ids` are the operator's own in the public list of providers, which the commons does not keep: without
    them the document names the member by an id of the commons' own.

    Raises:
        NotFound: no such member, or no agreement in force asks for MDS data of it.
        BadRequest: a provider id is no UUID.
    """
    given = tuple(sorted({_uuid(one) for one in provider_ids}))
    world, at = current_world(front), front.clock()
    said = _digest(_programs(front, world, member, at))
    with front.records.read() as session:
        kept = Turn(front, session, at).get(ISSUED, _name(member))
    if kept is None or kept.digest != said:
        kept, world, at = _issue(front, member)
    return document(_metadata(front, world, member, kept), _programs(front, world, member, at, given))


def _issue(front: Front, member: str) -> tuple[Issued, World, dt.datetime]:
    with turn(front) as now:
        said = _digest(_programs(front, now.world, member, now.at))
        kept = now.get(ISSUED, _name(member))
        if kept is None or kept.digest != said:
            kept = now.do(ISSUED, _name(member), "issued", by=HUB, body={"digest": said}, parties={member})
        return kept, now.world, now.at


def _digest(programs: list[Program]) -> str:
    """What the document says, apart from its own number and date."""
    return digest([*document(_NOBODY, programs)["programs"]])


def _programs(
    front: Front, world: World, member: str, at: dt.datetime, provider_ids: tuple[str, ...] = ()
) -> list[Program]:
    if member not in world.members:
        raise NotFound(f"no member is called {member!r}")
    own = [one for one in world.datasets.values() if one.holder == member and one.standard is Standard.MDS]
    found = [_program(front, world, one, at, provider_ids or (_id_of("member", member),)) for one in own]
    programs = [one for one in found if one is not None]
    if not programs:
        raise NotFound(f"no agreement in force asks for MDS data of {member}")
    return programs


def _program(
    front: Front, world: World, dataset: Dataset, at: dt.datetime, provider_ids: tuple[str, ...]
) -> Program | None:
    """What is asked of a dataset; None when nothing is."""
    columns: dict[str, set[str]] = defaultdict(set)
    behind: list[Agreement] = []
    for agreement in world.by_dataset.get(dataset.id, ()):
        needed = needs(world, agreement, at) if agreement.in_force(at) else {}
        for table, names in needed.items():
            columns[table] |= names
        behind += [agreement] if needed else []
    if not behind:
        return None
    return Program(
        description=dataset.title.fr,
        website=front.public_url,
        document=f"{front.public_url}/api/v1/agreements",
        use_cases=f"{front.public_url}/api/v1/commons",
        provider_ids=provider_ids,
        from_=min(one.validity.from_ for one in behind),
        to=max(one.validity.to for one in behind),
        purposes=frozenset().union(*(one.purposes.values for one in behind)),
        columns={table: frozenset(names) for table, names in columns.items()},
    )


def needs(world: World, agreement: Agreement, at: dt.datetime) -> Columns:
    """The columns, by table, that are read because of one agreement."""
    if agreement.tier is Tier.BILATERAL:
        return _of_extract(agreement)
    columns: dict[str, frozenset[str]] = {}
    today = at.astimezone(ZoneInfo(world.basin.time_zone)).date()
    for cube in world.cubes.values():
        if _joins(cube, agreement.dataset, today) and _grants(agreement, cube):
            for table, names in INPUTS[records_of(cube.statistic).id].items():
                columns[table] = columns.get(table, frozenset()) | names
    return columns


def _joins(cube: Cube, dataset: str, today: dt.date) -> bool:
    """Whether the dataset is in the cube's edition of today, or in one to come."""
    begun = [one for one in cube.editions if one.from_ <= today]
    coming = [one for one in cube.editions if one.from_ > today]
    return any(dataset in one.datasets for one in (*begun[-1:], *coming))


def _grants(agreement: Agreement, cube: Cube) -> bool:
    """Whether the agreement is of a tier and an audience of the cube, and grants its measure."""
    term = agreement.terms.get(Fields.name)
    measured = not isinstance(term, Fields) or cube.fields <= term.values
    return measured and any(
        agreement.tier is TIERS.get(one) and one.value in agreement.audiences.values for one in cube.audiences
    )


def _of_extract(agreement: Agreement) -> Columns:
    """What the records of a bilateral agreement are made of; a field that no extract has is asked of nobody."""
    term = agreement.terms.get(Fields.name)
    columns: dict[str, set[str]] = defaultdict(set)
    for name in sorted(term.values) if isinstance(term, Fields) else ():
        field = FIELDS.get(name)
        if field is not None:
            place = (f"{field.source}lat", f"{field.source}lng")
            columns[field.table] |= {*(place if field.how is How.ZONE else (field.source,))}
            columns[field.table] |= {TABLES[field.table].key, TABLES[field.table].local} - OURS
    return {table: frozenset(names) for table, names in columns.items()}


def _metadata(front: Front, world: World, member: str, issued: Issued) -> Metadata:
    return Metadata(
        version=issued.version,
        changed_at=issued.since,
        agency_id=_id_of("basin", world.basin.id),
        agency_name=world.basin.name.fr,
        time_zone=world.basin.time_zone,
        website=front.public_url,
        url=f"{front.public_url}/api/v1/members/{member}/mds/requirements",
    )


_NOBODY = Metadata(0, dt.datetime.fromtimestamp(0, dt.UTC), "", "", "", "", "")


def _name(member: str) -> str:
    return f"mds-requirements-{member}"


def _id_of(kind: str, name: str) -> str:
    return str(uuid.uuid5(_NAMES, f"{kind}:{name}"))


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise BadRequest(f"{text!r} is not a UUID, as provider ids are") from None
