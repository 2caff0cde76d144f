"""The bus network as data: stops, lines, and how often they run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GARE: Final = "combeval-gare"


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a bus stops; `parent` is the station it is part of, `platform` its letter there."""

    id: str
    name: str
    lat: float
    lng: float
    parent: str = ""
    platform: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line there and back: its stops in the outward order, its pace, its colours and GTFS route_type."""

    id: str
    short_name: str
    long_name: str
    stops: tuple[str, ...]
    speed_m_s: float
    color: str
    text_color: str
    on_demand_until: int = 0
    description: str = ""


#: The station as a whole; buses stop at its platforms.
STATION: Final = Stop(GARE, "Gare de Combeval", 45.0712, 5.6085)
STOPS: Final = (
    Stop("combeval-gare-a", "Gare de Combeval", 45.0713, 5.6087, GARE, "A"),
    Stop("combeval-gare-b", "Gare de Combeval", 45.0710, 5.6083, GARE, "B"),
    Stop("serein-pont", "Val-Serein, le Pont", 45.1083, 5.6008),
    Stop("serein-forges", "Val-Serein, les Forges", 45.0985, 5.6120),
    Stop("saint-roch", "Saint-Roch", 45.0856, 5.6106),
    Stop("lycee", "Lycée des Gorges", 45.0792, 5.6027),
    Stop("marche", "Place du Marché", 45.0724, 5.6045),
    Stop("hopital", "Hôpital de Combeval", 45.0727, 5.5955),
    Stop("iles", "Les Îles", 45.0643, 5.6098),
    Stop("combeval-sud", "Combeval Sud", 45.0560, 5.6130),
    Stop("gorges", "Entrée des Gorges", 45.0430, 5.6160),
    Stop("moulin", "Moulin-Neuf", 45.0260, 5.6200),
    Stop("roche-lacets", "Roche-Haute, les Lacets", 45.0850, 5.5840),
    Stop("roche-place", "Roche-Haute, la Place", 45.0960, 5.5630),
    Stop("col", "Col de la Croisée", 45.1000, 5.5400),
    Stop("fontanelles-bourg", "Les Fontanelles, le Bourg", 45.1035, 5.5180),
    Stop("cret", "Le Crêt, départ des pistes", 45.1105, 5.5030),
    Stop("aubin-eglise", "Saint-Aubin-des-Prés, l'Église", 45.0462, 5.5752),
    Stop("aubin-ferme", "Ferme de l'Épinette", 45.0430, 5.5500),
    Stop("montclar-four", "Montclar-le-Plan, le Four", 45.0368, 5.5250),
    Stop("lac", "Lac de Montclar", 45.0318, 5.5075),
)
STOP_BY_ID: Final = {stop.id: stop for stop in STOPS}

LINES: Final = (
    Line("L1", "1", "Val-Serein – Combeval – Moulin-Neuf",
         ("serein-pont", "serein-forges", "saint-roch", "lycee", "marche", "combeval-gare-a", "iles", "combeval-sud",
          "gorges", "moulin"), 7.5, "005CA9", "FFFFFF"),
    Line("L2", "2", "Combeval – Roche-Haute – Les Fontanelles",
         ("combeval-gare-b", "marche", "hopital", "roche-lacets", "roche-place", "col", "fontanelles-bourg"),
         8.0, "6A2C8C", "FFFFFF"),
    Line("L3", "3", "Combeval – Saint-Aubin-des-Prés – Montclar-le-Plan",
         ("combeval-gare-b", "iles", "aubin-eglise", "aubin-ferme", "montclar-four", "lac"), 8.5, "B8401F", "FFFFFF"),
    Line("N1", "N1", "Navette des pistes", ("fontanelles-bourg", "cret"), 6.5, "FFD100", "000000"),
    Line("S1", "S1", "Ligne scolaire du plateau",
         ("montclar-four", "aubin-ferme", "aubin-eglise", "hopital", "lycee"), 8.0, "3C7D22", "FFFFFF",
         on_demand_until=2, description="Arrêts du plateau desservis sur réservation, la veille avant 17 h."),
)  # fmt: skip

#: (from, to, every): departures in minutes of the service day, `to` excluded; 1530 is half past one next morning.
Rhythm = tuple[tuple[int, int, int], ...]
_PEAKS: Final[Rhythm] = (
    (330, 420, 20), (420, 540, 10), (540, 960, 20), (960, 1_140, 10), (1_140, 1_320, 30), (1_320, 1_531, 60),
)  # fmt: skip
_AUTUMN_PEAKS: Final[Rhythm] = (
    (320, 420, 20), (420, 540, 12), (540, 960, 20), (960, 1_140, 12), (1_140, 1_320, 30), (1_320, 1_531, 70),
)  # fmt: skip
_SATURDAY: Final[Rhythm] = ((360, 1_200, 20), (1_200, 1_531, 45))
_SUNDAY: Final[Rhythm] = ((420, 1_260, 40),)
_PLATEAU: Final[Rhythm] = ((365, 545, 45), (545, 965, 70), (965, 1_205, 40))
_PLATEAU_SATURDAY: Final[Rhythm] = ((425, 1_205, 90),)
_PLATEAU_SUNDAY: Final[Rhythm] = ((485, 1_145, 120),)

#: Which rhythm a line keeps on working days, Saturdays and Sundays, before and after the change of timetable.
RHYTHMS: Final[dict[str, dict[str, tuple[Rhythm, Rhythm]]]] = {
    "L1": {"sem": (_PEAKS, _AUTUMN_PEAKS), "sam": (_SATURDAY, _SATURDAY), "dim": (_SUNDAY, _SUNDAY)},
    "L2": {
        "sem": (_PLATEAU, ((355, 545, 40), (545, 965, 60), (965, 1_205, 40))),
        "sam": (_PLATEAU_SATURDAY, _PLATEAU_SATURDAY),
        "dim": (_PLATEAU_SUNDAY, _PLATEAU_SUNDAY),
    },
    "L3": {
        "sem": (_PLATEAU, _PLATEAU),
        "sam": (_PLATEAU_SATURDAY, ((425, 1_205, 120),)),
        "dim": (_PLATEAU_SUNDAY, ()),
    },
}
