"""In whose name something may be said: a member's that may act, and nobody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.errors import NotFound, Refused
from hub.records import Records
from hub.services import hooks, incidents
from hub.services.commons import current_world, put_in_force
from hub.services.speaking import must_be_active
from tests.hub.notice_town import BUS, documents, town

LEFT = "trottix"


def test_who_left_says_nothing_and_is_told_why(records: Records, tmp_path: Path) -> None:
    hall = town(records, tmp_path)
    must_be_active(current_world(hall.front), LEFT)
    files = documents()
    before, _, after = files["members.yaml"].partition(f"\n  {LEFT}:")
    assert after
    put_in_force(hall.front, {**files, "members.yaml": f"{before}\n  {LEFT}:{after.replace('active', 'left', 1)}"})
    world = current_world(hall.front)
    with pytest.raises(Refused) as refusal:
        must_be_active(world, LEFT)
    assert [reason["code"] for reason in refusal.value.reasons] == ["actor.inactive"]
    assert refusal.value.exit_code == 1, "a denial, as any other"
    with pytest.raises(NotFound, match="nobody"):
        must_be_active(world, "nobody")
    with pytest.raises(Refused):
        incidents.written(hall.front, BUS, 1, "It is mended.", by=LEFT)
    with pytest.raises(Refused):
        hooks.register(hall.front, LEFT, target="https://listen.example/in")
