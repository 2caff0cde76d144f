"""What a finding says, in the language of whoever reads it: its sentence and how to mend it, by its code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

import feeds.gbfs.mends
import feeds.gbfs.notices
import feeds.gbfs.over_time.notices
import feeds.gtfs.notices
import feeds.gtfs_rt.notices
import mds.notices
from feeds.findings import Kind
from governance import bilingual

Language: TypeAlias = bilingual.Language


class Told(Protocol):
    """A finding, in a report or in the records."""

    @property
    def code(self) -> str:
        """Its code."""
        ...

    @property
    def message(self) -> str:
        """Its sentence."""
        ...

    @property
    def mend(self) -> str:
        """How to mend it."""
        ...


@dataclass(frozen=True, slots=True)
class Wording:
    """What the notices say of a code. `en` is empty where only the finding itself has an English sentence."""

    en: str
    fr: str
    mend: str
    mend_fr: str
    kind: Kind


def wording(code: str) -> Wording | None:
    """The sentences of a code of any standard; None when no notice speaks of it."""
    if code.startswith("mds_"):
        return _mds(code)
    if code.startswith("gbfs_"):
        return _gbfs(code)
    if code.startswith("gtfs_rt_"):
        return _realtime(code)
    gtfs = feeds.gtfs.notices.notices().get(code)
    return Wording(gtfs.en, gtfs.fr, gtfs.mend, gtfs.mend_fr, gtfs.kind) if gtfs else None


def message_in(language: Language, finding: Told) -> str:
    """A finding's sentence. What a checker added after a colon stays as it was: names and numbers."""
    known = wording(finding.code)
    if language == "en" or known is None or not known.fr:
        return finding.message
    lead = f"{known.en}: "
    return f"{known.fr} : {finding.message.removeprefix(lead)}" if finding.message.startswith(lead) else known.fr


def mend_in(language: Language, finding: Told) -> str:
    """How to mend it."""
    known = wording(finding.code)
    if known is None:
        return finding.mend
    return (known.mend_fr if language == "fr" else "") or finding.mend or known.mend


def kind_of(code: str) -> Kind:
    """Whether a code tells of a rule, or only of something hard to believe."""
    known = wording(code)
    return known.kind if known else Kind.RULE


def _mds(code: str) -> Wording | None:
    notice = mds.notices.notices().get(code)
    return Wording("", notice.fr, notice.mend, notice.mend_fr, notice.kind) if notice else None


def _gbfs(code: str) -> Wording | None:
    notice = feeds.gbfs.notices.NOTICES.get(code)
    if notice is None:
        return _over_time(code)
    kind = Kind.PLAUSIBILITY if code in feeds.gbfs.notices.PLAUSIBILITY else Kind.RULE
    mend = feeds.gbfs.mends.MENDS[code]
    return Wording(notice.en, notice.fr, mend.en, mend.fr, kind)


def _over_time(code: str) -> Wording | None:
    notice = feeds.gbfs.over_time.notices.NOTICES.get(code)
    return Wording(notice.en, notice.fr, notice.mend_en, notice.mend_fr, notice.kind) if notice else None


def _realtime(code: str) -> Wording | None:
    notice = feeds.gtfs_rt.notices.notices().get(code)
    return Wording(notice.en, notice.fr, notice.mend, notice.mend_fr, notice.kind) if notice else None
