"""What a member takes away verifies by itself; erasing leaves every proof; witnesses and checkpoints are kept."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from governance.log.check import check_export
from governance.log.checkpoint import cosign, read_checkpoint
from governance.log.entry import leaf
from governance.log.merkle import leaf_hash
from governance.log.note import NoteNotUnderstood
from governance.log.proofs import is_consistent, is_included
from governance.log.witness import Witness, seen
from governance.signing import new_key
from hub.errors import BadRequest, Conflict, NotFound, Refused, StorageError
from hub.records import Records, log_pages
from hub.services.commons import current_world
from hub.services.log_check import check
from hub.services.log_checkpoints import DUE_ENTRIES, is_due
from hub.services.log_erasure import erase
from hub.services.log_export import exported
from hub.services.log_proofs import consistency, inclusion, newest_checkpoint
from hub.services.log_witnesses import accept
from hub.services.signing import listed, revoke
from tests.hub.log_hall import HUB_KEY, NOON, WITNESS, LogHall, log_hall


@pytest.fixture
def hall(records: Records, tmp_path: Path) -> LogHall:
    return log_hall(records, tmp_path)


def line(hall: LogHall, *, member: str = "trottix", at: dt.datetime = NOON) -> str:
    checkpoint, _ = read_checkpoint(newest_checkpoint(hall.front).row.note)
    return str(cosign(checkpoint, member, WITNESS, time_s=int(at.timestamp())))


def entries(hall: LogHall, member: str | None) -> list[log_pages.Opened]:
    with hall.front.records.read() as session:
        return log_pages.newest_page(session, member, before=None, most=1_000)[::-1]


def test_a_member_s_export_holds_its_own_entries_and_verifies(hall: LogHall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_pages, "PAGE", 2)  # so that a few entries are several pages
    hall.sign()
    own = [one.index for one in entries(hall, "trottix")]
    found = check_export(exported(hall.front, "trottix"), key=HUB_KEY)
    assert (found.faults, found.entries, found.last, found.member) == ((), len(own), len(own), "trottix")
    told = [json.loads(text) for text in exported(hall.front, "trottix")]
    assert [one["index"] for one in told if one["type"] == "entry"] == own
    assert all(len(one["openings"]) == 1 for one in told if one["type"] == "entry")
    said = [json.loads(one["text"]) for one in told if one["type"] == "entry"]
    assert any(one.get("subject") == "mds-trottix" and one["permitted"] is False for one in said)


def test_the_export_of_everything_verifies(hall: LogHall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_pages, "PAGE", 2)
    size = hall.sign()
    hall.ask("smhc", "combecycle")  # newer than the checkpoint: not in it
    found = check_export(exported(hall.front, None), key=HUB_KEY)
    assert (found.faults, found.entries, found.size) == ((), size, size)


def test_an_export_goes_on_from_what_the_member_cosigned(hall: LogHall) -> None:
    first = hall.sign()
    state = seen(Witness(read_checkpoint(newest_checkpoint(hall.front).note)[0].origin, HUB_KEY, "trottix"),
                 newest_checkpoint(hall.front).note, [])  # fmt: skip
    accept(hall.front, "trottix", first, line(hall))
    hall.ask("bolide", "trottix-gbfs")
    hall.sign()
    lines = list(exported(hall.front, "trottix"))
    assert check_export(lines, key=HUB_KEY, since=state).whole
    assert sum(b'"type":"consistency"' in one for one in lines) == 1
    assert check_export(exported(hall.front, "trottix", after=3), since=state, after=3).entries == len(lines) - 5 - 3
    assert check_export(exported(hall.front, "bolide", since=first), since=state).whole
    with pytest.raises(BadRequest, match="no checkpoint of 1 entries"):
        exported(hall.front, "bolide", since=1)


def test_before_the_first_checkpoint_there_is_nothing_to_export(hall: LogHall) -> None:
    with pytest.raises(Conflict, match="no checkpoint yet"):
        exported(hall.front, "trottix")


def test_proofs_of_entries_and_of_growth_hold(hall: LogHall) -> None:
    old = hall.sign()
    hall.ask("bolide", "trottix-gbfs")
    new = hall.sign()
    trottix = current_world(hall.front).members["trottix"]
    roots = [read_checkpoint(consistency(hall.front, 0, new=size).checkpoint.row.note)[0].root for size in (old, new)]
    for one in entries(hall, "trottix"):
        found = inclusion(hall.front, trottix, str(one.index))
        assert inclusion(hall.front, trottix, one.commitment[:16]).path == found.path
        hashed = leaf_hash(leaf(found.commitment, found.marks))
        assert is_included(hashed, found.index, new, found.path, roots[1])
    way = consistency(hall.front, old)
    assert is_consistent(old, new, way.path, old_root=roots[0], new_root=roots[1])
    with pytest.raises(BadRequest, match="does not go on"):
        consistency(hall.front, new + 1)
    with pytest.raises(NotFound):
        inclusion(hall.front, trottix, "999")
    hall.ask("trottix", "combecycle")
    with pytest.raises(Conflict, match="newer than the last checkpoint"):
        inclusion(hall.front, trottix, str(new))


def test_a_proof_is_given_to_whom_the_entry_concerns(hall: LogHall) -> None:
    hall.sign()
    members = current_world(hall.front).members
    other = next(one.index for one in entries(hall, None) if "glisse" not in {each.party for each in one.openings})
    with pytest.raises(Refused) as refusal:
        inclusion(hall.front, members["glisse"], str(other))
    assert refusal.value.reasons[0]["code"] == "log.not_concerned"
    assert inclusion(hall.front, members["secretariat"], str(other)).index == other


def test_erasing_takes_the_text_and_leaves_every_proof(hall: LogHall) -> None:
    hall.sign()
    decision = next(one for one in entries(hall, "trottix") if one.text is not None and one.text.action == "read")
    place = erase(hall.front, decision.index, by="secretariat", why="demande d'effacement")
    hall.sign()
    found = check_export(exported(hall.front, "trottix"), key=HUB_KEY)
    assert (found.faults, found.erased) == ((), 1)
    assert check(hall.front).faults == ()
    assert check_export(exported(hall.front, None)).erased == 1
    said = entries(hall, "trottix")[-1]
    assert said.index == place
    assert {each.party for each in said.openings} == {"trottix"}
    everything = b"".join(exported(hall.front, None))
    assert decision.text is not None
    assert decision.text.salt.encode() not in everything
    assert decision.commitment.encode() in everything
    with pytest.raises(Conflict, match="erased already"):
        erase(hall.front, decision.index, by="secretariat", why="encore")


@pytest.mark.parametrize(
    ("by", "why", "action", "code"),
    [
        ("trottix", "x", "read", "log.not_secretariat"),
        ("nobody", "x", "read", "log.not_secretariat"),
        ("secretariat", " ", "read", "log.no_why"),
        ("secretariat", "x", "key.registered", "log.not_erasable"),
    ],
)
def test_what_may_not_be_erased_stays(hall: LogHall, by: str, why: str, action: str, code: str) -> None:
    index = next(one.index for one in entries(hall, None) if one.text is not None and one.text.action == action)
    before = len(entries(hall, None))
    with pytest.raises(Refused) as refusal:
        erase(hall.front, index, by=by, why=why)
    assert refusal.value.reasons[0]["code"] == code
    assert len(entries(hall, None)) == before
    assert check(hall.front).erased == 0


def test_what_is_not_there_cannot_be_erased(hall: LogHall) -> None:
    with pytest.raises(NotFound, match="no entry 999"):
        erase(hall.front, 999, by="secretariat", why="x")


def test_the_same_log_is_signed_once_and_no_checkpoint_is_ever_another(hall: LogHall) -> None:
    size = hall.sign()
    first = newest_checkpoint(hall.front).row
    hall.clock.now += dt.timedelta(hours=1)
    assert hall.sign() == size
    assert newest_checkpoint(hall.front).row.note == first.note
    assert newest_checkpoint(hall.front).row.at == NOON


def test_a_log_that_was_changed_is_not_signed(hall: LogHall) -> None:
    hall.sign()
    hall.ask("bolide", "trottix-gbfs")
    hall.without_triggers()
    hall.sql("UPDATE log_node SET hash = :hash WHERE level = 1 AND place = 0", hash=b"x" * 32)
    hall.sql("UPDATE log_node SET hash = :hash WHERE level = 2 AND place = 0", hash=b"x" * 32)
    with pytest.raises(StorageError, match="does not go on"):
        hall.sign()
    hall.sql("DELETE FROM log_node WHERE level = 2 AND place = 0")
    with pytest.raises(StorageError, match="lacks node"):
        hall.sign()


def test_a_checkpoint_is_due_after_five_minutes_or_a_thousand_entries(
    hall: LogHall, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert DUE_ENTRIES == 1_000
    monkeypatch.setattr("hub.services.log_checkpoints.DUE_ENTRIES", 3)
    assert is_due(hall.front)
    hall.sign()
    hall.clock.now += dt.timedelta(days=1)
    assert not is_due(hall.front)  # nothing came since
    hall.clock.now = NOON
    hall.ask("smhc", "combecycle")
    hall.ask("smhc", "combecycle")
    hall.clock.now = NOON + dt.timedelta(minutes=4, seconds=59)
    assert not is_due(hall.front)
    hall.clock.now += dt.timedelta(seconds=1)
    assert is_due(hall.front)
    hall.clock.now = NOON
    hall.ask("smhc", "combecycle")
    assert is_due(hall.front)


def test_a_cosignature_is_kept_once_and_shown_under_the_checkpoint(hall: LogHall) -> None:
    size = hall.sign()
    kept = accept(hall.front, "trottix", size, line(hall))
    again = accept(hall.front, "trottix", size, line(hall, at=NOON + dt.timedelta(minutes=1)))
    assert (kept.at, again.at, again.line) == (NOON, NOON, kept.line)
    assert newest_checkpoint(hall.front).note.endswith(f"{kept.line}\n")
    assert list(newest_checkpoint(hall.front).witnesses) == ["trottix"]
    assert check(hall.front).cosignatures == 1


def refusals(hall: LogHall) -> Iterator[tuple[str, str, str]]:
    checkpoint, _ = read_checkpoint(newest_checkpoint(hall.front).row.note)
    stranger = str(cosign(checkpoint, "trottix", new_key(), time_s=int(NOON.timestamp())))
    yield "trottix", stranger, "cosignature.refused"
    yield "bolide", line(hall), "cosignature.refused"
    yield "bolide", line(hall, member="bolide"), "cosignature.refused"  # made by another member's key
    yield "nobody", line(hall), "actor.inactive"
    yield "trottix", line(hall, at=NOON + dt.timedelta(minutes=6)), "cosignature.time"
    yield "trottix", str(cosign(checkpoint, "trottix", WITNESS, time_s=2**63)), "cosignature.time"


def test_only_a_registered_key_of_one_s_own_cosigns(hall: LogHall) -> None:
    size = hall.sign()
    for member, given, code in refusals(hall):
        with pytest.raises(Refused) as refusal:
            accept(hall.front, member, size, given)
        assert refusal.value.reasons[0]["code"] == code
    with pytest.raises(NotFound, match="no checkpoint of 999"):
        accept(hall.front, "trottix", 999, line(hall))
    with pytest.raises(NoteNotUnderstood):
        accept(hall.front, "trottix", size, "nonsense")
    (key,) = listed(hall.front, "trottix")
    revoke(hall.front, key.id, by="trottix", why="perdue")
    with pytest.raises(Refused, match="no cosignature"):
        accept(hall.front, "trottix", size, line(hall))
    assert newest_checkpoint(hall.front).witnesses == {}
