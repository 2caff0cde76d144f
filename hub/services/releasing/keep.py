"""Keep a finished release: files, row, the notice to its contributors and the log's entry, all or nothing."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Final

from sqlalchemy.orm import Session

from governance.acts import Act
from governance.canonical import canonical
from governance.decision import Deny, Permit, Refusal, Step
from governance.disclosure.certificate import SignedCertificate, certify, signed
from governance.disclosure.commitments import commitments, salt_of
from governance.disclosure.finishing import finish
from governance.disclosure.independent import Audited
from governance.disclosure.noise import Noise
from governance.disclosure.published import Published, written
from governance.disclosure.tree import Tree
from governance.joint_releases import JOINT_RELEASE
from governance.request import Request
from governance.terms.floors import MinTrips
from governance.verdicts import Denied
from governance.world import World
from hub.records import releases as release_records
from hub.records.models import Release, ReleaseSalt
from hub.services.acts import done
from hub.services.back import Back
from hub.services.decisions import decided_again, note, refuse
from hub.services.media import PARQUET
from hub.services.noisy import keep_noisy
from hub.services.questions import attributes_of
from hub.services.releasing.beside import must_still_stand
from hub.services.releasing.draft import Question
from hub.services.releasing.trees import Trees

#: Under which name the hub signs certificates and tells contributors of releases.
HUB: Final = "hub"
_ENGINE: Final = "governance.disclosure.independent"


@dataclass(frozen=True, eq=False, slots=True)
class Ready:
    """Numbers that were proven, and how they were cut. `out` is what they were audited beside.

    `chosen` is the tree that was chosen for this and all later periods, if it was chosen now.
    """

    published: Published
    audited: Audited
    out: frozenset[str]
    tree: Tree | None = None
    noise: Noise | None = None
    chosen: Tree | None = None


@dataclass(frozen=True, eq=False, slots=True)
class _Files:
    content: bytes
    certificate: bytes
    salts: dict[str, bytes]


def keep(back: Back, request: Request, permit: Permit, asked: Question, ready: Ready) -> Release:
    """Write everything down, if the decision still holds and nothing else was released meanwhile.

    Raises:
        Refused: agreements or rules changed, or the year's budget of noise does not bear it.
        Conflict: another joint release came between.
    """
    files = _files(back, request, asked, ready)
    row = _row(asked, files, request, permit)
    with back.front.records.write() as session:
        world, decision = decided_again(back.front, session, request, permit)
        if isinstance(decision, Permit):
            must_still_stand(ready.out, release_records.releases(session, kind="cube"))
            kept = _written(session, row, asked, ready)
            if isinstance(kept, Denied):
                decision = Deny((Refusal(Step.STORED_RELEASE, kept),))
            elif kept is row:
                # Nothing reaches the released plane before all of it was decided: whoever sees that folder would read
                # what was refused. And files come before the row is committed: it never names one that is not there.
                _put(back, asked, ready, files)
                _tell(session, row, world, asked, files)
                # How many keys were suppressed is told to nobody, not even in what the entry only commits to.
                shown = int(ready.published.shown.sum())
                note(session, request, permit, world=world, counts={"cells": shown})
            else:
                note(session, request, permit, world=world)
                return kept
    if isinstance(decision, Deny):
        refuse(back.front, request, decision)
    return row


def _put(back: Back, asked: Question, ready: Ready, files: _Files) -> None:
    back.front.released.put(files.content)
    back.front.released.put(files.certificate)
    edition = asked.cube.edition(asked.period)
    trees = Trees(back, asked.cube, edition.id if edition else "", asked.contributions.hierarchies)
    if ready.chosen is not None:
        trees.keep_chosen(asked.audience, ready.chosen)
    if ready.tree is not None:
        trees.keep_released(_digest(files.content), ready.tree)


def _files(back: Back, request: Request, asked: Question, ready: Ready) -> _Files:
    secret = back.signet.secret("certificates")
    about = replace(ready.published.about, nonce=_nonce(secret, asked))
    finished = replace(ready.published, about=about)
    if ready.noise is None:
        finished = finish(finished, rounding=asked.rules.rounding)
    content = written(finished)
    holdings = sorted(set(asked.obligations.holdings.values()))
    salts = {name: salt_of(secret, release=_digest(content), holding=name) for name in holdings}
    made = certify(
        content,
        finished.about,
        ready.audited,
        asked.rules,
        audience=asked.audience,
        period=asked.period,
        inputs=commitments(asked.contributions, salts, cube=asked.cube.id, period=asked.period),
        counts_trips=asked.cube.counted.get(MinTrips.name) == asked.cube.measure,
        engine=f"{_ENGINE} {version('mobility-commons-hub')}, scipy {version('scipy')}",
        at=request.at,
    )
    sealed: SignedCertificate = signed(made, HUB, back.signet.key())
    return _Files(content, sealed.written(), salts)


def _nonce(secret: bytes, asked: Question) -> str:
    """The same release gets the same nonce, and nobody without the hub's secret can tell which."""
    about = {
        "audience": asked.audience.value,
        "cube": asked.cube.id,
        "inputs": asked.inputs,
        "obligations": asked.obligations.digest,
        "period": str(asked.period),
    }
    return hmac.digest(secret, canonical({**about, "nonce_of": "release"}), "sha256")[:16].hex()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _row(asked: Question, files: _Files, request: Request, permit: Permit) -> Release:
    cube, audience, period = asked.cube, asked.audience, asked.period
    return Release(
        # Not computed from what it holds: an id that is would let somebody who knows all parts but one try that one.
        id=secrets.token_hex(16),
        kind="cube",
        subject=cube.id,
        part=cube.id,
        audience=audience.value,
        period_from=period.from_,
        period_to=period.to,
        edition=edition_of(asked),
        digest=_digest(files.content),
        size=len(files.content),
        media_type=PARQUET,
        file_name=f"{cube.id}-{audience}-{period.from_}-{period.to}.parquet",
        created_at=request.at,
        agreements=sorted(permit.grants.values()),
        obligations=dict(permit.obligations.plain()),
        facts={
            "attributes": dict(attributes_of(cube)),
            "certificate": _digest(files.certificate),
            "shape": cube.shape.value,
        },
    )


def edition_of(asked: Question) -> dict[str, str]:
    """What a release's row says of where its numbers come from."""
    return {
        "id": asked.obligations.edition,
        "family": asked.cube.family,
        "grain": str(asked.cube.grain),
        "inputs": asked.inputs,
    }


def _written(session: Session, row: Release, asked: Question, ready: Ready) -> Release | Denied:
    if ready.noise is None:
        session.add(row)
        return row
    return keep_noisy(session, row, asked.obligations, ready.noise, asked.period)


def _tell(session: Session, row: Release, world: World, asked: Question, files: _Files) -> None:
    """Every holder whose records are in it is told; each can ask for its own salt."""
    session.flush()
    session.add_all(ReleaseSalt(release=row.id, holding=name, salt=salt.hex()) for name, salt in files.salts.items())
    body = {
        "audience": row.audience,
        "certificate": str(row.facts["certificate"]),
        "cube": row.subject,
        "edition": asked.obligations.edition,
        "period": [asked.period.from_.isoformat(), asked.period.to.isoformat()],
        "shape": asked.cube.shape.value,
    }
    act = Act(kind=JOINT_RELEASE.name, thing=row.id, what="published", by=HUB, at=row.created_at, body=body)
    done(session, JOINT_RELEASE, act, parties={world.datasets[name].holder for name in asked.obligations.holdings})
