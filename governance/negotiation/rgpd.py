"""What an agreement says on personal data: legal basis, impact assessment, entry in the register of processing.

It is a part of the text that the parties sign. Vehicle records count as personal data: a trip's ends can be a home.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from governance.bilingual import Sentence
from governance.canonical import Plain
from governance.datasets import Dataset, Sensitivity, Standard
from governance.errors import TermError


class LegalBasis(StrEnum):
    """Why the processing is lawful: RGPD, article 6(1), letters a to f."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"


class Dpia(StrEnum):
    """Whether an impact assessment was made (RGPD, article 35), or the parties found that none is needed."""

    DONE = "done"
    NOT_NEEDED = "not_needed"


_BASES: Mapping[LegalBasis, Sentence] = MappingProxyType(
    {
        LegalBasis.CONSENT: Sentence("consentement", "consent"),
        LegalBasis.CONTRACT: Sentence("contrat", "contract"),
        LegalBasis.LEGAL_OBLIGATION: Sentence("obligation légale", "legal obligation"),
        LegalBasis.VITAL_INTERESTS: Sentence("intérêts vitaux", "vital interests"),
        LegalBasis.PUBLIC_TASK: Sentence("mission d'intérêt public", "public task"),
        LegalBasis.LEGITIMATE_INTERESTS: Sentence("intérêts légitimes", "legitimate interests"),
    }
)
_DPIAS: Mapping[Dpia, Sentence] = MappingProxyType(
    {
        Dpia.DONE: Sentence("analyse d'impact faite", "impact assessment done"),
        Dpia.NOT_NEEDED: Sentence("analyse d'impact non requise", "impact assessment not needed"),
    }
)
#: A reference in the holder's register, never a text: acts may not name natural persons.
_ENTRY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,79}")
_FIELDS = ("dpia", "legal_basis", "register_entry")


@dataclass(frozen=True, slots=True)
class Rgpd:
    """The three things. `register_entry` is the reference of the entry in the register of article 30."""

    legal_basis: LegalBasis
    dpia: Dpia
    register_entry: str

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {"dpia": self.dpia.value, "legal_basis": self.legal_basis.value, "register_entry": self.register_entry}

    def sentence(self) -> Sentence:
        """As people read it."""
        text = Sentence("{basis}, {dpia}, registre {entry}", "{basis}, {dpia}, register {entry}")
        return text.filled(basis=_BASES[self.legal_basis], dpia=_DPIAS[self.dpia], entry=self.register_entry)


def read_rgpd(raw: object) -> Rgpd:
    """Read what `Rgpd.plain` spells.

    Raises:
        TermError: a part is missing, unknown or not of the closed vocabulary.
    """
    if not isinstance(raw, Mapping) or set(raw) != set(_FIELDS):
        raise TermError(f"rgpd must say {', '.join(_FIELDS)}, and nothing else")
    entry = raw["register_entry"]
    if not isinstance(entry, str) or not _ENTRY.fullmatch(entry):
        raise TermError("rgpd.register_entry must be a reference of letters, digits, . _ / and -")
    return Rgpd(_one_of(LegalBasis, raw, "legal_basis"), _one_of(Dpia, raw, "dpia"), entry)


def _one_of(kind: Any, raw: Mapping[str, object], name: str) -> Any:
    words = [one.value for one in kind]
    if raw[name] not in words:
        raise TermError(f"rgpd.{name} must be one of {', '.join(words)}, not {raw[name]!r}")
    return kind(raw[name])


def is_personal(dataset: Dataset) -> bool:
    """Whether a dataset holds personal data: said to, or an operator's records of single trips."""
    operator = dataset.sensitivity is Sensitivity.OPERATOR and dataset.standard is Standard.MDS
    return dataset.sensitivity is Sensitivity.PERSONAL or operator
