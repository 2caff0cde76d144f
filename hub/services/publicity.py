"""How an agreement's clauses are told to everybody: all of them, but for values that would help an attacker.

Which rules of protection hold is public. The exact p of the p % rule and the assumed prior stay in the signed agreement
(Handbook on Statistical Disclosure Control, 2nd ed., section 4.2: a reader who knows p can compute from a flag).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from governance.bilingual import Sentence
from governance.terms.base import Term
from governance.terms.floors import PPercent, Prior
from governance.terms.use import UnderRuleset

#: Clauses whose value is told to nobody but the parties.
KEPT: Final = frozenset({PPercent.name, Prior.name, UnderRuleset.name})

_KEPT_TEXT: Final = {
    PPercent.name: Sentence(
        "Personne n'estime la part d'un autre trop précisément (règle p %, valeur dans l'accord signé).",
        "Nobody can estimate another's part too closely (p % rule, its value stays in the signed agreement).",
    ),
    Prior.name: Sentence(
        "On tient compte de ce que les flux ouverts laissent déjà deviner (valeur dans l'accord signé).",
        "What open feeds let anyone guess already is taken into account (its value stays in the signed agreement).",
    ),
    # All of the rules but p and the prior is public, so whoever has their hash finds those two by trying.
    UnderRuleset.name: Sentence(
        "Conclu sous le règlement alors en vigueur (son empreinte reste dans l'accord signé).",
        "Agreed under the rules that were in force then (their hash stays in the signed agreement).",
    ),
}


def public_sentence(term: Term) -> Sentence:
    """The clause as everybody may read it."""
    return _KEPT_TEXT.get(term.name) or term.sentence()


def apart(terms: Iterable[Term]) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """Clauses that the hub keeps, and clauses that the recipient promises: shown apart, never mixed up."""
    found = tuple(terms)
    return tuple(term for term in found if not term.promised), tuple(term for term in found if term.promised)
