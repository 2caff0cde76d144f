import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from governance.audiences import Audience
from governance.audit import AuditRecord, Broken, Whole, read_record, record, verify_chain
from governance.canonical import canonical, digest
from governance.decide import decide
from governance.periods import Period
from governance.request import Action, Request
from governance.world import World


@pytest.fixture
def chain(world: World, later: dt.datetime, year: Period) -> list[AuditRecord]:
    """A permit, a denial, and the public reading an open feed."""
    requests = [
        Request("secretariat", Action.RELEASE, "flows-h3_8-month", Audience.MEMBERS, "mobility-planning", later, year),
        Request("secretariat", Action.RELEASE, "fleet-day", Audience.MEMBERS, "mobility-planning", later, year),
        Request(None, Action.READ, "combecycle", Audience.OPEN, "open-reuse", later),
    ]
    records: list[AuditRecord] = []
    for request in requests:
        counts = {"cells": 12, "suppressed_cells": 3}
        last = records[-1] if records else None
        records.append(record(request, decide(request, world), after=last, counts=counts))
    return records


def test_a_record_says_who_did_what_under_which_agreements(chain: list[AuditRecord]) -> None:
    permit, denial, public = chain
    assert permit.permitted
    assert permit.agreements["mds-glisse"] == "joint-members-glisse@1"
    assert len(permit.obligations) == len(permit.request) == 64
    assert (denial.permitted, denial.reasons, denial.obligations) == (False, ("agreement.term",), "")
    assert (public.actor, public.permitted) == ("public", True)


def test_a_whole_chain_verifies(chain: list[AuditRecord]) -> None:
    assert verify_chain(chain) == Whole(3, chain[-1].hash)
    assert verify_chain([]) == Whole(0, "0" * 64)
    assert verify_chain(chain[1:], after=chain[0]) == Whole(2, chain[-1].hash)


def test_records_survive_being_written_and_read(chain: list[AuditRecord]) -> None:
    written = [json.dumps(one.plain()) for one in chain]
    assert verify_chain(read_record(json.loads(line)) for line in written) == Whole(3, chain[-1].hash)


def forged(one: AuditRecord, **changes: object) -> AuditRecord:
    """A changed record with a hash that fits again."""
    changed = read_record({**one.plain(), **changes})
    return replace(changed, hash=digest(changed.payload()))


TAMPERING: dict[str, tuple[Callable[[list[AuditRecord]], list[AuditRecord]], int]] = {
    "a word changed": (lambda c: [c[0], replace(c[1], actor="itineo"), c[2]], 2),
    "a count changed": (lambda c: [replace(c[0], counts={"cells": 12, "suppressed_cells": 0}), *c[1:]], 1),
    "a denial turned": (lambda c: [c[0], replace(c[1], permitted=True), c[2]], 2),
    "changed and sealed again": (lambda c: [c[0], forged(c[1], actor="itineo"), c[2]], 3),
    "one left out": (lambda c: [c[0], c[2]], 2),
    "the first left out": (lambda c: c[1:], 1),
    "two exchanged": (lambda c: [c[1], c[0], c[2]], 1),
    "one twice": (lambda c: [c[0], c[0], *c[1:]], 2),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_is_found_where_it_was_done(chain: list[AuditRecord], how: str) -> None:
    tamper, number = TAMPERING[how]
    verdict = verify_chain(tamper(chain))
    assert isinstance(verdict, Broken)
    assert verdict.number == number


def test_a_cut_tail_shows_against_the_hash_that_was_seen(chain: list[AuditRecord]) -> None:
    # A chain alone cannot show that its end is missing; whoever kept the last hash can.
    assert verify_chain(chain[:2]) != Whole(3, chain[-1].hash)


def test_the_canonical_form_is_that_of_rfc_8785() -> None:
    # Section 3.2.3: names in the order of UTF-16 code units, so U+1F600 (a surrogate pair) stands before U+FB33.
    names = {"€": 1, "\r": 2, "\ufb33": 3, "1": 4, "😀": 5, "\x80": 6, "ö": 7}
    assert [int(part[-1]) for part in canonical(names).decode().strip("{}").split(",")] == [2, 4, 6, 7, 1, 5, 3]
    assert canonical({"b": [True, None, "é"], "a": -1}) == '{"a":-1,"b":[true,null,"é"]}'.encode()
    for value in (1.5, b"x", {1, 2}):
        with pytest.raises(TypeError):
            canonical(value)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="beyond"):
        canonical(2**53)
