"""An export verifies by itself, and whatever is done to it is found and called by its name."""

from __future__ import annotations

import io
from collections.abc import Callable

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.log.check import MOST_FAULTS, Verified, check_export
from governance.log.checkpoint import sign_checkpoint
from governance.log.entry import Entry, commitment, leaf
from governance.log.faults import FAULTS
from governance.log.merkle import leaf_hash
from governance.log.opening import Openings
from governance.log.witness import Witness
from tests.governance.log_book import HUB_KEY, NOON, ORIGIN, WITNESS_KEY, Book, a_book, changed, salt, witness_of

BOOK = a_book()
OWN, ALL = BOOK.lines("trottix", since=6), BOOK.lines("")
#: The lines of OWN: header, two checkpoints, consistency, then the entries 0, 2, 4, 6, 8, 10, and the end.
FIRST = 4


def names(found: Verified) -> set[str]:
    return {fault.name for fault in found.faults}


@pytest.mark.parametrize("after", [0, 2, 6])
def test_a_members_own_export_verifies(after: int) -> None:
    told = {"bolide": WITNESS_KEY}
    found = check_export(BOOK.lines("trottix", since=6, after=after), key=HUB_KEY, after=after, witnesses=told)
    assert found == Verified(ORIGIN, HUB_KEY, "trottix", 11, 6 - after, int(after < 3), 0, 6, ("bolide",), (), after)


@pytest.mark.parametrize(("asked", "given"), [(0, 2), (2, 0), (2, 6)])
def test_a_hub_that_leaves_out_more_or_less_than_was_asked_is_found(asked: int, given: int) -> None:
    found = check_export(BOOK.lines("trottix", since=6, after=given), key=HUB_KEY, after=asked)
    assert [(fault.name, fault.where) for fault in found.faults] == [("counter.gap", "header")]
    assert found.after == given


def test_a_witness_is_verified_only_by_a_key_that_the_reader_was_told() -> None:
    unknown = check_export(OWN, key=HUB_KEY)
    assert (unknown.whole, unknown.witnesses, unknown.unverified) == (True, (), (("bolide", WITNESS_KEY),))
    other = check_export(OWN, key=HUB_KEY, witnesses={"bolide": HUB_KEY})
    assert (names(other), other.witnesses, other.unverified) == ({"cosignature.invalid"}, (), ())


def test_the_export_of_all_entries_verifies_by_its_root() -> None:
    found = check_export(ALL, key=HUB_KEY, since=witness_of(BOOK, 6))
    told = (("bolide", WITNESS_KEY),)
    assert found == Verified(ORIGIN, HUB_KEY, "", 11, 11, 1, 0, 0, (), (), unverified=told)


def test_a_text_that_is_shut_to_whoever_takes_all_is_counted_and_in_the_tree() -> None:
    found = check_export(changed(ALL, 3, text=None, salt=None, shut=True))
    assert (found.faults, found.shut, found.erased) == ((), 1, 1)
    assert names(check_export(changed(ALL, 3, text=None, salt=None))) == {"erasure.unexplained"}


def test_an_empty_log_and_a_member_without_entries() -> None:
    assert check_export(BOOK.lines("nobody")).whole
    assert names(check_export([])) == {"file.cut", "checkpoint.missing"}


def test_the_hot_loop_spells_leaves_as_the_log_does() -> None:
    kept = BOOK.entries[0]
    item = orjson.loads(OWN[FIRST])
    assert Openings(lambda _: None).leaf(item, all_marks=False) == leaf_hash(leaf(kept.commitment, kept.marks))
    alone = Book()
    alone.append(Entry(NOON, "public", "read", "bus", True, {"type": "decision"}, frozenset()))
    (item,) = (orjson.loads(line) for line in alone.lines("")[2:-1])
    assert Openings(lambda _: None).leaf(item, all_marks=True) == leaf_hash(leaf(item["commitment"], []))
    odd = Book()
    odd.decide('é"\\\n', "trottix")
    assert check_export(odd.lines("")).whole


def first(**parts: object) -> Callable[[], list[bytes]]:
    return lambda: changed(OWN, FIRST, **parts)


def without(number: int, lines: list[bytes]) -> list[bytes]:
    """One line fewer, and the end says so."""
    rest = [*lines[:number], *lines[number + 1 :]]
    return changed(rest, len(rest) - 1, entries=orjson.loads(rest[-1])["entries"] - 1)


def forged() -> list[bytes]:
    """An entry of another text whose commitment fits again."""
    text = '{"type":"decision","words":"nobody looked"}'
    return changed(OWN, FIRST, text=text, commitment=commitment(salt(0), text.encode()))


def exchanged(one: int, other: int, lines: list[bytes]) -> list[bytes]:
    rest = list(lines)
    rest[one], rest[other] = rest[other], rest[one]
    return rest


def erased(number: int, lines: list[bytes]) -> list[bytes]:
    return changed(lines, number, text=None, salt=None)


def another_book() -> Book:
    """The log that somebody else is shown: entry 1 is another one."""
    book = Book()
    for index in range(10):
        book.decide(*(("trottix", "smhc") if index % 2 == 0 else ("bolide",)), words="another" if index == 1 else "")
    book.erase(4)
    return book


OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
TAMPERING: dict[str, tuple[Callable[[], list[bytes]], str]] = {
    "a text": (first(text='{"type":"decision"}'), "entry.text"),
    "a salt": (first(salt="0" * 64), "entry.text"),
    "a text with its commitment": (forged, "entry.not_in_tree"),
    "a mark's salt": (first(openings=[["trottix", 1, "0" * 64]]), "entry.mark"),
    "a mark's number": (first(openings=[["trottix", 2, salt(0, "trottix").hex()]]), "counter.gap"),
    "a mark's party": (first(openings=[["bolide", 1, salt(0, "trottix").hex()]]), "entry.mark"),
    "no mark": (first(openings=[]), "file.unreadable"),
    "a mark that is left out": (first(marks=[]), "entry.mark"),
    "an index": (first(index=1), "entry.not_in_tree"),
    "a proof": (first(proof=["0" * 64]), "entry.not_in_tree"),
    "no proof": (first(proof=[]), "entry.not_in_tree"),
    "a part of another name": (first(note="x"), "file.unreadable"),
    "a text of one's own that is shut": (first(text=None, salt=None, shut=True), "file.unreadable"),
    "all: a text that is there and shut": (lambda: changed(ALL, 3, shut=True), "file.unreadable"),
    "a salt in capitals": (first(salt=salt(0).hex().upper()), "file.unreadable"),
    "an entry hidden": (lambda: without(FIRST + 1, OWN), "counter.gap"),
    "the first entry hidden": (lambda: without(FIRST, OWN), "counter.gap"),
    "two exchanged": (lambda: exchanged(FIRST, FIRST + 1, OWN), "entry.order"),
    "one twice": (lambda: [*OWN[:5], OWN[4], *OWN[5:]], "entry.order"),
    "the tail cut": (lambda: OWN[:-2], "file.cut"),
    "the tail cut and the end kept": (lambda: [*OWN[:-2], OWN[-1]], "file.cut"),
    "something after the end": (lambda: [*OWN, OWN[-1]], "file.cut"),
    "a text erased that nobody erased": (lambda: erased(FIRST + 1, OWN), "erasure.unexplained"),
    "an erasure whose entry is hidden": (lambda: without(FIRST + 5, OWN), "erasure.unexplained"),
    "the key": (lambda: changed(OWN, 0, key=WITNESS_KEY), "checkpoint.signature"),
    "the origin": (lambda: changed(OWN, 0, origin="mobility-commons/elsewhere"), "origin.other"),
    "whose it is": (lambda: changed(OWN, 0, member="bolide"), "entry.mark"),
    "what came before": (lambda: changed(OWN, 0, after=1), "counter.gap"),
    "a checkpoint of another key": (
        lambda: changed(OWN, 2, note=str(sign_checkpoint(BOOK.checkpoint(11), OTHER_KEY)), witnesses={}),
        "checkpoint.signature",
    ),
    "a checkpoint of another tree": (
        lambda: changed(OWN, 2, note=str(another_book().note(11)), witnesses={}),
        "log.inconsistent",
    ),
    "a smaller checkpoint": (lambda: changed(OWN, 2, note=str(BOOK.note(5)), witnesses={}), "entry.order"),
    "a witness's key": (lambda: changed(OWN, 2, witnesses={"bolide": HUB_KEY}), "cosignature.invalid"),
    "a witness of another name": (lambda: changed(OWN, 2, witnesses={"smhc": WITNESS_KEY}), "cosignature.invalid"),
    "a witness more": (
        lambda: changed(OWN, 2, witnesses={"bolide": WITNESS_KEY, "smhc": WITNESS_KEY}),
        "cosignature.invalid",
    ),
    "a witness fewer": (lambda: changed(OWN, 2, witnesses={}), "cosignature.invalid"),
    "the proof that it goes on": (lambda: changed(OWN, 3, proof=["0" * 64] * 3), "log.inconsistent"),
    "no proof that it goes on": (lambda: [*OWN[:3], *OWN[4:]], "consistency.missing"),
    "no checkpoint": (lambda: [OWN[0], *OWN[4:]], "checkpoint.missing"),
    "no header": (lambda: OWN[1:], "file.unreadable"),
    "no JSON": (lambda: [*OWN[:4], b"{]}\n", *OWN[5:]], "file.unreadable"),
    "all: an entry hidden": (lambda: without(4, ALL), "entry.missing"),
    "all: the tail cut": (lambda: without(len(ALL) - 2, ALL), "entry.missing"),
    "all: two exchanged": (lambda: exchanged(3, 4, ALL), "entry.order"),
    "all: a mark that is not opened": (lambda: changed(ALL, 2, openings=[]), "entry.mark"),
    "all: a text with its commitment": (
        lambda: changed(ALL, 3, text="{}", commitment=commitment(salt(1), b"{}")),
        "root.other",
    ),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_whatever_is_done_to_an_export_is_found_by_its_name(how: str) -> None:
    tamper, name = TAMPERING[how]
    found = check_export(tamper())
    assert name in names(found)
    assert names(found) <= FAULTS.keys()
    assert all(str(fault) and fault.sentence.fr != fault.sentence.en for fault in found.faults)


@pytest.mark.parametrize(("member", "since"), [("trottix", 2), ("", 0)], ids=["own", "all"])
@pytest.mark.parametrize("bit", [1, 32])
def test_a_flipped_bit_is_found_wherever_it_is(member: str, since: int, bit: int) -> None:
    book = Book()
    for party in ("trottix", "bolide", "trottix"):
        book.decide(party)
    whole = b"".join(book.lines(member, since=since))
    assert check_export(whole.splitlines(keepends=True)).whole
    for place in range(len(whole)):
        flipped = whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :]
        assert not check_export(io.BytesIO(flipped)).whole, (place, flipped)


def test_a_fork_is_shown_to_whoever_kept_what_it_saw() -> None:
    seen = witness_of(another_book(), 11)
    (fault,) = [one for one in check_export(OWN, since=seen).faults if one.name == "log.forked"]
    assert seen.note in fault.detail
    assert str(BOOK.note(11, "bolide")) in fault.detail


@pytest.mark.parametrize("lines", [OWN, ALL], ids=["own", "all"])
@pytest.mark.parametrize(
    ("since", "name"),
    [
        (Witness(ORIGIN, WITNESS_KEY, "trottix"), "key.other"),
        (Witness("mobility-commons/elsewhere", HUB_KEY, "trottix"), "origin.other"),
        (Witness(ORIGIN, HUB_KEY, "trottix", 12, "0" * 64), "checkpoint.smaller"),
    ],
)
def test_another_log_than_the_one_that_was_seen(lines: list[bytes], since: Witness, name: str) -> None:
    assert names(check_export(lines, since=since)) == {name}


def test_the_way_from_what_was_seen_must_be_proved() -> None:
    assert check_export(OWN, since=witness_of(BOOK, 6)).whole
    assert names(check_export(OWN, since=witness_of(BOOK, 5))) == {"consistency.missing"}
    assert names(check_export(OWN, since=witness_of(another_book(), 6))) == {"log.forked"}
    assert names(check_export(ALL, since=witness_of(another_book(), 5))) == {"log.inconsistent"}
    assert names(check_export(OWN, key=WITNESS_KEY)) == {"key.other"}


def test_of_a_file_that_is_all_wrong_only_the_first_faults_are_told() -> None:
    assert len(check_export([b"x\n"] * 5_000).faults) == MOST_FAULTS
