"""Statistics: each explains itself, and a day's rows are those of its timetable."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from tests.hub.api.hall import DAY, Hall, get

PATH = "/api/v1/feeds/bus-hautes-combes/statistics/gtfs.stop_day"


def departures(answer: dict[str, object]) -> dict[str, int]:
    return {row["stop_id"]: row["departures"] for row in answer["rows"]}  # type: ignore[index,attr-defined]


def test_every_statistic_publishes_formula_units_and_text(app: FastAPI) -> None:
    listed = {one["id"]: one for one in get(app, "/api/v1/statistics").json()["statistics"]}

    assert {"gtfs.stop_day", "gtfs.segment_hour", "gtfs.route_day", "gbfs.station_availability"} <= set(listed)
    for one in listed.values():
        assert one["formula"]
        assert one["title"]["fr"]
        assert one["unit"]
        assert "SELECT" in one["sql"]
        assert get(app, one["href"]).json() == one


def test_a_day_has_the_rows_of_its_timetable(app: FastAPI) -> None:
    monday = get(app, PATH, params={"date": DAY}).json()
    saturday = get(app, PATH, params={"date": "2026-09-19"}).json()
    sunday = get(app, PATH, params={"date": "2026-09-20"}).json()

    assert departures(monday) == {"GARE": 40, "MAIRIE": 25, "COL": 4}
    assert departures(saturday) == {"GARE": 6}
    assert (sunday["rows"], sunday["total"]) == ([], 0)
    assert monday["columns"]["first_s"] == "s"
    assert monday["terms"]["agreements"] == ["open-bus-hautes-combes@1"]
    assert monday["absent"] == "nothing was counted"


def test_rows_are_filtered_sorted_and_paged(app: FastAPI) -> None:
    one_stop = get(app, PATH, params={"date": DAY, "stop_id": "COL"}).json()
    assert departures(one_stop) == {"COL": 4}

    path, seen = f"{PATH}?date={DAY}&order=-departures&limit=2", []
    while path:
        page = get(app, path).json()
        seen += [row["departures"] for row in page["rows"]]
        path = (page["next"] or "").removeprefix("https://hub.test")
    assert seen == [40, 25, 4]


def test_csv_holds_the_same_rows(app: FastAPI) -> None:
    answer = get(app, PATH, params={"date": DAY, "format": "csv", "order": "stop_id"})

    lines = answer.text.split("\r\n")
    assert answer.headers["content-type"].startswith("text/csv")
    assert (
        lines[0] == "pattern,stop_id,direction_id,departures,trips,routes,first_s,last_s,headway_mean_s,headway_max_s"
    )
    assert lines[1] == "1,COL,,4,4,1,30600,61200,,"


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"departures": "40"}, 400),
        ({"nonsense": "1"}, 400),
        ({"order": "nonsense"}, 400),
        ({"order": "-"}, 400),
        ({"date": "yesterday"}, 422),
        ({"limit": "0"}, 422),
        ({"limit": "1001"}, 422),
        ({"format": "xls"}, 422),
    ],
)
def test_what_cannot_be_asked(app: FastAPI, params: dict[str, str], status: int) -> None:
    assert get(app, PATH, params=params).status_code == status


def test_a_statistic_that_this_feed_does_not_publish(app: FastAPI) -> None:
    assert get(app, PATH.replace("stop_day", "segment_hour")).status_code == 404
    assert get(app, PATH.replace("gtfs.stop_day", "gtfs.nothing")).status_code == 404
    assert get(app, "/api/v1/statistics/gtfs.nothing").status_code == 404


def test_one_answer_is_one_access_whatever_is_looked_up_beside(app: FastAPI, hall: Hall) -> None:
    first = get(app, PATH, params={"date": DAY})
    again = get(app, PATH, params={"date": DAY}, headers={"If-None-Match": first.headers["etag"]})
    other = get(app, PATH, params={"date": "2026-09-19"}, headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, other.status_code) == (304, 200)
    assert [record["permitted"] for record in hall.audited()] == [True, True, True]


def test_a_sealed_feed_has_no_statistics_of_its_own(app: FastAPI, hall: Hall) -> None:
    answer = get(app, "/api/v1/feeds/mds-trottix/statistics/mds.flows")

    assert answer.status_code == 403
    assert len(hall.audited()) == 1
