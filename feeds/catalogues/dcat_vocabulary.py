"""The words of mobilityDCAT-AP 1.1.0 that the catalogue uses: namespaces, themes, standards, frequencies, as data.

https://w3id.org/mobilitydcat-ap/releases/1.1.0/ and the authority tables of the Publications Office of the EU.
"""

from __future__ import annotations

from typing import Final

from rdflib import Namespace, URIRef

MOBILITY: Final = Namespace("https://w3id.org/mobilitydcat-ap#")
ADMS: Final = Namespace("http://www.w3.org/ns/adms#")
_LISTS: Final = "https://w3id.org/mobilitydcat-ap"
_AUTHORITY: Final = "http://publications.europa.eu/resource/authority"

PROFILE: Final = URIRef(f"{_LISTS}/releases/1.1.0/")
_SCHEDULED: Final = URIRef(f"{_LISTS}/mobility-theme/public-transport-scheduled-transport")
_TIMETABLES: Final = URIRef(f"{_LISTS}/mobility-theme/timetables-static")
_SHARED: Final = URIRef(f"{_LISTS}/mobility-theme/sharing-and-hiring-services")
#: A category of the profile, and a sub-category where each feed of the standard is of it.
THEMES: Final = {"gtfs": (_SCHEDULED, _TIMETABLES), "gtfs-rt": (_SCHEDULED,), "gbfs": (_SHARED,)}
OTHER_THEME: Final = URIRef(f"{_LISTS}/mobility-theme/other")
FORMATS: Final = {
    "gtfs": URIRef(f"{_LISTS}/mobility-data-standard/gtfs"),
    "gtfs-rt": URIRef(f"{_LISTS}/mobility-data-standard/gtfs-rt"),
    "gbfs": URIRef(f"{_LISTS}/mobility-data-standard/gbfs"),
}
OTHER_FORMAT: Final = URIRef(f"{_LISTS}/mobility-data-standard/other")
HTTP: Final = URIRef(f"{_LISTS}/application-layer-protocol/http-https")
PULL: Final = URIRef(f"{_LISTS}/communication-method/pull")
LICENCE_PROVIDED: Final = URIRef(f"{_LISTS}/conditions-for-access-and-usage/licence-provided-free-of-charge")
COORDINATES: Final = URIRef(f"{_LISTS}/georeferencing-method/geocoordinates")
WGS84: Final = URIRef("http://www.opengis.net/def/crs/EPSG/0/4326")

LANGUAGES: Final = {
    "fr": URIRef(f"{_AUTHORITY}/language/FRA"),
    "en": URIRef(f"{_AUTHORITY}/language/ENG"),
}
TRANSPORT: Final = URIRef(f"{_AUTHORITY}/data-theme/TRAN")

#: The controlled lists that terms are of, by their titles.
SCHEMES: Final = {
    URIRef(f"{_LISTS}/mobility-theme"): "Mobility Theme",
    URIRef(f"{_LISTS}/mobility-data-standard"): "Mobility data standard",
    URIRef(f"{_LISTS}/application-layer-protocol"): "Application layer protocol",
    URIRef(f"{_LISTS}/communication-method"): "Communication Method",
    URIRef(f"{_LISTS}/conditions-for-access-and-usage"): "Conditions for access and usage",
    URIRef(f"{_LISTS}/georeferencing-method"): "Georeferencing Method",
    URIRef(f"{_AUTHORITY}/country"): "Country",
    URIRef(f"{_AUTHORITY}/data-theme"): "Data theme",
    URIRef(f"{_AUTHORITY}/file-type"): "File type",
    URIRef(f"{_AUTHORITY}/frequency"): "Frequency",
    URIRef(f"{_AUTHORITY}/language"): "Language",
}
#: The terms that stand for concepts, by the labels that their lists give them: English is all that most of them have.
LABELS: Final = {
    _SCHEDULED: "Public transport scheduled transport",
    _TIMETABLES: "Timetables static",
    _SHARED: "Sharing and Hiring Services",
    OTHER_THEME: "Other",
    FORMATS["gtfs"]: "GTFS",
    FORMATS["gtfs-rt"]: "GTFS-RT",
    FORMATS["gbfs"]: "GBFS",
    OTHER_FORMAT: "Other",
    HTTP: "HTTP HTTPS",
    PULL: "Pull",
    LICENCE_PROVIDED: "Licence provided, free of charge",
    COORDINATES: "Geocoordinates",
    TRANSPORT: "Transport",
}

_FILE_TYPES: Final = {"application/zip": "ZIP", "application/json": "JSON", "text/csv": "CSV"}
#: Seconds → the frequency that is not faster than it.
_FREQUENCIES: Final = (
    (60, "1MIN"),
    (300, "5MIN"),
    (600, "10MIN"),
    (900, "15MIN"),
    (1_800, "30MIN"),
    (3_600, "HOURLY"),
    (7_200, "BIHOURLY"),
    (10_800, "TRIHOURLY"),
    (43_200, "12HRS"),
    (86_400, "DAILY"),
    (604_800, "WEEKLY"),
    (2_678_400, "MONTHLY"),
)


def scheme_of(term: URIRef) -> URIRef:
    """The controlled list that a term is of."""
    return URIRef(term.rpartition("/")[0])


def file_type(media_type: str) -> URIRef:
    """A media type in the authority's table of file types; what it does not list is a stream of bytes."""
    return URIRef(f"{_AUTHORITY}/file-type/{_FILE_TYPES.get(media_type, 'OCTET')}")


def country(code: str) -> URIRef:
    """A country, by its three letters of ISO 3166-1, in the authority's table of countries."""
    return URIRef(f"{_AUTHORITY}/country/{code}")


def media_type_uri(media_type: str) -> URIRef:
    """A media type in IANA's registry."""
    return URIRef(f"https://www.iana.org/assignments/media-types/{media_type}")


def frequency(every_s: int | None) -> URIRef:
    """How often a feed is looked for; irregular where nobody looks."""
    if every_s is None:
        return URIRef(f"{_AUTHORITY}/frequency/IRREG")
    name = next((name for seconds, name in _FREQUENCIES if every_s <= seconds), "IRREG")
    return URIRef(f"{_AUTHORITY}/frequency/{name}")
