"""Which cells are ids, by the types of the reference, and what is put before them."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from feeds.gtfs.spec import Table, Type


def is_id(table: Table, column: str) -> bool:
    """Whether a column names a record, of its own table or of another.

    By type and not by reference: a block, a fare zone, a group of legs is nobody's key, and still one feed's alone.
    """
    if (table.name, column) == ("translations", "record_sub_id"):
        return False  # the stop_sequence of a stop time: an id by type, and a number by what it holds
    known = table.columns.get(column)
    return known is not None and known.type is Type.ID


def prefixed(prefix: str, ids: pa.Array) -> pa.Array:
    """Ids with what is put before them; where there is none, there stays none."""
    return pc.binary_join_element_wise(pa.scalar(prefix), ids, pa.scalar(""))
