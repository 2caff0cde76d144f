"""``commons.yaml``, ``members.yaml``, ``purposes.yaml``: the basin, the parties, the purposes."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from governance.bilingual import Sentence
from governance.choice.candidate import RESERVED
from governance.commons_yaml.nodes import Node
from governance.errors import PurposeCycle, UnknownPurpose
from governance.founding import Charter, Mandate
from governance.parties import College, Holding, Kind, Member, Sanction, Status
from governance.purposes import Purpose, PurposeGraph
from governance.world import Basin


def read_sentence(node: Node) -> Sentence:
    """A text in French and in English; both are owed."""
    fields = node.fields("fr", "en")
    return Sentence(fr=fields["fr"].text(), en=fields["en"].text())


def read_basin(root: Node) -> Basin:
    """The territory; who recognises the commons, and the charter that its members sign, where there are."""
    fields = root.fields("id", "name", "time_zone", optional=("mandate", "charter"))
    name = fields["time_zone"].text()
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise fields["time_zone"].wrong(f"unknown time zone {name!r}") from None
    mandate, charter = fields.get("mandate"), fields.get("charter")
    return Basin(
        fields["id"].text(),
        read_sentence(fields["name"]),
        name,
        mandate=_mandate(mandate, zone) if mandate else None,
        charter=_charter(charter, zone) if charter else None,
    )


def _mandate(node: Node, zone: ZoneInfo) -> Mandate:
    fields = node.fields("by", "basis", "until")
    return Mandate(read_sentence(fields["by"]), read_sentence(fields["basis"]), fields["until"].instant(zone))


def _charter(node: Node, zone: ZoneInfo) -> Charter:
    fields = node.fields("version", "title", "text", "sign_by")
    return Charter(
        version=fields["version"].integer(),
        title=read_sentence(fields["title"]),
        text=read_sentence(fields["text"]),
        sign_by=fields["sign_by"].instant(zone),
    )


def read_colleges(node: Node) -> dict[str, College]:
    """Colleges by id; together they weigh 100."""
    colleges = {name: _college(name, entry) for name, entry in node.entries().items()}
    total = sum(college.weight_percent for college in colleges.values())
    if total != 100:
        raise node.wrong(f"the colleges weigh {total} percent together, not 100")
    return colleges


def _college(name: str, node: Node) -> College:
    fields = node.fields("name", "weight_percent")
    weight = fields["weight_percent"].integer()
    if not 10 <= weight <= 50:
        raise fields["weight_percent"].wrong(f"a college weighs 10 to 50 percent, not {weight}")
    return College(name, read_sentence(fields["name"]), weight)


def read_holdings(node: Node) -> dict[str, Holding]:
    """Holdings by id."""
    return {name: Holding(name, read_sentence(entry.fields("name")["name"])) for name, entry in node.entries().items()}


def read_members(node: Node, *, colleges: Mapping[str, College], holdings: Mapping[str, Holding]) -> dict[str, Member]:
    """Members by id."""
    return {name: _member(name, entry, colleges, holdings) for name, entry in node.entries().items()}


def _member(name: str, node: Node, colleges: Mapping[str, College], holdings: Mapping[str, Holding]) -> Member:
    fields = node.fields("name", "kind", "college", "holding", "status", optional=("sanction", "siren"))
    if name in RESERVED:
        raise node.wrong("means somebody else: choose another id")
    sanction, siren = fields.get("sanction"), fields.get("siren")
    level = sanction.integer() if sanction else 0
    if sanction and level not in set(Sanction):
        raise sanction.wrong(f"the ladder of sanctions goes from 0 to 6, not to {level}")
    digits = siren.text() if siren else ""
    if siren and not (digits.isdecimal() and len(digits) == 9):
        raise siren.wrong(f"a SIREN has nine digits, in quotes, not {digits!r}")
    return Member(
        id=name,
        name=read_sentence(fields["name"]),
        kind=fields["kind"].choice(Kind),
        college=fields["college"].known(colleges, "college"),
        holding=fields["holding"].known(holdings, "holding"),
        status=fields["status"].choice(Status),
        sanction=Sanction(level),
        siren=digits,
    )


def read_purposes(root: Node) -> PurposeGraph:
    """The graph of purposes."""
    entries = root.entries()
    purposes = {name: _purpose(name, entry, entries) for name, entry in entries.items()}
    try:
        return PurposeGraph(purposes)
    except (PurposeCycle, UnknownPurpose) as error:
        raise root.wrong(str(error)) from None


def _purpose(name: str, node: Node, known: Mapping[str, Node]) -> Purpose:
    fields = node.fields("name", optional=("broader", "dpv"))
    broader = fields["broader"].items() if "broader" in fields else []
    return Purpose(
        id=name,
        name=read_sentence(fields["name"]),
        broader=frozenset(item.known(known, "purpose") for item in broader),
        dpv=fields["dpv"].text() if "dpv" in fields else "",
    )
