"""Proofs that a leaf is in a tree, and that a tree goes on from an earlier one: made from kept nodes, and checked.

RFC 6962, sections 2.1.1 (audit paths) and 2.1.2 (consistency proofs); how they are checked is spelled out in RFC 9162,
sections 2.1.3.2 and 2.1.4.2. A proof is first a list of *ranges* of leaves whose hashes it consists of. A range at the
right edge of the tree is covered by several kept nodes; `nodes_of` names them all, so that one query can bring them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from governance.log.merkle import Nodes, node_hash, peaks_of

#: The leaves from a place on, up to another one that is not in it.
Range: TypeAlias = tuple[int, int]


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The subtrees beside the way from leaf `index` up to the root of the first `size` leaves, from the leaf upwards.

    Raises:
        ValueError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    begin, end, found = 0, size, []
    while end - begin > 1:
        middle = begin + _left(end - begin)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((begin, middle))
            begin = middle
    return found[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """The subtrees that show that the tree of `new` leaves begins with the tree of `old` ones.

    Raises:
        ValueError: the old tree is the larger one.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves does not go on from one of {old}")
    if old in (0, new):
        return []
    begin, end, found = 0, new, []
    while old != end:
        middle = begin + _left(end - begin)
        if old <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((begin, middle))
            begin = middle
    # The old tree's own root is known to whoever asks, so it is left out (the flag `b` of the RFC).
    return ([(begin, end)] if begin > 0 else []) + found[::-1]


def nodes_of(ranges: Iterable[Range]) -> list[tuple[int, int]]:
    """The kept nodes that ranges of a proof are made of: level, place."""
    return [node for one in ranges for node in covering(one)]


def covering(one: Range) -> list[tuple[int, int]]:
    """The kept nodes that cover a range of a proof, from left to right. It begins where its largest subtree may."""
    begin, end = one
    return [(level, place + (begin >> level)) for level, place in peaks_of(end - begin)]


def proof(ranges: Iterable[Range], nodes: Nodes) -> list[bytes]:
    """The hashes of the ranges."""
    return [_hashed(one, nodes) for one in ranges]


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a leaf's hash and its proof come to (RFC 9162, 2.1.3.2); None when the proof has another form."""
    if not 0 <= index < size:
        return None
    place, last, hashed = index, size - 1, leaf
    for beside in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            hashed = node_hash(beside, hashed)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            hashed = node_hash(hashed, beside)
        place, last = place >> 1, last >> 1
    return hashed if last == 0 else None


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf of that hash stands at `index` in the tree of `size` leaves with that root."""
    return root_from_inclusion(leaf, index, size, path) == root


def is_consistent(old: int, new: int, path: Sequence[bytes], *, old_root: bytes, new_root: bytes) -> bool:
    """Whether the tree of `new` leaves begins with the tree of `old` leaves (RFC 9162, 2.1.4.2).

    From the empty tree every tree goes on, with an empty proof.
    """
    if not 0 <= old <= new:
        return False
    if old == 0:
        return not path
    if old == new:
        return not path and old_root == new_root
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not hashes:
        return False
    return _both_roots(old - 1, new - 1, hashes) == (old_root, new_root)


def _both_roots(place: int, last: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = hashes[0]
    for beside in hashes[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            before, after = node_hash(beside, before), node_hash(beside, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, beside)
        place, last = place >> 1, last >> 1
    return (before, after) if last == 0 else None


def _left(size: int) -> int:
    """The largest power of two below a size: how many leaves go to the left."""
    return 1 << ((size - 1).bit_length() - 1)


def _hashed(one: Range, nodes: Nodes) -> bytes:
    peaks = [nodes(level, place) for level, place in covering(one)]
    hashed = peaks.pop()
    while peaks:
        hashed = node_hash(peaks.pop(), hashed)
    return hashed
