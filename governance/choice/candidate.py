"""A candidate: what an application says of the member that it would become, and what must be true of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.acts import HUB, act_refused
from governance.bilingual import Sentence
from governance.canonical import Plain
from governance.choice.siren import is_siren
from governance.parties import Kind, Sanction, Status
from governance.terms.scope import EVERYONE, MEMBERS
from governance.world import World

#: Names that mean somebody else wherever members are named: a member called so would act or read as them.
RESERVED = frozenset({HUB, "public", EVERYONE, MEMBERS})

_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of a candidate. `holding_name` is there for a new holding; `siren` empty where there is none."""

    name: Sentence
    kind: Kind
    college: str
    holding: str
    holding_name: Sentence | None = None
    siren: str = ""

    def plain(self) -> Mapping[str, Plain]:
        """As JSON, to be read again by `read_candidate`."""
        return {
            "college": self.college,
            "holding": self.holding,
            "holding_name": self.holding_name.plain() if self.holding_name else None,
            "kind": self.kind.value,
            "name": self.name.plain(),
            "siren": self.siren,
        }


def read_sentence(plain: Mapping[str, Any]) -> Sentence:
    """Read a bilingual text as `Sentence.plain` spells it."""
    return Sentence(fr=plain["fr"], en=plain["en"])


def read_candidate(plain: Mapping[str, Any]) -> Candidate:
    """Read what `Candidate.plain` wrote."""
    holding_name = plain["holding_name"]
    return Candidate(
        name=read_sentence(plain["name"]),
        kind=Kind(plain["kind"]),
        college=plain["college"],
        holding=plain["holding"],
        holding_name=read_sentence(holding_name) if holding_name else None,
        siren=plain["siren"],
    )


def check_candidate(member: str, candidate: Candidate, world: World) -> None:
    """Refuse an application that could never be admitted.

    Raises:
        ActRefused: the name is taken or means somebody else; unknown college; a second secretariat; a wrong SIREN.
    """
    check_id(member)
    _check_new(member, world)
    if candidate.kind is Kind.SECRETARIAT:
        raise act_refused("membership.secretariat", "kind")
    if candidate.college not in world.colleges:
        raise act_refused("membership.college", "college", college=candidate.college, known=", ".join(world.colleges))
    check_name(candidate.name)
    check_holding(candidate.holding, candidate.holding_name, world)
    if candidate.siren:
        _check_siren(member, candidate.siren, world)


def is_id(text: str) -> bool:
    """Whether a text can name a thing: small letters, digits and hyphens, 48 at most."""
    return _ID.fullmatch(text) is not None


def check_id(name: str) -> None:
    """Refuse an id that could be taken for another name.

    Raises:
        ActRefused: it is reserved, or not of small letters, digits and hyphens.
    """
    if name in RESERVED or not is_id(name):
        raise act_refused("membership.id", "id", id=name[:60])


def check_name(name: Sentence) -> None:
    """Refuse a name that is empty or endless in one of the languages.

    Raises:
        ActRefused: it is.
    """
    if not all(text.strip() and len(text) <= _LONGEST_NAME for text in (name.fr, name.en)):
        raise act_refused("membership.name", "name", most=_LONGEST_NAME)


def check_holding(holding: str, name: Sentence | None, world: World) -> None:
    """Refuse a new holding without a name, or an old one under another name.

    Raises:
        ActRefused: it is.
    """
    check_id(holding)
    known = world.holdings.get(holding)
    if (known is None) is (name is None) or (known is not None and name not in {None, known.name}):
        raise act_refused("membership.holding", "holding", holding=holding)
    if name is not None:
        check_name(name)


def _check_new(member: str, world: World) -> None:
    there = world.members.get(member)
    if there is None:
        return
    if there.sanction is Sanction.EXCLUDED:
        raise act_refused("membership.excluded", "sanction", member=member)
    if there.status is not Status.LEFT:
        raise act_refused("membership.known", "id", member=member)


def _check_siren(member: str, siren: str, world: World) -> None:
    if not is_siren(siren):
        raise act_refused("membership.siren", "siren", siren=siren[:20])
    others = [one.id for one in world.members.values() if one.siren == siren and one.id != member]
    if others:
        raise act_refused("membership.siren_taken", "siren", member=others[0], siren=siren)
