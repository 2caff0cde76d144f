"""How to mend what is found in GBFS, in both languages: one sentence a code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mend:
    """One advice in English and French."""

    en: str
    fr: str


MENDS: Mapping[str, Mend] = {
    "gbfs_record_set_aside": Mend(
        "Give every record its required fields, each once.",
        "Donner à chaque enregistrement ses champs obligatoires, chacun une fois.",
    ),
    "gbfs_value_ignored": Mend("Write the type the field asks.", "Écrire le type que le champ demande."),
    "gbfs_file_set_aside": Mend("Publish the file as valid JSON.", "Publier le fichier en JSON valide."),
    "gbfs_snapshot_set_aside": Mend("Publish each file as valid JSON.", "Publier chaque fichier en JSON valide."),
    "gbfs_last_updated_not_advancing": Mend(
        "Set last_updated to the time of the content.", "Mettre last_updated à l'heure du contenu."
    ),
    "gbfs_unknown_timezone": Mend(
        "Use a name of the IANA time zone database, such as Europe/Paris.",
        "Employer un nom de la base IANA, comme Europe/Paris.",
    ),
    "gbfs_missing_required_file": Mend(
        "Publish the file and name it in gbfs.json.", "Publier le fichier et le nommer dans gbfs.json."
    ),
    "gbfs_declared_file_missing": Mend(
        "Publish the file, or take it out of gbfs.json.", "Publier le fichier, ou le retirer de gbfs.json."
    ),
    "gbfs_file_not_fetched": Mend(
        "Publish every file at a public http or https address.",
        "Publier chaque fichier à une adresse http ou https publique.",
    ),
    "gbfs_schema_required": Mend("Fill the field in every record.", "Remplir le champ dans chaque enregistrement."),
    "gbfs_schema_type": Mend(
        "Write the type that the field asks: numbers without quotation marks.",
        "Écrire le type que le champ demande : les nombres sans guillemets.",
    ),
    "gbfs_schema_enum": Mend(
        "Use one of the values of the specification.", "Employer une des valeurs de la spécification."
    ),
    "gbfs_schema_range": Mend("Correct the number or the length.", "Corriger le nombre ou la longueur."),
    "gbfs_schema_format": Mend(
        "Write the value in the form that the specification asks.",
        "Écrire la valeur sous la forme que la spécification demande.",
    ),
    "gbfs_schema_other": Mend(
        "Compare the record with the specification of its version.",
        "Comparer l'enregistrement à la spécification de sa version.",
    ),
    "gbfs_duplicate_id": Mend("Give each record its own id.", "Donner à chaque enregistrement son identifiant."),
    "gbfs_repeated_record": Mend("Publish each record once.", "Publier chaque enregistrement une fois."),
    "gbfs_status_without_station": Mend(
        "Describe the station in station_information.", "Décrire la station dans station_information."
    ),
    "gbfs_station_without_status": Mend("Publish a status for each station.", "Publier un état pour chaque station."),
    "gbfs_unknown_reference": Mend(
        "Define the id in its file, or correct it.", "Définir l'identifiant dans son fichier, ou le corriger."
    ),
    "gbfs_type_counts_differ": Mend(
        "Let vehicle_types_available add up to the vehicles available.",
        "Faire que vehicle_types_available donne en somme les véhicules disponibles.",
    ),
    "gbfs_counts_exceed_capacity": Mend(
        "Correct the capacity, or count each dock once.", "Corriger la capacité, ou compter chaque borne une fois."
    ),
    "gbfs_implausible_vehicle_count": Mend(
        "Take depots and test stations out of the feed, or correct the count.",
        "Retirer du flux dépôts et stations d'essai, ou corriger le nombre.",
    ),
    "gbfs_stale_report": Mend(
        "Repair the station's connection, or mark it as not installed.",
        "Réparer la liaison de la station, ou la marquer non installée.",
    ),
    "gbfs_stale_feed": Mend(
        "Look at what writes the files: it seems to have stopped.",
        "Regarder ce qui écrit les fichiers : cela semble arrêté.",
    ),
    "gbfs_report_in_future": Mend(
        "Set the clock, and write times in UTC.", "Mettre l'horloge à l'heure, et écrire les heures en UTC."
    ),
    "gbfs_coordinates_swapped": Mend("Write lat, then lon.", "Écrire lat, puis lon."),
    "gbfs_far_away": Mend("Check the position.", "Vérifier la position."),
    "gbfs_null_island": Mend("Leave out coordinates that are unknown.", "Omettre les coordonnées inconnues."),
}
