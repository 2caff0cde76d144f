"""Why a request for access cannot take this step, and why ODRL is refused."""

from __future__ import annotations

from collections.abc import Mapping

from governance.reasons.reason import Reason

REQUESTS: Mapping[str, Reason] = {}
