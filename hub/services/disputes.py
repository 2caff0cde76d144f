"""Disputes between members: opened, a mediator drawn by lot, provisional measures, a ruling and its effects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from governance.acts import HUB
from governance.bilingual import Sentence
from governance.canonical import Plain
from governance.disputes import guards
from governance.disputes.case import About, Dispute, Effect, Measure, Ruling
from governance.disputes.draw import Draw, candidates
from governance.disputes.kind import DISPUTE
from governance.log.merkle import root_hash
from governance.sanctions.guards import SHORTEST_FACTS, check_text, speaker_for
from governance.sanctions.kind import SANCTION
from hub.errors import BadRequest
from hub.records import log as log_records
from hub.services import sanctions
from hub.services.front import Front
from hub.services.negotiate_holding import end_by_hub, suspend_by_hub
from hub.services.turn import Turn, turn


@dataclass(frozen=True, slots=True)
class Claim:
    """What a member claims of another: what it is about, and the claim in words."""

    claimant: str
    respondent: str
    about: str
    text: str


def open_dispute(front: Front, claim: Claim, *, by: str) -> Dispute:
    """Open a dispute and draw its mediator. The same claim between the same two, while it goes on, is that dispute.

    Reopened within twelve months after a withdrawal or a lapse, it keeps the mediator, and refusals stay spent.

    Raises:
        Refused: whoever opens it does not speak for the claimant, the two are of one holding, their holdings have a
            dispute already, nobody could mediate.
        BadRequest: it is about something that disputes are not about.
    """
    if claim.about not in list(About):
        raise BadRequest(f"a dispute is about {', '.join(About)}, not {claim.about!r}")
    with turn(front) as now:
        text = check_text(claim.text, name="claim", shortest=SHORTEST_FACTS)
        speaker_for(now.world, by, claim.claimant)
        guards.check_parties(now.world, claim.claimant, claim.respondent)
        every = now.all(DISPUTE)
        wanted = (claim.claimant, claim.respondent, claim.about, text)
        for one in every:
            if one.open_at(now.at) and (one.claimant, one.respondent, one.about.value, one.claim) == wanted:
                return one
        parties = {claim.claimant, claim.respondent}
        same = guards.between_same(now.world, every, parties)
        guards.check_none_open(same, now.at)
        earlier = guards.left_lately(same, now.at)
        spent = guards.refusals_spent(now.world, earlier, parties) if earlier else ()
        body: dict[str, Plain] = {
            "about": claim.about,
            "claim": text,
            "claimant": claim.claimant,
            "refusals": [list(one) for one in spent],
            "respondent": claim.respondent,
        }
        made = now.do(DISPUTE, f"dispute-{len(every) + 1}", "opened", by=by, body=body, parties=parties)
        return _draw(now, made, earlier=earlier)


def accept(front: Front, dispute: str, *, by: str, revision: int | None = None) -> Dispute:
    """The mediator takes the dispute up: the days of mediation begin.

    Raises:
        NotFound, Conflict: no such dispute; it was acted on since.
        Refused: somebody else was drawn.
    """
    with turn(front) as now:
        found = now.must(DISPUTE, dispute, revision=revision)
        guards.check_mediator(now.world, found, by)
        days = dt.timedelta(days=now.world.ruleset.deadlines.mediation_days)
        body = {"lapses_at": (now.at + 2 * days).isoformat(), "mediation_ends": (now.at + days).isoformat()}
        return _do(now, found, "accepted", by=by, body=body)


def refuse_mediator(front: Front, dispute: str, *, by: str, why: str, revision: int | None = None) -> Dispute:
    """Refuse the mediator that was drawn; another is drawn at once, while there is one.

    Each party may do so once, the mediator itself too; one that does not answer in time is refused for its silence.

    Raises:
        NotFound, Conflict, Refused: as `accept`; the party has refused one already.
    """
    with turn(front) as now:
        reason = check_text(why, name="why")
        found = now.must(DISPUTE, dispute, revision=revision)
        who = guards.check_refusal(now.world, found, by, now.at)
        left = _do(now, found, "refused", by=by, body={"who": who}, why=reason)
        return _draw(now, left) if candidates(now.world, left.parties, refused=left.refused) else left


def measure(
    front: Front,
    dispute: str,
    *,
    by: str,
    subject: str,
    recipients: Sequence[str],
    until: dt.datetime,
    why: str,
    revision: int | None = None,
) -> Dispute:
    """Forbid something while the dispute goes on: binds at the next decision, and ends by itself.

    Raises:
        NotFound, Conflict, Refused: as `accept`; the measure reaches beyond the parties, or does not end in time.
    """
    with turn(front) as now:
        reason = check_text(why, name="why")
        found = now.must(DISPUTE, dispute, revision=revision)
        guards.check_mediator(now.world, found, by)
        made = Measure("", subject, tuple(sorted(set(recipients))), now.at, until.astimezone(dt.UTC))
        same = [one for one in found.measures if (one.subject, one.recipients, one.until) == _what(made)]
        if same:
            return found
        made = replace(made, id=f"m{len(found.measures) + 1}-{now.at:%Y%m%d%H%M%S}")
        guards.check_measure(now.world, found, made)
        return _do(now, found, "measured", by=by, body={"measure": made.plain()}, why=reason)


def relieve(front: Front, dispute: str, name: str, *, by: str, why: str, revision: int | None = None) -> Dispute:
    """End a provisional measure.

    Raises:
        NotFound, Conflict, Refused: as `accept`; there is no such measure.
    """
    with turn(front) as now:
        reason = check_text(why, name="why")
        found = now.must(DISPUTE, dispute, revision=revision)
        guards.check_mediator(now.world, found, by)
        return _do(now, found, "relieved", by=by, body={"measure": name}, why=reason)


def propose(front: Front, dispute: str, ruling: Ruling, *, by: str, revision: int | None = None) -> Dispute:
    """Propose a decision to the parties; a new proposal takes the place of the last and of who agreed to it.

    Raises:
        NotFound, Conflict, Refused: as `accept`; an effect is not about the parties, or the summary names somebody.
    """
    with turn(front) as now:
        found = now.must(DISPUTE, dispute, revision=revision)
        body = _ruled(now, found, ruling, by=by)
        return _do(now, found, "proposed", by=by, body=body)


def answer(front: Front, dispute: str, *, by: str, agrees: bool, why: str = "", revision: int | None = None) -> Dispute:
    """A party agrees to the proposal, or declines it. When both agreed it is settled, and its effects are done.

    Raises:
        NotFound, Conflict, Refused: as `accept`; no party speaks, or it agreed already.
    """
    with turn(front) as now:
        found = now.must(DISPUTE, dispute, revision=revision)
        who = guards.party_of(now.world, found, by)
        if agrees and who in found.agreed and found.state == "half_agreed":
            return found  # asked twice
        done = _do(now, found, "agreed" if agrees else "declined", by=by, body={"who": who}, why=why)
        return _carried_out(now, done)


def impose(front: Front, dispute: str, ruling: Ruling, *, by: str, revision: int | None = None) -> Dispute:
    """Decide without the parties' consent: when both answered and one declined, or when mediation's days are over.

    Raises:
        NotFound, Conflict, Refused: as `propose`; it is too early.
    """
    with turn(front) as now:
        found = now.must(DISPUTE, dispute, revision=revision)
        body = _ruled(now, found, ruling, by=by)
        return _carried_out(now, _do(now, found, "decided", by=by, body=body))


def withdraw(front: Front, dispute: str, *, by: str, why: str, revision: int | None = None) -> Dispute:
    """The claimant withdraws; measures end with it.

    Raises:
        NotFound, Conflict, Refused: as `accept`; somebody else than the claimant.
    """
    with turn(front) as now:
        reason = check_text(why, name="why")
        found = now.must(DISPUTE, dispute, revision=revision)
        speaker_for(now.world, by, found.claimant)
        return _do(now, found, "withdrawn", by=by, body={}, why=reason)


def ruling_of(text: str, summary: Mapping[str, str], effects: Sequence[Mapping[str, str]]) -> Ruling:
    """A ruling from what a door was handed.

    Raises:
        BadRequest: an effect of no known kind, or a language missing.
        Refused: a text is empty or endless.
    """
    if {"fr", "en"} - summary.keys() or not all(summary[one].strip() for one in ("fr", "en")):
        raise BadRequest("the summary is written in French and in English (fr, en)")
    wrong = [one for one in effects if one.get("what") not in list(Effect) or not one.get("thing")]
    if wrong:
        raise BadRequest(f"an effect has a thing and one of {', '.join(Effect)}")
    pairs = tuple((Effect(one["what"]), one["thing"]) for one in effects)
    return Ruling(text, Sentence(summary["fr"], summary["en"]), pairs)


def _draw(now: Turn, dispute: Dispute, *, earlier: Dispute | None = None) -> Dispute:
    """Draw lots among whoever may mediate now, from the root of the log whose last entry is the act just done.

    The mediator of an `earlier` dispute is the only candidate, unless it was refused or may not mediate any more.
    """
    found = candidates(now.world, dispute.parties, refused=dispute.refused)
    if earlier is not None and earlier.draws:
        kept = str(earlier.draws[-1]["drawn"])
        found = (kept,) if kept in found and kept not in earlier.refused else found
    if not found:
        raise guards.no_mediator()
    size = log_records.size(now.session)
    root = root_hash(size, lambda level, place: log_records.node(now.session, level, place)).hex()
    lot = Draw(dispute.id, size, root, len(dispute.draws) + 1, found)
    answer_by = now.at + dt.timedelta(days=now.world.ruleset.deadlines.hearing_days)
    body: dict[str, Plain] = {"answer_by": answer_by.isoformat(), "draw": lot.plain()}
    return _do(now, dispute, "drawn", by=HUB, body=body, also=lot.drawn)


def _ruled(now: Turn, dispute: Dispute, ruling: Ruling, *, by: str) -> dict[str, Plain]:
    guards.check_mediator(now.world, dispute, by)
    text = check_text(ruling.text, name="ruling", shortest=SHORTEST_FACTS)
    for said in (ruling.summary.fr, ruling.summary.en):
        check_text(said, name="summary", shortest=SHORTEST_FACTS)
    guards.check_ruling(now.world, dispute, ruling, sanctions=now.all(SANCTION))
    return {"ruling": replace(ruling, text=text).plain()}


def _carried_out(now: Turn, dispute: Dispute) -> Dispute:
    """Do what the ruling says in the same turn: overturn sanctions, end or suspend agreements of the parties.

    To amend an agreement and to correct data is for whom it concerns.
    """
    if dispute.state not in ("settled", "decided") or dispute.ruling is None:
        return dispute
    why = f"Dispute {dispute.id} was decided."
    for what, thing in dispute.ruling.effects:
        if what is Effect.TERMINATE_AGREEMENT:
            end_by_hub(now, thing, why=why)
        if what is Effect.SUSPEND_AGREEMENT:
            suspend_by_hub(now, thing, code="dispute", why=why)
        if what is Effect.OVERTURN_SANCTION and now.must(SANCTION, thing).counts_at(now.at):
            guards.check_overturning(now.world, dispute, now.must(SANCTION, thing))
            sanctions.overturned(now, thing, dispute=dispute.id)
    return dispute


def _what(one: Measure) -> tuple[Any, ...]:
    return one.subject, one.recipients, one.until


def _do(
    now: Turn, dispute: Dispute, what: str, *, by: str, body: Mapping[str, Plain], why: str = "", also: str = ""
) -> Dispute:
    concerned = {*dispute.parties, dispute.mediator, also} - {""}
    return now.do(DISPUTE, dispute.id, what, by=by, body=body, why=why, parties=concerned)
