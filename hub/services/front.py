"""The front office: what a process needs that answers the public. It has no vault, so it cannot open one."""

from __future__ import annotations

from dataclasses import dataclass

from hub.clock import Clock
from hub.records import Records
from hub.released import Released


@dataclass(frozen=True, slots=True)
class Front:
    """The records and the released plane, and the clock to decide by. `country`: ISO 3166-1 alpha-3, or empty."""

    records: Records
    released: Released
    clock: Clock
    public_url: str = "http://127.0.0.1:8000"
    country: str = ""
