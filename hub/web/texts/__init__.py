"""Every text of the pages, in French and English: one table, so that a test can see that none is missing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from governance.bilingual import Sentence
from hub.api.language import Language, said
from hub.web.texts.columns import COLUMNS
from hub.web.texts.feed import FEED, STATISTIC
from hub.web.texts.sharing import COMMONS, RELEASE
from hub.web.texts.shell import SHELL

TEXTS: Mapping[str, Sentence] = MappingProxyType({**SHELL, **FEED, **STATISTIC, **RELEASE, **COMMONS, **COLUMNS})


def text(key: str, language: Language, /, **values: object) -> str:
    """A text in one language, with its marks replaced.

    Raises:
        KeyError: there is no such text, or a mark has no value.
    """
    return said(TEXTS[key].filled(**values), language)
