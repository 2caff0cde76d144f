"""Verify an export of the log with nothing but the file: signatures, proofs, commitments, and one's own count.

What cannot be seen from one file: entries that were never logged, whose a witness's key is (name those that you were
told), and that a member's newest entries were left out at
the end *and* left out of every later file. Witnesses, later files and the ids that readers were handed show those.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from governance.log.checkpoint import Checkpoint, cosigned_at, is_signed, read_checkpoint
from governance.log.export import PARTS, VERSION
from governance.log.faults import Fault
from governance.log.note import Note, NoteNotUnderstood
from governance.log.opening import Growing, Openings
from governance.log.proofs import is_consistent
from governance.log.ways import Ways, hash_of
from governance.log.witness import Witness, public_bytes

#: Faults that are told one by one; of a file that is wrong from end to end more would help nobody.
MOST_FAULTS = 100


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found.

    `after` is how many of the member's entries the file leaves out at its beginning, `last` its count of them all.
    `witnesses` cosigned the newest checkpoint with keys that the caller knew; of `unverified`, (name, public key), only
    the file itself says whose the keys are, and whoever made it may have made them up.
    """

    origin: str = ""
    key: str = ""
    member: str = ""
    size: int = 0
    entries: int = 0
    erased: int = 0
    shut: int = 0
    last: int = 0
    witnesses: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    after: int = 0
    unverified: tuple[tuple[str, str], ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.faults


def check_export(
    lines: Iterable[bytes],
    *,
    key: str | None = None,
    since: Witness | None = None,
    after: int = 0,
    witnesses: Mapping[str, str] | None = None,
) -> Verified:
    """Verify the lines of an export.

    Args:
        lines: The file, line by line.
        key: The hub's public key in base64, as it was told; None: the file's own is believed.
        since: What a witness saw before.
        after: How many of its entries the member asked to be left out; a file that leaves out others is at fault.
        witnesses: Public keys (base64) by member, as they were told; other witnesses are reported as unverified.
    """
    return _Check(key, since, after, witnesses or {}).run(lines)


class _Check:
    """One verification, line by line."""

    def __init__(self, key: str | None, since: Witness | None, after: int, pinned: Mapping[str, str]) -> None:
        self.key, self.since, self.after, self.pinned = key, since, after, pinned
        self.faults: list[Fault] = []
        self.header: Mapping[str, Any] = {}
        self.checkpoints: dict[int, Checkpoint] = {}
        self.witnesses: tuple[tuple[str, str], ...] = ()
        self.proved: dict[tuple[int, int], bool] = {}
        self.openings = Openings(self.report)
        self.tree = Growing()
        self.newest = Checkpoint("", 0, b"")
        self.ways = Ways(0, b"")
        self.entries, self.place = 0, -1
        self.ended = False

    def report(self, fault: Fault) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)

    def run(self, lines: Iterable[bytes]) -> Verified:
        by_type = {"checkpoint": self._checkpoint, "consistency": self._consistency, "end": self._end}
        for number, item in self._items(lines):
            try:
                if item["type"] == "entry":
                    self._entry(item)
                elif self.header:
                    by_type[item["type"]](item)
                else:
                    self._header(item)
            except (LookupError, TypeError, ValueError, AttributeError, NoteNotUnderstood) as fault:
                self.report(Fault("file.unreadable", f"line {number}", str(fault)))
        self._finish()
        return self._verified()

    def _items(self, lines: Iterable[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
        number = 0
        for number, line in enumerate(lines, 1):
            if self.ended:
                self.report(Fault("file.cut", f"line {number}", "something stands after the end"))
                return
            try:
                item = orjson.loads(line)
                fits = line.endswith(b"}\n") and item.keys() == PARTS[item["type"]]
            except (KeyError, TypeError, ValueError, AttributeError):
                fits = False
            if fits:
                yield number, item
            else:
                self.report(Fault("file.unreadable", f"line {number}"))
        if not self.ended:
            self.report(Fault("file.cut", f"line {number}", "the end is missing"))

    def _header(self, item: Mapping[str, Any]) -> None:
        if (item["type"], item["v"]) != ("header", VERSION):
            raise ValueError(f"an export of version {VERSION} begins with its header")
        after, member = item["after"], item["member"]
        if not isinstance(after, int) or after < 0 or not isinstance(member, str) or (after and not member):
            raise ValueError("what came before is a count of the member's own entries")
        self.header = item
        if after != self.after:
            self.report(Fault("counter.gap", "header", f"asked for after {self.after}, the file begins after {after}"))
        if member:
            self.openings.counts[member] = after
        if self.key not in (None, item["key"]) or (self.since is not None and self.since.key != item["key"]):
            self.report(Fault("key.other", "header"))
        if self.since is not None and self.since.origin != item["origin"]:
            self.report(Fault("origin.other", "header"))

    def _checkpoint(self, item: Mapping[str, Any]) -> None:
        checkpoint, note = read_checkpoint(item["note"])
        where = f"checkpoint {checkpoint.size}"
        if checkpoint.origin != self.header["origin"]:
            self.report(Fault("origin.other", where))
        if not is_signed(note, checkpoint.origin, public_bytes(self.header["key"])):
            self.report(Fault("checkpoint.signature", where))
        if self.entries or (checkpoint.size <= self.newest.size and self.checkpoints):
            self.report(Fault("entry.order", where))
        if self.since is not None and checkpoint.size == self.since.size and checkpoint.root.hex() != self.since.root:
            told = f"the one seen before:\n{self.since.note}and this one:\n{item['note']}"
            self.report(Fault("log.forked", where, told))
        self.witnesses = tuple(self._cosigned(checkpoint, note, item["witnesses"]))
        self.checkpoints[checkpoint.size] = self.newest = checkpoint
        self.ways = Ways(checkpoint.size, checkpoint.root)

    def _cosigned(self, checkpoint: Checkpoint, note: Note, keys: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        if len(note.lines) != len(keys) + 1:
            self.report(Fault("cosignature.invalid", f"checkpoint {checkpoint.size}", "more or fewer lines than keys"))
        for member, key in sorted(keys.items()):
            if key != self.pinned.get(member, key):
                self.report(Fault("cosignature.invalid", f"checkpoint {checkpoint.size}", f"{member}: another key"))
            elif any(cosigned_at(checkpoint, line, member, public_bytes(key)) is not None for line in note.lines):
                yield member, key
            else:
                self.report(Fault("cosignature.invalid", f"checkpoint {checkpoint.size}", member))

    def _consistency(self, item: Mapping[str, Any]) -> None:
        old, new, path = item["old"], item["new"], [hash_of(one) for one in item["proof"]]
        before = self.checkpoints.get(old)
        if before is None and self.since is not None and old == self.since.size:
            before = Checkpoint(self.since.origin, old, bytes.fromhex(self.since.root))
        if before is None or new not in self.checkpoints:
            raise ValueError("a proof stands between two checkpoints of the file")
        after = self.checkpoints[new]
        held = is_consistent(old, new, path, old_root=before.root, new_root=after.root)
        if not held:
            self.report(Fault("log.inconsistent", f"checkpoint {new}", f"it does not go on from {old}"))
        self.proved[old, new] = held

    def _entry(self, item: Mapping[str, Any]) -> None:
        index = item["index"]
        if not self.checkpoints:
            raise ValueError("no checkpoint stands before the entries")
        if type(index) is not int or not self.place < index < self.newest.size:
            self.report(Fault("entry.order", f"entry {index}"))
        self.place, self.entries = index, self.entries + 1
        member = self.header["member"]
        leaf = self.openings.leaf(item, all_marks=not member)
        if not member:
            self._of_all(item, leaf)
            return
        if item["openings"][0][0] != member:
            self.report(Fault("entry.mark", f"entry {index}", "it is another party's"))
        if not self.ways.leads(leaf, index, item["proof"]):
            self.report(Fault("entry.not_in_tree", f"entry {index}"))

    def _of_all(self, item: Mapping[str, Any], leaf: bytes) -> None:
        if item["proof"]:
            raise ValueError("where all entries are there is no proof")
        if item["index"] != self.tree.size:
            self.report(Fault("entry.missing", f"entry {self.tree.size}"))
        self.tree.add(leaf)
        checkpoint = self.checkpoints.get(self.tree.size)
        if checkpoint is not None and checkpoint.root != self.tree.root():
            self.report(Fault("root.other", f"checkpoint {checkpoint.size}"))
        if self.since is not None and self.tree.size == self.since.size:
            held = self.tree.root().hex() == self.since.root
            self.proved[self.since.size, self.newest.size] = held
            if not held:
                self.report(Fault("log.inconsistent", f"checkpoint {self.newest.size}", "not what was seen before"))

    def _end(self, item: Mapping[str, Any]) -> None:
        self.ended = True
        if item["entries"] != self.entries:
            self.report(Fault("file.cut", "end", f"{item['entries']} entries were promised, {self.entries} are there"))

    def _finish(self) -> None:
        self.openings.finish()
        if not self.checkpoints:
            self.report(Fault("checkpoint.missing", "file"))
            return
        if not self.header["member"] and self.tree.size < self.newest.size:
            self.report(Fault("entry.missing", f"entry {self.tree.size}"))
        earlier = sorted(self.checkpoints)[:-1]
        if self.header["member"] and any((size, self.newest.size) not in self.proved for size in earlier):
            self.report(Fault("consistency.missing", f"checkpoint {self.newest.size}"))
        self._goes_on_from_what_was_seen()

    def _goes_on_from_what_was_seen(self) -> None:
        if self.since is None or self.since.size in (0, self.newest.size):
            return
        where = f"checkpoint {self.newest.size}"
        if self.since.size > self.newest.size:
            self.report(Fault("checkpoint.smaller", where, f"{self.since.size} was seen before"))
        elif (self.since.size, self.newest.size) not in self.proved:
            self.report(Fault("consistency.missing", where, f"from {self.since.size}"))

    def _verified(self) -> Verified:
        member = self.header.get("member", "")
        return Verified(
            origin=str(self.header.get("origin", "")),
            key=str(self.header.get("key", "")),
            member=member,
            size=self.newest.size,
            entries=self.entries,
            erased=len(self.openings.erased),
            shut=self.openings.shut,
            last=self.openings.counts.get(member, 0),
            witnesses=tuple(member for member, _ in self.witnesses if member in self.pinned),
            faults=tuple(self.faults),
            after=int(self.header.get("after", 0)),
            unverified=tuple(one for one in self.witnesses if one[0] not in self.pinned),
        )
