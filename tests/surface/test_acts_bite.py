"""What members do shuts the exits at the very next question, for whoever has the right key, purpose and ETag."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.services import closing, disputes, negotiate_holding, proposals, sanctions
from hub.services.commons import put_in_force
from hub.services.extracts.sweep import sweep
from hub.services.keys import issue
from hub.services.replay import replay
from hub.services.sanctions import Charge
from tests.surface.asking import Asker, web_door
from tests.surface.basin import Basin, in_state
from tests.surface.lawful import ROLES
from tests.surface.states import BILATERAL, documents

MEMBERS, AUTHORITY, OPEN, EXTRACT = "members release", "authority release", "open release", "extract"
_FACTS = "Trop de demandes refusées en un seul jour."
_VOTERS = ("smhc", "cars-combes", "combecycle", "trottix", "velovif", "bolide", "glisse", "itineo", "labo-mobilites")
Act = Callable[[Basin], object]


def suspended(agreement: str) -> Act:
    return lambda basin: negotiate_holding.suspend(basin.front, agreement, by=_holder(agreement))


def resumed(agreement: str) -> Act:
    return lambda basin: negotiate_holding.resume(basin.front, agreement, by=_holder(agreement))


def _holder(agreement: str) -> str:
    return "cars-combes" if agreement.startswith("open-bus") else "bolide"


def withdrawn(agreement: str) -> Act:
    def act(basin: Basin) -> None:
        done = negotiate_holding.withdraw(basin.front, agreement, by=_holder(agreement))
        assert asked(basin, reads=agreement) == 200, "a holder that leaves stays bound until its notice has run out"
        basin.clock.now = done.state.leaves_at

    return act


def terminated(agreement: str) -> Act:
    """Both parties end it: of an agreement with all members the secretariat is the other one."""

    def act(basin: Basin) -> None:
        other = "smhc" if agreement == BILATERAL else "secretariat"
        negotiate_holding.terminate(basin.front, agreement, by=other, why=_FACTS)
        assert asked(basin, reads=agreement) == 200, "one party alone ends nothing"
        negotiate_holding.terminate(basin.front, agreement, by="bolide")

    return act


def sanctioned(basin: Basin) -> None:
    """At once, provisionally, because of an emergency."""
    sanctions.open_case(basin.front, Charge("smhc", _FACTS, (), 4, emergency=True), by="secretariat")


def disputed(basin: Basin) -> None:
    """A provisional measure of the mediator."""
    dispute = str(basin.names["dispute"])
    found = disputes.accept(basin.front, dispute, by=str(basin.names["mediator"]))
    until = basin.clock.now + dt.timedelta(days=5)
    recipients = ["members"]
    disputes.measure(
        basin.front, dispute, by=found.mediator, subject="mds-glisse", recipients=recipients, until=until, why=_FACTS
    )


def tightened(basin: Basin) -> None:
    """The members vote for a higher threshold than the one to which the stored release was built."""
    proposals.withdraw(basin.front, str(basin.names["proposal"]), by="bolide")
    made = proposals.propose(basin.front, {"floors.members.min_trips": 400}, by="bolide", why=_FACTS)
    for member in _VOTERS:
        proposals.ballot(basin.front, made.id, "yes", by=member)
    basin.clock.now = made.closes_at
    assert closing.close(basin.front, made.id).stage.value == "enacted"


def expired(basin: Basin) -> None:
    basin.clock.now = dt.datetime(2028, 1, 1, tzinfo=dt.UTC)
    basin.keys = {**basin.keys, "authority": issue(basin.front, "smhc", scopes=("read",))}


#: What is done, what is shut by it, and what opens it again, if anything does.
SHUTS: dict[str, tuple[Act, str, Act | None]] = {
    "suspending the members' statistics": (
        suspended("joint-members-bolide"),
        MEMBERS,
        resumed("joint-members-bolide"),
    ),
    "suspending the authority's statistics": (
        suspended("joint-authority-bolide"),
        AUTHORITY,
        resumed("joint-authority-bolide"),
    ),
    "suspending the open feed": (suspended("open-bus-hautes-combes"), OPEN, resumed("open-bus-hautes-combes")),
    "suspending the records": (suspended(BILATERAL), EXTRACT, resumed(BILATERAL)),
    "withdrawing from the members' statistics": (withdrawn("joint-members-bolide"), MEMBERS, None),
    "withdrawing from the records": (withdrawn(BILATERAL), EXTRACT, None),
    "terminating the members' statistics": (terminated("joint-members-bolide"), MEMBERS, None),
    "terminating the records": (terminated(BILATERAL), EXTRACT, None),
    "sanctioning the reader of statistics": (sanctioned, AUTHORITY, None),
    "sanctioning the reader of records": (sanctioned, EXTRACT, None),
    "a measure in a dispute": (disputed, MEMBERS, None),
    "a vote that tightens a floor": (tightened, MEMBERS, None),
    "time, for statistics": (expired, MEMBERS, None),
    "time, for the open feed": (expired, OPEN, None),
    "time, for records": (expired, EXTRACT, None),
}
_OF = {"joint-members-bolide": MEMBERS, "joint-authority-bolide": AUTHORITY, BILATERAL: EXTRACT}
_ASKERS: dict[int, Asker] = {}


@pytest.fixture
def basin(built: tuple[Basin, Path], tmp_path: Path) -> Iterator[Basin]:
    with in_state(*built, tmp_path / "hub", "active") as found, Asker(web_door(found.front)) as asker:
        _ASKERS[id(found)] = asker
        yield found
        del _ASKERS[id(found)]


def asked(basin: Basin, *, reads: str, **headers: str) -> int:
    """The status of the authority's question, which has the right purpose, for what `reads` names."""
    what = _OF.get(reads, reads)
    name, purpose = basin.names[what], "compliance" if what == EXTRACT else "mobility-planning"
    path = f"/api/v1/extracts/{name}/file" if what == EXTRACT else f"/api/v1/releases/{name}/data"
    query = {"purpose": purpose} if what != OPEN else {}
    sent = {"Authorization": f"Bearer {basin.keys['authority']}", **headers}
    return int(_ASKERS[id(basin)].ask("GET", path, query=query, headers=sent).status)


@pytest.mark.parametrize("name", SHUTS)
def test_the_next_question_is_refused(basin: Basin, name: str) -> None:
    act, what, undo = SHUTS[name]
    known = ", ".join(f'"{tag}"' for tag in basin.tags)
    assert ROLES["authority"][0] == "smhc"
    assert asked(basin, reads=what) == 200
    act(basin)
    assert asked(basin, reads=what) == 403
    assert asked(basin, reads=what, **{"If-None-Match": known}) == 403
    assert asked(basin, reads=what, Range="bytes=0-0") == 403
    assert replay(basin.front).differences == ()
    if undo is not None:
        undo(basin)
        assert asked(basin, reads=what) == 200


def test_what_was_prepared_is_taken_away_when_its_grant_ends(basin: Basin) -> None:
    digest = next(one for one, of in basin.objects.items() if of == "extract")
    assert basin.watched.path(digest).is_file()
    negotiate_holding.suspend(basin.front, BILATERAL, by="bolide")
    assert [one.agreement for one in sweep(basin.back)] == [BILATERAL]
    assert not (basin.watched.root / digest[:2] / digest).exists()
    assert asked(basin, reads=EXTRACT) == 403


def test_documents_do_not_undo_what_the_parties_did(basin: Basin) -> None:
    """Loading the founding documents again, in which the agreement is in force, opens nothing that was shut."""
    negotiate_holding.suspend(basin.front, "joint-members-bolide", by="bolide")
    put_in_force(basin.front, documents("active"))
    assert asked(basin, reads=MEMBERS) == 403
