"""What contributors are told of a release: once, and no number."""

import datetime as dt
from dataclasses import replace

import pytest

from governance.acts import Act, ActRefused
from governance.joint_releases import JOINT_RELEASE

BODY = {
    "audience": "authority",
    "certificate": "c" * 64,
    "cube": "flows-h3_8-month",
    "edition": "edition-2026",
    "period": ["2026-01-01", "2027-01-01"],
    "shape": "partition",
}
PUBLISHED = Act(
    kind="release",
    thing="r1",
    what="published",
    by="hub",
    at=dt.datetime(2027, 2, 1, tzinfo=dt.UTC),
    body=BODY,
)


def test_a_release_is_told_of_once_and_read_as_it_was_written() -> None:
    state = JOINT_RELEASE.apply(None, PUBLISHED)
    assert JOINT_RELEASE.read(JOINT_RELEASE.plain(state)) == state
    assert (state.id, state.cube, state.period) == ("r1", "flows-h3_8-month", ("2026-01-01", "2027-01-01"))
    for again in (PUBLISHED, replace(PUBLISHED, what="withdrawn")):
        with pytest.raises(ActRefused, match=r"published once"):
            JOINT_RELEASE.apply(state, again)
