"""Licences by their national codes, SPDX identifiers, and the URIs that stand for them."""

from __future__ import annotations

from typing import Final

#: Codes of the French open data platforms → SPDX, or a reference of our own where SPDX has none.
CODES: Final = {
    "lov2": "etalab-2.0",
    "fr-lo": "etalab-2.0",
    "odc-odbl": "ODbL-1.0",
    "mobility-licence": "LicenseRef-licence-mobilites",
}
#: What the platforms write where the publisher told no licence.
_UNTOLD: Final = "notspecified"
#: The licence that asks who its reuser is, and whether the use fits the public mobility policy.
MOBILITY_LICENCE: Final = CODES["mobility-licence"]

#: Licences of data that SPDX lists, by identifier; compared without regard to case.
SPDX: Final = (
    "etalab-2.0",
    "ODbL-1.0",
    "ODC-By-1.0",
    "PDDL-1.0",
    "CC0-1.0",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC-BY-SA-3.0",
    "CC-BY-SA-4.0",
    "CC-BY-NC-4.0",
    "CC-BY-NC-SA-4.0",
    "CC-BY-ND-4.0",
    "DL-DE-BY-2.0",
    "OGL-UK-3.0",
)
_BY_SMALL: Final = {name.lower(): name for name in SPDX}


def licence_of(code: str) -> str:
    """A licence as the hub writes it: national codes and spellings of SPDX become SPDX, others stay as told."""
    told = code.strip()
    if told.lower() == _UNTOLD:
        return ""
    return CODES.get(told.lower()) or _BY_SMALL.get(told.lower()) or told


def uri_of(licence: str) -> str:
    """The URI of a licence that SPDX lists, or that is an address itself; empty for any other."""
    if licence in SPDX:
        return f"https://spdx.org/licenses/{licence}"
    return licence if licence.startswith(("http://", "https://")) and not set(licence) & set(' <>"{}|\\^`') else ""
