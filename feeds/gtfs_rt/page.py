"""The generated part of the reference page: ``python -m feeds.gtfs_rt.page docs/reference/gtfs-rt.md``."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

from feeds.findings import Kind
from feeds.gtfs_rt.notices import notices
from feeds.gtfs_rt.plausible import Plausible

BEGIN, END = "<!-- generated: codes -->", "<!-- end -->"
_NEEDS = {"": "the message", "before": "the message before", "schedule": "the schedule"}


def codes() -> str:
    """Two tables: every code, and the thresholds."""
    lines = ["| code | rule | severity | needs | meaning | how to mend |", "|---|---|---|---|---|---|"]
    for code, one in notices().items():
        severity = one.severity.value if one.kind is Kind.RULE else f"{one.severity.value}, plausibility"
        row = (f"`{code}`", one.rule, severity, _NEEDS[one.needs], one.en, one.mend)
        lines.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |")
    lines += ["", "| threshold | value |", "|---|---|"]
    lines += [f"| `{name}` | {value:,g} |" for name, value in asdict(Plausible()).items()]
    return "\n".join(lines)


def renewed(page: str) -> str:
    """The page with its generated part made anew.

    Raises:
        ValueError: the page has no such part.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no part between {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{codes()}\n\n{END}{after}"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(renewed(target.read_text("utf-8")), "utf-8")
