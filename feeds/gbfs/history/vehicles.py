"""Vehicles under names of one day.

GBFS wants the id of a vehicle to change after each trip, so that nobody can follow a rider. Not every system does so,
and what it fails to rotate must not become a trace in our history: each id is replaced by a keyed hash under a key of
the day. Without that key, which is destroyed when the day is closed, two days cannot be joined. Source: GBFS 2.0 and
later, `vehicle_id` ("MUST be rotated to a random string after each trip").
"""

from __future__ import annotations

import hashlib
import hmac

import polars as pl

_BYTES = 8


def hidden(vehicles: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """States of vehicles (see `series.states`) with their ids replaced, in the order of the new ones."""
    names = [pseudonym(name, key) for name in vehicles["vehicle_id"]]
    return vehicles.with_columns(pl.Series("vehicle_id", names, pl.String)).sort("vehicle_id")


def pseudonym(name: str, key: bytes) -> str:
    """64 bits of HMAC-SHA-256 in hexadecimal: two of 100,000 ids are alike on one day in four thousand million."""
    return hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[: 2 * _BYTES]
