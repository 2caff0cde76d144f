"""The four MDS operators of the basin, their fleets, and which of them belong together.

Shares are skewed, but the three holdings stay of comparable size: Alizés (Trottix and Vélovif) 38 %, Bolide 34 %,
Glisse 28 % of the trips.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from hub.territory.demo.draws import Draws, Ints, share_out
from hub.territory.demo.year import DAYS


@dataclass(frozen=True)
class Operator:
    """An operator; `share` is its part of the trips in percent, `speed_cm_s` its riders' pace on the flat."""

    id: str
    name: str
    holding: str
    mds_version: str
    vehicle_type: str
    propulsion: str
    make: str
    model: str
    plate: str
    share: int
    speed_cm_s: int
    battery_mah: int

    @property
    def feed(self) -> str:
        """The slug of its MDS dataset."""
        return f"mds-{self.id}"

    @property
    def is_2_0(self) -> bool:
        """Whether its feed is MDS 2.0 rather than 1.2."""
        return self.mds_version.startswith("2.0")

    @cached_property
    def provider_id(self) -> str:
        """Its provider_id in MDS."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://hautes-combes.example/providers/{self.id}"))


#: `vehicle_type` is the word of the feed's own version of MDS.
OPERATORS: Final = (
    Operator(
        "trottix", "Trottix", "groupe-alizes", "2.0.0", "scooter_standing", "electric",
        "Segway", "Max Plus X", "TX", 26, 430, 15_300,
    ),
    Operator(
        "velovif", "Vélovif", "groupe-alizes", "1.2.0", "bicycle", "electric_assist",
        "Pony", "Adventure", "VV", 12, 480, 12_800,
    ),
    Operator(
        "bolide", "Bolide", "bolide", "2.0.0", "scooter_standing", "electric",
        "Okai", "ES400", "BO", 34, 450, 15_600,
    ),
    Operator(
        "glisse", "Glisse", "glisse", "1.2.0", "scooter", "electric",
        "Segway", "Max Plus", "GL", 28, 420, 15_300,
    ),
)  # fmt: skip
SHARES: Final = np.array([operator.share for operator in OPERATORS], dtype=np.int64)
IS_2_0: Final = np.array([operator.is_2_0 for operator in OPERATORS], dtype=np.int64)
SPEED_CM_S: Final = np.array([operator.speed_cm_s for operator in OPERATORS], dtype=np.int64)
_LEAST_VEHICLES = 8


@dataclass(frozen=True, slots=True)
class Fleet:
    """All vehicles, those of one operator side by side.

    `first[o]` is operator o's first vehicle, which never leaves the street: on every day each operator has one.
    `deployed_day` and `retired_day` count days of the year; a vehicle that is never retired has `retired_day` = 365.
    """

    operator: Ints
    first: Ints
    deployed_day: Ints
    retired_day: Ints
    device_ids: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many vehicles."""
        return len(self.device_ids)

    def of(self, number: int) -> range:
        """The vehicles of the operator with that number."""
        return range(int(self.first[number]), int(self.first[number + 1]))

    def vehicle_id(self, vehicle: int) -> str:
        """The code on the vehicle."""
        number = int(self.operator[vehicle])
        return f"{OPERATORS[number].plate}-{vehicle - int(self.first[number]) + 1:05d}"


def fleet(seed: int, trips: int) -> Fleet:
    """A fleet that fits `trips` a year: about 0.7 trips per vehicle and day in a small demo, 2.7 in a large one."""
    sizes = np.maximum(share_out(60 + trips // 1_000, SHARES), _LEAST_VEHICLES)
    total = int(sizes.sum())
    first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    draws = Draws(seed, "fleet")
    deployed = np.where(draws.one_in(12, total), draws.between(20, 200, total), 0)
    retired = np.where(draws.one_in(25, total), draws.between(230, 350, total), DAYS)
    deployed[first[:-1]], retired[first[:-1]] = 0, DAYS
    operator = np.repeat(np.arange(len(OPERATORS)), sizes)
    return Fleet(
        operator=operator.astype(np.int64),
        first=first,
        deployed_day=deployed.astype(np.int64),
        retired_day=retired.astype(np.int64),
        device_ids=tuple(_device_id(seed, int(number), vehicle) for vehicle, number in enumerate(operator)),
    )


def _device_id(seed: int, number: int, vehicle: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{OPERATORS[number].provider_id}/devices/{seed}/{vehicle}"))
