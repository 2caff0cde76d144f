"""What members do to the commons, as values; and how each kind of thing is made from what was done to it.

An agreement, a proposal, a sanction, a request for access: each is a *thing* with an id, and its state is nothing but
the fold of the *acts* on it. Acts are written in the log, so the state of the commons can be made again from the log
and compared. For that to be true, `apply` looks at the act and at the state before it, and at nothing else: whatever
else decided (the clock, the voted rules, a count of votes) was put into the act's body when it was done.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from unicodedata import category

from governance.canonical import LARGEST_INTEGER, Plain, digest
from governance.errors import CommonsError
from governance.parts import Parts
from governance.verdicts import Denied, denied

S = TypeVar("S")

#: In whose name the hub itself acts, when a deadline runs out for instance.
HUB = "hub"


class ActRefused(CommonsError):
    """An act that the rules do not allow here; `denied` says which rule, and what could be done next."""

    def __init__(self, verdict: Denied) -> None:
        super().__init__(verdict.reason.en)
        self.denied = verdict


def act_refused(code: str, clause: str, **values: object) -> ActRefused:
    """The refusal of an act, to be raised, with a code of `governance.reasons`.

    Raises:
        KeyError: the code is not in the catalogue.
    """
    return ActRefused(denied(code, clause, **values))


class NotWritable(CommonsError):
    """A text or number that not every database and JSON reader keeps as it is; names the place."""


def _must_be_writable(value: Plain, place: str) -> None:
    """Refuse NUL, control characters but line ends and tabs, halves of surrogate pairs, and integers beyond 2^53."""
    if isinstance(value, str):
        if any(category(one) in {"Cc", "Cs"} and one not in "\n\r\t" for one in value):
            raise NotWritable(f"{place} holds a character that is no text")
    elif isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise NotWritable(f"{place} holds a number beyond 2^53 - 1")
    elif isinstance(value, Mapping):
        for name, item in value.items():
            _must_be_writable(name, place)
            _must_be_writable(item, f"{place}.{name}")
    elif isinstance(value, Sequence):
        for number, item in enumerate(value):
            _must_be_writable(item, f"{place}[{number}]")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was done. `what` is a verb of the kind (``offered``), `by` a member's id or ``hub``.

    `body` holds everything that the new state depends on; `why` the reason in words, where one is owed or was given.
    """

    kind: str
    thing: str
    what: str
    by: str
    at: dt.datetime
    body: Mapping[str, Plain]
    why: str = ""

    def __post_init__(self) -> None:
        for name in ("kind", "thing", "what", "by", "why", "body"):
            _must_be_writable(getattr(self, name), name)

    def plain(self) -> Mapping[str, Plain]:
        """As JSON, to be read again by `read_act`."""
        return {
            "at": self.at.astimezone(dt.UTC).isoformat(),
            "body": dict(self.body),
            "by": self.by,
            "kind": self.kind,
            "thing": self.thing,
            "what": self.what,
            "why": self.why,
        }

    @property
    def same(self) -> str:
        """What the act is but for its instant: done twice in a row it was asked for twice, and is one act."""
        return digest({name: value for name, value in self.plain().items() if name != "at"})


def read_act(plain: Mapping[str, Any]) -> Act:
    """Read an act as `Act.plain` spells it.

    Raises:
        KeyError: a part is missing.
        ValueError: the instant is none.
    """
    names = ("kind", "thing", "what", "by", "why")
    return Act(
        at=dt.datetime.fromisoformat(plain["at"]), body=plain["body"], **{name: str(plain[name]) for name in names}
    )


#: What a kind's states change of the world at an instant; answers with the later instants at which that changes by
#: itself (a notice runs out, a sanction decays), so that nobody has to come by for it to be true.
Overlay = Callable[[Parts, Sequence[S], dt.datetime], Iterable[dt.datetime]]


def _changes_nothing(parts: Parts, states: Sequence[Any], at: dt.datetime) -> Iterable[dt.datetime]:
    return ()


@dataclass(frozen=True, slots=True)
class Kind(Generic[S]):
    """A kind of thing: how it is made from acts, written down, read again, and what it changes of the world.

    `apply` raises `ActRefused` for an act that the state does not allow, and is given None before the first act.
    """

    name: str
    apply: Callable[[S | None, Act], S]
    plain: Callable[[S], Mapping[str, Plain]]
    read: Callable[[Mapping[str, Any]], S]
    overlay: Overlay[S] = _changes_nothing
