"""The file of a release: what is written is what is read, whatever the order in which rows were made."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.published import About, NotARelease, Published, Shape, read_published, written

ZONES = Hierarchy.of("zone", ["commune", "cell"], [("A", "1"), ("A", "2"), ("B", "3")])
BANDS = Hierarchy.flat("band", "band", ["am", "pm"])


def partition(*, order: tuple[int, ...] = (0, 1)) -> Published:
    level = np.array([[2, 0], [1, 1]], np.int8)[list(order)]
    nodes = [[((0, 1), (0,)), ((1,), (0, 1))][index] for index in order]
    about = About("flows", Shape.PARTITION, "trips", "trips")
    return Published(about, (ZONES, BANDS), level, nodes, np.array([40, 35])[list(order)], ("3-4", "5+")[:2])


def test_a_partition_names_the_nodes_that_each_group_pools() -> None:
    assert partition().table().to_pylist() == [
        {
            **{"group": 0, "zone": ["B"], "zone_level": "commune", "band": ["am", "pm"], "band_level": "band"},
            **{"trips": 35, "coverage": "5+"},
        },
        {
            **{"group": 1, "zone": ["1", "2"], "zone_level": "cell", "band": ["all"], "band_level": "all"},
            **{"trips": 40, "coverage": "3-4"},
        },
    ]


def test_a_table_has_one_code_for_what_it_does_not_say() -> None:
    about = About("ends", Shape.TABLE, "trips", "trips", zeros_shown=True, nonce="00" * 16, noise={"sigma": 6})
    level = np.array([[0], [1], [1]], np.int8)
    made = Published(about, (ZONES,), level, [((0,),), ((0,),), ((1,),)], np.array([90, -1, 40]), ("5+", "", "3-4"))
    rows = made.table().to_pylist()
    assert [(row["zone"], row["trips"], row["status"], row["coverage"]) for row in rows] == [
        ("all", 90, "", "5+"),
        ("A", None, ":c", None),
        ("B", 40, "", "3-4"),
    ]
    assert read_published(written(made)).about == about


def test_read_is_what_was_written_and_the_bytes_do_not_depend_on_the_order() -> None:
    content = written(partition())
    again = read_published(content)
    assert written(again) == content
    assert again.hierarchies[0].nodes == ZONES.nodes
    turned = partition(order=(1, 0))
    assert (
        written(Published(turned.about, turned.hierarchies, turned.level, turned.nodes, turned.value, ("5+", "3-4")))
        == content
    )


def test_other_files_are_refused() -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": [1]}), sink)
    for content in (b"no parquet", sink.getvalue()):
        with pytest.raises(NotARelease, match="this is"):
            read_published(content)
