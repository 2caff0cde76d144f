"""Any version in, 2.3 and 3.0 out, with what was lost on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from feeds.gbfs.conversion.completing import complete
from feeds.gbfs.conversion.downgrading import OLD_NAMES, downgrade, hours_files
from feeds.gbfs.conversion.fitting import fitter
from feeds.gbfs.conversion.hours import HOURS_FILES
from feeds.gbfs.conversion.information import Known
from feeds.gbfs.conversion.leaves import FIRST_POSIX_S, Run, Unfit
from feeds.gbfs.conversion.losses import Loss, Losses
from feeds.gbfs.conversion.source import Part, Source, read
from feeds.gbfs.conversion.texts import LOCALISED
from feeds.gbfs.conversion.upgrading import LISTS, upgrade

#: In these files every kind of vehicle of the source may leave its trace.
_TYPED: Final = ("vehicle_status", "station_status")
_NOTHING_KNOWN: Final = Known()
#: 2.3 knows no instant before the standard itself.
_FIRST: Final = dt.datetime.fromtimestamp(FIRST_POSIX_S, dt.UTC)


@dataclass(frozen=True, slots=True)
class Conversion:
    """A system in the published versions.

    `files`: by version, then by language (the main one first; 3.0 has one list for all), then by name. `missing` names
    the files of a version that the source declares and that could not be published, each with the code of the reason.
    """

    files: Mapping[str, Mapping[str, Mapping[str, Part]]]
    missing: Mapping[str, Mapping[str, str]]
    losses: tuple[Loss, ...]

    def main(self, version: str) -> Mapping[str, Part]:
        """The files of a version in the main language."""
        return next(iter(self.files[version].values()))


def convert(documents: Mapping[str, bytes], *, slug: str, at: dt.datetime, known: Known = _NOTHING_KNOWN) -> Conversion:
    """Convert the documents of one system, of whatever version from 1.0 to the candidates of 3.1.

    `documents` are named as `source.read` says. Ids get the prefix ``{slug}:`` in every file. `at` stands in for the
    time of a file that does not say it.
    """
    losses = Losses("3.0")
    source = read(documents, at=at, language=known.language, losses=losses)
    new = _to_new(source, slug=slug, known=known, losses=losses)
    before = [Loss("2.3", one.file, one.field, one.code, one.count, one.example) for one in losses.told()]
    lost = Losses("2.3", before)
    old = {tag: _to_old(new, tag, tag == source.language, lost) for tag in _languages(new, source.language)}
    files = {"2.3": old, "3.0": {source.language: new}}
    missing = {"2.3": _missing(source, old[source.language], OLD_NAMES), "3.0": _missing(source, new, {})}
    return Conversion(files, missing, (*lost.told(), *losses.told()))


def _to_new(source: Source, *, slug: str, known: Known, losses: Losses) -> dict[str, Part]:
    parts = upgrade(source, slug=slug, known=known, losses=losses)
    fitted: dict[str, dict[str, Any]] = {}
    for name, part in parts.items():
        run = Run(name, f"{slug}:", source.language, losses)
        try:
            fitted[name] = fitter("3.0", name)(part.data, run)
        except Unfit as reason:
            losses.add("file_left_out", name, ".".join(reason.path), reason.value)
    if complete(fitted, prefix=f"{slug}:", knows_types=source.knows_vehicle_types, losses=losses):
        parts["vehicle_types"] = _made_of([parts[name] for name in _TYPED if name in fitted])
    return {name: Part(data, parts[name].last_updated, parts[name].sources) for name, data in fitted.items()}


def _made_of(parts: list[Part]) -> Part:
    return Part({}, max(one.last_updated for one in parts), tuple(name for one in parts for name in one.sources))


def _languages(new: Mapping[str, Part], main: str) -> tuple[str, ...]:
    information = new.get("system_information")
    others = information.data["languages"] if information else ()
    return tuple(dict.fromkeys((main, *others)))


def _to_old(new: Mapping[str, Part], language: str, is_main: bool, losses: Losses) -> dict[str, Part]:
    """The files of 2.3 in one language; beside the main one only those that hold texts."""
    told = losses if is_main else Losses("2.3")
    files: dict[str, Part] = {}
    for name, part in new.items():
        if not is_main and name not in LOCALISED:
            continue
        old = downgrade(name, part.data, language=language, losses=told)
        _fit_old(files, Part(old, part.last_updated, part.sources), Run(name, "", language, told))
    information = new.get("system_information")
    if information is not None and is_main:
        for name, data in hours_files(information.data["opening_hours"], told).items():
            made = Part(data, information.last_updated, information.sources)
            _fit_old(files, made, Run(name, "", language, told))
    return files


def _fit_old(files: dict[str, Part], part: Part, run: Run) -> None:
    name = OLD_NAMES.get(run.file, run.file)
    try:
        fitted = fitter("2.3", name)(part.data, run)
    except Unfit as reason:
        run.losses.add("file_left_out", run.file, ".".join(reason.path), reason.value)
        return
    made_at = part.last_updated
    if made_at < _FIRST:
        run.losses.add("value_left_out", run.file, "last_updated", made_at.isoformat())
        made_at = _FIRST
    files[name] = Part(fitted, made_at, part.sources)


def _missing(source: Source, files: Mapping[str, Part], names: Mapping[str, str]) -> dict[str, str]:
    """Files that the source declares, or gave, and that this version ought to have."""
    ought = {"system_information", "geofencing_zones", *LISTS} & (source.declared | source.files.keys())
    ought |= {"system_information"}
    if names:  # of 2.3 alone; where they came, what they say may be that there is nothing to say
        ought |= set(HOURS_FILES) & (source.declared - source.files.keys())
    known = {names.get(name, name): name for name in ought}
    return {
        name: "file_left_out" if new in source.files else "not_received"
        for name, new in sorted(known.items())
        if name not in files
    }
