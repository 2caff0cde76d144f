"""What a change of a rule changes for a corpus: two runs compared, and runs written down."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from feeds.findings import Verdict
from hub.errors import BadRequest
from hub.services.corpus import CRASHED, REFUSED, Corpus, Judged

#: A feed that has one of these now and had none of them before fails newly.
_BAD: Final = frozenset({Verdict.FAIL.value, REFUSED, CRASHED})
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Change:
    """A feed whose result is not that of the baseline: verdicts then and now, codes that are new and that are gone."""

    feed: str
    before: str
    now: str
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def fails_newly(self) -> bool:
        """Whether it was good, or not sure to be bad, and is bad now."""
        return bool(self.before) and self.before not in _BAD and self.now in _BAD


def compare(before: Corpus, now: Corpus) -> list[Change]:
    """The feeds whose results differ, by path; `before` or `now` is empty where one of the runs lacks the feed."""
    changes = []
    for name in sorted({*before.feeds, *now.feeds}):
        then, today = before.feeds.get(name), now.feeds.get(name)
        was, is_now = dict(then.counts) if then else {}, dict(today.counts) if today else {}
        change = Change(
            name,
            then.verdict if then else "",
            today.verdict if today else "",
            tuple(sorted(set(is_now) - set(was))) if then and today else (),
            tuple(sorted(set(was) - set(is_now))) if then and today else (),
        )
        if change.before != change.now or change.new or change.gone:
            changes.append(change)
    return changes


def plain(corpus: Corpus) -> dict[str, Any]:
    """A run as JSON holds it."""
    return {
        "format": _FORMAT,
        "date": corpus.date.isoformat(),
        "feeds": {
            name: {"standard": one.standard, "verdict": one.verdict, "counts": dict(one.counts), "why": one.why}
            for name, one in corpus.feeds.items()
        },
        "skipped": dict(corpus.skipped),
    }


def write(corpus: Corpus, file: Path) -> None:
    """Write a run down, to be the baseline of another."""
    file.write_bytes(orjson.dumps(plain(corpus), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")


def load(file: Path) -> Corpus:
    """A run that was written down.

    Raises:
        BadRequest: the file is not there, or is no such run.
    """
    try:
        told = orjson.loads(file.read_bytes())
        feeds = {name: Judged(**one) for name, one in told["feeds"].items()}
        return Corpus(dt.date.fromisoformat(told["date"]), feeds, dict(told["skipped"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise BadRequest(f"{file} is no baseline: write one with --write ({type(fault).__name__})") from fault
