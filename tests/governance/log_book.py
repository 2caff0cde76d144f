"""A small log in memory: entries of three parties, with everything that opens them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.canonical import Plain
from governance.log import export
from governance.log.checkpoint import Checkpoint, cosign, sign_checkpoint
from governance.log.entry import Entry, commitment, leaf, mark
from governance.log.erasure import erasure
from governance.log.export import Opening
from governance.log.merkle import grown, root_hash
from governance.log.note import Note
from governance.log.proofs import consistency_ranges, inclusion_ranges, proof
from governance.log.witness import Witness
from governance.signing import public_text

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
ORIGIN = "mobility-commons/hautes-combes"
HUB = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
HUB_KEY, WITNESS_KEY = public_text(HUB), public_text(WITNESS)


def salt(*words: object) -> bytes:
    """Not random here, so that a test is the same every time."""
    return hashlib.sha256(repr(words).encode()).digest()


@dataclass
class Kept:
    """One entry as the log keeps it."""

    commitment: str
    marks: list[str]
    openings: list[Opening]
    opened: tuple[str, str] | None


@dataclass
class Book:
    """The log, its nodes, and each party's count."""

    entries: list[Kept] = field(default_factory=list)
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def append(self, entry: Entry) -> int:
        """Write an entry down; answers with its place."""
        index = len(self.entries)
        openings = []
        for party in sorted(entry.parties):
            self.counts[party] = self.counts.get(party, 0) + 1
            openings.append(Opening(party, self.counts[party], salt(index, party).hex()))
        committed = commitment(salt(index), entry.text())
        marks = sorted(mark(bytes.fromhex(one.salt), one.party, one.number) for one in openings)
        for level, place, hashed in grown(index, leaf(committed, marks), lambda *node: self.nodes[node]):
            self.nodes[level, place] = hashed
        self.entries.append(Kept(committed, marks, openings, (salt(index).hex(), entry.text().decode())))
        return index

    def decide(self, *parties: str, words: str = "") -> int:
        """A decision that concerns these parties."""
        body: dict[str, Plain] = {"subject": "flows", "type": "decision", "words": words or f"n° {len(self.entries)}"}
        return self.append(Entry(NOON, parties[0], "read", "flows", True, body, frozenset(parties)))

    def erase(self, index: int) -> None:
        """Erase a text, and say so in another entry."""
        kept = self.entries[index]
        parties = [one.party for one in kept.openings]
        self.append(erasure(index, kept.commitment, by="secretariat", why="demande", parties=parties, at=NOON))
        kept.opened = None

    def root(self, size: int) -> bytes:
        return root_hash(size, lambda *node: self.nodes[node])

    def checkpoint(self, size: int) -> Checkpoint:
        return Checkpoint(ORIGIN, size, self.root(size))

    def note(self, size: int, *witnesses: str) -> Note:
        """The signed checkpoint, with lines of these witnesses (who all have the same key here)."""
        checkpoint = self.checkpoint(size)
        note = sign_checkpoint(checkpoint, HUB)
        lines = [cosign(checkpoint, member, WITNESS, time_s=1_770_000_000) for member in witnesses]
        return replace(note, lines=(*note.lines, *lines))

    def consistency(self, old: int, new: int) -> list[bytes]:
        return proof(consistency_ranges(old, new), lambda *node: self.nodes[node])

    def items(self, member: str, *, since: int = 0, after: int = 0) -> Iterator[Mapping[str, Any]]:
        """The export of a member (empty: of all entries), cosigned by it at `since`."""
        size = len(self.entries)
        yield export.header(origin=ORIGIN, key=HUB_KEY, member=member, after=after)
        if since:
            yield export.checkpoint(str(self.note(since, "trottix")), {"trottix": WITNESS_KEY})
        yield export.checkpoint(str(self.note(size, "bolide")), {"bolide": WITNESS_KEY})
        if since:
            yield export.consistency(since, size, self.consistency(since, size))
        count = 0
        for index, kept in enumerate(self.entries):
            mine = [one for one in kept.openings if member in ("", one.party) and (not member or one.number > after)]
            if member and not mine:
                continue
            ranges = inclusion_ranges(index, size) if member else []
            path = proof(ranges, lambda *node: self.nodes[node])
            yield export.entry(index, kept.commitment, kept.marks, openings=mine, opened=kept.opened, path=path)
            count += 1
        yield export.end(count)

    def lines(self, member: str, *, since: int = 0, after: int = 0) -> list[bytes]:
        return [export.line(item) for item in self.items(member, since=since, after=after)]


def a_book() -> Book:
    """Eleven entries: 0, 2, 4, 6, 8, 10 concern trottix, of which 4 was erased (10 says so)."""
    book = Book()
    for index in range(10):
        book.decide(*(("trottix", "smhc") if index % 2 == 0 else ("bolide",)))
    book.erase(4)
    return book


def witness_of(book: Book, size: int) -> Witness:
    """What a witness keeps that saw the log at that size."""
    return Witness(ORIGIN, HUB_KEY, "trottix", size, book.root(size).hex(), str(book.note(size)))


def changed(lines: list[bytes], number: int, **parts: Any) -> list[bytes]:
    """The lines with one of them changed."""
    item = {**orjson.loads(lines[number]), **parts}
    return [*lines[:number], export.line(item), *lines[number + 1 :]]
