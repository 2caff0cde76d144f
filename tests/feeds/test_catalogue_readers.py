"""Lists of feeds as others write them: what is taken, what is refused, and where it stands."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.catalogues import SHAPES, FeedList, Name, read, shape_of
from feeds.catalogues.addresses import fault_of, may_be_told
from feeds.catalogues.licences import licence_of, uri_of
from feeds.catalogues.slugs import free_slug, is_slug, slug_of
from feeds.errors import NotACatalogue
from tests.feeds.examples import examples

KEYS = ("feeds", "id", "spec", "urls", "resources", "data", "datasets", "versions", "url", "operators", "format")


def told(found: FeedList) -> list[tuple[str, str, str, int, str]]:
    return [(str(one.name), one.standard, one.slug, one.row, one.field) for one in found.feeds]


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_has_an_example_and_is_told_by_its_content(shape: str) -> None:
    content = examples()[shape]
    assert shape_of(content) == shape
    assert read(content).feeds == read(content, shape=shape).feeds != ()
    assert shape_of(b"\xef\xbb\xbf" + content) == shape  # with a BOM, as Windows writes it


def test_the_access_point_s_resources_are_feeds() -> None:
    found = read(examples()["nap"])

    assert told(found) == [
        ("tdg:tdg-81653", "gtfs", "reseau-des-hautes-combes", 1, "resources[0].url"),
        ("tdg:tdg-81654", "gtfs-rt", "reseau-des-hautes-combes-gtfs-rt", 1, "resources[1].url"),
    ]
    schedule, realtime = found.feeds
    assert (schedule.licence, schedule.holder) == ("etalab-2.0", "Syndicat des Hautes-Combes")
    assert (schedule.title, schedule.territory) == ("Réseau des Hautes-Combes – GTFS", "Les Hautes-Combes")
    assert realtime.schedule == schedule.name
    assert found.passed_over == {"GTFS (community)": 1, "NeTEx": 1}
    [bad] = found.refused
    assert (bad.row, bad.field) == (1, "resources[3].url")
    assert "apikey" in bad.reason
    assert "abc" not in bad.reason + bad.value


def test_two_schedules_in_one_dataset_leave_a_real_time_feed_without() -> None:
    [dataset] = json.loads(examples()["nap"])
    dataset["resources"].insert(0, {"id": 1, "format": "gtfs", "url": "https://x.example/other.zip"})

    found = {one.name.id: one for one in read(json.dumps([dataset]).encode()).feeds}

    assert found["tdg-81654"].schedule is None
    assert found["tdg-81653"].slug == "reseau-des-hautes-combes-81653"
    assert read(json.dumps(dataset).encode()).feeds == tuple(
        found.values()
    )  # one dataset, as /api/datasets/{id} gives it


def test_a_dataset_without_a_publisher_is_its_legal_owners() -> None:
    [dataset] = json.loads(examples()["nap"])
    dataset |= {"publisher": {"name": None, "id": None, "type": "organization"}, "licence": "notspecified"}
    dataset["legal_owners"] += [{"name": "Région", "insee": "84", "type": "region"}, {"siren": "1", "type": "company"}]

    one = read(json.dumps([dataset]).encode()).feeds[0]

    assert (one.holder, one.licence) == ("Communauté de communes des Hautes-Combes, Région", "")


def test_a_list_of_systems_is_read_line_by_line() -> None:
    found = read(examples()["systems-csv"])

    assert told(found) == [
        ("gbfs:combecycle", "gbfs", "combecycle", 2, "Auto-Discovery URL"),
        ("gbfs:glisse_fr", "gbfs", "glisse-fr", 3, "Auto-Discovery URL"),
    ]
    assert [one.needs_key for one in found.feeds] == [False, True]
    assert [(bad.row, bad.field) for bad in found.refused] == [(4, "Auto-Discovery URL")]


def test_rows_are_lines_though_a_cell_spans_several_and_columns_may_move() -> None:
    content = (
        'System ID,Auto-Discovery URL,Name\r\none,https://a.example/gbfs.json,"A\r\nB"\r\none,https://b.example,C\r\n'
    )
    found = read(content.encode())

    assert [(one.row, one.title) for one in found.feeds] == [(2, "A\r\nB")]
    assert [(bad.row, bad.field, bad.reason) for bad in found.refused] == [(4, "id", "row 2 has this id already")]


def test_a_manifest_gives_its_newest_version_that_is_no_candidate() -> None:
    [one] = read(examples()["gbfs-manifest"]).feeds
    assert (one.name, one.url) == (Name("gbfs", "combecycle"), "https://combecycle.example.fr/3.0/gbfs.json")


def test_dmfr_gives_each_real_time_address_as_a_feed() -> None:
    found = read(examples()["dmfr"])

    assert told(found) == [
        ("onestop:f-u0h-reseau", "gtfs", "u0h-reseau", 1, "urls.static_current"),
        (
            *("onestop:f-u0h-reseau~rt#realtime_trip_updates", "gtfs-rt"),
            *("u0h-reseau-rt-trip-updates", 2, "urls.realtime_trip_updates"),
        ),
        (
            *("onestop:f-u0h-reseau~rt#realtime_alerts", "gtfs-rt"),
            *("u0h-reseau-rt-alerts", 2, "urls.realtime_alerts"),
        ),
    ]
    schedule, updates, _ = found.feeds
    assert schedule.supersedes == (Name("onestop", "f-u0h-ancien"),)
    assert (schedule.holder, schedule.licence) == ("Autocars des Combes", "etalab-2.0")
    assert (updates.schedule, updates.needs_key, schedule.needs_key) == (schedule.name, True, False)


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"spec": "gtfs", "urls": {"static_current": "https://a.example"}}, "id"),
        ({"id": "a", "spec": "siri", "urls": {}}, "spec"),
        ({"id": "a", "spec": "gtfs", "urls": {"static_planned": ["https://a.example"]}}, "urls.static_current"),
        ({"id": "a", "spec": "gtfs", "urls": {"static_current": "file:///etc/passwd"}}, "urls.static_current"),
        (
            {"id": "a", "spec": "gtfs", "urls": {"static_current": "https://a.example/all.zip#bus"}},
            "urls.static_current",
        ),
        ({"id": "a\u0000", "spec": "gtfs", "urls": {"static_current": "https://a.example"}}, "id"),
        ("no object", "id"),
    ],
)
def test_a_bad_entry_is_refused_with_row_and_field(entry: Any, field: str) -> None:
    good = {"id": "b", "spec": "gtfs", "urls": {"static_current": "https://b.example/b.zip"}}
    found = read(json.dumps({"feeds": [good, entry]}).encode())

    assert [one.name.id for one in found.feeds] == ["b"]
    assert [(bad.row, bad.field) for bad in found.refused] == [(2, field)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<html>", "neither JSON"),
        (b"", "neither JSON"),
        (b'{"a": 1}', "none of the shapes"),
        (b'{"feeds": [}', "row 1: not JSON"),
        (b'{"feeds":\n"\xff"}', "row 2: this line is not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_catalogue_is_refused_as_a_whole(content: bytes, says: str) -> None:
    with pytest.raises(NotACatalogue, match=says):
        read(content)


def test_another_shape_than_was_said_is_refused() -> None:
    for shape in SHAPES:
        other = next(name for name in SHAPES if name != shape)
        with pytest.raises(NotACatalogue):
            read(examples()[other], shape=shape)


@pytest.mark.parametrize(
    "url",
    [
        "https://user:pass@a.example/x",
        "https://a.example/x?api_key=1",
        "https://a.example/x?a=1&Subscription-Key=1",
        "https://a.example/x?X-Amz-Signature=1",
        "https://a.example/x?token",
        "ftp://a.example/x",
        "https:///x",
        "https://a.example:99999/x",
        "https://a.example/a b",
        "https://a.example/\u0000",
        "https://a.example/" + "x" * 2_000,
        "",
    ],
)
def test_an_address_with_a_secret_or_of_no_web_is_not_written_down(url: str) -> None:
    assert fault_of(url)
    assert not may_be_told(url)


def test_a_query_is_kept_and_not_told() -> None:
    assert fault_of("https://a.example:8443/x?format=gtfs&v=2") == ""
    assert not may_be_told("https://a.example:8443/x?format=gtfs")
    assert may_be_told("https://a.example:8443/x.zip")


def test_national_codes_become_spdx() -> None:
    codes = {"lov2": "etalab-2.0", "fr-lo": "etalab-2.0", "odc-odbl": "ODbL-1.0", "cc-by-4.0": "CC-BY-4.0"}
    assert {code: licence_of(code) for code in codes} == codes
    assert licence_of("mobility-licence") == "LicenseRef-licence-mobilites"
    assert licence_of("notspecified") == ""
    assert licence_of("other-open") == "other-open"
    assert uri_of("etalab-2.0") == "https://spdx.org/licenses/etalab-2.0"
    assert uri_of("https://a.example/licence") == "https://a.example/licence"
    assert uri_of("LicenseRef-licence-mobilites") == uri_of("https://a b") == ""


@given(st.text(max_size=200), st.integers(0, 30))
@settings(deadline=None, derandomize=True, max_examples=60)
def test_a_slug_is_always_one_and_free_and_the_same_again(text: str, taken: int) -> None:
    slug = slug_of(text)
    assert is_slug(slug)
    assert slug_of(slug) == slug
    used: set[str] = set()
    for _ in range(taken):
        used.add(free_slug(slug, used))
    assert len(used) == taken
    assert all(is_slug(one) for one in used)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
        max_leaves=25,
    )
)
@settings(deadline=None, derandomize=True, max_examples=120)
def test_no_document_breaks_a_reader(document: Any) -> None:
    content = json.dumps(document).encode()
    for shape in ("dmfr", "gbfs-manifest", "nap"):
        try:
            found = read(content, shape=shape)
        except NotACatalogue:
            continue
        assert all(is_slug(one.slug) and not fault_of(one.url) for one in found.feeds)
