"""The basin Hautes-Combes: six communes, the height of the ground, and the places that people go to.

A valley runs north to south along the east (about 230 m above the sea); west of it a plateau stands at about 1,000 m.
Positions are whole millionths of a degree (about 11 cm), so that they are written the same way everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from hub.territory.demo.draws import Ints

MICRO: Final = 1_000_000
#: Metres in a millionth of a degree near 45.07 N (WGS84 ellipsoid), north and east.
NORTH_M: Final = 0.111_135
EAST_M: Final = 0.078_80

#: Corners of the communes as (lng, lat); neighbours name the same corners, so that nothing gaps or overlaps.
CORNERS: Final[dict[str, tuple[float, float]]] = {
    "nw": (5.4700, 45.1250), "n1": (5.5420, 45.1270), "n2": (5.5850, 45.1240), "ne": (5.6400, 45.1260),
    "w1": (5.4680, 45.0800), "c1": (5.5390, 45.0850), "c2": (5.5830, 45.0950), "e1": (5.6410, 45.0930),
    "w2": (5.4690, 45.0560), "c3": (5.5440, 45.0600), "c4": (5.5850, 45.0580), "e2": (5.6400, 45.0500),
    "sw": (5.4720, 45.0120), "s1": (5.5460, 45.0130), "se": (5.6380, 45.0140),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune: its id (zone system ``commune``), its name, the names of its corners in order."""

    id: str
    name: str
    corners: tuple[str, ...]

    def polygon(self) -> shapely.Polygon:
        """Its outline in degrees, longitude first."""
        return shapely.Polygon([CORNERS[corner] for corner in self.corners])


COMMUNES: Final = (
    Commune("combeval", "Combeval", ("c2", "c4", "e2", "e1")),
    Commune("roche-haute", "Roche-Haute", ("n1", "c1", "c3", "c4", "c2", "n2")),
    Commune("saint-aubin", "Saint-Aubin-des-Prés", ("c3", "s1", "se", "e2", "c4")),
    Commune("fontanelles", "Les Fontanelles", ("nw", "w1", "c1", "n1")),
    Commune("montclar", "Montclar-le-Plan", ("w1", "w2", "sw", "s1", "c3", "c1")),
    Commune("val-serein", "Val-Serein", ("n2", "c2", "e1", "ne")),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere people go to; `draw` is how strongly it attracts, `spread` how far around vehicles are left."""

    id: str
    name: str
    commune: str
    kind: str
    lat: float
    lng: float
    draw: int
    spread: int


#: The town's places stand close together: that is what makes joint statistics of a small basin possible at all.
PLACES: Final = (
    Place("gare", "Gare de Combeval", "combeval", "station", 45.0712, 5.6085, 30, 1_100),
    Place("marche", "Place du Marché", "combeval", "market", 45.0724, 5.6045, 30, 1_100),
    Place("lycee", "Lycée des Gorges", "combeval", "school", 45.0792, 5.6027, 24, 1_300),
    Place("hopital", "Hôpital de Combeval", "combeval", "hospital", 45.0727, 5.5955, 18, 1_300),
    Place("saint-roch", "Quartier Saint-Roch", "combeval", "home", 45.0856, 5.6106, 20, 1_500),
    Place("iles", "Zone d'activité des Îles", "combeval", "work", 45.0643, 5.6098, 18, 1_500),
    Place("vignes", "Les Vignes", "combeval", "home", 45.0868, 5.5998, 9, 1_800),
    Place("serein", "Val-Serein, le Pont", "val-serein", "home", 45.1083, 5.6008, 5, 2_200),
    Place("roche", "Roche-Haute, la Place", "roche-haute", "home", 45.0960, 5.5630, 4, 2_200),
    Place("aubin", "Saint-Aubin-des-Prés, l'Église", "saint-aubin", "home", 45.0462, 5.5752, 4, 2_200),
    Place("fontanelles", "Les Fontanelles, le Bourg", "fontanelles", "home", 45.1035, 5.5180, 3, 2_200),
    Place("cret", "Hameau du Crêt, départ des pistes", "fontanelles", "ski", 45.1105, 5.5030, 2, 1_800),
    Place("montclar", "Montclar-le-Plan, le Four", "montclar", "home", 45.0368, 5.5250, 2, 2_200),
    Place("lac", "Lac de Montclar", "montclar", "lake", 45.0318, 5.5075, 2, 1_800),
)


def altitude_m(lat: float, lng: float) -> int:
    """Height of the ground: the valley floor in the east, the scarp west of it, the plateau and its ridge."""
    rise = min(1.0, max(0.0, (5.594 - lng) / 0.040))
    scarp = rise * rise * (3.0 - 2.0 * rise)
    ridge = max(0.0, (5.520 - lng) / 0.050) * max(0.0, (lat - 45.060) / 0.050)
    return round(232.0 + 260.0 * (lat - 45.02) + 740.0 * scarp + 260.0 * ridge)


def micro(degrees: float) -> int:
    """Degrees to whole millionths."""
    return round(degrees * MICRO)


PLACE_LAT: Final[Ints] = np.array([micro(place.lat) for place in PLACES], dtype=np.int64)
PLACE_LNG: Final[Ints] = np.array([micro(place.lng) for place in PLACES], dtype=np.int64)
PLACE_ALTITUDE_M: Final[Ints] = np.array([altitude_m(place.lat, place.lng) for place in PLACES], dtype=np.int64)
PLACE_SPREAD: Final[Ints] = np.array([place.spread for place in PLACES], dtype=np.int64)


def straight_m(lat_from: Ints, lng_from: Ints, lat_to: Ints, lng_to: Ints) -> Ints:
    """Metres as the crow flies, rounded up; on a plane, which is right to a few centimetres within the basin."""
    north, east = (lat_to - lat_from) * NORTH_M, (lng_to - lng_from) * EAST_M
    metres: Ints = np.ceil(np.sqrt(north * north + east * east)).astype(np.int64)
    return metres


def communes_geojson() -> dict[str, Any]:
    """The zone system ``commune`` as a GeoJSON FeatureCollection; rings run counter-clockwise (RFC 7946, 3.1.6)."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"id": commune.id, "name": commune.name},
                "geometry": {"type": "Polygon", "coordinates": [_ring(commune)]},
            }
            for commune in COMMUNES
        ],
    }


def _ring(commune: Commune) -> list[list[float]]:
    outline = shapely.orient_polygons(commune.polygon())
    return [[round(lng, 6), round(lat, 6)] for lng, lat in outline.exterior.coords]
