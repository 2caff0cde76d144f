"""Ids in addresses: what they name, and which characters no id has."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import Path

#: No id holds a control character, and none is longer.
PATTERN: Final = r"^[^\x00-\x1f]{1,120}$"

AgreementId = Annotated[str, Path(pattern=PATTERN, description="Id of an agreement.")]
CaseId = Annotated[str, Path(pattern=PATTERN, description="Id of a sanction case.")]
DisputeId = Annotated[str, Path(pattern=PATTERN, description="Id of a dispute.")]
ExtractId = Annotated[str, Path(pattern=PATTERN, description="Id of an extract.")]
MeasureId = Annotated[str, Path(pattern=PATTERN, description="Id of a provisional measure of the dispute.")]
MemberId = Annotated[str, Path(pattern=PATTERN, description="Id of a member or candidate.")]
ProposalId = Annotated[str, Path(pattern=PATTERN, description="Id of a proposal.")]
RegisterId = Annotated[str, Path(pattern=PATTERN, description="Id of a published register, such as rgpd-2026.")]
RequestId = Annotated[str, Path(pattern=PATTERN, description="Id of a request for access.")]
PageLanguage = Annotated[Literal["fr", "en"], Path(description="Language of the page.")]
