"""Many inclusion proofs under one root: where the way of an entry meets that of an earlier one, it is known to lead on.

Entries of one party lie close together in a busy log, so most of each way was walked before. Nothing is taken on trust:
a way is left early only where hash, place and every hash that is still to come are those of a way that led to the root.
"""

from __future__ import annotations

from collections.abc import Sequence

from governance.log.merkle import node_hash

#: How many places are remembered, at some 20 a way: what is older seldom meets.
_MOST = 4_096


class Ways:
    """The ways from leaves up to one root, in the order of the log."""

    def __init__(self, size: int, root: bytes) -> None:
        self._size, self._root = size, root
        self._known: dict[tuple[int, int], tuple[bytes, Sequence[str]]] = {}

    def leads(self, leaf: bytes, index: int, path: Sequence[str]) -> bool:
        """Whether the leaf of that hash stands at `index`: RFC 9162, 2.1.3.2, with the path in hexadecimal.

        Raises:
            ValueError: the path is no list of hashes in 64 small hexadecimal digits.
        """
        place, last, hashed = index, self._size - 1, leaf
        walked: list[tuple[tuple[int, int], tuple[bytes, Sequence[str]]]] = []
        for at, text in enumerate(path):
            known = self._known.get((place, last))
            rest = path[at:]
            if known is not None and known[0] == hashed and known[1] == rest:
                break
            if last == 0:
                return False
            walked.append(((place, last), (hashed, rest)))
            if place & 1 or place == last:
                hashed = node_hash(hash_of(text), hashed)
                while not place & 1 and place:
                    place, last = place >> 1, last >> 1
            else:
                hashed = node_hash(hashed, hash_of(text))
            place, last = place >> 1, last >> 1
        else:
            if last != 0 or hashed != self._root or not 0 <= index < self._size:
                return False
        self._remember(walked)
        return True

    def _remember(self, walked: Sequence[tuple[tuple[int, int], tuple[bytes, Sequence[str]]]]) -> None:
        if len(self._known) > _MOST:
            self._known.clear()
        self._known.update(walked)


def hash_of(text: str) -> bytes:
    """A hash from its 64 small hexadecimal digits.

    Raises:
        ValueError: it is written in another way.
    """
    hashed = bytes.fromhex(text)
    if len(hashed) != 32 or hashed.hex() != text:
        raise ValueError("a hash is written in 64 small hexadecimal digits")
    return hashed
