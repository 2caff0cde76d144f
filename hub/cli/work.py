"""What commands that do long work share: progress on a terminal, and the back office to do it with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from hub.bootstrap import back_office, front_office
from hub.cli.render import errors
from hub.services.back import Back
from hub.services.back import Progress as Report
from hub.services.front import Front
from hub.settings import Settings, settings_of


@contextmanager
def reporting(*, quiet: bool = False) -> Iterator[Report]:
    """A progress line on the terminal's standard error; nothing at all where that is no terminal."""
    if quiet or not errors.is_terminal:
        yield lambda phase, done, total: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=20), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=errors, transient=True) as progress:
        line = progress.add_task("", total=None)

        def report(phase: str, done: int, total: int) -> None:
            progress.update(line, description=phase, completed=done, total=total or None)

        yield report


@contextmanager
def back_at_work(settings: Settings, *, quiet: bool = False) -> Iterator[Back]:
    """The back office with its schema up to date, its progress shown while it works."""
    with reporting(quiet=quiet) as report:
        back = back_office(settings, progress=report)
        back.front.records.upgrade()
        yield replace(back, progress=report)


def open_front(home: Path | None) -> Front:
    """The front office for a command that reads: a hub that was never used is an empty one, not an error."""
    front = front_office(settings_of(home))
    if front.records.engine.dialect.name == "sqlite":
        front.records.upgrade()
    return front
