"""A kill at any step of signing leaves the log as it was or signed, and it goes on."""

from __future__ import annotations

from pathlib import Path

from hub.clock import FixedClock
from hub.jobs.scheduler import enqueue_checkpoint, enqueue_chore, rhythm
from hub.jobs.worker import run_one
from hub.services.log_check import check
from hub.services.log_checkpoints import checkpoint
from hub.services.log_proofs import newest_checkpoint
from tests.hub.dying_log import killed_at_each_step, opened
from tests.hub.log_hall import NOON, LogHall, log_hall


def test_a_kill_while_signing_leaves_a_log_that_verifies_and_goes_on(tmp_path: Path) -> None:
    back = opened(tmp_path)
    back.front.records.upgrade()
    hall = LogHall(back.front, FixedClock(NOON))
    log_hall(back.front.records, tmp_path)
    deaths = 0
    for _ in killed_at_each_step(tmp_path):
        deaths += 1
        assert check(back.front).whole
    assert deaths > 12
    found = check(back.front, key=back.signet.public())
    assert (found.faults, found.checkpoints, found.covered) == ((), 1, found.entries)
    hall.ask("bolide", "trottix-gbfs")
    made = checkpoint(back)
    assert made is not None
    assert newest_checkpoint(back.front).row.size == found.entries + 1 == made.size
    assert check(back.front, key=back.signet.public()).whole
    back.front.records.close()


def test_the_scheduler_asks_and_the_worker_signs(tmp_path: Path) -> None:
    back = opened(tmp_path)
    back.front.records.upgrade()
    assert not enqueue_checkpoint(back.front)  # an empty log is never due
    log_hall(back.front.records, tmp_path)
    assert enqueue_checkpoint(back.front)
    assert not enqueue_checkpoint(back.front)  # it is waiting already
    assert run_one(back, "worker")
    assert not enqueue_checkpoint(back.front)
    assert check(back.front, key=back.signet.public()).covered == check(back.front).entries
    assert enqueue_chore(back.front, "merge")
    assert not enqueue_chore(back.front, "merge")  # it is waiting already
    assert "enqueue_checkpoint" in {job.id for job in rhythm(back.front).get_jobs()}
    back.front.records.close()
