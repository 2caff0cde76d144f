"""``agreements/*.yaml``, ``prohibitions.yaml``: what was agreed, and what is forbidden for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from governance.agreement import Agreement, State
from governance.audiences import Tier
from governance.commons_yaml.nodes import Node
from governance.commons_yaml.parties import read_sentence
from governance.commons_yaml.subjects import read_terms
from governance.cubes import Cube
from governance.datasets import Dataset
from governance.errors import TermError
from governance.negotiation.rgpd import Rgpd, read_rgpd
from governance.parties import College, Member
from governance.purposes import PurposeGraph
from governance.terms.scope import EVERYONE, MEMBERS, ForAudience, ForPurpose, Recipient, Validity
from governance.world import Prohibition


@dataclass(frozen=True, slots=True)
class Known:
    """What an agreement may name."""

    zone: ZoneInfo
    colleges: Mapping[str, College]
    members: Mapping[str, Member]
    datasets: Mapping[str, Dataset]
    cubes: Mapping[str, Cube]
    purposes: PurposeGraph


_TEXT = ("id", "title", "holder", "dataset", "tier", "recipient", "validity", "audience", "purpose", "terms")


def read_agreement(root: Node, *, known: Known) -> Agreement:
    """One version of an agreement."""
    fields = root.fields(*_TEXT, "version", "state", optional=("rgpd",))
    dataset = fields["dataset"].known(known.datasets, "dataset")
    holder = fields["holder"].known(known.members, "member")
    if known.datasets[dataset].holder != holder:
        raise fields["holder"].wrong(f"{holder} does not hold {dataset}: only {known.datasets[dataset].holder} can")
    return _text(fields, known, version=fields["version"].integer(), state=fields["state"].choice(State))


def read_offer(root: Node, *, known: Known) -> Agreement:
    """A text that somebody wants to negotiate: the hub numbers it, and whatever state it says is not looked at."""
    return _text(root.fields(*_TEXT, optional=("rgpd", "state", "version")), known, version=0, state=State.DRAFT)


def _text(fields: Mapping[str, Node], known: Known, *, version: int, state: State) -> Agreement:
    return Agreement(
        id=fields["id"].text(),
        version=version,
        title=read_sentence(fields["title"]),
        holder=fields["holder"].known(known.members, "member"),
        dataset=fields["dataset"].known(known.datasets, "dataset"),
        tier=fields["tier"].choice(Tier),
        state=state,
        recipient=Recipient(_recipients(fields["recipient"], known)),
        validity=_validity(fields["validity"], known.zone),
        audiences=fields["audience"].checked(ForAudience.parse),
        purposes=ForPurpose(_purposes(fields["purpose"], known)),
        terms=read_terms(fields["terms"]),
        rgpd=_rgpd(fields["rgpd"]) if "rgpd" in fields else None,
    )


def _rgpd(node: Node) -> Rgpd:
    fields = node.fields("legal_basis", "dpia", "register_entry")
    try:
        return read_rgpd({name: field.text() for name, field in fields.items()})
    except TermError as error:
        raise node.wrong(str(error)) from None


def _purposes(node: Node, known: Known) -> frozenset[str]:
    purposes = frozenset(item.known(known.purposes.purposes, "purpose") for item in node.items())
    if not purposes:
        raise node.wrong("names no purpose")
    return purposes


def _recipients(node: Node, known: Known) -> frozenset[str]:
    for item in node.items():
        kind, _, name = item.text().partition(":")
        register: Mapping[str, object] = {"college": known.colleges, "member": known.members}.get(kind, {})
        if item.text() not in {EVERYONE, MEMBERS} and name not in register:
            raise item.wrong(f"unknown recipient {item.text()!r} (everyone, members, college:<id>, member:<id>)")
    recipients = frozenset(node.texts())
    if not recipients:
        raise node.wrong("names no recipient")
    return recipients


def _validity(node: Node, zone: ZoneInfo) -> Validity:
    fields = node.fields("from", "to")
    from_, to = fields["from"].instant(zone), fields["to"].instant(zone)
    if from_ >= to:
        raise fields["to"].wrong("must be after from: the validity is [from, to)")
    return Validity(from_, to)


def read_prohibitions(root: Node, *, known: Known) -> tuple[Prohibition, ...]:
    """Prohibitions in the order of their ids."""
    return tuple(_prohibition(name, entry, known) for name, entry in sorted(root.entries().items()))


def _prohibition(name: str, node: Node, known: Known) -> Prohibition:
    fields = node.fields("subject", "recipient", "validity", "why")
    return Prohibition(
        id=name,
        subject=fields["subject"].known({**known.datasets, **known.cubes}, "dataset or cube"),
        recipients=_recipients(fields["recipient"], known),
        validity=_validity(fields["validity"], known.zone),
        why=read_sentence(fields["why"]),
    )
