"""Clauses as negotiators call them, and their values in words: durations, lists, percentages, grains."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from governance.bilingual import Sentence
from governance.grain import TimeGrain
from governance.terms.base import Duty, Only, Term
from governance.terms.floors import Delay, EpsilonBudget, MaxShare, PPercent, Prior
from governance.terms.scope import ForAudience, SpatialResolution, TemporalResolution, Validity
from governance.terms.use import NoticeDays, Redistribution, Retention, UnderRuleset

_LABELS: Mapping[str, Sentence] = MappingProxyType(
    {
        "recipient": Sentence("destinataire", "recipient"),
        "validity": Sentence("validité", "validity"),
        "audience": Sentence("public", "audience"),
        "purpose": Sentence("finalités", "purposes"),
        "territory": Sentence("territoire", "territory"),
        "fields": Sentence("champs", "fields"),
        "spatial_resolution": Sentence("maille", "zones"),
        "temporal_resolution": Sentence("pas de temps", "time step"),
        "ruleset": Sentence("règlement", "ruleset"),
        "delay": Sentence("délai", "delay"),
        "min_trips": Sentence("k", "k"),
        "min_vehicles": Sentence("nombre minimal de véhicules", "fewest vehicles"),
        "min_users": Sentence("nombre minimal d'usagers", "fewest users"),
        "min_holders": Sentence("nombre minimal de groupes", "fewest holdings"),
        "max_share_percent": Sentence("part maximale d'un groupe", "largest share of a holding"),
        "p_percent": Sentence("p de la règle p %", "p of the p % rule"),
        "prior_percent": Sentence("q, ce que l'on sait déjà", "q, what is known already"),
        "coalition": Sentence("contributeurs alliés", "contributors acting together"),
        "rounding": Sentence("base d'arrondi", "rounding base"),
        "dp_budget_milli_epsilon": Sentence("budget de confidentialité différentielle", "differential-privacy budget"),
        "named": Sentence("levée de protection", "waiver"),
        "quota_per_month": Sentence("réponses par mois", "answers a month"),
        "rate_per_minute": Sentence("réponses par minute", "answers a minute"),
        "retention": Sentence("conservation", "retention"),
        "redistribution": Sentence("rediffusion", "redistribution"),
        "notice_days": Sentence("préavis", "notice"),
        "hosting": Sentence("hébergement", "hosting"),
        "attribution": Sentence("citation de la source", "naming the source"),
        "no_reidentification": Sentence("interdiction de réidentifier", "no re-identification"),
        "title": Sentence("titre", "title"),
        "tier": Sentence("niveau d'accès", "tier"),
        "rgpd": Sentence("données personnelles (RGPD)", "personal data (GDPR)"),
    }
)

_AUDIENCES: Mapping[str, Sentence] = MappingProxyType(
    {
        "open": Sentence("tout le monde", "everyone"),
        "identified": Sentence("personnes identifiées", "identified readers"),
        "members": Sentence("membres", "members"),
        "authority": Sentence("autorité", "authority"),
        "bilateral": Sentence("le destinataire seul", "the recipient alone"),
        "holder": Sentence("détenteur", "holder"),
    }
)
_REDISTRIBUTION: Mapping[str, Sentence] = MappingProxyType(
    {
        "none": Sentence("aucune", "none"),
        "derived": Sentence("œuvres dérivées", "derived works"),
        "members": Sentence("aux membres", "to members"),
        "public": Sentence("à tous", "to everyone"),
    }
)
_ZONES: Mapping[str, Sentence] = MappingProxyType(
    {
        "basin": Sentence("bassin entier", "whole basin"),
        "commune": Sentence("commune", "commune"),
        "iris": Sentence("IRIS", "IRIS"),
        **{f"h3_{level}": Sentence(f"hexagone H3 {level}", f"H3 {level} hexagon") for level in (7, 8, 9)},
    }
)
_STEPS: Mapping[str, Sentence] = MappingProxyType(
    {
        "P1Y": Sentence("année", "year"),
        "P3M": Sentence("trimestre", "quarter"),
        "P1M": Sentence("mois", "month"),
        "P1W": Sentence("semaine", "week"),
        "P1D": Sentence("jour", "day"),
    }
)
_SLICES: Mapping[str, Sentence] = MappingProxyType(
    {"band": Sentence("tranche horaire", "hour band"), "hour": Sentence("heure", "hour")}
)
_UNITS: Mapping[str, tuple[Sentence, Sentence]] = MappingProxyType(
    {
        "Y": (Sentence("an", "year"), Sentence("ans", "years")),
        "M": (Sentence("mois", "month"), Sentence("mois", "months")),
        "W": (Sentence("semaine", "week"), Sentence("semaines", "weeks")),
        "D": (Sentence("jour", "day"), Sentence("jours", "days")),
        "H": (Sentence("heure", "hour"), Sentence("heures", "hours")),
        "min": (Sentence("minute", "minute"), Sentence("minutes", "minutes")),
        "S": (Sentence("seconde", "second"), Sentence("secondes", "seconds")),
    }
)


def label(name: str) -> Sentence:
    """What a negotiator calls a clause; a clause that has no such name keeps its own."""
    return _LABELS.get(name, Sentence(name, name))


def value_of(term: Term) -> Sentence:
    """A term's value in words."""
    for kind, say in _SAYINGS:
        if isinstance(term, kind):
            return say(term)
    return _same(str(term.plain()))


def listed(items: Sequence[Sentence]) -> Sentence:
    """A list as one reads it out: commas, and a word before the last."""
    if len(items) < 2:
        return items[0] if items else Sentence("rien", "nothing")
    fr, en = ", ".join(one.fr for one in items[:-1]), ", ".join(one.en for one in items[:-1])
    return Sentence(f"{fr} et {items[-1].fr}", f"{en} and {items[-1].en}")


def duration(iso: str) -> Sentence:
    """An ISO 8601 duration in words; its parts as they were written: ``P12M`` is 12 months, not a year."""
    day, _, time = iso.removeprefix("P").partition("T")
    parts = [(number, unit) for number, unit in re.findall(r"(\d+)([YMWD])", day)]
    parts += [(number, "min" if unit == "M" else unit) for number, unit in re.findall(r"(\d+)([HMS])", time)]
    return listed([counted(int(number), unit) for number, unit in parts])


def counted(number: int, unit: str) -> Sentence:
    """A number with its unit, in the singular for one (in French for none as well)."""
    one, many = _UNITS[unit]
    fr, en = (one if number < 2 else many).fr, (one if number == 1 else many).en
    return Sentence(f"{number} {fr}", f"{number} {en}")


def _delay(term: Term) -> Sentence:
    """Up to a day in hours: who waits for yesterday's figures counts hours."""
    seconds = term.value if isinstance(term, Delay) else 0
    for size, unit in ((86_400, "D"), (3_600, "H"), (60, "min")):
        if seconds % size == 0 and seconds > 0 and (unit != "D" or seconds > size):
            return counted(seconds // size, unit)
    return Sentence("aucun", "none") if seconds == 0 else counted(seconds, "S")


def _grain(term: Term) -> Sentence:
    grain = term.value if isinstance(term, TemporalResolution) else TimeGrain("P1D")
    within = [Sentence("type de jour", "day type")] if grain.day_type and grain.step != "P1D" else []
    within += [_SLICES[grain.slice]] if grain.slice in _SLICES else []
    step = _STEPS[grain.step]
    if not within:
        return step
    return Sentence("{step} par {within}", "{step} by {within}").filled(step=step, within=listed(within))


def _validity(term: Term) -> Sentence:
    ends = (term.from_, term.to) if isinstance(term, Validity) else ()
    first, last = (f"{end:%Y-%m-%d %H:%M} UTC" for end in ends)
    return Sentence(f"[{first} ; {last}[", f"[{first}, {last})")


def _same(text: str) -> Sentence:
    return Sentence(text, text)


def _percent(term: Term) -> Sentence:
    return _same(f"{term.plain()} %")


def _names(term: Term, words: Mapping[str, Sentence] = MappingProxyType({})) -> Sentence:
    values = sorted(term.values) if isinstance(term, Only) else []
    return listed([words.get(one, _same(one)) for one in values])


def _hashes(term: Term) -> Sentence:
    return listed([_same(one[:12]) for one in sorted(term.values)]) if isinstance(term, UnderRuleset) else _same("")


#: The first kind that fits says it.
_SAYINGS: tuple[tuple[type[Term] | tuple[type[Term], ...], Callable[[Term], Sentence]], ...] = (
    (Delay, _delay),
    (Retention, lambda term: duration(str(term.plain()))),
    (NoticeDays, lambda term: counted(int(str(term.plain())), "D")),
    (Redistribution, lambda term: _REDISTRIBUTION[str(term.plain())]),
    (SpatialResolution, lambda term: _ZONES[str(term.plain())]),
    (TemporalResolution, _grain),
    (Validity, _validity),
    ((MaxShare, PPercent, Prior), _percent),
    (EpsilonBudget, lambda term: Sentence(f"{term.plain()} millièmes d'epsilon", f"{term.plain()} thousandths of ε")),
    (UnderRuleset, _hashes),
    (ForAudience, lambda term: _names(term, _AUDIENCES)),
    (Only, _names),
    (Duty, lambda term: Sentence("oui", "yes")),
)
