"""The YAML files that this program brings along: notices, heads of statistics. Nobody else's file is read by this."""

from __future__ import annotations

from typing import Any

import yaml

#: libyaml where it is there: some seven times faster, and every command that shows a finding reads the notices.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(text: str) -> Any:
    """The value of a text: plain values alone, as `yaml.safe_load` reads them."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - either is a safe loader
