"""An independent engine (Cedar) answers as `decide` does, on ten thousand generated worlds."""

from __future__ import annotations

from collections import Counter

import pytest

from governance.decide import decide
from governance.decision import Permit
from tests.governance.cedar import allowed
from tests.governance.worlds import a_request, a_world

WORLDS, PART = 10_000, 2_500


@pytest.mark.parametrize("first", range(1, WORLDS, PART))
def test_cedar_decides_the_same_on_ten_thousand_worlds(first: int) -> None:
    outcomes: Counter[tuple[str, bool]] = Counter()
    for seed in range(first, first + PART):
        world = a_world(seed)
        request = a_request(seed, world)
        ours = isinstance(decide(request, world), Permit)
        assert allowed(request, world) == ours, f"world {seed}: {request.action} of {request.subject}, ours {ours}"
        outcomes[f"{request.action} for {request.audience}", ours] += 1
    permits = sum(count for (_, permitted), count in outcomes.items() if permitted)
    assert PART / 10 <= permits <= PART * 9 / 10, sorted(outcomes.items())
