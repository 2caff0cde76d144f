"""Why a proposal, a ballot, an admission or a signature of the charter is refused."""

from __future__ import annotations

from collections.abc import Mapping

from governance.reasons.reason import Reason

CHOICE: Mapping[str, Reason] = {}
