"""The dimensions of the truth as small numbers: H3 cells, and slots of the local clock (month, day type, band)."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

import numpy as np
import pyarrow as pa

from hub.territory.demo.draws import Ints
from hub.territory.demo.geography import MICRO, PLACES
from hub.territory.demo.operators import OPERATORS
from hub.territory.demo.year import (
    BAND_OF_HOUR,
    BANDS,
    DATES,
    DAY_TYPE_OF_DAY,
    DAY_TYPES,
    MONTH_OF_DAY,
    YEAR,
    day_of,
    hour_of,
)

# The package's flavour that speaks whole numbers; it has no types of its own.
h3: Final[Any] = import_module("h3.api.basic_int")

RESOLUTION: Final = 8
MONTHS: Final = tuple(f"{YEAR}-{number:02d}" for number in range(1, 13))
#: Slots within a month, and in the year.
MONTH_SLOTS: Final = len(DAY_TYPES) * len(BANDS)
SLOTS: Final = len(MONTHS) * MONTH_SLOTS

#: Every cell in which a vehicle can be left: those around the places, far wider than vehicles are spread.
CELLS: Final[Ints] = np.array(
    sorted({cell for place in PLACES for cell in h3.grid_disk(h3.latlng_to_cell(place.lat, place.lng, RESOLUTION), 2)}),
    dtype=np.int64,
)


def cell_of(lat: Ints, lng: Ints) -> Ints:
    """The position in `CELLS` of each point's cell, as the `h3` package itself computes it."""
    pairs = zip((lat / MICRO).tolist(), (lng / MICRO).tolist(), strict=True)
    found = np.fromiter((h3.latlng_to_cell(*pair, RESOLUTION) for pair in pairs), dtype=np.int64, count=len(lat))
    at = np.minimum(np.searchsorted(CELLS, found), len(CELLS) - 1)
    if not np.array_equal(CELLS[at], found):
        raise RuntimeError("a vehicle was left outside the cells around the demo's places")
    return at.astype(np.int64)


def slot_of(utc_s: Ints) -> Ints:
    """The slot of each instant of the year."""
    day = np.minimum(day_of(utc_s), len(DATES) - 1)
    slot: Ints = (MONTH_OF_DAY[day] * len(DAY_TYPES) + DAY_TYPE_OF_DAY[day]) * len(BANDS) + BAND_OF_HOUR[hour_of(utc_s)]
    return slot


def slot_columns(slot: Ints) -> dict[str, pa.Array]:
    """Month, day type and band of each slot as words."""
    bands = [name for name, _, _ in BANDS]
    return {
        "month": pa.array(MONTHS).take(pa.array(slot // MONTH_SLOTS)),
        "day_type": pa.array(DAY_TYPES).take(pa.array(slot // len(BANDS) % len(DAY_TYPES))),
        "band": pa.array(bands).take(pa.array(slot % len(BANDS))),
    }


def operator_column(operator: Ints) -> pa.Array:
    """The operators' ids."""
    return pa.array([one.id for one in OPERATORS]).take(pa.array(operator))
