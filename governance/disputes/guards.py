"""Who may take a step in a dispute, and what a measure, an effect or a published summary may be."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable

from governance.acts import ActRefused, act_refused
from governance.bilingual import Sentence
from governance.disputes.case import Dispute, Effect, Measure, Ruling
from governance.sanctions.guards import active_member, speaker_for
from governance.terms.scope import EVERYONE, MEMBERS
from governance.world import World

#: A college with fewer active members would tell who it is.
LEAST_OF_A_ROLE = 3


def check_parties(world: World, claimant: str, respondent: str) -> None:
    """That a dispute is between two known members of different holdings."""
    known = [world.members.get(one) for one in (claimant, respondent)]
    if None in known or len({one.holding for one in known if one}) != 2:
        raise act_refused("dispute.parties", "parties")


def no_mediator() -> ActRefused:
    """The refusal when nobody is left on whom the lot could fall."""
    return act_refused("dispute.no_mediator", "mediator")


def check_mediator(world: World, dispute: Dispute, by: str) -> None:
    """That the mediator acts, and is still an active member."""
    if not dispute.mediator or by != dispute.mediator:
        raise act_refused("dispute.not_mediator", "mediator", actor=by)
    active_member(world, by)


def check_refusal(world: World, dispute: Dispute, by: str, at: dt.datetime) -> str:
    """Who refuses a mediator: itself, a party, or a party in the name of one that did not answer in time."""
    if by == dispute.mediator:
        active_member(world, by)
        return by
    party = party_of(world, dispute, by)
    late = dispute.answer_by is not None and at >= dispute.answer_by
    return dispute.mediator if late else party


def party_of(world: World, dispute: Dispute, by: str) -> str:
    """For which party somebody speaks."""
    for party in dispute.parties:
        if by == party:
            active_member(world, by)
            return party
    silent = [one for one in dispute.parties if one not in world.members or not world.members[one].active]
    party = silent[0] if silent else dispute.claimant
    speaker_for(world, by, party)
    return party


def check_measure(world: World, dispute: Dispute, measure: Measure) -> None:
    """That a measure stays within the dispute: about a party's data or addressed to the parties alone; it ends."""
    if measure.subject not in world.datasets and measure.subject not in world.cubes:
        raise act_refused("dispute.measure", "subject", key="subject")
    names = {EVERYONE, MEMBERS, *(f"college:{one}" for one in world.colleges)}
    names |= {f"member:{one}" for one in world.members}
    if not measure.recipients or set(measure.recipients) - names:
        raise act_refused("dispute.measure", "recipients", key="recipients")
    own = _holders(world, measure.subject) & set(dispute.parties)
    if not own and set(measure.recipients) - {f"member:{one}" for one in dispute.parties}:
        raise act_refused("dispute.measure", "subject", key="subject")
    if dispute.lapses_at is None or not measure.from_ < measure.until <= dispute.lapses_at:
        raise act_refused("dispute.measure", "until", key="until")


def check_ruling(world: World, dispute: Dispute, ruling: Ruling, *, sanctions: Collection[str]) -> None:
    """That every effect is about the parties, and that the summary names nobody. `sanctions`: cases against them."""
    for what, thing in ruling.effects:
        if not _is_theirs(world, dispute, what, thing, sanctions):
            raise act_refused("dispute.effect", "effects", thing=thing)
    check_anonymous(world, ruling.summary)


def check_anonymous(world: World, summary: Sentence) -> None:
    """That a text names no member, holding, dataset or agreement, by id or by title."""
    for name in _names(world):
        if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) for text in (summary.fr, summary.en)):
            raise act_refused("dispute.not_anonymous", "summary", name=name)


def role(world: World, party: str) -> str:
    """A party's college, where it has members enough not to tell who it is; else empty."""
    member = world.members.get(party)
    if member is None:
        return ""
    size = sum(one.active for one in world.members.values() if one.college == member.college)
    return member.college if size >= LEAST_OF_A_ROLE else ""


def _is_theirs(world: World, dispute: Dispute, what: Effect, thing: str, sanctions: Collection[str]) -> bool:
    if what is Effect.OVERTURN_SANCTION:
        return thing in sanctions
    if what is Effect.CORRECT_DATA:
        return bool(_holders(world, thing) & set(dispute.parties)) and thing in world.datasets
    parties = set(dispute.parties)
    named = {f"member:{one}" for one in parties}
    return any(
        one.id == thing and (one.holder in parties or bool(one.recipient.values & named)) for one in world.agreements
    )


def _holders(world: World, subject: str) -> set[str]:
    cube = world.cubes.get(subject)
    datasets = {name for edition in cube.editions for name in edition.datasets} if cube else {subject}
    return {world.datasets[name].holder for name in datasets if name in world.datasets}


def _names(world: World) -> Iterable[str]:
    # Ids that are words of everyday language (a college called "users") stay allowed; the names below are not.
    titles = [one.name for one in world.members.values()] + [one.name for one in world.holdings.values()]
    titles += [one.title for one in world.datasets.values()] + [one.title for one in world.agreements]
    ids = {*world.members, *world.holdings, *world.datasets, *(one.id for one in world.agreements)} - {"secretariat"}
    shown = {text.split(" (", maxsplit=1)[0] for one in titles for text in (one.fr, one.en)}
    return sorted(ids | shown)
