"""A witness cosigns what goes on from what it saw, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.log.checkpoint import cosigned_at, sign_checkpoint
from governance.log.note import NoteNotUnderstood
from governance.log.witness import Witness, WitnessRefused, cosigned, fork, public_bytes, read_witness, seen
from governance.signing import public_text
from tests.governance.log_book import HUB_KEY, ORIGIN, WITNESS, WITNESS_KEY, Book, a_book

BOOK = a_book()
NEW = Witness(ORIGIN, HUB_KEY, "trottix")


def forked() -> Book:
    book = Book()
    for index in range(12):
        book.decide("trottix" if index % 2 == 0 else "bolide", words="another")
    return book


def at(size: int) -> Witness:
    return seen(NEW, str(BOOK.note(size)), BOOK.consistency(0, size))


def test_it_follows_the_log_and_cosigns_each_checkpoint() -> None:
    state = NEW
    for size in (3, 3, 7, 11):
        state = seen(state, str(BOOK.note(size)), BOOK.consistency(state.size, size))
        line = cosigned(state, WITNESS, time_s=size)
        assert cosigned_at(BOOK.checkpoint(size), line, "trottix", public_bytes(WITNESS_KEY)) == size
    assert (state.size, state.root) == (11, BOOK.root(11).hex())
    assert read_witness(state.plain()) == state


@pytest.mark.parametrize(
    ("name", "book", "size", "from_"),
    [
        ("checkpoint.smaller", BOOK, 5, 5),
        ("log.forked", forked(), 7, 7),
        ("log.inconsistent", forked(), 11, 7),
        ("log.inconsistent", BOOK, 11, 3),  # a proof from another size than the one that was seen
    ],
)
def test_it_refuses_what_does_not_go_on(name: str, book: Book, size: int, from_: int) -> None:
    with pytest.raises(WitnessRefused) as refusal:
        seen(at(7), str(book.note(size)), book.consistency(from_, size))
    assert refusal.value.fault.name == name


def test_it_refuses_another_log_and_another_key() -> None:
    elsewhere = replace(at(7), origin="mobility-commons/elsewhere")
    other = str(sign_checkpoint(BOOK.checkpoint(11), Ed25519PrivateKey.from_private_bytes(bytes(32))))
    for state, whole, name in (
        (elsewhere, str(BOOK.note(11)), "origin.other"),
        (at(7), other, "checkpoint.signature"),
        (replace(at(7), key="nonsense"), str(BOOK.note(11)), "checkpoint.signature"),
    ):
        with pytest.raises(WitnessRefused) as refusal:
            seen(state, whole, BOOK.consistency(7, 11))
        assert refusal.value.fault.name == name


def test_two_checkpoints_of_one_size_are_the_proof_of_a_fork() -> None:
    one, other = str(BOOK.note(7)), str(forked().note(7))
    with pytest.raises(WitnessRefused) as refusal:
        seen(at(7), other, [])
    assert one in str(refusal.value)
    assert other in str(refusal.value)
    assert fork(one, other, HUB_KEY) == (BOOK.checkpoint(7), forked().checkpoint(7))


def test_what_proves_no_fork() -> None:
    other_key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    one, other = str(BOOK.note(7)), str(sign_checkpoint(forked().checkpoint(7), other_key))
    assert fork(one, one, HUB_KEY) is None
    assert fork(one, str(BOOK.note(8)), HUB_KEY) is None
    assert fork(one, other, HUB_KEY) is None  # somebody else's signature proves nothing against the hub
    assert fork(one, other, public_text(other_key)) is None


def test_before_the_first_checkpoint_there_is_nothing_to_cosign() -> None:
    with pytest.raises(NoteNotUnderstood):
        cosigned(NEW, WITNESS, time_s=1)


@pytest.mark.parametrize("changes", [{"root": "ab"}, {"root": 3}, {"size": -1}, {"size": "x"}, {"type": "note"}])
def test_a_file_that_is_no_witness_s_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(NoteNotUnderstood):
        read_witness({**at(3).plain(), **changes})
    with pytest.raises(NoteNotUnderstood):
        read_witness({})
