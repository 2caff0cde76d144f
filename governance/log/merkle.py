"""The hashes of a Merkle tree after RFC 6962, section 2.1, and how it grows by one leaf.

A node is named by its level and its place: level 0 holds the leaves' hashes, the node (l, i) covers the leaves from
i * 2^l to (i + 1) * 2^l. Only nodes that cover that many leaves are kept; they never change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import TypeAlias

#: The hash of a kept node, by level and place.
Nodes: TypeAlias = Callable[[int, int], bytes]

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf: SHA-256 of 0x00 and the leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256 of 0x01 and the two below it."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def grown(size: int, leaf: bytes, nodes: Nodes) -> Iterator[tuple[int, int, bytes]]:
    """The nodes that become whole when a leaf is added to a tree of `size` leaves: level, place, hash."""
    level, place, hashed = 0, size, leaf_hash(leaf)
    yield level, place, hashed
    while place & 1:
        hashed = node_hash(nodes(level, place - 1), hashed)
        level, place = level + 1, place >> 1
        yield level, place, hashed


def root_hash(size: int, nodes: Nodes) -> bytes:
    """The root of the tree of the first `size` leaves."""
    peaks = [nodes(level, place) for level, place in peaks_of(size)]
    if not peaks:
        return EMPTY_ROOT
    hashed = peaks.pop()
    while peaks:
        hashed = node_hash(peaks.pop(), hashed)
    return hashed


def peaks_of(size: int) -> list[tuple[int, int]]:
    """The largest kept nodes that together cover the first `size` leaves, from left to right: level, place."""
    found, covered = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            found.append((level, covered >> level))
            covered += 1 << level
    return found
