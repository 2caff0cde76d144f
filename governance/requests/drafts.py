"""What an approval becomes: draft agreements, one for each dataset, offered by the holder to the applicant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from governance.agreement import Agreement, State
from governance.bilingual import Sentence
from governance.canonical import Plain
from governance.requests.access_request import AccessRequest
from governance.requests.parts import Part
from governance.terms.scope import ForAudience, ForPurpose, Recipient

_TITLE = Sentence(
    "Accès de {applicant} à {dataset}, sur la demande {request}",
    "Access of {applicant} to {dataset}, on request {request}",
)


def agreement_id(request: AccessRequest, dataset: str) -> str:
    """The id of the agreement that an approved dataset becomes."""
    return f"{request.id}-{dataset}"


def agreement_ids(request: AccessRequest, part: Part) -> Iterator[str]:
    """The ids of the agreements that a part has become, or could."""
    return (agreement_id(request, dataset) for dataset in sorted(part.datasets))


def drafts(request: AccessRequest, part: Part) -> tuple[Agreement, ...]:
    """The agreements that a granted part becomes, in the order of their datasets; none when nothing was granted.

    The entitlement is each of these once it is signed and in force, and nothing else.
    """
    if part.grant is None:
        return ()
    return tuple(draft(request, part, dataset) for dataset in sorted(part.grant.datasets))


def draft(request: AccessRequest, part: Part, dataset: str) -> Agreement:
    """The draft for one dataset, on the approved terms.

    Raises:
        ValueError: the dataset was not granted.
    """
    grant, asked = part.grant, request.asked
    if grant is None or dataset not in grant.datasets:
        raise ValueError(f"{dataset} was not granted on {request.id}")
    return Agreement(
        id=agreement_id(request, dataset),
        version=1,
        title=_TITLE.filled(applicant=request.applicant, dataset=dataset, request=request.id),
        holder=part.holder,
        dataset=dataset,
        tier=asked.tier,
        state=State.DRAFT,
        recipient=Recipient(frozenset({f"member:{request.applicant}"})),
        validity=grant.validity,
        audiences=ForAudience(frozenset({asked.audience.value})),
        purposes=ForPurpose(frozenset({asked.purpose})),
        terms=grant.terms,
    )


def draft_agreement(request: AccessRequest, part: Part, dataset: str) -> Mapping[str, Plain]:
    """The draft in the form of ``agreements/*.yaml``, instants in ISO 8601.

    Raises:
        ValueError: the dataset was not granted.
    """
    found = draft(request, part, dataset)
    validity = {"from": found.validity.from_.isoformat(), "to": found.validity.to.isoformat()}
    return {**found.plain(), "state": found.state.value, "validity": validity}


def draft_yaml(request: AccessRequest, part: Part, dataset: str) -> str:
    """The draft as the text of such a file: what ``hub agreements draft`` reads.

    Raises:
        ValueError: the dataset was not granted.
    """
    found = draft(request, part, dataset)
    # YAML tells an instant from a text: the reader of agreements takes none for the other.
    document: dict[str, Any] = {
        **draft_agreement(request, part, dataset),
        "validity": {"from": found.validity.from_, "to": found.validity.to},
    }
    return str(yaml.safe_dump(document, allow_unicode=True, sort_keys=False))
