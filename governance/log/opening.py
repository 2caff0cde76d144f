"""Whether entries of a log open as they say: text by commitment, party by mark, one party's entries without a gap.

This is the inner loop of a verification that may go over millions of entries, so what `governance.log.entry` spells by
`canonical` is spelled here by hand; a test holds the two against one another.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any

from governance.log.faults import Fault

Found = Callable[[Fault], None]


class Openings:
    """Looks at entries one after the other, in the order of the log, and reports what does not open."""

    def __init__(self, report: Found, *, after: Mapping[str, int] | None = None) -> None:
        """`after` is each party's count before the first entry."""
        self.counts: dict[str, int] = dict(after or {})
        self.erased: set[int] = set()
        self.shut = 0
        self.explained: set[int] = set()
        self._report = report

    def leaf(self, item: Mapping[str, Any], *, all_marks: bool) -> bytes:
        """Check one entry and answer with its leaf's hash. `all_marks`: every mark must be opened, not one's own only.

        Raises:
            KeyError, TypeError, ValueError: the item is no entry.
        """
        index, committed, marks = item["index"], item["commitment"], item["marks"]
        if self._is_shut(item, all_marks=all_marks):
            self.shut += 1
        else:
            self._text(index, committed, item["salt"], item["text"])
        self._marks(index, marks, item["openings"], all_marks=all_marks)
        joined = '","'.join(marks)
        _must_be_hashes([committed, *marks])
        listed = f'["{joined}"]' if marks else "[]"
        return sha256(f'\0{{"commitment":"{committed}","marks":{listed},"v":1}}'.encode()).digest()

    def finish(self) -> None:
        """Report what could be known at the end only: erasures that no entry explains."""
        for index in sorted(self.erased - self.explained):
            self._report(Fault("erasure.unexplained", f"entry {index}"))

    @staticmethod
    def _is_shut(item: Mapping[str, Any], *, all_marks: bool) -> bool:
        # Only whoever takes the entries of all may find some shut: nobody's own ever are.
        if item["shut"] is False:
            return False
        if item["shut"] is True and all_marks and item["salt"] is None and item["text"] is None:
            return True
        raise ValueError("a text is shut only in the file of all entries, and then it is not there")

    def _text(self, index: int, committed: str, salt: str | None, text: str | None) -> None:
        if salt is None and text is None:
            self.erased.add(index)
            return
        if salt is None or text is None:
            raise ValueError("salt and text go together")
        if sha256(_salt(salt) + text.encode()).hexdigest() != committed:
            self._report(Fault("entry.text", f"entry {index}"))
        elif '"type":"erasure"' in text:
            told = json.loads(text)
            if told["type"] == "erasure":
                self.explained.add(told["index"])

    def _marks(self, index: int, marks: Sequence[str], openings: Sequence[Any], *, all_marks: bool) -> None:
        made = []
        for party, number, salt in openings:
            made.append(sha256(_salt(salt) + f'{{"number":{number:d},"party":{_spelled(party)}}}'.encode()).hexdigest())
            before = self.counts.get(party, 0)
            if number != before + 1:
                self._report(Fault("counter.gap", f"entry {index}", f"{party}: {number} comes after {before}"))
            self.counts[party] = number
        if all_marks:
            if sorted(made) != list(marks):
                self._report(Fault("entry.mark", f"entry {index}"))
        elif len(made) != 1 or made[0] not in marks:
            self._report(Fault("entry.mark", f"entry {index}"))


class Growing:
    """A tree that leaves are added to, of which only the largest whole subtrees are kept."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, hashed: bytes) -> list[bytes]:
        """Add a leaf by its hash; answers with the hashes of the nodes that become whole, from the leaf upwards."""
        place, made = self.size, [hashed]
        while place & 1:
            hashed = sha256(b"\x01" + self._peaks.pop() + hashed).digest()
            made.append(hashed)
            place >>= 1
        self._peaks.append(hashed)
        self.size += 1
        return made

    def root(self) -> bytes:
        """The root of all leaves so far."""
        if not self._peaks:
            return sha256(b"").digest()
        hashed = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            hashed = sha256(b"\x01" + peak + hashed).digest()
        return hashed


def _salt(text: str) -> bytes:
    salt = bytes.fromhex(text)
    if salt.hex() != text:  # capitals and spaces would be other spellings of the same salt
        raise ValueError("a salt is written in small hexadecimal digits")
    return salt


def _must_be_hashes(hashes: Sequence[str]) -> None:
    joined = "".join(hashes)
    if any(len(one) != 64 for one in hashes) or not (joined.isascii() and joined.isalnum()):
        raise ValueError("a hash is written in 64 hexadecimal digits")


@lru_cache(maxsize=4096)
def _spelled(party: str) -> str:
    return json.dumps(party, ensure_ascii=False)
