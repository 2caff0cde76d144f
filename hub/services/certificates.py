"""Verify a joint release with nothing but files: the release, its certificate, and one's own contributions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from governance.disclosure.certificate import Certificate, SignedCertificate, read_certificate
from governance.disclosure.commitments import commitment
from governance.disclosure.contributions import Ints
from governance.disclosure.independent.faults import Fault
from governance.disclosure.independent.layout import named
from governance.disclosure.independent.member import Learnt, learnt, own_parts, possible
from governance.disclosure.independent.saying import said
from governance.disclosure.independent.structure import structure
from governance.disclosure.published import Published, read_published
from hub.errors import BadRequest
from hub.services.own_contributions import Own, read_own


@dataclass(frozen=True, eq=False, slots=True)
class Verification:
    """What was found. `learnt` is what the reader can work out of all others together, the narrowest first; nothing of
    noisy numbers, nor of those that cannot be. `committed`: its contributions are those that the hub committed itself
    to (None: not compared).
    """

    signed: SignedCertificate
    published: Published
    faults: tuple[Fault, ...]
    learnt: tuple[Learnt, ...]
    committed: bool | None = None
    contributed: int = 0

    @property
    def good(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.faults


def verify(
    release: bytes, certificate: bytes, *, own: Path | None, holding: str | None, salt: str | None, key: str | None
) -> Verification:
    """Verify a release's file by its certificate's, as a member where `own` is the file of its contributions.

    `salt` is in hexadecimal, `key` the hub's public key in base64 as it was told to the reader.

    Raises:
        NotARelease, NotACertificate: a file is none.
        NotFound: the file of contributions cannot be read.
        BadRequest: the contributions do not fit the release's dimensions, or name no holding, or the salt is none.
    """
    if own is None and (holding, salt) != (None, None):
        raise BadRequest("--holding and --salt are about your own contributions: name their file with --own")
    signed = read_certificate(certificate)
    published = read_published(release)
    mine = read_own(own, published, holding=holding, salt=salt) if own is not None else None
    committed = _committed(mine, signed.certificate)
    parts = own_parts(published, mine.contributions if mine else None)
    wrong = tuple(_fitting(published, parts))
    # Of numbers that cannot be, nothing can be worked out.
    told = () if wrong or published.about.noise is not None else tuple(learnt(published, parts))
    faults = (
        *_certified(release, published, signed, key),
        *structure(published),
        *_own(mine, signed.certificate, committed),
        *wrong,
        *_known(told, signed.certificate, member=mine is not None),
    )
    total = mine.contributions.total if mine else 0
    return Verification(signed, published, faults, told, committed, total)


def _certified(release: bytes, published: Published, signed: SignedCertificate, key: str | None) -> Iterator[Fault]:
    certificate, about = signed.certificate, published.about
    if hashlib.sha256(release).hexdigest() != certificate.release:
        yield Fault("release.other", "release")
    if (about.cube, about.shape) != (certificate.cube, certificate.shape):
        yield Fault("release.said", "certificate", f"{certificate.cube}, a {certificate.shape}")
    if about.noise is None and about.rounding != certificate.rules.get("rounding"):
        yield Fault("release.said", "certificate", "another rounding")
    if not signed.holds:
        yield Fault("certificate.signature", "certificate")
    if key is not None and key != signed.key:
        yield Fault("key.other", "certificate", signed.key)


def _committed(mine: Own | None, certificate: Certificate) -> bool | None:
    if mine is None or mine.salt is None:
        return None
    made = commitment(
        mine.contributions, mine.salt, holding=mine.holding, cube=certificate.cube, period=certificate.period
    )
    return made == certificate.inputs.get(mine.holding)


def _own(mine: Own | None, certificate: Certificate, committed: bool | None) -> Iterator[Fault]:
    if mine is not None and mine.holding not in certificate.inputs:
        yield Fault("own.no_commitment", mine.holding)
    elif mine is not None and committed is False:
        yield Fault("own.commitment", mine.holding)


def _fitting(published: Published, parts: Ints) -> Iterator[Fault]:
    """Whether the numbers can be, and one's own parts in them."""
    if published.about.noise is not None:
        return
    more = np.flatnonzero(published.shown & (parts > said(published).high)).tolist()
    yield from (Fault("own.more", named(published, row)) for row in more)
    if not possible(published, parts * 0):
        yield Fault("numbers.impossible", "the release")
    elif parts.any() and not more and not possible(published, parts):
        yield Fault("own.impossible", "the release")


def _known(told: tuple[Learnt, ...], certificate: Certificate, *, member: bool) -> Iterator[Fault]:
    """What can be learnt that the rules as they are public do not let anybody learn."""
    yield from (Fault("others.unproven", one.key) for one in told if not one.proven)
    if member and certificate.rules.get("coalition") == 0:
        return  # nobody who contributes reads it, so it was not made to withstand that
    for one in told:
        if certificate.counts_trips and one.low > 0 and one.high is not None and one.high < _trips(certificate):
            yield Fault("others.few", one.key, f"{one.low} to {one.high}")
        if one.shown and one.high is not None and one.high < one.present:
            yield Fault("others.holders", one.key, f"{one.high} of {one.present}")


def _trips(certificate: Certificate) -> int:
    least = certificate.rules.get("min_trips", 0)
    return least if isinstance(least, int) else 0
