"""Every code that reading and checking GBFS can give: its severity and its sentence, in English and French.

Plausibility (a number that is hard to believe, a place that is far away) never fails a feed: it is at most a
WARNING. What the standard forbids, or what breaks the link between two files, is an ERROR.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from feeds.findings import Finding, Kind, Severity
from feeds.gbfs.mends import MENDS


@dataclass(frozen=True, slots=True)
class Notice:
    """What a code means: a sentence in both languages. How to mend it is told in `feeds.gbfs.mends`."""

    severity: Severity
    en: str
    fr: str


_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

NOTICES: Mapping[str, Notice] = {
    # Reading
    "gbfs_record_set_aside": Notice(_W, "Record set aside", "Enregistrement mis de côté"),
    "gbfs_value_ignored": Notice(_W, "Value left out, record kept", "Valeur écartée, enregistrement conservé"),
    "gbfs_file_set_aside": Notice(_E, "Optional file unreadable", "Fichier facultatif illisible"),
    "gbfs_snapshot_set_aside": Notice(_W, "Snapshot unreadable", "Instantané illisible"),
    "gbfs_last_updated_not_advancing": Notice(
        _W,
        "Content changed while last_updated did not",
        "Le contenu a changé sans que last_updated avance",
    ),
    "gbfs_unknown_timezone": Notice(
        _W, "No time zone of the tz database; local hours are unknown", "Fuseau horaire inconnu de la base tz"
    ),
    # The standard, by gbfs-validator
    "gbfs_missing_required_file": Notice(_E, "A required file is missing", "Un fichier obligatoire manque"),
    "gbfs_declared_file_missing": Notice(
        _E, "gbfs.json declares a file that is not there", "gbfs.json annonce un fichier absent"
    ),
    "gbfs_file_not_fetched": Notice(
        _E,
        "gbfs.json names an address that is not fetched",
        "gbfs.json donne une adresse qui n'est pas consultée",
    ),
    "gbfs_schema_required": Notice(_E, "A required field is missing", "Un champ obligatoire manque"),
    "gbfs_schema_type": Notice(_E, "A value of the wrong type", "Une valeur du mauvais type"),
    "gbfs_schema_enum": Notice(_E, "A value that is not in the list", "Une valeur hors de la liste"),
    "gbfs_schema_range": Notice(_E, "A number or length out of range", "Un nombre ou une longueur hors bornes"),
    "gbfs_schema_format": Notice(_E, "A value that is badly formatted", "Une valeur mal formée"),
    "gbfs_schema_other": Notice(_E, "A value that the schema refuses", "Une valeur que le schéma refuse"),
    # Across files
    "gbfs_duplicate_id": Notice(
        _E, "An id given to two different records", "Un identifiant donné à deux enregistrements différents"
    ),
    "gbfs_repeated_record": Notice(_W, "The same record given twice", "Le même enregistrement donné deux fois"),
    "gbfs_status_without_station": Notice(
        _E, "A status for a station that station_information lacks", "Un état pour une station non décrite"
    ),
    "gbfs_station_without_status": Notice(_W, "A station that station_status lacks", "Une station sans état"),
    "gbfs_unknown_reference": Notice(
        _E, "A reference to an id that no file defines", "Un renvoi à un identifiant que rien ne définit"
    ),
    "gbfs_type_counts_differ": Notice(
        _W,
        "Vehicles by type do not add up to the vehicles available",
        "La somme par type de véhicule ne donne pas le total disponible",
    ),
    # Plausibility: never an ERROR
    "gbfs_counts_exceed_capacity": Notice(
        _W,
        "Vehicles and docks add up to more than the capacity",
        "Véhicules et bornes dépassent la capacité",
    ),
    "gbfs_implausible_vehicle_count": Notice(
        _W, "More vehicles at one station than is plausible", "Trop de véhicules à une station pour être plausible"
    ),
    "gbfs_stale_report": Notice(_W, "A station that has not reported for long", "Une station muette depuis longtemps"),
    "gbfs_stale_feed": Notice(_W, "No file was updated for long", "Aucun fichier mis à jour depuis longtemps"),
    "gbfs_report_in_future": Notice(_W, "A time after the moment of the check", "Un instant postérieur au contrôle"),
    "gbfs_coordinates_swapped": Notice(
        _W, "Latitude and longitude look swapped", "Latitude et longitude semblent inversées"
    ),
    "gbfs_far_away": Notice(_W, "A place far from the rest of the system", "Un lieu loin du reste du système"),
    "gbfs_null_island": Notice(_W, "A place at 0, 0", "Un lieu à 0, 0"),
}


#: Codes that only say that something is hard to believe.
PLAUSIBILITY = frozenset(
    {"gbfs_counts_exceed_capacity", "gbfs_implausible_vehicle_count", "gbfs_stale_report", "gbfs_stale_feed",
     "gbfs_report_in_future", "gbfs_coordinates_swapped", "gbfs_far_away", "gbfs_null_island"}
)  # fmt: skip


def finding(
    code: str, detail: str = "", *, file: str = "", row: int | None = None, field: str = "", value: str = ""
) -> Finding:
    """A finding of one code; `detail` is what is special to this one."""
    notice = NOTICES[code]
    message = f"{notice.en}: {detail}" if detail else notice.en
    kind = Kind.PLAUSIBILITY if code in PLAUSIBILITY else Kind.RULE
    return Finding(
        code, notice.severity, message, file=file, row=row, field=field, value=value, mend=MENDS[code].en, kind=kind
    )
