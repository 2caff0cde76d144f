"""DMFR as the hub writes it: of the shape, in a stable order, and read back as the same feeds."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.catalogues import STANDARDS, dmfr, read
from feeds.catalogues.licences import SPDX

#: As the shape spells an address.
ADDRESS = re.compile(r"(http|https|ftp)://[\w.,~#{}():&/%='?-]+")
#: What a feed may hold, and no more (``additionalProperties`` is false).
FIELDS = {"id", "spec", "name", "urls", "license", "supersedes_ids", "tags"}


def fault_of(document: dict[str, Any]) -> str:
    """Where a document leaves the shape, by its specification; empty if it does not."""
    if set(document) != {"$schema", "feeds"}:
        return "the document"
    for feed in document["feeds"]:
        url_keys = {key for keys in dmfr.URLS.values() for key in keys}
        faults = {
            "fields": not {"id", "spec", "urls"} <= set(feed) <= FIELDS,
            "spec": feed["spec"] not in STANDARDS,
            "urls": not set(feed["urls"]) <= url_keys or not all(map(ADDRESS.fullmatch, feed["urls"].values())),
            "license": feed.get("license", {}).get("spdx_identifier", SPDX[0]) not in SPDX,
        }
        if any(faults.values()):
            return f"{feed['id']}: {[name for name, wrong in faults.items() if wrong]}"
    return ""


told = st.builds(
    dmfr.Told,
    id=st.from_regex(r"f-[a-z0-9~]{1,12}", fullmatch=True),
    standard=st.just("gtfs"),
    name=st.text("aé –", min_size=1, max_size=8).map(str.strip),
    urls=st.from_regex(r"https://a\.example/[a-z0-9]{0,9}\.zip", fullmatch=True).map(
        lambda url: (("static_current", url),)
    ),
    licence=st.sampled_from([*SPDX, "LicenseRef-licence-mobilites", "", "https://a.example/licence"]),
    supersedes=st.lists(st.from_regex(r"f-[a-z]{1,5}", fullmatch=True), max_size=2, unique=True).map(tuple),
)


@given(st.lists(told, max_size=5, unique_by=lambda one: one.id), st.randoms(use_true_random=False))
@settings(deadline=None, derandomize=True, max_examples=30)
def test_what_is_written_has_the_shape_and_is_read_back(feeds: list[dmfr.Told], order: Any) -> None:
    written = dmfr.write(feeds)
    order.shuffle(feeds)

    assert dmfr.write(feeds) == written
    assert fault_of(json.loads(written)) == ""
    back = {one.name.id: one for one in read(written).feeds}
    assert list(back) == sorted(one.id for one in feeds)
    for one in feeds:
        found = back[one.id]
        assert (found.standard, found.url, found.title) == (one.standard, one.urls[0][1], one.name)
        assert {name.id for name in found.supersedes} == set(one.supersedes)
        # What is no SPDX licence and no address stands in a tag, which nobody else reads.
        assert found.licence == (one.licence if one.licence in SPDX or "://" in one.licence else "")


def test_the_check_of_the_shape_sees_what_leaves_it() -> None:
    good = json.loads(dmfr.write([dmfr.Told("f-a", "gtfs", "A", (("static_current", "https://a.example/x"),))]))
    assert fault_of(good) == ""
    for change in ({"holder": "x"}, {"spec": "siri"}, {"urls": {"elsewhere": "https://a"}}, {"urls": {}, "spec": ""}):
        feed = {**good["feeds"][0], **change}
        assert fault_of({**good, "feeds": [feed]})


def test_a_licence_of_our_own_is_a_tag() -> None:
    one = dmfr.Told("f-a", "gbfs", "A", (("gbfs_auto_discovery", "https://a.example/gbfs.json"),), "LicenseRef-x")
    [feed] = json.loads(dmfr.write([one]))["feeds"]
    assert feed["tags"] == {"licence": "LicenseRef-x"}
    assert "license" not in feed
