"""What the pages say of quality: checks, scores, incidents, notices, and what made them."""

from __future__ import annotations

from governance.bilingual import Sentence

QUALITY = {
    "quality.lead": Sentence(
        "Chaque flux que vous pouvez voir, avec ce qui en est dit aujourd'hui. Un contrôle n'échoue qu'après un délai "
        "de grâce, et ne réussit de nouveau qu'après une mise à l'épreuve.",
        "Each feed that you may see, with what is said of it today. A check fails only after a grace period, and "
        "passes again only after a probation.",
    ),
    "quality.caption": Sentence("Qualité des flux aujourd'hui", "Quality of the feeds today"),
    "quality.sealed": Sentence(
        "Les flux scellés ne montrent leur qualité qu'à leur détenteur, avec sa clé.",
        "Sealed feeds show their quality to their holder alone, with its key.",
    ),
    "quality.empty": Sentence("Aucun flux n'est ouvert à ce lecteur.", "No feed is open to this reader."),
    "quality.empty.next": Sentence(
        "Le catalogue nomme tous les flux, et dit comment demander l'accès.",
        "The catalogue names all feeds, and says how to ask for access.",
    ),
    "quality.open": Sentence("Incidents ouverts", "Open incidents"),
    "quality.day": Sentence("Jour", "Day"),
    "quality.scale": Sentence("sur 1000", "out of 1000"),
    "quality.sort": Sentence("Trier par {column}", "Sort by {column}"),
    "quality.sorted": Sentence("trié", "sorted"),
    "quality.unjudged": Sentence("pas encore jugé", "not judged yet"),
    "quality.nothing": Sentence("Ce flux n'a pas encore été jugé.", "This feed was not judged yet."),
    "quality.nothing.next": Sentence(
        "Le commun juge chaque flux toutes les heures ; revenir plus tard.",
        "The commons judges each feed every hour; come again later.",
    ),
    "quality.scores": Sentence("Notes du {day}", "Scores of {day}"),
    "quality.scores.lead": Sentence(
        "De 0 à 1000, à partir de lignes que l'on peut relire ; un tiret quand personne ne peut le dire.",
        "From 0 to 1000, from rows that anybody can look at again; a dash where nobody can tell.",
    ),
    "quality.running": Sentence("La journée n'est pas finie.", "The day is not over."),
    "quality.score": Sentence("Note", "Score"),
    "quality.value": Sentence("Valeur", "Value"),
    "quality.made": Sentence("Ce qui l'a faite", "What made it"),
    "quality.strip": Sentence("Les 90 derniers jours", "The last 90 days"),
    "quality.strip.told": Sentence(
        "Notes par jour, du {first} au {last}. La hauteur d'une barre est la note ; un trait veut dire que personne ne "
        "peut le dire, un vide que rien n'a été jugé.",
        "Scores by day, {first} to {last}. The height of a bar is the score; a line means that nobody can tell, a gap "
        "that nothing was judged.",
    ),
    "quality.strip.table": Sentence("Les mêmes nombres, en tableau", "The same numbers as a table"),
    "quality.checks": Sentence("Contrôles suivis dans le temps", "Checks that are followed over time"),
    "quality.check": Sentence("Contrôle", "Check"),
    "quality.since": Sentence("Depuis", "Since"),
    "quality.patience": Sentence("Ce qui peut changer", "What it may turn to"),
    "quality.grace": Sentence(
        "En délai de grâce : échoue depuis {since}, {streak} fois de suite pendant {lasted}. Cela comptera après "
        "{times} fois et {seconds}.",
        "In grace: failing since {since}, {streak} times in a row over {lasted}. It will count after {times} times and "
        "{seconds}.",
    ),
    "quality.probation": Sentence(
        "À l'épreuve : réussit depuis {since}, {streak} fois de suite pendant {lasted}. Cela comptera après {times} "
        "fois et {seconds}.",
        "On probation: passing since {since}, {streak} times in a row over {lasted}. It will count after {times} times "
        "and {seconds}.",
    ),
    "quality.frozen": Sentence(
        "Le dernier contrôle n'a pas pu répondre : ce qui était dit reste.",
        "The newest check could not answer: what was said stays.",
    ),
    "quality.steady": Sentence("Rien en attente.", "Nothing pending."),
    "quality.report": Sentence("Contrôle de la version courante", "Check of the current version"),
    "score.freshness": Sentence("Fraîcheur", "Freshness"),
    "score.availability": Sentence("Disponibilité", "Availability"),
    "score.compliance": Sentence("Conformité", "Compliance"),
    "check.reachable": Sentence("L'adresse répond", "The address answers"),
    "check.fresh": Sentence("Le contenu est à jour", "The content is up to date"),
    "check.valid": Sentence("La version en vigueur est sans erreur", "The version in force has no errors"),
    "check.ids_rotate": Sentence(
        "Les identifiants des véhicules changent après un trajet", "Vehicle ids change after a trip"
    ),
    "check.counts_plausible": Sentence("Les décomptes sont possibles", "Counts are possible"),
    "check.moves": Sentence("Les données bougent", "The data move"),
}

DETAIL = {
    "detail.told": Sentence("{name} : {value}", "{name}: {value}"),
    "detail.up_s": Sentence("répond", "answering"),
    "detail.down_s": Sentence("ne répond pas", "not answering"),
    "detail.fresh_s": Sentence("à jour", "up to date"),
    "detail.stale_s": Sentence("périmé", "out of date"),
    "detail.unknown_s": Sentence("inconnu", "unknown"),
    "detail.down": Sentence("interruptions", "outages"),
    "detail.down_spans": Sentence("nombre d'interruptions", "number of outages"),
    "detail.stale": Sentence("périodes périmées", "spans out of date"),
    "detail.stale_spans": Sentence("nombre de périodes périmées", "number of spans out of date"),
    "detail.allowed_s": Sentence("âge permis", "age allowed"),
    "detail.days_covered": Sentence("jours couverts", "days covered"),
    "detail.days_asked": Sentence("jours demandés", "days asked for"),
    "detail.days_ahead": Sentence("jours de service à venir", "days of service ahead"),
    "detail.service_from": Sentence("premier jour de service", "first day of service"),
    "detail.service_to": Sentence("dernier jour de service", "last day of service"),
    "detail.errors": Sentence("codes d'erreur", "codes of errors"),
    "detail.warnings": Sentence("codes d'avertissement", "codes of warnings"),
    "detail.doubts": Sentence("peu vraisemblable (ne coûte rien)", "hard to believe (costs nothing)"),
    "detail.incomplete": Sentence("contrôle inachevé", "check not run to its end"),
    "detail.rounds": Sentence("tours de requêtes", "rounds of requests"),
    "detail.file": Sentence("fichier", "file"),
    "detail.outcome": Sentence("issue", "outcome"),
    "detail.status": Sentence("statut HTTP", "HTTP status"),
    "detail.error": Sentence("erreur", "error"),
    "detail.asked": Sentence("interrogé", "asked"),
    "detail.unchanged_s": Sentence("inchangé depuis", "unchanged for"),
    "detail.frozen": Sentence("fichiers figés", "frozen files"),
    "detail.version": Sentence("version", "version"),
    "detail.kept": Sentence("identifiants gardés", "ids kept"),
    "detail.fresh": Sentence("identifiants renouvelés", "ids renewed"),
    "detail.crowded": Sentence("stations trop pleines", "stations too full"),
    "detail.over_capacity": Sentence("stations au-delà de leur capacité", "stations over their capacity"),
    "detail.types_differ": Sentence(
        "stations dont les types ne s'additionnent pas", "stations whose types do not add up"
    ),
    "detail.yes": Sentence("oui", "yes"),
    "detail.no": Sentence("non", "no"),
}

INCIDENT = {
    "incidents.lead": Sentence(
        "Ce qui ne va pas chez les flux que vous pouvez voir : d'abord ce qui est ouvert. Un incident s'ouvre et se "
        "clôt de lui-même, quand un contrôle échoue puis réussit.",
        "What is wrong with the feeds that you may see: what is open first. An incident opens and closes by itself, "
        "when a check fails and then passes.",
    ),
    "incidents.empty": Sentence("Aucun incident n'a été constaté.", "No incident was seen."),
    "incidents.empty.next": Sentence(
        "La page de qualité montre chaque contrôle.", "The page of quality shows each check."
    ),
    "incidents.caption": Sentence("Incidents, les ouverts d'abord", "Incidents, the open ones first"),
    "incidents.of": Sentence("Incidents de ce flux, les plus récents d'abord", "Incidents of this feed, newest first"),
    "incident.number": Sentence("Numéro", "Number"),
    "incident.says": Sentence("Ce qui ne va pas", "What is wrong"),
    "incident.opened": Sentence("Ouvert le", "Opened at"),
    "incident.closed": Sentence("Clos le", "Closed at"),
    "incident.open": Sentence("ouvert", "open"),
    "incident.shut": Sentence("clos", "closed"),
    "incident.state": Sentence("État", "State"),
    "incident.lasted": Sentence("Durée", "Lasted"),
    "incident.notes": Sentence("Notes", "Notes"),
    "incident.holder": Sentence("détenteur", "holder"),
    "incident.nonotes": Sentence("Aucune note.", "No note."),
    "incident.write": Sentence(
        "Le détenteur et tout membre qui voit le flux peuvent écrire une note, avec une clé de portée govern :",
        "The holder and any member who sees the feed may write a note, with a key of scope govern:",
    ),
    "notices.lead": Sentence(
        "Ce qui est arrivé aux flux que vous pouvez voir, le plus récent d'abord.",
        "What happened to the feeds that you may see, newest first.",
    ),
    "notices.caption": Sentence("Avis, les plus récents d'abord", "Notices, newest first"),
    "notices.empty": Sentence("Rien n'est encore arrivé.", "Nothing happened yet."),
    "notices.empty.next": Sentence(
        "Une nouvelle version, une erreur, une adresse qui change ou des horaires qui expirent apparaîtront ici.",
        "A new version, an error, an address that changes or a timetable that ends will be told here.",
    ),
    "notices.at": Sentence("Quand", "When"),
    "notices.kind": Sentence("Quoi", "What"),
    "notices.sentence": Sentence("Ce qui est arrivé", "What happened"),
    "notices.atom": Sentence("S'abonner aux avis (Atom)", "Follow the notices (Atom)"),
    "notices.atom.one": Sentence("S'abonner aux avis de ce flux (Atom)", "Follow this feed's notices (Atom)"),
    "notices.hooks": Sentence(
        "Un membre peut aussi les recevoir par webhook ou par courriel : voir la référence de l'API.",
        "A member may also have them sent by webhook or e-mail: see the API reference.",
    ),
}
