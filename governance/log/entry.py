"""What one entry of the log says, and what the tree holds of it: commitments, so that the text can be erased.

A leaf is the canonical JSON of ``{"commitment", "marks", "v"}``. The commitment is SHA-256 of a random salt and the
text; whoever has the text and the salt can show that this text was logged, and nobody who has not can guess it. Each
party that an entry concerns has a *mark* in the leaf: a commitment to its name and to a number that counts this
party's entries from 1 without a gap. Marks have salts of their own, which erasing a text does not touch: a party can
always show that none of its entries is missing, and other readers learn how many parties an entry concerns, not which.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from governance.canonical import Plain, canonical

#: As many as the hash that they go into has: nobody finds a salt by trying.
SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision or an act, to be logged. `body` is the text that is committed to.

    `parties` are the members that it concerns: who asked, and whose data it is about. `hidden` are values that the text
    commits to (obligations, a request) and that are shown to nobody but who settles a dispute.
    """

    at: dt.datetime
    actor: str
    action: str
    subject: str
    permitted: bool
    body: Mapping[str, Plain]
    parties: frozenset[str]
    hidden: Mapping[str, Plain] = field(default_factory=dict)

    def text(self) -> bytes:
        """The canonical JSON that is committed to."""
        return canonical(dict(self.body))


def commitment(salt: bytes, text: bytes) -> str:
    """SHA-256 of a salt of 32 bytes and a text, as 64 hexadecimal digits."""
    return hashlib.sha256(salt + text).hexdigest()


def mark(salt: bytes, party: str, number: int) -> str:
    """The mark of a party's entry number `number` in a leaf."""
    return commitment(salt, canonical({"number": number, "party": party}))


def leaf(committed: str, marks: Iterable[str]) -> bytes:
    """What the tree holds of an entry. Marks are in their own order, which tells nothing of whose they are."""
    return canonical({"commitment": committed, "marks": sorted(marks), "v": 1})
