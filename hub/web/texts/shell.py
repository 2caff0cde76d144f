"""What every page says around its content, and what pages of errors say."""

from __future__ import annotations

from governance.bilingual import Sentence

SHELL = {
    "site.name": Sentence("Commun de données de mobilité", "Mobility data commons"),
    "site.skip": Sentence("Aller au contenu", "Skip to the content"),
    "site.nav": Sentence("Navigation principale", "Main navigation"),
    "site.tongues": Sentence("Langue", "Language"),
    "site.footer": Sentence(
        "Chaque accès à une donnée négociée est décidé selon les accords en vigueur et inscrit au journal.",
        "Each access to negotiated data is decided on the agreements in force and written in the audit.",
    ),
    "site.api": Sentence("Référence de l'API", "API reference"),
    "nav.catalogue": Sentence("Catalogue", "Catalogue"),
    "nav.statistics": Sentence("Statistiques", "Statistics"),
    "nav.quality": Sentence("Qualité", "Quality"),
    "nav.notices": Sentence("Avis", "Notices"),
    "nav.incidents": Sentence("Incidents", "Incidents"),
    "nav.releases": Sentence("Publications", "Releases"),
    "nav.agreements": Sentence("Accords", "Agreements"),
    "nav.commons": Sentence("Membres et règles", "Members and rules"),
    "nav.audit": Sentence("Journal", "Audit"),
    "word.units": Sentence("Unités", "Units"),
    "word.next": Sentence("Page suivante", "Next page"),
    "word.of": Sentence("{shown} lignes affichées sur {total}.", "{shown} rows shown of {total}."),
    "word.show": Sentence("Afficher", "Show"),
    "word.copy": Sentence("À copier", "To copy"),
    "word.scroll": Sentence("Tableau défilant : {name}", "Scrolling table: {name}"),
    "problem.reasons": Sentence("Motifs", "Reasons"),
    "problem.clause": Sentence("Clause", "Clause"),
    "problem.reason": Sentence("Motif", "Reason"),
    "problem.next": Sentence("Que faire", "What to do next"),
    "problem.invalid": Sentence("Paramètres à corriger", "Parameters to mend"),
    "problem.meaning": Sentence("Ce que cela veut dire", "What it means"),
    "problem.detail": Sentence("Détail", "Detail"),
    "problem.status": Sentence("Statut HTTP", "HTTP status"),
    "problem.home": Sentence("Retour au catalogue", "Back to the catalogue"),
    "catalogue.lead": Sentence(
        "Les flux de mobilité du territoire « {basin} » : ce qui est ouvert se télécharge sans compte ; ce qui est "
        "scellé sert à calculer des statistiques communes et ne sort jamais tel quel.",
        "The mobility feeds of the territory '{basin}': what is open is downloaded without an account; what is sealed "
        "serves to compute joint statistics and never leaves as such.",
    ),
    "catalogue.caption": Sentence("Les flux du commun", "The feeds of the commons"),
    "catalogue.feed": Sentence("Flux", "Feed"),
    "catalogue.standard": Sentence("Format", "Standard"),
    "catalogue.holder": Sentence("Détenteur", "Holder"),
    "catalogue.access": Sentence("Accès", "Access"),
    "catalogue.verdict": Sentence("Contrôle", "Check"),
    "catalogue.date": Sentence("Dernière version reçue", "Newest version taken in"),
    "catalogue.empty": Sentence("Ce commun n'a pas encore de flux.", "This commons has no feed yet."),
    "catalogue.empty.next": Sentence(
        "Charger les documents du commun, puis déposer un premier flux : hub ingest CHEMIN --feed NOM.",
        "Load the documents of the commons, then hand in a first feed: hub ingest PATH --feed NAME.",
    ),
    "access.open": Sentence("ouvert", "open"),
    "access.sealed": Sentence("scellé", "sealed"),
    "verdict.pass": Sentence("conforme", "passes"),
    "verdict.fail": Sentence("en erreur", "fails"),
    "verdict.unknown": Sentence("inconnu", "unknown"),
    "verdict.not_applicable": Sentence("sans objet", "not applicable"),
    "severity.error": Sentence("erreur", "error"),
    "severity.warning": Sentence("avertissement", "warning"),
    "severity.info": Sentence("information", "information"),
}
