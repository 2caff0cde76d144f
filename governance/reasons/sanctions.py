"""Why a sanction or a dispute cannot take this step."""

from __future__ import annotations

from collections.abc import Mapping

from governance.reasons.reason import Reason

SANCTIONS: Mapping[str, Reason] = {}
