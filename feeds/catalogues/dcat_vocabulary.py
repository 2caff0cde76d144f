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
THEMES: Final = {
    "gtfs": URIRef(f"{_LISTS}/mobility-theme/public-transport-scheduled-transport"),
    "gtfs-rt": URIRef(f"{_LISTS}/mobility-theme/public-transport-scheduled-transport"),
    "gbfs": URIRef(f"{_LISTS}/mobility-theme/sharing-and-hiring-services"),
}
OTHER_THEME: Final = URIRef(f"{_LISTS}/mobility-theme/other")
FORMATS: Final = {
    "gtfs": URIRef(f"{_LISTS}/mobility-data-standard/gtfs"),
    "gtfs-rt": URIRef(f"{_LISTS}/mobility-data-standard/gtfs-rt"),
    "gbfs": URIRef(f"{_LISTS}/mobility-data-standard/gbfs"),
}
OTHER_FORMAT: Final = URIRef(f"{_LISTS}/mobility-data-standard/other")
HTTP: Final = URIRef(f"{_LISTS}/application-layer-protocol/http-https")
PULL: Final = URIRef(f"{_LISTS}/communication-method/pull")
LICENCE_PROVIDED: Final = URIRef(f"{_LISTS}/conditions-for-access-and-usage/licence-provided")

LANGUAGES: Final = {
    "fr": URIRef(f"{_AUTHORITY}/language/FRA"),
    "en": URIRef(f"{_AUTHORITY}/language/ENG"),
}
TRANSPORT: Final = URIRef(f"{_AUTHORITY}/data-theme/TRAN")
PUBLIC: Final = URIRef(f"{_AUTHORITY}/access-right/PUBLIC")
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


def file_type(media_type: str) -> URIRef:
    """A media type in the authority's table of file types; what it does not list is a stream of bytes."""
    return URIRef(f"{_AUTHORITY}/file-type/{_FILE_TYPES.get(media_type, 'OCTET')}")


def media_type_uri(media_type: str) -> URIRef:
    """A media type in IANA's registry."""
    return URIRef(f"https://www.iana.org/assignments/media-types/{media_type}")


def frequency(every_s: int | None) -> URIRef:
    """How often a feed is looked for; irregular where nobody looks."""
    if every_s is None:
        return URIRef(f"{_AUTHORITY}/frequency/IRREG")
    name = next((name for seconds, name in _FREQUENCIES if every_s <= seconds), "IRREG")
    return URIRef(f"{_AUTHORITY}/frequency/{name}")
