"""The register of processing activities as people read it, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from governance.agreement import Agreement
from governance.audiences import Tier
from governance.bilingual import Sentence
from governance.datasets import Standard
from governance.negotiation.rgpd import Dpia
from governance.parties import Kind
from governance.registers.document import Cell, Section
from governance.registers.rgpd import EEA, Activity
from governance.terms.scope import EVERYONE, MEMBERS
from governance.world import World

NOT_STATED = Sentence("non indiqué", "not stated")
_RETENTION = Sentence("Conservation chez le destinataire (promesse)", "Retention at the recipient (promise)")
_NOT_NEEDED = Sentence("non requise selon les parties", "not needed, the parties say")
_SUBJECTS: Mapping[bool, Sentence] = {
    True: Sentence("usagers de véhicules partagés", "users of shared vehicles"),
    False: Sentence("personnes concernées par ce jeu de données", "persons whom this dataset is about"),
}
_DATA: Mapping[bool, Sentence] = {
    True: Sentence(
        "trajets (lieux et heures de départ et d'arrivée, durée, distance), états des véhicules ; ni nom ni compte",
        "trips (places and times of start and end, duration, distance), vehicle states; neither names nor accounts",
    ),
    False: Sentence(
        "données que le détenteur a classées comme personnelles", "data that the holder classified as personal"
    ),
}
_FORM: Mapping[Tier, Sentence] = {
    Tier.OPEN: Sentence("statistiques protégées, publiques", "protected statistics, public"),
    Tier.IDENTIFIED: Sentence("données sous licence nominative", "data under a licence in somebody's name"),
    Tier.MEMBERS: Sentence("statistiques communes protégées", "protected joint statistics"),
    Tier.BILATERAL: Sentence("extraits préparés, généralisés", "prepared extracts, generalised"),
    Tier.SEALED: Sentence("rien ne sort", "nothing leaves"),
}
MEASURES: tuple[Sentence, ...] = (
    Sentence(
        "Les données brutes sont rangées à part ; le processus qui répond au public n'y a aucun droit.",
        "Raw data is stored apart; the process that answers the public has no right to it.",
    ),
    Sentence(
        "Chaque sortie est décidée selon les accords en vigueur et inscrite au journal, refus compris.",
        "Each exit is decided on the agreements in force and written in the log, denials included.",
    ),
    Sentence(
        "Les statistiques communes suivent des seuils, des règles de dominance et des règles contre la soustraction.",
        "Joint statistics follow thresholds, dominance rules and rules against subtraction.",
    ),
    Sentence(
        "Un extrait porte des pseudonymes propres à son destinataire, des lieux et des heures généralisés.",
        "An extract holds pseudonyms of its recipient's own, and generalised places and times.",
    ),
    Sentence(
        "Le journal est un arbre de Merkle à engagements salés, signé, que chaque détenteur vérifie lui-même.",
        "The log is a signed Merkle tree of salted commitments, which each holder verifies by itself.",
    ),
    Sentence(
        "Les clés d'accès ne sont gardées que par leur empreinte, expirent et se révoquent.",
        "Access keys are kept as digests only, expire, and can be revoked.",
    ),
)


def sections(world: World, found: Sequence[Activity]) -> tuple[Section, ...]:
    """The register as people read it."""
    processor = [one.name for one in world.members.values() if one.kind is Kind.SECRETARIAT]
    named = Sentence(", ".join(one.fr for one in processor) or "–", ", ".join(one.en for one in processor) or "–")
    head = Section(
        "parties",
        Sentence("Qui traite", "Who processes"),
        (
            Sentence(
                "Responsable de chaque traitement : le détenteur du jeu de données (article 30, paragraphe 1).",
                "Controller of each activity: the holder of the dataset (article 30(1)).",
            ),
            Sentence(
                "Sous-traitant, pour le compte des détenteurs (article 30, paragraphe 2) : {name}.",
                "Processor, on behalf of the holders (article 30(2)): {name}.",
            ).filled(name=named),
            Sentence(
                "Coordonnées des responsables et de leurs délégués à la protection des données : non indiquées ici.",
                "Contacts of the controllers and of their data protection officers: not stated here.",
            ),
        ),
    )
    security = Section("security", Sentence("Mesures de sécurité", "Security measures"), MEASURES)
    return (head, *(_activity(world, one) for one in found), security, _gaps(found))


def _activity(world: World, one: Activity) -> Section:
    trips = one.dataset.standard is Standard.MDS
    purpose = world.purposes.purposes[one.purpose].name if one.purpose in world.purposes else None
    outside = sorted(set(one.countries()) - EEA)
    rows: list[tuple[Cell, ...]] = [
        (Sentence("Responsable", "Controller"), world.members[one.dataset.holder].name),
        (Sentence("Finalité", "Purpose"), purpose or one.purpose),
        (Sentence("Base légale", "Legal basis"), _stated(one)),
        (Sentence("Personnes concernées", "Data subjects"), _SUBJECTS[trips]),
        (Sentence("Données", "Data"), _DATA[trips]),
        (Sentence("Destinataires", "Recipients"), _recipients(world, one.agreements)),
        (
            _RETENTION,
            _or_not(one.retentions()),
        ),
        (Sentence("Hébergement (promesse)", "Hosting (promise)"), _or_not(one.countries())),
        (
            Sentence("Transferts hors de l'EEE", "Transfers outside the EEA"),
            ", ".join(outside) if outside else Sentence("aucun n'est indiqué", "none is stated"),
        ),
        (Sentence("Analyse d'impact", "Impact assessment"), _dpia(one)),
        (Sentence("Accords", "Agreements"), ", ".join(agreement.key for agreement in one.agreements)),
    ]
    columns = (Sentence("Mention", "Particular"), Sentence("Contenu", "Content"))
    return Section(f"{one.dataset.id}-{one.purpose}", one.dataset.title, (), columns, tuple(rows))


def _gaps(found: Iterable[Activity]) -> Section:
    rows = tuple((f"{one.dataset.id} / {one.purpose}", ", ".join(one.missing())) for one in found)
    columns = (Sentence("Traitement", "Activity"), Sentence("Non indiqué", "Not stated"))
    text = Sentence(
        "Mentions que les accords n'indiquent pas ; les parties les ajoutent par un avenant.",
        "Particulars that the agreements do not state; the parties add them by an amendment.",
    )
    return Section("gaps", Sentence("Ce qui manque", "What is missing"), (text,), columns if rows else (), rows)


def _stated(one: Activity) -> Sentence:
    words = {agreement.rgpd.sentence() if agreement.rgpd else NOT_STATED for agreement in one.agreements}
    ordered = sorted(words, key=lambda word: word.en)
    return Sentence(" ; ".join(word.fr for word in ordered), "; ".join(word.en for word in ordered))


def _dpia(one: Activity) -> Sentence:
    if any(agreement.rgpd is None for agreement in one.agreements):
        return NOT_STATED
    done = any(agreement.rgpd is not None and agreement.rgpd.dpia is Dpia.DONE for agreement in one.agreements)
    return Sentence("faite", "done") if done else _NOT_NEEDED


def _recipients(world: World, agreements: Sequence[Agreement]) -> Sentence:
    found = {(name, one.tier) for one in agreements for name in one.recipient.values}
    ordered = sorted(found, key=lambda pair: (pair[0], pair[1].value))
    said = [(_who(world, name), _FORM[tier]) for name, tier in ordered]
    return Sentence(
        " ; ".join(f"{who.fr} ({form.fr})" for who, form in said),
        "; ".join(f"{who.en} ({form.en})" for who, form in said),
    )


def _who(world: World, name: str) -> Sentence:
    if name == EVERYONE:
        return Sentence("tout le monde", "everyone")
    if name == MEMBERS:
        return Sentence("les membres", "the members")
    kind, _, id_ = name.partition(":")
    known = world.members.get(id_) if kind == "member" else world.colleges.get(id_)
    return known.name if known is not None else Sentence(name, name)


def _or_not(values: Sequence[str]) -> Cell:
    return ", ".join(values) if values else NOT_STATED
