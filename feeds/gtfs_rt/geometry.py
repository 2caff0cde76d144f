"""Distances on the Earth."""

from __future__ import annotations

import polars as pl

#: Mean radius of the Earth in metres (IUGG R1).
_EARTH_M = 6_371_008.8


def distance_m(lat: str, lon: str, other_lat: str, other_lon: str) -> pl.Expr:
    """Great-circle distance in metres between two places, given by the names of their columns in degrees."""
    a, b, c, d = (pl.col(name).cast(pl.Float64).radians() for name in (lat, lon, other_lat, other_lon))
    half = ((c - a) / 2).sin() ** 2 + a.cos() * c.cos() * ((d - b) / 2).sin() ** 2
    return 2 * _EARTH_M * half.clip(0, 1).sqrt().arcsin()
