"""Why an extract cannot be prepared or read."""

from __future__ import annotations

from collections.abc import Mapping

from governance.reasons.reason import Reason

EXTRACTS: Mapping[str, Reason] = {}
