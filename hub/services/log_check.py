"""The hub's own log, verified from end to end: entries, marks, tree, checkpoints, witnesses, erasures, and the state.

It reads the database alone and trusts nothing in it but the hub's public key, where that is given. What somebody with
all rights on database *and* key did before the first witness saw a checkpoint, nobody can tell.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from governance.log.checkpoint import Checkpoint, cosigned_at, is_signed, read_checkpoint
from governance.log.faults import Fault
from governance.log.note import NoteNotUnderstood, read_line
from governance.log.opening import Growing, Openings
from governance.log.witness import public_bytes
from governance.member_keys import MEMBER_KEY
from hub.records import checkpoints as checkpoint_records
from hub.records import log_pages, things
from hub.records.log_pages import Opened
from hub.records.models import LogCosignature, LogErasure, LogNode
from hub.services.front import Front
from hub.services.log_columns import Erased, column_faults
from hub.services.replay import replay


@dataclass(frozen=True, slots=True)
class Checked:
    """What was verified, and each thing that does not hold. `covered`: entries under the newest checkpoint."""

    entries: int
    parties: int
    erased: int
    checkpoints: int
    covered: int
    cosignatures: int
    acts: int
    faults: tuple[Fault, ...]

    @property
    def whole(self) -> bool:
        """Whether everything holds."""
        return not self.faults


def check(front: Front, *, key: str | None = None) -> Checked:
    """Verify the log. `key` is the hub's public key (base64), which every checkpoint must then be signed with."""
    with front.records.read() as session:
        found = _Check(session, key)
        found.entries()
        found.checkpoints()
        found.erasures()
        counted = found.tree.size, len(found.openings.counts), len(found.openings.erased)
    acts = _state(front, found.faults)
    covered = max((one.size for one in found.signed.values()), default=0)
    return Checked(*counted, len(found.signed), covered, found.cosignatures, acts, tuple(found.faults))


class _Check:
    """One verification, within one state of the database."""

    def __init__(self, session: Session, key: str | None) -> None:
        self.session, self.key = session, key
        self.faults: list[Fault] = []
        self.openings, self.tree = Openings(self.faults.append), Growing()
        self.erased: dict[int, Erased] = {}
        self.cosignatures = 0
        self.rows = {row.size: row for row in checkpoint_records.checkpoints(session)}
        self.signed: dict[int, Checkpoint] = {}

    def entries(self) -> None:
        """Every entry in its place, opening as it says, and every kept node of the tree."""
        for page in log_pages.pages(self.session):
            begin = self.tree.size
            made = {node: hashed for one in page for node, hashed in self._entry(one)}
            kept = log_pages.whole_nodes(self.session, begin=begin, end=self.tree.size)
            for level, place in sorted(made.keys() | kept.keys()):
                if made.get((level, place)) != kept.get((level, place)):
                    self.faults.append(Fault("node.differs", f"node {level}/{place}"))
        there = self.session.scalar(select(func.count()).select_from(LogNode))
        size = self.tree.size
        if there != (should := sum(size >> level for level in range(size.bit_length()))):
            self.faults.append(Fault("node.differs", "tree", f"{there} nodes are kept, {should} should be"))

    def _entry(self, one: Opened) -> list[tuple[tuple[int, int], bytes]]:
        place, where = self.tree.size, f"entry {one.index}"
        if one.index != place:
            self.faults.append(Fault("entry.missing", f"entry {place}", f"{one.index} stands there"))
        item = {
            "index": one.index,
            "commitment": one.commitment,
            "marks": one.marks,
            "openings": [(each.party, each.number, each.salt) for each in one.openings],
            "salt": one.text.salt if one.text else None,
            "shut": False,
            "text": one.text.text if one.text else None,
        }
        try:
            leaf = self.openings.leaf(item, all_marks=True)
        except (KeyError, TypeError, ValueError) as fault:
            self.faults.append(Fault("file.unreadable", where, str(fault)))
            leaf = b""
        if one.text is not None:
            self.faults += column_faults(one.text, where, self.erased)
        made = [((level, place >> level), hashed) for level, hashed in enumerate(self.tree.add(leaf))]
        self._root(self.tree.size)
        return made

    def _root(self, size: int) -> None:
        row = self.rows.get(size)
        if row is None:
            return
        try:
            checkpoint, _ = read_checkpoint(row.note)
        except NoteNotUnderstood:
            return  # told by `checkpoints`
        if checkpoint.root != self.tree.root():
            self.faults.append(Fault("root.other", f"checkpoint {size}"))

    def checkpoints(self) -> None:
        """Every checkpoint signed, of one log, and of a tree that is there."""
        keys = {(key.member, key.public) for key in map(MEMBER_KEY.read, _states(self.session, MEMBER_KEY.name))}
        for row in self.rows.values():
            where = f"checkpoint {row.size}"
            try:
                checkpoint, note = read_checkpoint(row.note)
            except NoteNotUnderstood as fault:
                self.faults.append(Fault("file.unreadable", where, str(fault)))
                continue
            if not is_signed(note, checkpoint.origin, public_bytes(row.key)):
                self.faults.append(Fault("checkpoint.signature", where))
            if self.key not in (None, row.key):
                self.faults.append(Fault("key.other", where))
            if checkpoint.size != row.size:
                self.faults.append(Fault("checkpoint.column", where, f"its note says {checkpoint.size}"))
            if any(one.origin != checkpoint.origin for one in self.signed.values()):
                self.faults.append(Fault("origin.other", where))
            if checkpoint.size > self.tree.size:
                self.faults.append(Fault("entry.missing", f"entry {self.tree.size}", f"{checkpoint.size} were signed"))
            self.signed[row.size] = checkpoint
            for line in checkpoint_records.cosignatures(self.session, row.size):
                self._cosignature(checkpoint, line, keys)

    def _cosignature(self, checkpoint: Checkpoint, row: LogCosignature, keys: set[tuple[str, str]]) -> None:
        where, self.cosignatures = f"cosignature of {row.witness} under {row.size}", self.cosignatures + 1
        try:
            time_s = cosigned_at(checkpoint, read_line(row.line), row.witness, public_bytes(row.key))
        except NoteNotUnderstood:
            time_s = None
        if time_s is None or (row.witness, row.key) not in keys:
            self.faults.append(Fault("cosignature.invalid", where))
        elif row.at != dt.datetime.fromtimestamp(time_s, dt.UTC):
            self.faults.append(Fault("checkpoint.column", where, "its time is another one"))

    def erasures(self) -> None:
        """Every text that is gone was erased, and every erasure has its entry, which says the same."""
        rows = {row.index: Erased(row.at, row.by, row.why) for row in self.session.scalars(select(LogErasure))}
        for index in sorted(self.openings.erased | rows.keys() | self.erased.keys()):
            where = f"entry {index}"
            if index not in rows:
                name = "text.missing" if index not in self.erased else "copy.differs"
                self.faults.append(Fault(name, where, "" if name == "text.missing" else "its erasure is not kept"))
            elif index not in self.erased:
                self.faults.append(Fault("erasure.unexplained", where))
            elif rows[index] != self.erased[index]:
                self.faults.append(Fault("copy.differs", where, "its erasure says something else"))
            elif index not in self.openings.erased:
                self.faults.append(Fault("copy.differs", where, "it was erased and its text is there"))


def _states(session: Session, kind: str) -> list[dict[str, object]]:
    return [row.state for row in things.things(session, kind)]


def _state(front: Front, faults: list[Fault]) -> int:
    """Make the state again from the log and compare; answers with how many acts there are."""
    try:
        told = replay(front)
    except (KeyError, TypeError, ValueError) as fault:
        faults.append(Fault("state.differs", "state", f"the log cannot be replayed: {fault!r}"))
        return 0
    faults += [Fault("state.differs", "state", difference) for difference in told.differences]
    return told.acts
