"""Whether the log of a hub is whole, looked at from the rows alone, by other means than the hub's own."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from governance.acts import Kind
from governance.kinds import KINDS
from governance.log.entry import commitment, leaf, mark
from governance.log.merkle import root_hash
from hub.records.log import node
from hub.records.models import LogEntry, LogMark, LogText
from hub.services.front import Front
from hub.services.replay import replay


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root of a Merkle tree as RFC 6962, section 2.1, defines it: split at the largest power of two below."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def must_be_whole(front: Front, *, kinds: Mapping[str, Kind[Any]] = KINDS) -> list[dict[str, Any]]:
    """Fail unless places, commitments, parties' numbers, the tree and the kept states fit; answers with the texts."""
    with front.records.read() as session:
        entries = list(session.scalars(select(LogEntry).order_by(LogEntry.index)))
        texts = {row.index: row for row in session.scalars(select(LogText))}
        marks = list(session.scalars(select(LogMark).order_by(LogMark.party, LogMark.number)))
        kept_root = root_hash(len(entries), lambda level, place: node(session, level, place))
    assert [entry.index for entry in entries] == list(range(len(entries))), "a place is missing or given twice"
    assert sorted(texts) == list(range(len(entries))), "an entry without its text, or a text without its entry"
    found = defaultdict(list)
    numbers = defaultdict(list)
    for one in marks:
        found[one.index].append(mark(bytes.fromhex(one.salt), one.party, one.number))
        numbers[one.party].append(one.number)
    for entry in entries:
        text = texts[entry.index]
        assert entry.commitment == commitment(bytes.fromhex(text.salt), text.text.encode())
        assert list(entry.marks) == sorted(found[entry.index])
    for party, counted in numbers.items():
        assert counted == list(range(1, len(counted) + 1)), f"a gap in the count of {party}"
    assert kept_root == root_of([leaf(entry.commitment, entry.marks) for entry in entries])
    instants = [texts[index].at for index in sorted(texts) if json.loads(texts[index].text).get("type") == "act"]
    assert instants == sorted(instants), "acts stand in the order of their instants"
    told = replay(front, kinds=kinds)
    assert told.differences == ()
    return [json.loads(texts[index].text) for index in sorted(texts)]


def acts_of(texts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The acts among the texts, in the order of the log."""
    return [text["act"] for text in texts if text.get("type") == "act"]
