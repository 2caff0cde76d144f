"""``make bench``: run every benchmark (or those named) and print one table of ratios, measured in this run."""

from __future__ import annotations

import importlib
import sys

from rich.console import Console
from rich.table import Table

from benchmarks.row import Row

BENCHMARKS = ("gtfs", "mds", "zones", "diff", "decide", "log", "partition", "tables", "ledger", "shield", "rhythm")


def main(names: list[str]) -> int:
    """Run the benchmarks of these names; all of them without names."""
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        sys.stderr.write(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}\n")
        return 2
    rows: list[Row] = []
    for name in names or BENCHMARKS:
        sys.stderr.write(f"{name} …\n")
        rows += importlib.import_module(f"benchmarks.{name}").run()
    Console(width=None if sys.stdout.isatty() else 160).print(_table(rows))
    return 0


def _table(rows: list[Row]) -> Table:
    table = Table(title="Whole seconds, medians of this run; ratio = ours / peer (below 1: faster than the peer)")
    for column in ("what", "ours s", "peer s", "ratio", "peak MiB", "note"):
        table.add_column(column, justify="left" if column in ("what", "note") else "right", overflow="fold")
    for row in rows:
        peer = "–" if row.peer_s is None else f"{row.peer_s:.2f}"
        ratio = "–" if row.ratio is None else f"{row.ratio:.3f}"
        peak = "–" if row.peak_mib is None else f"{row.peak_mib:.0f}"
        table.add_row(row.name, f"{row.ours_s:.2f}", peer, ratio, peak, row.note)
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
