"""A stretch of time cut into what is known of it: when a feed answered, when not, and when nobody asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request for one file of a feed: whether it was good, and the content's digest where it was.

    An empty digest of a good answer says that nothing changed (HTTP 304).
    """

    at: dt.datetime
    name: str
    good: bool
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """[since, until) in which something held."""

    since: dt.datetime
    until: dt.datetime

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.until - self.since).total_seconds()


@dataclass(frozen=True, slots=True)
class Told:
    """What one file said for a while: good (it answered, or is fresh) or not."""

    span: Span
    good: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of time cut up: the spans in which all was good, in which something was not; the rest is unknown."""

    whole: Span
    good: tuple[Span, ...]
    bad: tuple[Span, ...]

    @property
    def good_s(self) -> float:
        """Seconds in which every file of which anything is known was good."""
        return sum(one.seconds for one in self.good)

    @property
    def bad_s(self) -> float:
        """Seconds in which at least one file was not good."""
        return sum(one.seconds for one in self.bad)

    @property
    def unknown_s(self) -> float:
        """Seconds of which nothing is known."""
        return self.whole.seconds - self.good_s - self.bad_s

    @property
    def share(self) -> int | None:
        """Good seconds of known seconds in ‰, rounded down; none where nothing is known."""
        known_s = self.good_s + self.bad_s
        return int(1000 * self.good_s / known_s) if known_s else None


def by_file(answers: Iterable[Answer]) -> Iterator[list[Answer]]:
    """The answers of each file in order; of one instant a bad one comes last, so that it is what holds."""
    ordered = sorted(answers, key=lambda one: (one.name, one.at, not one.good))
    for _, same in groupby(ordered, key=lambda one: one.name):
        yield list(same)


def answering(answers: Iterable[Answer], whole: Span, *, holds: dt.timedelta) -> Cut:
    """When a feed answered: an answer speaks until the file's next one, and no longer than `holds`."""
    return _cut((told for one in by_file(answers) for told in _answering(one, whole, holds)), whole)


def _answering(answers: list[Answer], whole: Span, holds: dt.timedelta) -> Iterator[Told]:
    for one, following in _with_next(answers, whole.until):
        yield Told(Span(one.at, min(following, one.at + holds)), one.good)


def renewed(answers: Iterable[Answer], whole: Span, *, allowed: dt.timedelta) -> Cut:
    """When a feed was fresh: the content of each file had changed no longer than `allowed` before.

    Only good answers tell; each speaks until the next one, and no longer than `allowed`.
    """
    return _cut((told for one in by_file(answers) for told in _renewed(one, whole, allowed)), whole)


def _renewed(answers: list[Answer], whole: Span, allowed: dt.timedelta) -> Iterator[Told]:
    digest, stale_from = None, whole.until
    for one, following in _with_next([one for one in answers if one.good], whole.until):
        # Of what the first answer says nobody knows since when it was so: it is taken for new.
        if digest is None or (one.digest and one.digest != digest):
            digest, stale_from = one.digest, one.at + allowed
        until = min(following, one.at + allowed)
        yield Told(Span(one.at, min(until, stale_from)), good=True)
        yield Told(Span(max(one.at, stale_from), until), good=False)


def _with_next(answers: list[Answer], end: dt.datetime) -> Iterator[tuple[Answer, dt.datetime]]:
    inside = [one for one in answers if one.at < end]
    yield from ((one, following.at) for one, following in pairwise(inside))
    if inside:
        yield inside[-1], end


def _cut(told: Iterable[Told], whole: Span) -> Cut:
    """Lay the files over one another: bad where any is bad, else good where any is good."""
    edges: list[tuple[dt.datetime, bool, int]] = []
    for one in _joined(told):
        since, until = max(one.span.since, whole.since), min(one.span.until, whole.until)
        if since < until:
            edges += [(since, one.good, 1), (until, one.good, -1)]
    spans: dict[bool, list[Span]] = {True: [], False: []}
    files, before = {True: 0, False: 0}, whole.since
    for at, good, change in sorted(edges, key=lambda edge: edge[0]):
        if before < at and any(files.values()):
            _extend(spans[not files[False]], Span(before, at))
        files[good] += change
        before = at
    return Cut(whole, tuple(spans[True]), tuple(spans[False]))


def _joined(told: Iterable[Told]) -> Iterator[Told]:
    """The same with what goes on from one answer to the next told once: a day of polls is then a few spans."""
    last: Told | None = None
    for one in told:
        if last is not None and last.good is one.good and last.span.until == one.span.since:
            last = Told(Span(last.span.since, one.span.until), one.good)
            continue
        if last is not None:
            yield last
        last = one
    if last is not None:
        yield last


def _extend(spans: list[Span], more: Span) -> None:
    """Add a span, as part of the last one where it goes on from there."""
    if spans and spans[-1].until == more.since:
        spans[-1] = Span(spans[-1].since, more.until)
    else:
        spans.append(more)
