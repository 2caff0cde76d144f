"""Who may take a step in a dispute, and what a measure, an effect or a published summary may be."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable

from governance.acts import ActRefused, act_refused
from governance.bilingual import Sentence
from governance.disputes.case import TERMINAL, About, Dispute, Effect, Measure, Ruling
from governance.parties import Kind
from governance.sanctions.case import PROBING, Case
from governance.sanctions.guards import active_member, speaker_for
from governance.sanctions.levels import months_later
from governance.terms.scope import EVERYONE, MEMBERS
from governance.world import World

#: A college with fewer active members would tell who it is.
LEAST_OF_A_ROLE = 3
#: For so long the mediator of a dispute that was withdrawn or lapsed is that of the next one between the same holdings.
REOPENED_MONTHS = 12


def check_parties(world: World, claimant: str, respondent: str) -> None:
    """That a dispute is between two known members of different holdings."""
    known = [world.members.get(one) for one in (claimant, respondent)]
    if None in known or len({one.holding for one in known if one}) != 2:
        raise act_refused("dispute.parties", "parties")


def between_same(world: World, disputes: Iterable[Dispute], parties: Iterable[str]) -> list[Dispute]:
    """The disputes between members of the same two holdings, whoever claimed; holdings as they are now."""
    wanted = _holdings(world, parties)
    return [one for one in disputes if _holdings(world, one.parties) == wanted]


def check_none_open(same: Iterable[Dispute], at: dt.datetime) -> None:
    """That no dispute between the same holdings goes on: two at once would be two drawings of lots."""
    for one in same:
        if one.open_at(at):
            raise act_refused("dispute.one_at_a_time", "parties", dispute=one.id)


def left_lately(same: Iterable[Dispute], at: dt.datetime) -> Dispute | None:
    """The newest dispute that was withdrawn or lapsed in the last twelve months; who reopens it draws no new lot."""
    left = [(_left_at(one, at), number, one) for number, one in enumerate(same)]
    lately = [(end, number, one) for end, number, one in left if end and at < months_later(end, REOPENED_MONTHS)]
    return max(lately, key=lambda found: found[:2])[2] if lately else None


def refusals_spent(world: World, earlier: Dispute, parties: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The mediators that the parties refused earlier, each under the party of now that is of the same holding."""
    now = {world.members[one].holding: one for one in parties}
    spent = [(world.members[by].holding, who) for by, who in earlier.refusals if by in earlier.parties]
    return tuple((now[holding], who) for holding, who in spent if holding in now)


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
    """That a measure stays within the dispute, and ends: about a party's dataset, or about a cube to the parties alone.

    A cube holds the data of others too; to forbid it to everybody would take from those who have no part in this.
    """
    if measure.subject not in world.datasets and measure.subject not in world.cubes:
        raise act_refused("dispute.measure", "subject", key="subject")
    names = {EVERYONE, MEMBERS, *(f"college:{one}" for one in world.colleges)}
    names |= {f"member:{one}" for one in world.members}
    if not measure.recipients or set(measure.recipients) - names:
        raise act_refused("dispute.measure", "recipients", key="recipients")
    known = world.datasets.get(measure.subject)
    if known is not None and known.holder not in dispute.parties:
        raise act_refused("dispute.measure", "subject", key="subject")
    if known is None and set(measure.recipients) - {f"member:{one}" for one in dispute.parties}:
        raise act_refused("dispute.measure", "recipients", key="recipients")
    if dispute.lapses_at is None or not measure.from_ < measure.until <= dispute.lapses_at:
        raise act_refused("dispute.measure", "until", key="until")


def check_ruling(world: World, dispute: Dispute, ruling: Ruling, *, sanctions: Iterable[Case]) -> None:
    """That every effect is about the parties, and that the summary names nobody. `sanctions`: all cases."""
    may = {one.id for one in sanctions if may_overturn(world, dispute, one)}
    for what, thing in ruling.effects:
        if not _is_theirs(world, dispute, what, thing, may):
            raise act_refused("dispute.effect", "effects", thing=thing)
    check_anonymous(world, ruling.summary)


def may_overturn(world: World, dispute: Dispute, case: Case) -> bool:
    """Whether a dispute may overturn a case's step: it is about a sanction, between the member and who answers for it.

    Whoever decided the case answers for it; for what the hub counted, the secretariat. Not whoever brought it: a friend
    could. What the members voted no mediator undoes: it takes a vote.
    """
    others = set(dispute.parties) - {case.member}
    if dispute.about is not About.SANCTION or len(others) != 1 or case.step is None or case.step.vote:
        return False
    hub = {one.id for one in world.members.values() if one.kind is Kind.SECRETARIAT}
    return others <= (hub if case.origin == PROBING or case.step.by in hub else {case.step.by})


def check_overturning(world: World, dispute: Dispute, case: Case) -> None:
    """That a dispute's decision may overturn the case, as `may_overturn` says."""
    if not may_overturn(world, dispute, case):
        raise act_refused("dispute.effect", "effects", thing=case.id)


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


def _holdings(world: World, parties: Iterable[str]) -> frozenset[str]:
    return frozenset(world.members[one].holding for one in parties if one in world.members)


def _left_at(dispute: Dispute, at: dt.datetime) -> dt.datetime | None:
    """When a dispute was withdrawn or lapsed; None for one that goes on or was decided."""
    if dispute.state == "withdrawn":
        return dispute.ended_at
    return None if dispute.state in TERMINAL or dispute.open_at(at) else dispute.lapses_at


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
