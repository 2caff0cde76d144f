"""What is found only across time: each code with its severity, its sentence and how to mend it, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from feeds.findings import Finding, Kind, Severity


@dataclass(frozen=True, slots=True)
class Notice:
    """What a code means, and how to mend it."""

    kind: Kind
    en: str
    fr: str
    mend_en: str
    mend_fr: str


_RULE, _PLAUSIBILITY = Kind.RULE, Kind.PLAUSIBILITY

#: All are warnings: they are told from outside, by what was seen.
SEVERITY: Final = Severity.WARNING
NOTICES: Final[Mapping[str, Notice]] = MappingProxyType(
    {
        "gbfs_last_updated_back": Notice(
            _RULE,
            "last_updated went back",
            "last_updated a reculé",
            "Let one clock write last_updated, and let no cache answer with an older file.",
            "Faire écrire last_updated par une seule horloge, et ne laisser aucun cache rendre un fichier plus ancien.",
        ),
        "gbfs_last_updated_stuck": Notice(
            _RULE,
            "last_updated has not moved for long",
            "last_updated n'avance plus depuis longtemps",
            "Renew the near-realtime files at least every five minutes, also when nothing changed.",
            "Renouveler les fichiers temps réel au moins toutes les cinq minutes, même si rien n'a changé.",
        ),
        "gbfs_ttl_not_kept": Notice(
            _RULE,
            "The file is older than its ttl allows, most of the time",
            "Le fichier est le plus souvent plus vieux que son ttl ne le permet",
            "Renew the file within its ttl, or tell the ttl that is kept.",
            "Renouveler le fichier dans son ttl, ou annoncer le ttl qui est tenu.",
        ),
        "gbfs_content_frozen": Notice(
            _PLAUSIBILITY,
            "last_updated moves while the content stays the same",
            "last_updated avance mais le contenu reste le même",
            "Look whether what fills the file still runs: its time is renewed, its content is not.",
            "Vérifier que la source du fichier tourne encore : son heure est renouvelée, son contenu non.",
        ),
        "gbfs_station_never_changes": Notice(
            _PLAUSIBILITY,
            "Stations that never change though they are open",
            "Des stations ouvertes qui ne changent jamais",
            "Look at the stations' terminals; mark those that are out of service as not renting.",
            "Contrôler les bornes de ces stations ; déclarer hors service celles qui le sont (is_renting à false).",
        ),
        "gbfs_counts_never_add": Notice(
            _PLAUSIBILITY,
            "Vehicles and docks exceed the capacity for hours",
            "Véhicules et bornes dépassent la capacité pendant des heures",
            "Correct the capacity, or count each dock once.",
            "Corriger la capacité, ou ne compter chaque borne qu'une fois.",
        ),
        "gbfs_types_never_add": Notice(
            _RULE,
            "Vehicles by type do not add up to those available, for hours",
            "La somme par type de véhicule ne donne pas le total pendant des heures",
            "Count num_vehicles_available and vehicle_types_available from the same vehicles.",
            "Compter num_vehicles_available et vehicle_types_available sur les mêmes véhicules.",
        ),
        "gbfs_implausible_vehicle_count": Notice(
            _PLAUSIBILITY,
            "More vehicles at one station than is plausible",
            "Trop de véhicules à une station pour être plausible",
            "Publish vehicles without a station in vehicle_status, not at a station made up for them.",
            "Publier les véhicules sans station dans vehicle_status, et non à une station fictive.",
        ),
        "gbfs_ids_do_not_rotate": Notice(
            _RULE,
            "Vehicles keep their id over trips: whoever reads the feed can follow them",
            "Les véhicules gardent leur identifiant d'un trajet à l'autre : qui lit le flux peut les suivre",
            "Give each vehicle a new random vehicle_id after each trip (GBFS 2.0 and later).",
            "Donner à chaque véhicule un nouveau vehicle_id aléatoire après chaque trajet (GBFS 2.0 et suivants).",
        ),
        "gbfs_vehicle_teleports": Notice(
            _PLAUSIBILITY,
            "Vehicles that moved faster than any van",
            "Des véhicules déplacés plus vite qu'aucune camionnette",
            "Look at the positions: two vehicles may share an id, or a GPS may report 0, 0 now and then.",
            "Contrôler les positions : deux véhicules ont le même identifiant, ou un GPS s'égare.",
        ),
        "gbfs_size_jumps": Notice(
            _PLAUSIBILITY,
            "The system grew or shrank by more than half between two polls",
            "Le système a grandi ou rétréci de plus de moitié entre deux relevés",
            "Publish a file only when it is complete; keep the last one while the source is away.",
            "Ne publier un fichier que complet ; garder le dernier tant que la source est absente.",
        ),
    }
)


def finding(code: str, detail: str, *, file: str, field: str = "", value: str = "", count: int = 1) -> Finding:
    """A finding of one code; `detail` is what is special to this one."""
    notice = NOTICES[code]
    return Finding(
        code,
        SEVERITY,
        f"{notice.en}: {detail}",
        file=file,
        field=field,
        value=value,
        count=count,
        mend=notice.mend_en,
        kind=notice.kind,
    )
