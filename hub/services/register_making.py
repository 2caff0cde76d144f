"""The register of processing and the yearly evaluation: made from the records, signed by the hub, published."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from governance.acts import Kind, act_refused
from governance.audiences import Audience
from governance.bilingual import Sentence
from governance.canonical import Plain, canonical
from governance.choice.proposal import PROPOSAL
from governance.disputes.kind import DISPUTE
from governance.negotiation.steps import AGREEMENT
from governance.parties import Kind as MemberKind
from governance.registers import evaluation, evaluation_words, rgpd, rgpd_words
from governance.registers.document import Section, signed
from governance.registers.editions import REGISTER, Published
from governance.registers.evaluation import Year
from governance.request import Action
from governance.requests.steps import ACCESS_REQUEST
from governance.sanctions.guards import active_member
from governance.sanctions.kind import SANCTION
from hub.documents import LANGUAGES, page
from hub.errors import BadRequest
from hub.records import things as thing_records
from hub.records.models import Feed, LogText, Release, Version
from hub.services.back import Back
from hub.services.catalogue import is_open
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.turn import turn

S = TypeVar("S")

#: Documents: what the hub's signature says that it signs, and the title.
REGISTER_OF_PROCESSING: Final = "register"
EVALUATION: Final = "evaluation"
_TITLES: Final[Mapping[str, Sentence]] = {
    REGISTER_OF_PROCESSING: Sentence(
        "Registre des activités de traitement (RGPD, article 30)",
        "Register of processing activities (GDPR, article 30)",
    ),
    EVALUATION: Sentence("Évaluation annuelle du commun", "Yearly evaluation of the commons"),
}
_IDS: Final = {REGISTER_OF_PROCESSING: "rgpd", EVALUATION: "evaluation"}


@dataclass(frozen=True, slots=True)
class Made:
    """A document as files: ``json`` (canonical, signed), ``fr`` and ``en`` (HTML); and the thing that it was put to."""

    published: Published
    files: Mapping[str, bytes]


def make(back: Back, signs: str, year: int, *, by: str) -> Made:
    """Make a document of a year, sign it with the hub's key and publish it.

    Raises:
        BadRequest: the year has not begun, or is none.
        Refused: somebody else than the secretariat makes it.
        StorageError: the released plane or the key cannot be read or written.
    """
    front = back.front
    body = _body(front, signs, year)
    document = signed(body, back.signet.key(), signs=signs)
    files = {"json": canonical(document), **{language: page(document, language) for language in LANGUAGES}}
    stored: dict[str, Plain] = {name: front.released.put(content).digest for name, content in files.items()}
    with turn(front) as now:
        if active_member(now.world, by).kind is not MemberKind.SECRETARIAT:
            raise act_refused("actor.may_not", "action", actor=by, action=f"{_IDS[signs]}")
        act: dict[str, Plain] = {"digest": document["digest"], "files": stored}
        return Made(now.do(REGISTER, f"{_IDS[signs]}-{year}", "published", by=by, body=act), files)


def _body(front: Front, signs: str, number: int) -> Mapping[str, Plain]:
    world, at = current_world(front), front.clock()
    if not 2000 <= number <= 9998:
        raise BadRequest(f"{number} is no year of a commons")
    from_, to = (world.end_of(dt.date(one, 1, 1)) for one in (number, number + 1))
    if from_ > at:
        raise BadRequest(f"the year {number} has not begun")
    data, sections = _MAKERS[signs](front, Year(year=number, from_=from_, to=to, at=at, world=world))
    return {
        "basin": {"id": world.basin.id, "name": world.basin.name.plain()},
        "data": data,
        "made_at": at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        # By name: whoever has the rules' hash finds the exact p by trying, for all the rest of them is public.
        "ruleset": f"{world.ruleset.id}, version {world.ruleset.version}",
        "sections": [one.plain() for one in sections],
        "title": _TITLES[signs].plain(),
        "year": number,
    }


def _register(front: Front, year: Year) -> tuple[Mapping[str, Plain], tuple[Section, ...]]:
    found = rgpd.activities(year.world, from_=year.from_, to=year.to, at=year.at)
    return {"activities": [one.plain() for one in found]}, rgpd_words.sections(year.world, found)


def _evaluation(front: Front, year: Year) -> tuple[Mapping[str, Plain], tuple[Section, ...]]:
    with front.records.read() as session:
        counted = replace(
            year,
            negotiations=_states(session, AGREEMENT),
            requests=_states(session, ACCESS_REQUEST),
            proposals=_states(session, PROPOSAL),
            cases=_states(session, SANCTION),
            disputes=_states(session, DISPUTE),
            releases=_releases(session, year),
            denials=_denials(session, year),
            accesses=_accesses(session, year),
            verdicts=Counter(_verdicts(session, year, open_ones=True)),
            sealed_feeds=len(_verdicts(session, year, open_ones=False)),
        )
    return evaluation.data(counted), evaluation_words.sections(counted)


_MAKERS: Final[Mapping[str, Callable[[Front, Year], tuple[Mapping[str, Plain], tuple[Section, ...]]]]] = {
    REGISTER_OF_PROCESSING: _register,
    EVALUATION: _evaluation,
}


def _states(session: Session, kind: Kind[S]) -> list[S]:
    return [kind.read(row.state) for row in thing_records.things(session, kind.name)]


def _releases(session: Session, year: Year) -> dict[tuple[str, str], int]:
    """Releases made within the year, by kind and audience."""
    within = (Release.created_at >= year.from_, Release.created_at < year.to)
    query = select(Release.kind, Release.audience, func.count()).where(*within).group_by(Release.kind, Release.audience)
    return {(kind, audience): count for kind, audience, count in session.execute(query)}


def _denials(session: Session, year: Year) -> dict[str, int]:
    """Denials within the year, by their first reason."""
    query = select(LogText.text).where(LogText.permitted.is_(False), LogText.at >= year.from_, LogText.at < year.to)
    first = [(json.loads(text).get("reasons") or [""])[0] for text in session.scalars(query)]
    return dict(Counter(code for code in first if code))


def _accesses(session: Session, year: Year) -> dict[str, int]:
    """Answers within the year, by audience."""
    read = (LogText.action == Action.READ.value, LogText.permitted.is_(True))
    found = {}
    for audience in Audience:
        # A decision's text is canonical JSON: each one for this audience has this very spelling.
        spelled = LogText.text.contains(f'"audience":"{audience.value}"', autoescape=True)
        within = (LogText.at >= year.from_, LogText.at < year.to)
        count = session.scalar(select(func.count()).select_from(LogText).where(*read, *within, spelled))
        if count:
            found[audience.value] = count
    return found


def _verdicts(session: Session, year: Year, *, open_ones: bool) -> list[str]:
    """The verdicts of the current versions of feeds of the commons: of those that are open, or of the others."""
    query = select(Feed.slug, Version.verdict).join(Version, Feed.current_id == Version.id).order_by(Feed.slug)
    return [
        verdict
        for slug, verdict in session.execute(query)
        if slug in year.world.datasets and is_open(year.world, slug, year.at) is open_ones
    ]
