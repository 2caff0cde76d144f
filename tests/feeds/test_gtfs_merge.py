"""Merging feeds: what is prefixed, what must be said now that there are several, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from feeds.errors import FeedError, UnusableFeed
from feeds.findings import Severity
from feeds.gtfs.merge import Merged, Publisher, merge

HUB = Publisher("Commun de Combeval", "https://hub.test", lang="fr", email="hub@hub.test")
DAYS = "monday,tuesday,wednesday,thursday,friday,saturday,sunday"
BASE = {
    "agency": "agency_id,agency_name,agency_url,agency_timezone,agency_lang\nV,Town,https://town.example,Europe/Paris,fr\n",
    "stops": "stop_id,stop_name,stop_lat,stop_lon,parent_station,location_type\n"
    'A,Station,45.0,5.5,,1\nB,"Quai 1, nord",45.0,5.5,A,0\nC,École,45.1,5.5,,\n',
    "routes": "route_id,agency_id,route_short_name,route_type\n1,V,1,3\n",
    "trips": "route_id,service_id,trip_id,block_id\n1,WK,t1,k\n",
    "calendar": f"service_id,{DAYS},start_date,end_date\nWK,1,1,1,1,1,0,0,20260427,20260510\n",
    "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "t1,08:00:00,08:00:00,B,1\nt1,25:30:00,25:30:00,C,2\n",
}  # fmt: skip


def feed(folder: Path, slug: str, **changes: str | bytes | None) -> Path:
    """A feed with some of its files changed, added or (None) taken away."""
    path = folder / f"{slug}.zip"
    files: dict[str, str | bytes | None] = {**BASE, **changes}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            if content is not None:
                archive.writestr(name if "." in name else f"{name}.txt", content)
    return path


def merged(folder: Path, **feeds: Path) -> tuple[Merged, dict[str, list[dict[str, str]]]]:
    """A merge, and its tables."""
    target = folder / "merged.zip"
    done = merge(feeds, target, publisher=HUB)
    return done, tables(target)


def tables(path: Path) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(path) as archive:
        return {
            name.removesuffix(".txt"): list(csv.DictReader(io.StringIO(archive.read(name).decode(), newline="")))
            for name in archive.namelist()
            if name.endswith(".txt")
        }


def column(rows: list[dict[str, str]], name: str) -> list[str]:
    return [row[name] for row in rows]


def codes(done: Merged) -> set[tuple[str, str]]:
    assert all(note.severity is Severity.INFO for note in done.notes)
    return {(note.code, note.file) for note in done.notes}


def test_ids_and_what_refers_to_them_get_the_feeds_name_and_nothing_else_changes(tmp_path: Path) -> None:
    done, found = merged(tmp_path, a=feed(tmp_path, "a"), b=feed(tmp_path, "b"))
    assert column(found["stops"], "stop_id") == ["a:A", "a:B", "a:C", "b:A", "b:B", "b:C"]
    assert column(found["stops"], "parent_station") == ["", "a:A", "", "", "b:A", ""]
    assert column(found["stops"], "stop_name")[:3] == ["Station", "Quai 1, nord", "École"]
    assert found["trips"][1] == {"route_id": "b:1", "service_id": "b:WK", "trip_id": "b:t1", "block_id": "b:k"}
    assert column(found["stop_times"], "trip_id") == ["a:t1", "a:t1", "b:t1", "b:t1"]
    assert column(found["stop_times"], "arrival_time") == ["08:00:00", "25:30:00"] * 2
    assert column(found["calendar"], "service_id") == ["a:WK", "b:WK"]
    assert done.rows["stops"] == 6
    assert done.notes == ()


def test_the_merger_says_who_it_is_of_what_and_for_which_days(tmp_path: Path) -> None:
    info = "feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,feed_end_date,feed_version\n"
    dates = "service_id,date,exception_type\nX,20260301,2\nX,20260401,1\nX,20260615,1\nX,20260701,2\n"
    done, found = merged(
        tmp_path,
        a=feed(tmp_path, "a", feed_info=info + "Town,https://town.example,en,20260501,20260520,7\n"),
        b=feed(tmp_path, "b", calendar=None, calendar_dates=dates),
        c=feed(tmp_path, "c", feed_info=info + "Town,https://town.example,fr,,,\n"),
    )
    assert found["feed_info"] == [
        {
            "feed_publisher_name": "Commun de Combeval",
            "feed_publisher_url": "https://hub.test",
            "feed_lang": "mul",
            "feed_start_date": "20260401",
            "feed_end_date": "20260615",
            "feed_version": done.version,
            "feed_contact_email": "hub@hub.test",
        }
    ]
    assert (done.first, done.last) == ("20260401", "20260615")
    assert column(found["calendar_dates"], "service_id") == ["b:X"] * 4
    alone, only = merged(tmp_path, a=tmp_path / "a.zip")
    assert only["feed_info"][0]["feed_lang"] == "en"
    assert alone.version != done.version
    mute = BASE["agency"].replace(",agency_lang", "").replace(",fr\n", "\n")
    _, spoken = merged(tmp_path, a=feed(tmp_path, "mute", agency=mute))
    assert spoken["feed_info"][0]["feed_lang"] == "fr", "the publisher's, where nobody says"


def test_a_feed_without_agency_ids_gets_one_and_says_it(tmp_path: Path) -> None:
    bare = feed(
        tmp_path,
        "bare",
        agency="agency_name,agency_url,agency_timezone\nTown,https://town.example,Europe/Paris\n",
        routes="route_id,route_short_name,route_type\n1,1,3\n",
        fare_attributes="fare_id,price,currency_type,payment_method,transfers\nF,1,EUR,0,\n",
        attributions="attribution_id,organization_name,route_id,is_producer\nx,All,,1\ny,One,1,1\n",
    )
    _, found = merged(tmp_path, a=bare, b=feed(tmp_path, "b", fare_attributes=FARES.format("V")))
    assert column(found["agency"], "agency_id") == ["a:agency", "b:V"]
    assert column(found["routes"], "agency_id") == ["a:agency", "b:V"]
    assert column(found["fare_attributes"], "agency_id") == ["a:agency", "b:V"]
    assert column(found["attributions"], "agency_id") == ["a:agency", ""], "one about all of the feed names its agency"


FARES = "fare_id,price,currency_type,payment_method,transfers,agency_id\nF,1,EUR,0,,{}\n"


def test_of_several_agencies_none_is_guessed(tmp_path: Path) -> None:
    two = BASE["agency"] + "W,Other,https://other.example,Europe/Paris,fr\n"
    routes = "route_id,agency_id,route_short_name,route_type\n1,V,1,3\n2,,2,3\n"
    _, found = merged(tmp_path, a=feed(tmp_path, "a", agency=two, routes=routes, fare_attributes=FARES.format("")))
    assert column(found["routes"], "agency_id") == ["a:V", ""]
    assert column(found["fare_attributes"], "agency_id") == [""]


def test_several_time_zones_are_refused_and_named(tmp_path: Path) -> None:
    other = BASE["agency"].replace("Europe/Paris", "Europe/Lisbon")
    with pytest.raises(UnusableFeed, match="Europe/Lisbon: b; Europe/Paris: a, c") as refusal:
        merged(tmp_path, a=feed(tmp_path, "a"), b=feed(tmp_path, "b", agency=other), c=feed(tmp_path, "c"))
    assert (refusal.value.file, refusal.value.field) == ("agency.txt", "agency_timezone")
    with pytest.raises(UnusableFeed, match="no time zone"):
        merged(tmp_path, a=feed(tmp_path, "a", agency="agency_name\nTown\n"))


FARES_V2: Mapping[str, str] = {
    "areas": "area_id,area_name\nz,Centre\n",
    "stop_areas": "area_id,stop_id\nz,A\n",
    "networks": "network_id,network_name\nn,Net\n",
    "route_networks": "network_id,route_id\nn,1\n",
    "timeframes": "timeframe_group_id,start_time,end_time,service_id\np,07:00:00,09:00:00,WK\n",
    "rider_categories": "rider_category_id,rider_category_name\nyoung,Jeunes\n",
    "fare_media": "fare_media_id,fare_media_name,fare_media_type\ncard,Carte,2\n",
    "fare_products": "fare_product_id,rider_category_id,fare_media_id,amount,currency\nday,young,card,3,EUR\n",
    "fare_leg_rules": "leg_group_id,network_id,from_area_id,to_area_id,from_timeframe_group_id,fare_product_id\n"
    "l,n,z,z,p,day\n",
    "fare_transfer_rules": "from_leg_group_id,to_leg_group_id,transfer_count,fare_transfer_type,fare_product_id\n"
    "l,l,1,0,day\n",
    "fare_rules": "fare_id,route_id,origin_id,destination_id,contains_id\nF,1,z1,z2,z3\n",
}  # fmt: skip
OTHERS: Mapping[str, str] = {
    "shapes": "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\ns,45,5,1\n",
    "frequencies": "trip_id,start_time,end_time,headway_secs\nt1,06:00:00,07:00:00,600\n",
    "levels": "level_id,level_index\nl0,0\n",
    "pathways": "pathway_id,from_stop_id,to_stop_id,pathway_mode,is_bidirectional\nw,B,C,1,1\n",
    "transfers": "from_stop_id,to_stop_id,from_route_id,to_trip_id,transfer_type\nB,C,1,t1,0\n",
    "booking_rules": "booking_rule_id,booking_type,prior_notice_service_id\nbk,2,WK\n",
    "location_groups": "location_group_id,location_group_name\ng,Group\n",
    "location_group_stops": "location_group_id,stop_id\ng,B\n",
    "attributions": "attribution_id,trip_id,organization_name\nat,t1,Town\n",
}


def test_every_reference_leads_to_what_it_led_to(tmp_path: Path) -> None:
    _, found = merged(tmp_path, a=feed(tmp_path, "a", **FARES_V2, **OTHERS, fare_attributes=FARES.format("V")))
    for name, text in {**FARES_V2, **OTHERS}.items():
        (before,) = csv.DictReader(io.StringIO(text))
        (after,) = found[name]
        ids = {key for key in before if key.endswith("_id") or key in ("record_id",)}
        assert {key: after[key] for key in ids} == {key: f"a:{before[key]}" for key in ids if before[key]}, name
        assert {key: after[key] for key in before.keys() - ids} == {key: before[key] for key in before.keys() - ids}, (
            name
        )


def test_networks_are_told_in_one_way(tmp_path: Path) -> None:
    routes = "route_id,agency_id,route_short_name,route_type,network_id\n1,V,1,3,n\n2,V,2,3,n\n3,V,3,3,\n"
    told = {name: FARES_V2[name] for name in ("networks", "route_networks")}
    done, found = merged(tmp_path, a=feed(tmp_path, "a", routes=routes), b=feed(tmp_path, "b", **told))
    assert column(found["networks"], "network_id") == ["a:n", "b:n"]
    assert [tuple(row.values()) for row in found["route_networks"]] == [("a:n", "a:1"), ("a:n", "a:2"), ("b:n", "b:1")]
    assert "network_id" not in found["routes"][0]
    assert ("merge_networks_moved", "a/route_networks.txt") in codes(done)
    _, apart = merged(tmp_path, a=tmp_path / "a.zip")
    assert column(apart["routes"], "network_id") == ["a:n", "a:n", ""]
    assert "networks" not in apart


def test_translations_name_the_records_of_their_feed_and_each_text_once(tmp_path: Path) -> None:
    head = "table_name,field_name,language,translation,record_id,record_sub_id,field_value\n"
    a = "stops,stop_name,en,School,C,,\nstop_times,stop_headsign,en,Centre,t1,2,\nstops,stop_name,en,Station,,,Gare\n"
    b = "stops,stop_name,en,Railway,,,Gare\nstops,stop_name,en,Town hall,,,Mairie\n"
    b += "feed_info,feed_publisher_name,en,Town,,,\n"
    done, found = merged(
        tmp_path, a=feed(tmp_path, "a", translations=head + a), b=feed(tmp_path, "b", translations=head + b)
    )
    rows = [(row["translation"], row["record_id"], row["record_sub_id"]) for row in found["translations"]]
    assert rows == [("School", "a:C", ""), ("Centre", "a:t1", "2"), ("Station", "", ""), ("Town hall", "", "")]
    sentences = [note.message for note in done.notes]
    assert len(sentences) == 2
    assert any("otherwise" in sentence for sentence in sentences)


def test_zones_of_flexible_services_are_joined(tmp_path: Path) -> None:
    def zones(*ids: Any) -> str:
        features = [{"type": "Feature", "id": one, "properties": {"stop_name": "é"}, "geometry": None} for one in ids]
        return json.dumps({"type": "FeatureCollection", "features": features})

    times = "trip_id,stop_id,location_id,stop_sequence\nt1,,z,1\n"
    flex: dict[str, str] = {"stop_times": times, "locations.geojson": zones("z", 7)}
    done, found = merged(tmp_path, a=feed(tmp_path, "a", **flex), b=feed(tmp_path, "b", **flex))
    with zipfile.ZipFile(tmp_path / "merged.zip") as archive:
        document = json.loads(archive.read("locations.geojson"))
    assert [feature["id"] for feature in document["features"]] == ["a:z", "a:7", "b:z", "b:7"]
    assert document["features"][0]["properties"] == {"stop_name": "é"}
    assert column(found["stop_times"], "location_id") == ["a:z", "b:z"]
    assert done.rows["locations"] == 4
    for bad in ("[", "[]", "{}", zones(None)):
        with pytest.raises(UnusableFeed) as refusal:
            merged(tmp_path, a=feed(tmp_path, "bad", **{**flex, "locations.geojson": bad}))
        assert refusal.value.file == "a/locations.geojson"


def test_what_is_not_known_is_kept_or_left_out_with_a_word(tmp_path: Path) -> None:
    extra = feed(
        tmp_path,
        "a",
        stops="stop_id,stop_name,stop_lat,stop_lon,quay_id,\nA,Gare,45,5,q1,x\nB,École,45,5,,y\nC,c,45,5\n",
        stop_directions="stop_id,direction\nA,N\n",
        **{"readme.md": "hello"},
    )
    done, found = merged(tmp_path, a=extra, b=feed(tmp_path, "b"))
    assert column(found["stops"], "quay_id") == ["q1", "", "", "", ""]
    assert list(found["stops"][0]) == [
        "stop_id", "stop_name", "stop_lat", "stop_lon", "location_type", "parent_station", "quay_id",
    ]  # fmt: skip
    assert "stop_directions" not in found
    assert codes(done) == {
        ("merge_unknown_column_kept", "a/stops.txt"),
        ("merge_column_left_out", "a/stops.txt"),
        ("merge_record_left_out", "a/stops.txt"),
        ("merge_unknown_file_left_out", "a/stop_directions.txt"),
        ("merge_unknown_file_left_out", "a/readme.md"),
    }


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_whatever_encoding_comes_utf_8_leaves(tmp_path: Path, encoding: str) -> None:
    stops = BASE["stops"].replace("\n", "\r\n").encode(encoding)
    _, found = merged(tmp_path, a=feed(tmp_path, "a", stops=stops))
    assert column(found["stops"], "stop_name") == ["Station", "Quai 1, nord", "École"]


def test_the_same_inputs_give_the_same_bytes_however_they_are_packed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, text in BASE.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8", newline="")
    feeds = {"a": feed(tmp_path, "a"), "b": feed(tmp_path, "b", trips=BASE["trips"].replace("k", "m"))}
    outputs = []
    for index, chosen in enumerate([feeds, dict(reversed(feeds.items())), {**feeds, "a": folder}]):
        target = tmp_path / f"{index}.zip"
        merge(chosen, target, publisher=HUB)
        outputs.append(target.read_bytes())
    assert len(set(outputs)) == 1
    with zipfile.ZipFile(tmp_path / "0.zip") as archive:
        assert archive.namelist() == sorted(archive.namelist())
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_an_input_that_is_no_feed_is_named(tmp_path: Path) -> None:
    (tmp_path / "page.zip").write_bytes(b"<html></html>")
    with pytest.raises(FeedError) as refusal:
        merged(tmp_path, a=feed(tmp_path, "a"), b=tmp_path / "page.zip")
    assert refusal.value.file == "b/page.zip"
    with pytest.raises(UnusableFeed, match="nothing to merge"):
        merge({}, tmp_path / "x.zip", publisher=HUB)
    with pytest.raises(UnusableFeed, match="name a feed"):
        merge({"a:b": feed(tmp_path, "a")}, tmp_path / "x.zip", publisher=HUB)
