"""Attack 12: who is there at all. Zeros that are printed, numbers of holdings, and how large the file is."""

from __future__ import annotations

from collections.abc import Iterator

from governance.bilingual import Sentence
from governance.disclosure.attacks.arranging import arrange
from governance.disclosure.attacks.atoms import Arrangement
from governance.disclosure.attacks.attack import Attack, Fact, Learnt, Secret, lacking
from governance.disclosure.attacks.ground import NotComparable
from governance.disclosure.attacks.intervals import Insight
from governance.disclosure.attacks.knowledge import Knowledge, Out
from governance.disclosure.attacks.membership import auc
from governance.disclosure.attacks.solving import insight

_NEEDS = Sentence("une diffusion", "a release")
_ZERO = Sentence("un zéro publié : personne d'autre n'est là", "a printed zero: nobody else is there")
_COVER = Sentence("la couverture dit combien de groupes sont là", "the coverage tells how many holdings are there")
_SIZE = Sentence("la taille du fichier", "the size of the file")


def _present(knowledge: Knowledge) -> Learnt:
    if not knowledge.releases and knowledge.reference is None:
        return lacking(_NEEDS)
    facts: list[Fact] = []
    for out in knowledge.releases:
        try:
            arrangement = arrange(knowledge, [out])
        except NotComparable:
            continue
        facts += _told(out, arrangement, insight(knowledge, arrangement))
    facts += _sizes(knowledge)
    many = sum(fact.exact for fact in facts)
    return Learnt(tuple(facts), Sentence(f"Présence connue en {many} lieux.", f"Presence is known in {many} places."))


def _told(out: Out, arrangement: Arrangement, mind: Insight) -> Iterator[Fact]:
    """Rows whose number of others is enclosed: all of them, for a zero; by what the coverage says, else."""
    if out.published.about.noise is not None:
        return
    for number, row in enumerate(arrangement.rows):
        if row.high is not None and mind.high[number] == 0:
            yield Fact(Secret.PRESENCE, arrangement.place(number), 0, 0, _ZERO)
        elif row.shown and row.fewest:
            inside = int(mind.inside[number])
            most = None if row.most is None else row.most - inside
            yield Fact(Secret.PRESENCE, arrangement.place(number), max(0, row.fewest - inside), most, _COVER)


def _sizes(knowledge: Knowledge) -> list[Fact]:
    """Whether files of worlds with somebody and without tell one from the other by their number of rows."""
    if knowledge.reference is None:
        return []
    without, with_ = ([float(len(out.published)) for out in found] for found in knowledge.reference)
    found = auc(without, with_)
    return [Fact(Secret.GUESS, None, max(found, 1 - found), 1.0, _SIZE)]


ATTACKS = (Attack(12, Sentence("Présence d'un opérateur", "Membership of an operator"), _NEEDS, _present),)
