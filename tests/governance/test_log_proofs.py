"""Proofs of the tree, pinned by Certificate Transparency's vectors and by the plain definitions of RFC 6962."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.log.merkle import Nodes, grown, leaf_hash, root_hash
from governance.log.opening import Growing
from governance.log.proofs import (
    consistency_ranges,
    inclusion_ranges,
    is_consistent,
    is_included,
    nodes_of,
    proof,
    root_from_inclusion,
)
from governance.log.ways import Ways, hash_of

#: The leaves, roots and proofs that implementations of Certificate Transparency check themselves with.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        *("", "00", "10", "2021", "3031", "40414243"),
        *("5051525354555657", "606162636465666768696a6b6c6d6e6f"),
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
#: Leaf counted from 1, size of the tree, proof.
INCLUSION = [
    (1, 1, []),
    (
        *(1, 8),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        *(6, 8),
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (3, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        *(2, 5),
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
CONSISTENCY = [
    (1, 1, []),
    (
        *(1, 8),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        *(6, 8),
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        *(2, 5),
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
    (
        *(6, 7),
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
]


def kept(leaves: Sequence[bytes]) -> Nodes:
    """The nodes of a tree as the log keeps them."""
    found: dict[tuple[int, int], bytes] = {}
    for index, leaf in enumerate(leaves):
        for level, place, hashed in grown(index, leaf, lambda level, place: found[level, place]):
            found[level, place] = hashed
    return lambda level, place: found[level, place]


def mth(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = split(len(leaves))
    return hashlib.sha256(b"\1" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """RFC 6962, section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: Sequence[bytes], *, b: bool) -> list[bytes]:
    """RFC 6962, section 2.1.2."""
    if m == len(leaves):
        return [] if b else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], b=b), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], b=False), mth(leaves[:k])]


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def some_leaves(count: int) -> list[bytes]:
    return [b"leaf %d" % number for number in range(count)]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_vectors(size: int) -> None:
    tree = Growing()
    for leaf in LEAVES[:size]:
        tree.add(leaf_hash(leaf))
    assert root_hash(size, kept(LEAVES)).hex() == tree.root().hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("leaf", "size", "hashes"), INCLUSION)
def test_inclusion_proofs_are_those_of_the_vectors(leaf: int, size: int, hashes: list[str]) -> None:
    made = proof(inclusion_ranges(leaf - 1, size), kept(LEAVES))
    assert [one.hex() for one in made] == hashes
    assert is_included(leaf_hash(LEAVES[leaf - 1]), leaf - 1, size, made, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "new", "hashes"), CONSISTENCY)
def test_consistency_proofs_are_those_of_the_vectors(old: int, new: int, hashes: list[str]) -> None:
    made = proof(consistency_ranges(old, new), kept(LEAVES))
    assert [one.hex() for one in made] == hashes
    roots = {"old_root": bytes.fromhex(ROOTS[old - 1]), "new_root": bytes.fromhex(ROOTS[new - 1])}
    assert is_consistent(old, new, made, **roots)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(st.data())
def test_proofs_are_those_of_the_definition_and_hold(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, 70))
    old, index = data.draw(st.integers(1, new)), data.draw(st.integers(0, new - 1))
    leaves = some_leaves(new)
    nodes = kept(leaves)
    inclusion = proof(inclusion_ranges(index, new), nodes)
    consistency = proof(consistency_ranges(old, new), nodes)
    assert inclusion == path(index, leaves)
    assert consistency == subproof(old, leaves, b=True)
    assert is_included(leaf_hash(leaves[index]), index, new, inclusion, mth(leaves))
    assert is_consistent(old, new, consistency, old_root=mth(leaves[:old]), new_root=mth(leaves))
    # All kept nodes, and few of them: one query brings them.
    assert all((place + 1) << level <= new for level, place in nodes_of(inclusion_ranges(index, new)))
    assert len(nodes_of(inclusion_ranges(index, new))) <= 2 * new.bit_length()


@settings(deadline=None, derandomize=True, max_examples=150)
@given(st.data())
def test_a_proof_of_anything_else_does_not_hold(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 40))
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    leaves = some_leaves(size)
    nodes, root = kept(leaves), mth(leaves)
    path_ = proof(inclusion_ranges(index, size), nodes)
    leaf = leaf_hash(leaves[index])
    place = data.draw(st.integers(0, len(path_) - 1)) if path_ else 0
    flipped = [bytes([one[0] ^ 1]) + one[1:] if at == place else one for at, one in enumerate(path_)]
    assert not is_included(leaf, index, size, flipped, root)
    assert not is_included(leaf, index, size, path_[:-1], root)
    assert not is_included(leaf, index, size, [*path_, root], root)
    assert not is_included(leaf, index, size, [root, *path_], root)
    assert not is_included(leaf_hash(b"another"), index, size, path_, root)
    assert other == index or not is_included(leaf, other, size, path_, root)
    assert root_from_inclusion(leaf, size, size, path_) is None
    old = data.draw(st.integers(1, size - 1))
    way = proof(consistency_ranges(old, size), nodes)
    roots = {"old_root": mth(leaves[:old]), "new_root": root}
    changed = [*leaves[: old - 1], b"another", *leaves[old:]]
    assert not is_consistent(old, size, way, **{**roots, "old_root": mth(changed[:old])})
    assert not is_consistent(old, size, way, **{**roots, "new_root": mth(changed)})
    assert not is_consistent(old, size, way[:-1], **roots)
    assert not is_consistent(old, size, [*way, root], **roots)
    assert not is_consistent(size, old, way, **roots)


def test_from_nothing_every_tree_goes_on_and_the_same_tree_is_the_same() -> None:
    assert is_consistent(0, 5, [], old_root=b"", new_root=mth(LEAVES[:5]))
    assert not is_consistent(0, 5, [b"x"], old_root=b"", new_root=mth(LEAVES[:5]))
    assert not is_consistent(5, 5, [], old_root=mth(LEAVES[:5]), new_root=mth(LEAVES[1:6]))
    assert not is_consistent(3, 5, [], old_root=mth(LEAVES[:3]), new_root=mth(LEAVES[:5]))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_what_is_not_in_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="has no leaf"):
        inclusion_ranges(index, size)
    with pytest.raises(ValueError, match="does not go on"):
        consistency_ranges(5, 3)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.data())
def test_ways_that_meet_lead_where_each_leads_alone(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 60))
    leaves = some_leaves(size)
    nodes, root = kept(leaves), mth(leaves)
    ways = Ways(size, root)
    for index in data.draw(st.lists(st.integers(0, size - 1), max_size=40)):
        hashes = proof(inclusion_ranges(index, size), nodes)
        if hashes and data.draw(st.booleans()):
            at = data.draw(st.integers(0, len(hashes) - 1))
            hashes[at] = bytes([hashes[at][0] ^ 1]) + hashes[at][1:]
        leaf = leaf_hash(data.draw(st.sampled_from([leaves[index], b"another"])))
        alone = is_included(leaf, index, size, hashes, root)
        assert ways.leads(leaf, index, [one.hex() for one in hashes]) == alone
        assert not ways.leads(leaf, index, [*(one.hex() for one in hashes), "0" * 64])
        assert not ways.leads(leaf, index + size, [one.hex() for one in hashes])


@pytest.mark.parametrize("text", ["", "0" * 63, "0" * 66, "A" * 64, "0 " * 32, "x" * 64])
def test_a_hash_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match=r"hexadecimal"):
        hash_of(text)
