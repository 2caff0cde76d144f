"""The yearly evaluation as people read it, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from governance.bilingual import Sentence
from governance.parties import Sanction
from governance.reasons import REASONS
from governance.registers import evaluation
from governance.registers.document import Cell, Section, counted
from governance.registers.evaluation import Year
from governance.sanctions.remedy import NAMES

_NOT_MEASURED = Sentence("non mesuré", "not measured")
_NONE = Sentence("Aucun.", "None.")
#: States, outcomes, audiences and verdicts in words; a word that is not here is shown as it is.
WORDS: Mapping[str, Sentence] = {
    "draft": Sentence("brouillon", "draft"),
    "proposed": Sentence("proposé", "proposed"),
    "countered": Sentence("contre-proposé", "countered"),
    "accepted": Sentence("accepté", "accepted"),
    "agreed": Sentence("signé", "agreed"),
    "verified": Sentence("vérifié, pas encore en vigueur", "verified, not in force yet"),
    "active": Sentence("en vigueur", "in force"),
    "suspended": Sentence("suspendu", "suspended"),
    "withdrawing": Sentence("préavis de retrait en cours", "withdrawing, notice runs"),
    "withdrawn": Sentence("retiré", "withdrawn"),
    "expired": Sentence("expiré", "expired"),
    "terminated": Sentence("résilié", "terminated"),
    "rejected": Sentence("rejeté", "rejected"),
    "submitted": Sentence("en cours", "under way"),
    "returned": Sentence("à compléter", "returned"),
    "approved": Sentence("accepté en entier", "approved as a whole"),
    "approved_in_part": Sentence("accepté en partie", "approved in part"),
    "refused": Sentence("refusé", "refused"),
    "silent": Sentence("refusé par silence", "refused by silence"),
    "open": Sentence("ouvert", "open"),
    "closed": Sentence("clos", "closed"),
    "revoked": Sentence("révoqué", "revoked"),
    "ended": Sentence("arrivé à terme", "ended"),
    "granted": Sentence("accordé, pas encore commencé", "granted, not begun"),
    "entitled": Sentence("accordé, en cours", "granted, under way"),
    "voting": Sentence("scrutin en cours", "vote under way"),
    "enacted": Sentence("adopté", "enacted"),
    "lapsed": Sentence("éteint", "lapsed"),
    "settled": Sentence("réglé d'un commun accord", "settled by consent"),
    "decided": Sentence("décidé par le médiateur", "decided by the mediator"),
    "opened": Sentence("sans médiateur", "without a mediator"),
    "drawn": Sentence("médiateur tiré au sort", "mediator drawn"),
    "mediating": Sentence("médiation en cours", "mediation under way"),
    "half_agreed": Sentence("accepté par une partie", "agreed to by one party"),
    "declined": Sentence("décliné", "declined"),
    "noticed": Sentence("rappel", "notice"),
    "dismissed": Sentence("classé sans suite", "dismissed"),
    "pass": Sentence("conforme", "pass"),
    "fail": Sentence("non conforme", "fail"),
    "unknown": Sentence("inconnu", "unknown"),
    "not_applicable": Sentence("sans objet", "not applicable"),
    "members": Sentence("membres", "members"),
    "authority": Sentence("autorités", "authorities"),
    "holder": Sentence("détenteur lui-même", "the holder itself"),
    "identified": Sentence("personnes identifiées", "identified readers"),
    "bilateral": Sentence("un membre désigné", "one named member"),
    **{
        str(int(level)): Sentence(f"{name.fr} (niveau {int(level)})", f"{name.en} (level {int(level)})")
        for level, name in NAMES.items()
        if level is not Sanction.NOTICE
    },
}


def sections(year: Year) -> tuple[Section, ...]:
    """The evaluation, section by section, in the order of the design."""
    return (
        _members(year),
        _table("agreements", Sentence("Accords", "Agreements"), evaluation.agreements_by_state(year)),
        _days(year),
        _table("requests", Sentence("Demandes d'accès", "Requests for access"), evaluation.requests_by_outcome(year)),
        _table("answers", Sentence("Réponses des détenteurs", "Holders' answers"), evaluation.answers_by_outcome(year)),
        _denials(year),
        _releases(year),
        _unmeasured(),
        _table("sanctions", Sentence("Sanctions décidées", "Sanctions decided"), evaluation.sanctions_by_level(year)),
        _table("disputes", Sentence("Différends", "Disputes"), evaluation.disputes_by_outcome(year)),
        _votes(year),
        _feeds(year),
        _table("reuse", Sentence("Accès permis, par public", "Accesses permitted, by audience"), year.accesses),
    )


def _word(name: str) -> Sentence | str:
    return WORDS.get(name, name)


def _table(section: str, title: Sentence, counts: Mapping[str, int], *text: Sentence) -> Section:
    rows: list[tuple[Sentence | str, Cell]] = [(_word(name), count) for name, count in counts.items()]
    return counted(section, title, rows, *(text if rows else (*text, _NONE)))


def _members(year: Year) -> Section:
    colleges = year.world.colleges
    rows: list[tuple[Sentence | str, Cell]] = [
        (colleges[name].name, count) for name, count in evaluation.members_by_college(year).items()
    ]
    return counted("members", Sentence("Membres actifs, par collège", "Active members, by college"), rows)


def _days(year: Year) -> Section:
    days = evaluation.days_to_conclude(year)
    title = Sentence("Durée des négociations, en jours", "Length of negotiations, in days")
    if not days:
        none = Sentence("Aucun accord n'a été signé dans l'année.", "No agreement was signed within the year.")
        return Section("days", title, (none,))
    rows: list[tuple[Sentence | str, Cell]] = [
        (Sentence("accords signés", "agreements signed"), len(days)),
        (Sentence("médiane", "median"), days[len(days) // 2]),
        (Sentence("la plus longue", "the longest"), days[-1]),
    ]
    return counted("days", title, rows)


def _denials(year: Year) -> Section:
    rows: list[tuple[Sentence | str, Cell]] = [(code, count) for code, count in sorted(year.denials.items())]
    text = Sentence(
        "Refus du point de décision, par motif ; le sens de chaque motif est dans l'interface de programmation.",
        "Denials of the decision point, by reason; the API tells what each reason means.",
    )
    known = [row for row in rows if row[0] in REASONS]
    title = Sentence("Demandes refusées, par motif", "Requests denied, by reason")
    return counted("denials", title, known, text if known else _NONE)


def _releases(year: Year) -> Section:
    kinds = {
        "cube": Sentence("statistiques communes", "joint statistics"),
        "open": Sentence("fichiers et statistiques ouverts", "open files and statistics"),
    }
    rows = tuple(
        (kinds.get(kind, kind), _word(audience), count) for (kind, audience), count in sorted(year.releases.items())
    )
    columns = (Sentence("Quoi", "What"), Sentence("Public", "Audience"), Sentence("Nombre", "Number"))
    title = Sentence("Publications", "Releases")
    return Section("releases", title, () if rows else (_NONE,), columns if rows else (), rows)


def _unmeasured() -> Section:
    rows: list[tuple[Sentence | str, Cell]] = [
        (Sentence("part des cases cachées", "share of cells suppressed"), Sentence("non publiée", "not published")),
        (Sentence("utilité perdue", "usefulness lost"), _NOT_MEASURED),
        (Sentence("certificats de publication", "certificates of releases"), Sentence("aucun émis", "none issued")),
    ]
    text = Sentence(
        "Le nombre de cases cachées n'est dit à personne : un détenteur, qui connaît ses chiffres, en déduirait ceux "
        "des autres. L'utilité perdue par la protection n'est pas encore mesurée.",
        "How many cells were withheld is told to nobody: a holder, knowing its own figures, could work out the "
        "others'. The usefulness that protection costs is not measured yet.",
    )
    return counted("unmeasured", Sentence("Ce qui n'est pas chiffré", "What is not counted"), rows, text)


def _votes(year: Year) -> Section:
    turnout = evaluation.turnout_percent(year)
    text = (Sentence("Participation : {p} %.", "Turnout: {p} %.").filled(p=turnout),) if turnout is not None else ()
    return _table("votes", Sentence("Scrutins", "Votes"), evaluation.votes_by_outcome(year), *text)


def _feeds(year: Year) -> Section:
    text = Sentence(
        "Verdict de la version courante des flux ouverts. S'y ajoutent {n} jeux scellés, dont rien n'est dit ici.",
        "Verdict of the current version of open feeds. There are {n} sealed datasets besides; nothing of them is told.",
    ).filled(n=year.sealed_feeds)
    return _table("feeds", Sentence("Qualité des flux", "Quality of feeds"), year.verdicts, text)
