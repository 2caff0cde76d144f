"""What an extract is: records of one holder's dataset, generalised, for one member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from governance.canonical import Plain
from governance.grain import Grain, parse_time_grain, parse_zone_system


@dataclass(frozen=True, slots=True)
class Extract:
    """Which records an extract holds, and for whom.

    `recipient` is the one member's id, `agreement` the id of the agreement it is prepared under, `table` the table that
    the records are of, `fields` what is told of each, `grain` how fine its places and times are.
    """

    recipient: str
    agreement: str
    table: str
    fields: frozenset[str]
    grain: Grain

    def plain(self) -> Mapping[str, Plain]:
        """As JSON, to be read again by `read_extract`."""
        return {
            "agreement": self.agreement,
            "fields": sorted(self.fields),
            "recipient": self.recipient,
            "table": self.table,
            "time_grain": str(self.grain.time),
            "zone_system": self.grain.zone_system,
        }


def read_extract(plain: Mapping[str, object]) -> Extract:
    """Read an extract's description as `Extract.plain` spells it.

    Raises:
        KeyError: a part is missing.
        TypeError: the fields are no list.
        TermError: an unknown zone system or time grain.
    """
    fields = plain["fields"]
    if not isinstance(fields, list | tuple):
        raise TypeError("fields must be a list of names")
    return Extract(
        recipient=str(plain["recipient"]),
        agreement=str(plain["agreement"]),
        table=str(plain["table"]),
        fields=frozenset(str(field) for field in fields),
        grain=Grain(parse_zone_system(plain["zone_system"]), parse_time_grain(plain["time_grain"])),
    )
