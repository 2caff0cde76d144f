"""Why an agreement cannot be offered, countered, signed, suspended, amended or ended like this."""

from __future__ import annotations

from collections.abc import Mapping

from governance.reasons.reason import Reason

NEGOTIATION: Mapping[str, Reason] = {}
