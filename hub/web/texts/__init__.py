"""Every text of the pages, in French and English: one table, so that a test can see that none is missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from governance.bilingual import Sentence
from hub.api.language import Language, said
from hub.web.texts.columns import COLUMNS
from hub.web.texts.differing import DIFFERENCE
from hub.web.texts.feed import FEED, STATISTIC
from hub.web.texts.quality import DETAIL, INCIDENT, QUALITY
from hub.web.texts.sharing import COMMONS, RELEASE
from hub.web.texts.shell import SHELL

_PARTS = (SHELL, FEED, QUALITY, DETAIL, INCIDENT, DIFFERENCE, STATISTIC, RELEASE, COMMONS, COLUMNS)


def _set(sentence: Sentence) -> Sentence:
    # In French a colon, a question mark or a closing guillemet never begins a line.
    return Sentence(re.sub("(?<=«) | (?=[:;?!»])", "\u00a0", sentence.fr), sentence.en)


TEXTS: Mapping[str, Sentence] = MappingProxyType({key: _set(one) for part in _PARTS for key, one in part.items()})


def text(key: str, language: Language, /, **values: object) -> str:
    """A text in one language, with its marks replaced.

    Raises:
        KeyError: there is no such text, or a mark has no value.
    """
    return said(TEXTS[key].filled(**values), language)
