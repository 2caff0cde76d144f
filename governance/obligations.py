"""What a permit obliges the hub and the reader to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from governance.audiences import Audience
from governance.canonical import Plain, digest
from governance.extract import Extract, read_extract
from governance.terms.base import Enforcement, Term
from governance.terms.floors import Named
from governance.terms.vocabulary import OPTIONAL, parse_term


@dataclass(frozen=True, slots=True)
class Obligations:
    """The strictest of all holders' terms and of the voted floors, for one subject and one audience.

    `holders` are the holdings whose data is joined, `named` those that waived their secrecy towards the audience (see
    `waived` for what comes of it), `known` those whose numbers the audience knows already (they are no cover).
    `holdings` is the holding of each dataset: two mergers can leave the same names behind. `extract` says what an
    extract holds and for whom; None for anything else. `digest` is over all of it.
    """

    subject: str
    audience: Audience
    terms: Mapping[str, Term]
    edition: str = ""
    holders: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    holdings: Mapping[str, str] = field(default_factory=dict)
    extract: Extract | None = None
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", digest(self.plain()))

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def waived(self) -> frozenset[str]:
        """The waivers that take effect: `named` when every holding with secret data is in it, else nobody.

        A waiver of some only would leave the others nothing to hide behind in the cells where few are present.
        """
        return self.named if self.holders - self.known <= self.named else frozenset()

    def of(self, *kinds: Enforcement) -> Mapping[str, Term]:
        """The terms that are enforced in these ways."""
        return {name: term for name, term in self.terms.items() if term.enforcement in kinds}

    def promises(self) -> tuple[Term, ...]:
        """What the reader promises and the hub cannot see kept."""
        return tuple(term for term in self.terms.values() if term.promised)

    def plain(self) -> Mapping[str, Plain]:
        """As JSON, to be stored beside a release and read again by `read_obligations`."""
        extract = {"extract": self.extract.plain()} if self.extract else {}
        return {
            **extract,
            "audience": self.audience.value,
            "edition": self.edition,
            "holders": sorted(self.holders),
            "holdings": {dataset: self.holdings[dataset] for dataset in sorted(self.holdings)},
            "known": sorted(self.known),
            "named": sorted(self.named),
            "subject": self.subject,
            "terms": {name: term.plain() for name, term in self.terms.items()},
        }


def read_obligations(plain: Mapping[str, object]) -> Obligations:
    """Read obligations as `Obligations.plain` spells them.

    Raises:
        KeyError: a part is missing.
        TypeError: a part is of another kind.
        TermError: a term is not of the vocabulary.
        ValueError: an unknown audience.
    """
    terms, holdings = plain["terms"], plain["holdings"]
    if not isinstance(terms, Mapping) or not isinstance(holdings, Mapping):
        raise TypeError("terms and holdings must be objects")
    extract = plain.get("extract")
    if extract is not None and not isinstance(extract, Mapping):
        raise TypeError("an extract must be an object")
    return Obligations(
        subject=str(plain["subject"]),
        audience=Audience(str(plain["audience"])),
        terms={name: parse_term(name, terms[name]) for name in OPTIONAL if name in terms},
        edition=str(plain["edition"]),
        holders=_names(plain["holders"]),
        named=_names(plain["named"]),
        known=_names(plain["known"]),
        holdings={str(dataset): str(holding) for dataset, holding in holdings.items()},
        extract=read_extract(extract) if extract is not None else None,
    )


def _names(value: object) -> frozenset[str]:
    if not isinstance(value, Iterable) or isinstance(value, str):
        raise TypeError("a list of names was expected")
    return frozenset(str(name) for name in value)


def without_waiver(terms: Mapping[str, Term]) -> dict[str, Term]:
    """The terms less the waiver: it speaks of one holder, so it is kept by holding and never merged."""
    return {name: term for name, term in terms.items() if name != Named.name}
