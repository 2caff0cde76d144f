"""The certificate of a joint release: what was released, from what, under which rules, and that it was audited.

It is for readers, who are the attackers. So it holds nothing that they could use: neither the exact p nor the prior
(the range of p only), no count of what was suppressed for which reason, and of the least slack only that it sufficed.
More would help: who knows that every protected number could be twice what is needed may halve every bound that it has.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.audiences import Audience
from governance.canonical import Plain, canonical
from governance.disclosure.independent.audited import Audited
from governance.disclosure.published import About, Shape
from governance.disclosure.rules import Rules
from governance.errors import CommonsError
from governance.periods import Period
from governance.signing import KeyNotUnderstood, public_text, sign, verified

#: What a signature under a certificate says that it signs.
SIGNS: Final = "certificate"
#: All that is told of the least slack.
SUFFICES: Final = "at least 1.0 times what is required"
#: What is public of p: the range that it lies in, from (included) and to (excluded, None: no end), in percent.
P_RANGES: Final[tuple[tuple[int, int | None], ...]] = ((0, 10), (10, 25), (25, 50), (50, 100), (100, None))


class NotCertified(CommonsError):
    """A release that the audit did not find safe: it gets no certificate."""


class NotACertificate(CommonsError):
    """A file that is no certificate: what is missing or wrong is said."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """`release` is the SHA-256 of the release's file; `inputs` the commitment to each holding's contributions.

    `rules` are as everybody may read them, `counts_trips` says whether the measure is what the threshold on trips
    counts. `attacks` is how many times at least a set of attackers was set upon a key, as a power of ten: contributors
    that may not read the release get its certificate too, and how many groups it has is not for them.
    """

    release: str
    cube: str
    shape: Shape
    audience: Audience
    period: Period
    inputs: Mapping[str, str]
    rules: Mapping[str, Plain]
    counts_trips: bool
    attackers: tuple[str, ...]
    attacks: int
    engine: str
    at: dt.datetime
    slack: str = SUFFICES

    def plain(self) -> dict[str, Plain]:
        """As JSON; instants and days in ISO 8601."""
        return {
            "at": self.at.isoformat(),
            "attackers": list(self.attackers),
            "attacks": self.attacks,
            "audience": self.audience.value,
            "counts_trips": self.counts_trips,
            "cube": self.cube,
            "engine": self.engine,
            "inputs": dict(self.inputs),
            "period": [self.period.from_.isoformat(), self.period.to.isoformat()],
            "release": self.release,
            "rules": dict(self.rules),
            "shape": self.shape.value,
            "slack": self.slack,
        }


@dataclass(frozen=True, slots=True)
class SignedCertificate:
    """A certificate and the signature under it: `by` whom, with which public `key` (base64)."""

    certificate: Certificate
    by: str
    key: str
    signature: str

    @property
    def holds(self) -> bool:
        """Whether that key made the signature. Whose key it is, this does not tell."""
        try:
            return verified(self.key, self.signature, SIGNS, self.by, self.certificate.plain())
        except KeyNotUnderstood:
            return False

    def written(self) -> bytes:
        """The file's bytes: canonical JSON (RFC 8785)."""
        body = self.certificate.plain()
        return canonical({"body": body, "by": self.by, "key": self.key, "signature": self.signature, "signs": SIGNS})


def certify(
    content: bytes,
    about: About,
    audit: Audited,
    rules: Rules,
    *,
    audience: Audience,
    period: Period,
    inputs: Mapping[str, str],
    counts_trips: bool,
    engine: str,
    at: dt.datetime,
) -> Certificate:
    """The certificate of a release's file that an audit found safe.

    Raises:
        NotCertified: the audit did not; which rule is broken where is not repeated.
    """
    if not audit.safe:
        raise NotCertified(f"{about.cube}: the independent audit did not find it safe")
    return Certificate(
        hashlib.sha256(content).hexdigest(),
        about.cube,
        about.shape,
        audience,
        period,
        dict(inputs),
        public_rules(rules),
        counts_trips,
        attackers(rules),
        10 ** (len(str(max(1, audit.attacks))) - 1),
        engine,
        at,
    )


def signed(certificate: Certificate, by: str, key: Ed25519PrivateKey) -> SignedCertificate:
    """Sign a certificate."""
    return SignedCertificate(certificate, by, public_text(key), sign(key, SIGNS, by, certificate.plain()))


def public_rules(rules: Rules) -> dict[str, Plain]:
    """The rules as everybody may read them: of p only its range (null: no upper end)."""
    low, high = next(range_ for range_ in reversed(P_RANGES) if range_[0] <= rules.p_percent)
    return {
        "coalition": rules.coalition,
        "everywhere": rules.everywhere,
        "known": sorted(rules.known),
        "max_share_percent": rules.max_share_percent,
        "min_holders": rules.min_holders,
        "named": sorted(rules.named),
        "p_percent": [low, high],
        "rounding": rules.rounding,
        **rules.thresholds(),
    }


def attackers(rules: Rules) -> tuple[str, ...]:
    """Against whom it was audited, in words."""
    where = "everywhere" if rules.everywhere else "where 2c + 1 holdings contribute"
    sets = [f"{many} members together, {where}" for many in range(2, rules.coalition + 1)]
    return ("an outsider", *(["each member alone"] if rules.coalition else []), *sets)


def read_certificate(content: bytes) -> SignedCertificate:
    """Read a certificate's file; the signature is the caller's to look at (`holds`).

    Raises:
        NotACertificate: it is none.
    """
    try:
        told = orjson.loads(content)
        if told["signs"] != SIGNS:
            raise NotACertificate(f"this signs {told['signs']!r}, not a {SIGNS}")
        read = SignedCertificate(_read(told["body"]), *(str(told[name]) for name in ("by", "key", "signature")))
    except (AttributeError, KeyError, TypeError, ValueError) as fault:
        raise NotACertificate(f"this is not the certificate of a release: {fault}") from None
    # What is not read would be signed and never seen.
    if told["body"] != read.certificate.plain():
        raise NotACertificate("this certificate says more than a certificate does")
    return read


def _read(body: Mapping[str, Any]) -> Certificate:
    first, last = (dt.date.fromisoformat(day) for day in body["period"])
    return Certificate(
        str(body["release"]),
        str(body["cube"]),
        Shape(body["shape"]),
        Audience(body["audience"]),
        Period(first, last),
        {str(holding): str(one) for holding, one in body["inputs"].items()},
        dict(body["rules"]),
        bool(body["counts_trips"]),
        tuple(str(one) for one in body["attackers"]),
        int(body["attacks"]),
        str(body["engine"]),
        dt.datetime.fromisoformat(body["at"]),
        str(body["slack"]),
    )
