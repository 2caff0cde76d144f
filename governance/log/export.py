"""The file in which a member takes its entries away: JSON lines that show by themselves that they are whole.

In this order: a header; the checkpoints (the last one covers every entry of the file) with the witnesses' lines and
keys; the proof that the log goes on from the earlier of them; the entries; an end. A member's own file has an inclusion
proof with each entry. The secretariat's has every entry, so the root can be computed again, and no proof is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from governance.canonical import Plain, canonical

VERSION = 1
#: The names of each line's parts, by its type: another name or a missing one makes it unreadable.
PARTS: Mapping[str, frozenset[str]] = {
    "header": frozenset({"type", "v", "origin", "key", "member", "after"}),
    "checkpoint": frozenset({"type", "note", "witnesses"}),
    "consistency": frozenset({"type", "old", "new", "proof"}),
    "entry": frozenset({"type", "index", "commitment", "marks", "openings", "salt", "shut", "text", "proof"}),
    "end": frozenset({"type", "entries"}),
}


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens a mark: whose it is, which of its entries, and the salt in hexadecimal."""

    party: str
    number: int
    salt: str


def header(*, origin: str, key: str, member: str, after: int = 0) -> Mapping[str, Plain]:
    """The first line. `member` empty: all entries. `after`: how many of its entries it said that it has already.

    Whoever verifies the file says it again (`check_export`), so that a hub cannot leave out more than was asked.
    """
    return {"type": "header", "v": VERSION, "origin": origin, "key": key, "member": member, "after": after}


def checkpoint(note: str, witnesses: Mapping[str, str]) -> Mapping[str, Plain]:
    """A checkpoint with all signatures; `witnesses` are the public keys of those that cosigned, by member.

    The keys are here to be compared with those that the reader was told, and prove nothing by themselves.
    """
    return {"type": "checkpoint", "note": note, "witnesses": dict(witnesses)}


def consistency(old: int, new: int, path: Iterable[bytes]) -> Mapping[str, Plain]:
    """That the log at size `new` begins with that at size `old`."""
    return {"type": "consistency", "old": old, "new": new, "proof": [one.hex() for one in path]}


def entry(
    index: int,
    committed: str,
    marks: Sequence[str],
    *,
    openings: Iterable[Opening],
    opened: tuple[str, str] | None,
    path: Iterable[bytes] = (),
    shut: bool = False,
) -> Mapping[str, Plain]:
    """One entry. `opened` are salt (hexadecimal) and text; None: erased, or `shut` to whom it does not concern."""
    return {
        "type": "entry",
        "index": index,
        "commitment": committed,
        "marks": list(marks),
        "openings": [[one.party, one.number, one.salt] for one in openings],
        "salt": opened[0] if opened else None,
        "shut": shut,
        "text": opened[1] if opened else None,
        "proof": [one.hex() for one in path],
    }


def end(entries: int) -> Mapping[str, Plain]:
    """The last line: how many entries there were."""
    return {"type": "end", "entries": entries}


def line(item: Mapping[str, Plain]) -> bytes:
    """An item as its line in the file."""
    return canonical(item) + b"\n"
