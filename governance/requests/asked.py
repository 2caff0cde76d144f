"""What a member asks for, in the vocabulary of agreements: so an approval can be compared with it term by term."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from governance.audiences import Audience, Tier
from governance.canonical import Plain, canonical
from governance.errors import TermError
from governance.terms.base import Term
from governance.terms.floors import Named
from governance.terms.scope import Validity
from governance.terms.vocabulary import parse_term, strictest

#: Tiers that one asks for. What is open needs no request, and what is sealed is given to nobody.
TIERS: Final = (Tier.IDENTIFIED, Tier.MEMBERS, Tier.BILATERAL)
#: Whoever asks says for which audience a statistic shall be made; of the other tiers there is one each.
AUDIENCES: Final[Mapping[Tier, tuple[Audience, ...]]] = {
    Tier.IDENTIFIED: (Audience.IDENTIFIED,),
    Tier.MEMBERS: (Audience.MEMBERS, Audience.AUTHORITY),
    Tier.BILATERAL: (Audience.BILATERAL,),
}
#: Longest words, in characters, and most datasets.
LONGEST, MOST = 4_000, 50
#: Longer texts are no request; the log keeps each for ever.
LARGEST_TEXT_BYTES = 64 * 1024
_KEYS: Final = ("audience", "datasets", "purpose", "terms", "tier", "validity", "what_for")


@dataclass(frozen=True, slots=True)
class Asked:
    """The text of a request.

    `terms` are fields, territory and resolutions as an agreement spells them, and the safeguards that the applicant
    promises (retention, hosting …); `what_for` says in words what is to be done with the data.
    """

    datasets: frozenset[str]
    tier: Tier
    audience: Audience
    purpose: str
    validity: Validity
    terms: Mapping[str, Term]
    what_for: str

    def plain(self) -> Mapping[str, Plain]:
        """As JSON, to be read again by `read_asked`."""
        return {
            "audience": self.audience.value,
            "datasets": sorted(self.datasets),
            "purpose": self.purpose,
            "terms": {name: term.plain() for name, term in self.terms.items()},
            "tier": self.tier.value,
            "validity": self.validity.plain(),
            "what_for": self.what_for,
        }


def read_text(plain: Mapping[str, Any]) -> Asked:
    """Read what is handed in by whoever asks.

    Raises:
        TermError: it is longer than any request, or see `read_asked`.
    """
    found = read_asked(plain)
    must_be_short(found.plain())
    return found


def must_be_short(plain: Plain) -> None:
    """Refuse what nobody could read and everybody would have to keep.

    Raises:
        TermError: its canonical JSON has more bytes than a request may.
    """
    if len(canonical(plain)) > LARGEST_TEXT_BYTES:
        raise TermError(f"the text of a request has {LARGEST_TEXT_BYTES} bytes at most")


def read_asked(plain: Mapping[str, Any]) -> Asked:
    """Read what is asked, as it was kept; `audience` may be left out where the tier has one.

    Raises:
        TermError: a key is unknown or missing, or a value is not one of its kind's.
    """
    for name in plain.keys() - set(_KEYS):
        raise TermError(f"unknown key {name!r} (known: {', '.join(_KEYS)})")
    tier = _tier(plain.get("tier"))
    found = Asked(
        datasets=_names(plain.get("datasets")),
        tier=tier,
        audience=_audience(plain.get("audience"), tier),
        purpose=_text(plain.get("purpose"), "purpose"),
        validity=read_validity(plain.get("validity")),
        terms=read_terms(plain.get("terms", {})),
        what_for=_text(plain.get("what_for"), "what_for"),
    )
    must_be_spellable(found.plain())
    return found


def must_be_spellable(plain: Plain) -> None:
    """Whatever goes into the log has one spelling there: whole numbers up to 2^53, whole characters.

    Raises:
        TermError: it has none.
    """
    try:
        canonical(plain)
    except (TypeError, ValueError) as fault:
        raise TermError(f"this cannot be written down: {fault}") from None


def read_terms(raw: object) -> dict[str, Term]:
    """Terms by name. A waiver is never asked for: it is the holder's to offer, in an agreement.

    Raises:
        TermError: one is not of the vocabulary.
    """
    if not isinstance(raw, Mapping):
        raise TermError("terms must be terms by name")
    if Named.name in raw:
        raise TermError(f"{Named.name} is a holder's waiver and cannot be asked for")
    return strictest([{name: parse_term(name, value) for name, value in raw.items()}])


def read_validity(raw: object) -> Validity:
    """Two instants in ISO 8601, with their zones.

    Raises:
        TermError: anything else.
    """
    if not isinstance(raw, list | tuple) or not all(isinstance(end, str) for end in raw):
        raise TermError("validity must be two instants such as 2026-01-01T00:00:00+01:00")
    try:
        return Validity.parse([dt.datetime.fromisoformat(end) for end in raw])
    except ValueError as fault:
        raise TermError(f"validity: {fault}") from None


def _tier(raw: object) -> Tier:
    if raw not in {tier.value for tier in TIERS}:
        raise TermError(f"tier must be one of {', '.join(TIERS)}, not {raw!r}")
    return Tier(str(raw))


def _audience(raw: object, tier: Tier) -> Audience:
    choices = AUDIENCES[tier]
    if raw is not None and raw not in choices:
        raise TermError(f"audience must be one of {', '.join(choices)} for the tier {tier}, not {raw!r}")
    return choices[0] if raw is None else Audience(str(raw))


def _text(raw: object, name: str) -> str:
    if not isinstance(raw, str) or not raw.strip() or len(raw) > LONGEST:
        raise TermError(f"{name} must be a text of 1 to {LONGEST} characters")
    return raw.strip()


def _names(raw: object) -> frozenset[str]:
    if not isinstance(raw, list | tuple) or not 1 <= len(raw) <= MOST:
        raise TermError(f"datasets must be a list of 1 to {MOST} names")
    names = frozenset(_text(name, "datasets") for name in raw)
    if len(names) != len(raw):
        raise TermError("datasets names something twice")
    return names
