"""kill -9 and a full disk while members act: afterwards the log holds, the state is the log's, and one can go on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import hub.territory
from hub.clock import FixedClock
from hub.records import Records
from hub.released import Released
from hub.services.commons import put_in_force, read_folder
from hub.services.front import Front
from hub.services.replay import replay
from tests.hub.bargains import WITH_BARGAINS
from tests.hub.commons_works import NOON, WORKS, know
from tests.hub.dying_commons import killed_at_each_word, killed_while_acting, out_of_room
from tests.hub.wholeness import acts_of, must_be_whole

#: What is killed, and runs out of room, in the midst of acting on and on.
ON_AND_ON = "the second signature"


@pytest.fixture
def front(records: Records, tmp_path: Path) -> Iterator[Front]:
    made = Front(records, Released(tmp_path / "released"), FixedClock(NOON))
    put_in_force(made, read_folder(Path(hub.territory.__path__[0]) / "commons"))
    with pytest.MonkeyPatch.context() as patch:
        know(patch)
        yield made


def url_of(front: Front) -> str:
    return front.records.engine.url.render_as_string(hide_password=False)


@pytest.mark.parametrize("name", WORKS)
def test_killed_before_each_word_to_the_database_it_was_done_or_not_at_all(
    front: Front, tmp_path: Path, name: str
) -> None:
    work, reached, things = WORKS[name], [], [f"t{number}" for number in range(20, 0, -1)]

    def thing() -> str:
        if not reached or reached[-1] == work.done:  # what died before it was done can be tried again
            work.prepare(front, things.pop())
        return current(things)

    for _ in killed_at_each_word(name, url_of(front), tmp_path, thing):
        assert replay(front, kinds=WITH_BARGAINS).differences == ()
        reached.append(work.state(front, current(things)))
        assert reached[-1] in (work.before, work.done), "it was left half done"
        if reached[-1] == work.done:
            work.act(front, current(things))
            assert work.state(front, current(things)) == work.done
    assert set(map(str, reached)) == {str(work.before), str(work.done)}, "some died before it was done, and some after"
    acts = acts_of(must_be_whole(front, kinds=WITH_BARGAINS))
    told = [(act["thing"], act["what"], act["by"], str(act["body"])) for act in acts]
    assert len(set(told)) == len(told), "something was done twice"


def current(things: list[str]) -> str:
    """The thing that was taken from the list last."""
    return f"t{20 - len(things)}"


@pytest.mark.parametrize("after", [1, 4, 9])
def test_killed_in_the_midst_of_acting_nothing_that_was_answered_is_lost(
    front: Front, tmp_path: Path, after: int
) -> None:
    name = ON_AND_ON
    said = killed_while_acting(name, url_of(front), tmp_path, after=after)
    must_be_whole(front, kinds=WITH_BARGAINS)
    assert len(said) >= after
    assert [WORKS[name].state(front, thing) for thing in said] == [WORKS[name].done] * len(said)


def test_without_room_to_write_an_act_is_refused_and_nothing_is_half_done(front: Front, tmp_path: Path) -> None:
    if front.records.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL writes its files in processes of its own")
    name = ON_AND_ON
    largest = max(path.stat().st_size for path in (tmp_path / "records").iterdir())
    ended = out_of_room(name, url_of(front), tmp_path, file_bytes=largest + (1 << 20))
    *said, fault = ended.stdout.splitlines()
    assert ended.returncode == 3, ended.stderr
    assert fault.startswith("fault the records: ")
    assert fault.endswith("nothing was changed")
    assert said
    must_be_whole(front, kinds=WITH_BARGAINS)
    assert {WORKS[name].state(front, thing) for thing in said} == {WORKS[name].done}
    WORKS[name].prepare(front, "with-room-again")
    WORKS[name].act(front, "with-room-again")
    assert WORKS[name].state(front, "with-room-again") == WORKS[name].done
    must_be_whole(front, kinds=WITH_BARGAINS)
