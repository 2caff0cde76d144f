"""Why the hub may say no: every code, its sentence and the next step, in French and English; one file a theme.

A code is a promise: interfaces, logs and tests name it, so it is never renamed.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from governance.reasons.budget import BUDGET
from governance.reasons.choice import CHOICE
from governance.reasons.decisions import DECISIONS
from governance.reasons.extracts import EXTRACTS
from governance.reasons.ledger import LEDGER
from governance.reasons.log import LOG
from governance.reasons.negotiation import NEGOTIATION
from governance.reasons.preview import PREVIEW
from governance.reasons.reason import Reason
from governance.reasons.requests import REQUESTS
from governance.reasons.sanctions import SANCTIONS

REASONS: Mapping[str, Reason] = MappingProxyType(
    {**DECISIONS, **NEGOTIATION, **EXTRACTS, **CHOICE, **SANCTIONS, **REQUESTS, **LOG, **BUDGET, **LEDGER, **PREVIEW}
)

__all__ = ["REASONS", "Reason"]
