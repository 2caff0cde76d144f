"""A preview is its holder's alone, is made of its own records alone, and says the truth about hard markets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from governance.agreement import Agreement
from governance.audiences import Audience
from governance.disclosure.preview.markets import Market
from governance.verdicts import Denied
from hub.cli import app
from hub.errors import BadRequest, NotFound, Refused
from hub.records import Records
from hub.records.models import LogText
from hub.services.back import Back
from hub.services.preview import Preview, preview
from hub.services.preview_map import zones_seen
from hub.vault import Vault
from tests.hub import parties
from tests.hub.migrated import records_at
from tests.hub.preview_town import CELLS, JANUARY, bring, communes, town, trips

ENDS = "trip-ends-h3_8-month"
EVEN, TWO = Market("even", (40, 35, 25)), Market("two", (50, 50))


@pytest.fixture
def back(records: Records, tmp_path: Path) -> Back:
    return town(records, tmp_path)


def proposed(**changes: Any) -> Agreement:
    """Bolide's trips for members and the authority, to the voted floors."""
    usual: dict[str, Any] = {"audience": ["authority", "members"], "recipient": ["members"]}
    return parties.text(**usual | changes)


def asked(back: Back, text: Agreement | None = None, *, by: str = "bolide", cube: str = ENDS) -> Preview:
    return preview(back, text or proposed(), cube=cube, period=JANUARY, by=by, markets=[EVEN, TWO])


def shares(made: Preview, audience: Audience, market: str, *, waived: bool = False) -> dict[str, int]:
    view = made.views[audience]
    assert not isinstance(view, Denied)
    (one,) = [one for one in view if (one.market.id, one.waived) == (market, waived)]
    return {" ".join(share.levels.values()): share.trips_percent for share in one.shares}


def said(back: Back) -> list[tuple[str, str, bool]]:
    with back.front.records.read() as session:
        rows = session.scalars(select(LogText).where(LogText.action == "read").order_by(LogText.index))
        return [(row.actor, row.subject, row.permitted) for row in rows]


def test_its_holder_sees_what_each_audience_would_see(back: Back) -> None:
    made = asked(back)
    assert made.own.total == 600
    even = shares(made, Audience.MEMBERS, "even")
    assert even["all all"] == 100
    # 500 of 600 trips end in Combeval; Plateau's are pooled with all the places in which nothing ends, and so is the
    # one cell of Combeval with its neighbours: cells without trips are never shown for themselves.
    assert (even["h3_6 all"], even["h3_7 all"]) == (83, 0)
    assert shares(made, Audience.MEMBERS, "two")["all all"] == 0
    assert shares(made, Audience.AUTHORITY, "two")["all all"] == 0
    assert shares(made, Audience.AUTHORITY, "two", waived=True)["h3_6 all"] == 83
    assert said(back) == [("bolide", "mds-bolide", True)]


@pytest.mark.parametrize("by", ["smhc", "trottix", "secretariat", "glisse", "nobody-at-all"])
def test_nobody_else_sees_anything_and_the_denial_is_written_down(back: Back, by: str) -> None:
    with pytest.raises(Refused):
        asked(back, by=by)
    assert said(back) == [(by, "mds-bolide", False)]


def test_it_is_made_of_the_holders_own_records_alone(back: Back, monkeypatch: pytest.MonkeyPatch) -> None:
    """With or without the competitor's data the answer is the same, and that data is not even opened."""
    before = asked(back).plain()
    bring(back, "mds-trottix", trips("11111111-1111-5111-8111-111111111111", {("plateau", 8): 900}))
    opened: list[str] = []
    real = Vault.tables

    def watched(self: Vault, feed: str, digest: str) -> dict[str, Path]:
        opened.append(feed)
        return real(self, feed, digest)

    monkeypatch.setattr(Vault, "tables", watched)
    assert asked(back).plain() == before
    assert set(opened) == {"mds-bolide"}


def test_what_may_be_handed_on_has_shares_and_no_counts(back: Back) -> None:
    made = asked(back)
    other = made.for_the_other()
    assert "own" not in other
    assert "extract" not in other
    numbers = [value for value in flat(other["audiences"]) if isinstance(value, int)]
    assert numbers
    assert all(0 <= number <= 100 for number in numbers)
    assert made.plain()["own"] == {"cells": 4, "measure": "trip_ends", "total": 600, "unit": "trips"}
    assert other["assumed"]["fr"] != other["assumed"]["en"]


def flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [one for item in value.values() for one in flat(item)]
    return [one for item in value for one in flat(item)] if isinstance(value, list) else [value]


def test_stricter_terms_never_show_more(back: Back) -> None:
    loose = asked(back, proposed(terms={"min_trips": None}))
    strict = asked(back, proposed(terms={"min_trips": 250}))
    for audience, market, waived in (
        (Audience.MEMBERS, "even", False),
        (Audience.AUTHORITY, "two", True),
        (Audience.AUTHORITY, "even", False),
    ):
        more, less = (shares(one, audience, market, waived=waived) for one in (loose, strict))
        assert all(less[grain] <= more[grain] for grain in more)
    assert sum(shares(strict, Audience.AUTHORITY, "two", waived=True).values()) < sum(
        shares(loose, Audience.AUTHORITY, "two", waived=True).values()
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"audience": ["open"], "tier": "open"}, "preview.not_for"),
        ({"terms": {"fields": ["dwell_s"]}}, "agreement.term"),
        ({"terms": {"spatial_resolution": "commune"}}, "agreement.term"),
        ({"tier": "open"}, "agreement.tier"),
    ],
)
def test_what_the_text_does_not_grant_is_said_with_its_clause(back: Back, changes: dict[str, Any], code: str) -> None:
    made = asked(back, proposed(**changes))
    assert {view.code for view in made.views.values() if isinstance(view, Denied)} == {code}
    assert all(isinstance(view, Denied) for view in made.views.values())
    for told in made.plain()["audiences"].values():
        assert told["refused"]["sentence_fr"] != told["refused"]["sentence_en"]


def test_a_table_with_margins_is_previewed_as_one(back: Back) -> None:
    made = asked(back, cube="trip-ends-commune-month")
    assert made.plain()["shape"] == "table"
    assert shares(made, Audience.AUTHORITY, "two", waived=True)["commune band"] == 100
    for audience in made.views:
        assert shares(made, audience, "two")["all all"] == 0


def test_a_bilateral_text_is_previewed_as_counts_of_records(back: Back) -> None:
    fields = ["trips.start_zone", "trips.end_zone", "trips.start_time", "trips.distance_m", "events.state"]
    terms = {"fields": fields, "spatial_resolution": "commune", "temporal_resolution": "P1D/hour", "min_trips": None}
    text = proposed(tier="bilateral", audience=["bilateral"], recipient=["member:smhc"], terms=terms)
    made = asked(back, text)
    assert made.views == {}
    plain = made.plain()["extract"]
    assert plain[0] == {
        "fields": ["trips.start_zone", "trips.end_zone", "trips.start_time", "trips.distance_m"],
        "records": 600,
        "rounded_to": {"distance_m": 5000},
        "table": "trips",
        "time_grain": "P1D/hour",
        "zone_system": "commune",
    }
    assert (plain[1]["table"], plain[1]["records"]) == ("events", 0)
    unplanned = asked(back, proposed(tier="bilateral", audience=["bilateral"], terms={"fields": ["trips.vehicle"]}))
    assert "refused" in unplanned.plain()["extract"][0]


def test_without_records_or_cube_it_says_so(back: Back) -> None:
    with pytest.raises(NotFound, match="no cube is called"):
        asked(back, cube="none")
    empty = trips("44444444-4444-5444-8444-444444444444", {("plateau", 8): 1}).slice(0, 0)
    bring(back, "mds-glisse", empty.cast(pa.schema(empty.schema)))
    with pytest.raises(Refused) as refused:
        asked(back, proposed(holder="glisse", dataset="mds-glisse"), by="glisse")
    assert refused.value.reasons[0]["code"] == "preview.no_records"


def test_a_map_has_the_holders_zones_with_what_would_be_told_of_each(back: Back) -> None:
    made = asked(back)
    view = made.views[Audience.AUTHORITY]
    assert not isinstance(view, Denied)
    drawn = zones_seen(view[-1], made.own, zones=back.zones)  # two holdings, both waive
    assert drawn["type"] == "FeatureCollection"
    assert {one["properties"]["zone"]: one["properties"]["own"] for one in drawn["features"]} == {
        CELLS["combeval"]: 500,
        CELLS["plateau"]: 100,
    }
    for one in drawn["features"]:
        (ring,) = one["geometry"]["coordinates"]
        assert ring[0] == ring[-1]  # RFC 7946, section 3.1.6
        assert all(5 < lon < 6 and 44 < lat < 46 for lon, lat in ring)
        told = [one["properties"][f"told_{level}_percent"] for level in ("all", "h3_6", "h3_7", "h3_8")]
        assert told == ([100, 100, 0, 0] if one["properties"]["zone"] == CELLS["combeval"] else [100, 0, 0, 0])
    nothing = zones_seen(view[-2], made.own, zones=back.zones)  # nobody waives
    assert {one["properties"]["told_all_percent"] for one in nothing["features"]} == {0}


def test_communes_are_drawn_from_their_file(back: Back) -> None:
    made = asked(back, cube="trip-ends-commune-month")
    view = made.views[Audience.AUTHORITY]
    assert not isinstance(view, Denied)
    drawn = zones_seen(view[-1], made.own, zones=back.zones)
    assert sorted(one["properties"]["zone"] for one in drawn["features"]) == ["combeval", "plateau"]
    assert {one["geometry"]["type"] for one in drawn["features"]} == {"Polygon"}


def test_the_command_says_it_in_words_and_writes_map_and_shares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_records: Records
) -> None:
    home = tmp_path / "hub"
    communes(home / "zones")
    monkeypatch.setenv("HUB_NOW", "2026-03-01T12:00:00+00:00")
    terms = tmp_path / "terms.json"
    terms.write_text(json.dumps(proposed().plain()))
    period = ["--from", "2026-01-01", "--to", "2026-02-01", "--home", str(home)]
    files = ["--geojson", str(tmp_path / "map.json"), "--usefulness", str(tmp_path / "useful.json")]

    def run(*words: str) -> str:
        result = CliRunner().invoke(app, ["cubes", "preview", ENDS, *words, *period])
        if isinstance(result.exception, Exception):
            raise result.exception
        return result.output

    text = run("--as", "bolide", "--terms", str(terms), *files)
    assert "yours: 600 trips" in text
    assert "With two, each subtracts itself" in text
    assert "À deux, chacun retranche sa part" in text
    useful = json.loads((tmp_path / "useful.json").read_text("utf-8"))
    assert "own" not in useful
    assert len(json.loads((tmp_path / "map.json").read_text("utf-8"))["features"]) == 2
    plain = json.loads(run("--as", "bolide", "--terms", str(terms), "--json"))
    assert plain["own"]["total"] == 600
    assert {key: value for key, value in plain.items() if key not in {"own", "extract"}} == useful
    with pytest.raises(Refused):
        run("--as", "smhc", "--terms", str(terms))
    with pytest.raises(BadRequest, match="--terms FILE or --agreement ID"):
        run("--as", "bolide")
    with pytest.raises(BadRequest, match="nothing to draw"):
        run("--as", "bolide", "--terms", str(terms), "--market", "none", *files)


@pytest.fixture
def sqlite_records(tmp_path: Path) -> Records:
    """The records of a home, with the town in it."""
    records = records_at(tmp_path / "hub" / "records" / "records.sqlite3")
    town(records, tmp_path / "hub")
    return records
