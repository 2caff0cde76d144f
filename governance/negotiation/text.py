"""The text of an agreement read from its JSON: what is signed, kept in acts, and handed in by negotiators."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from governance.agreement import Agreement, State
from governance.audiences import Tier
from governance.bilingual import Sentence
from governance.canonical import canonical
from governance.errors import TermError
from governance.negotiation.rgpd import read_rgpd
from governance.terms.base import Term, integer
from governance.terms.scope import ForAudience, ForPurpose, Recipient, Validity
from governance.terms.vocabulary import parse_term, strictest

#: Ids stand in addresses, file names and keys (``id@version``).
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,78}")
_OWED = ("audience", "dataset", "holder", "id", "purpose", "recipient", "terms", "tier", "title", "validity")
#: What a text need not say: the hub gives its number, and the state is no part of it.
_MAY = ("rgpd", "state", "version")
#: Longer texts are no agreement; the log keeps each for ever.
LARGEST_TEXT_BYTES = 64 * 1024
_LONGEST_TITLE = 300
_Read = TypeVar("_Read")


def read_text(plain: object, *, zone: ZoneInfo | None = None, state: State = State.DRAFT) -> Agreement:
    """Read `Agreement.plain`, or the same in the form of the documents (``validity: {from, to}``, days of `zone`).

    Raises:
        TermError: a field is missing, unknown or not understood; the sentence names it.
    """
    found = read_kept(plain, zone=zone, state=state)
    if len(canonical(found.plain())) > LARGEST_TEXT_BYTES:
        raise TermError(f"the text of an agreement has {LARGEST_TEXT_BYTES} bytes at most")
    return found


def read_kept(plain: object, *, zone: ZoneInfo | None = None, state: State = State.DRAFT) -> Agreement:
    """Read a text that was handed in before, so that its size need not be looked at again.

    Raises:
        TermError: see `read_text`.
    """
    if not isinstance(plain, Mapping) or not all(isinstance(name, str) for name in plain):
        raise TermError("the text of an agreement is an object with named fields")
    for name in sorted(set(_OWED) - set(plain)) + sorted(set(plain) - {*_OWED, *_MAY}):
        raise TermError(f"{name}: {'unknown field' if name in plain else 'is missing'}")
    return Agreement(
        id=_field(plain, "id", _id),
        version=_field(plain, "version", _number) if "version" in plain else 0,
        title=_field(plain, "title", _title),
        holder=_field(plain, "holder", _name),
        dataset=_field(plain, "dataset", _name),
        tier=_field(plain, "tier", _tier),
        state=state,
        recipient=_field(plain, "recipient", Recipient.parse),
        validity=_field(plain, "validity", lambda raw: _validity(raw, zone)),
        audiences=_field(plain, "audience", ForAudience.parse),
        purposes=_field(plain, "purpose", ForPurpose.parse),
        terms=_field(plain, "terms", _terms),
        rgpd=_field(plain, "rgpd", read_rgpd) if plain.get("rgpd") is not None else None,
    )


def _field(plain: Mapping[str, Any], name: str, read: Callable[[object], _Read]) -> _Read:
    try:
        return read(plain[name])
    except TermError as fault:
        sentence = str(fault)
        raise TermError(sentence if sentence.startswith(name) else f"{name}: {sentence}") from None


def _id(raw: object) -> str:
    if not isinstance(raw, str) or not _ID.fullmatch(raw):
        raise TermError("must be small letters, digits and hyphens, 79 at most")
    return raw


def _name(raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip() or len(raw) > 80:
        raise TermError("must be a name")
    return raw


def _number(raw: object) -> int:
    return integer(raw, name="version", low=0, high=2**31)


def _title(raw: object) -> Sentence:
    texts = dict(raw) if isinstance(raw, Mapping) else {}
    good = [one for one in texts.values() if isinstance(one, str) and one.strip() and len(one) <= _LONGEST_TITLE]
    if set(texts) != {"fr", "en"} or len(good) != 2:
        raise TermError(f"must be a text in fr and one in en, of {_LONGEST_TITLE} characters at most")
    return Sentence(fr=texts["fr"], en=texts["en"])


def _tier(raw: object) -> Tier:
    if not isinstance(raw, str) or raw not in [tier.value for tier in Tier]:
        raise TermError(f"must be one of {', '.join(Tier)}, not {raw!r}")
    return Tier(raw)


def _validity(raw: object, zone: ZoneInfo | None) -> Validity:
    if isinstance(raw, Mapping):
        if set(raw) != {"from", "to"}:
            raise TermError("must say from and to")
        raw = [raw["from"], raw["to"]]
    if not isinstance(raw, list | tuple):
        raise TermError("must be two instants")
    return Validity.parse([_instant(end, zone) for end in raw])


def _instant(raw: object, zone: ZoneInfo | None) -> object:
    if not isinstance(raw, str):
        return raw
    try:
        found = dt.datetime.fromisoformat(raw)
    except ValueError:
        raise TermError(f"{raw!r} is no instant") from None
    is_day = len(raw) == len("2026-01-01")
    return found.replace(tzinfo=zone) if is_day and zone is not None else found


def _terms(raw: object) -> dict[str, Term]:
    if not isinstance(raw, Mapping):
        raise TermError("must be an object of terms by name")
    return strictest([{str(name): parse_term(str(name), value) for name, value in raw.items()}])
