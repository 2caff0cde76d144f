"""What the pages of a feed, its versions and its statistics say."""

from __future__ import annotations

from governance.bilingual import Sentence

FEED = {
    "feed.what": Sentence("Ce que c'est", "What it is"),
    "feed.territory": Sentence("Territoire", "Territory"),
    "feed.version": Sentence("Version du format", "Version of the standard"),
    "feed.says": Sentence("Ce que le flux dit de lui-même", "What the feed says of itself"),
    "feed.tables": Sentence("Tables lues", "Tables read"),
    "feed.table": Sentence("Table", "Table"),
    "feed.rows": Sentence("Lignes lues", "Rows read"),
    "feed.aside": Sentence("Lignes écartées", "Rows set aside"),
    "feed.rows.unit": Sentence("lignes", "rows"),
    "feed.may": Sentence("Puis-je l'utiliser ?", "May I use it?"),
    "feed.licence": Sentence("Licence", "Licence"),
    "feed.open": Sentence(
        "Oui. Ce flux est ouvert à tous, sans compte, sous la licence {licence}.",
        "Yes. This feed is open to everyone, without an account, under the licence {licence}.",
    ),
    "feed.tier": Sentence("Niveau de partage : {tier}.", "Tier of sharing: {tier}."),
    "feed.identified": Sentence(
        "Oui, à qui se nomme. Ce flux est partagé avec tout membre identifié qui en accepte la licence {licence}, pour "
        "ces finalités :",
        "Yes, to whoever is identified. This feed is shared with every identified member that takes its licence "
        "{licence}, for these purposes:",
    ),
    "feed.key": Sentence("Comment obtenir une clé", "How to get a key"),
    "feed.key.how": Sentence(
        "Se porter candidat au commun, par un membre ou le secrétariat ; admis, demander sa clé au secrétariat (hub "
        "keys new MEMBRE). Elle s'envoie dans l'en-tête, jamais dans l'adresse :",
        "Become a candidate of the commons, through a member or the secretariat; once admitted, ask the secretariat "
        "for your key (hub keys new MEMBER). It is sent in the header, never in the address:",
    ),
    "feed.ask": Sentence("Comment demander", "How to ask"),
    "feed.ask.how": Sentence(
        "Un membre dépose une demande qui nomme le jeu de données, la finalité et le grain voulu ; le détenteur "
        "répond, et un accord signé ouvre l'accès. Qui n'est pas membre se porte d'abord candidat. Le détenteur de ce "
        "flux : {holder}.",
        "A member files a request that names the dataset, the purpose and the grain it needs; the holder answers, and "
        "a signed agreement opens the access. Whoever is no member becomes a candidate first. The holder of this feed: "
        "{holder}.",
    ),
    "feed.map": Sentence("Sur une carte", "On a map"),
    "feed.map.layers": Sentence(
        "Couches de la version courante, à ouvrir dans QGIS ou tout outil qui lit GeoJSON.",
        "Layers of the current version, to open in QGIS or whatever reads GeoJSON.",
    ),
    "feed.nomap": Sentence(
        "Aucune couche de carte n'est publiée pour ce flux.", "No map layer of this feed is published."
    ),
    "feed.addresses": Sentence("Adresses qui ne changent pas", "Addresses that never change"),
    "feed.address": Sentence("Adresse", "Address"),
    "feed.address.what": Sentence("Ce qu'on y trouve", "What is found there"),
    "address.archive": Sentence("L'archive de la version courante", "The archive of the current version"),
    "address.asof": Sentence("L'archive telle qu'à la fin d'un jour (at=)", "The archive as of the end of a day (at=)"),
    "address.version": Sentence("L'archive de cette version, pour toujours", "The archive of this version, for good"),
    "address.merged": Sentence(
        "Tous les horaires ouverts de {territory}, réunis en un GTFS", "All open timetables of {territory} as one GTFS"
    ),
    "address.gbfs": Sentence("Le système en GBFS {version}, en direct", "The system in GBFS {version}, live"),
    "address.losses": Sentence("Ce que la conversion n'a pu garder", "What the conversion could not keep"),
    "address.manifest": Sentence("Tous les systèmes ouverts", "All open systems"),
    "address.message": Sentence(
        "Le dernier message GTFS Realtime, tel que reçu", "The newest GTFS Realtime message, as it came"
    ),
    "address.json": Sentence("Le même en JSON, pour le lire", "The same as JSON, to look into it"),
    "address.feed": Sentence("Ce flux, pour les programmes", "This feed, for programs"),
    "address.quality": Sentence("Sa qualité, jour par jour", "Its quality, day by day"),
    "feed.nolive": Sentence(
        "Rien de ce système n'est encore publié en direct : son exploitant n'a pas été interrogé, ou n'a pas répondu.",
        "Nothing of this system is published live yet: its operator was not asked, or did not answer.",
    ),
    "feed.nomessage": Sentence("Aucun bon message n'a encore été reçu.", "No good message was received yet."),
    "feed.schedule": Sentence(
        "Le dernier message ({at}) parle des horaires {schedule}, version {version}.",
        "The newest message ({at}) speaks of the schedule {schedule}, version {version}.",
    ),
    "feed.noschedule": Sentence(
        "Le dernier message ({at}) n'a pas été rapporté à des horaires.",
        "The newest message ({at}) was held against no schedule.",
    ),
    "feed.incidents": Sentence("Incidents", "Incidents"),
    "feed.noincidents": Sentence("Aucun incident n'a été constaté sur ce flux.", "No incident of this feed was seen."),
    "feed.history": Sentence("Historique des versions", "History of versions"),
    "feed.nohistory": Sentence("Aucune version n'est conservée.", "No version is kept."),
    "feed.sealed": Sentence(
        "Pas tel quel. Ce flux est scellé : le commun calcule avec lui, et aucun enregistrement n'en sort.",
        "Not as such. This feed is sealed: the commons computes with it, and no record of it leaves.",
    ),
    "feed.sealed.next": Sentence(
        "Ce qui en est publié, avec ceux des autres détenteurs, se trouve parmi les publications des cubes "
        "enregistrés. Les accords disent qui les lit.",
        "What is published of it, together with those of other holders, is found among the releases of the "
        "registered cubes. The agreements say who reads them.",
    ),
    "feed.cubes": Sentence("Cubes enregistrés qui s'en servent", "Registered cubes that use it"),
    "feed.good": Sentence("Est-il bon aujourd'hui ?", "Is it good today?"),
    "feed.check": Sentence("Contrôle de cette version", "Check of this version"),
    "feed.checked": Sentence("Contrôlé à la date du", "Checked as of"),
    "feed.by": Sentence("Contrôlé par", "Checked by"),
    "feed.incomplete": Sentence("Contrôle inachevé", "Check not run to its end"),
    "feed.counts": Sentence("Constats par gravité", "Findings by severity"),
    "feed.nofindings": Sentence("Aucun constat.", "No finding."),
    "feed.verdict": Sentence("Verdict", "Verdict"),
    "feed.severity": Sentence("Gravité", "Severity"),
    "feed.times": Sentence("Nombre", "Count"),
    "feed.noversion": Sentence("Aucune bonne version n'a encore été reçue.", "No good version was taken in yet."),
    "feed.noversion.next": Sentence(
        "Le détenteur dépose le flux à la porte d'entrée, ou le secrétariat lance hub ingest.",
        "The holder hands the feed in at the intake door, or the secretariat runs hub ingest.",
    ),
    "feed.versions.caption": Sentence(
        "Versions conservées, la plus récente d'abord", "Versions that are kept, newest first"
    ),
    "feed.number": Sentence("Version", "Version"),
    "feed.taken": Sentence("Reçue le", "Taken in at"),
    "feed.current": Sentence("version courante", "current version"),
    "feed.digest": Sentence("Empreinte SHA-256", "SHA-256 digest"),
    "feed.attempts": Sentence("Dernières tentatives", "Newest attempts"),
    "attempt.new": Sentence("nouvelle version", "new version"),
    "attempt.unchanged": Sentence("inchangé", "unchanged"),
    "attempt.refused": Sentence("refusé", "refused"),
    "attempt.failed": Sentence("échec", "failed"),
    "feed.files": Sentence("Fichiers et API", "Files and API"),
    "feed.files.caption": Sentence("Fichiers de la version courante", "Files of the current version"),
    "feed.file": Sentence("Fichier", "File"),
    "feed.part": Sentence("Partie", "Part"),
    "feed.type": Sentence("Type", "Type"),
    "feed.size": Sentence("Taille", "Size"),
    "feed.size.unit": Sentence("octets", "bytes"),
    "feed.nofiles": Sentence(
        "Aucun fichier n'est encore publié pour cette version.", "No file of this version is released yet."
    ),
    "feed.statistics": Sentence("Statistiques de cette version", "Statistics of this version"),
    "feed.findings": Sentence("Constats", "Findings"),
    "feed.findings.caption": Sentence(
        "Ce que le contrôle a trouvé, avec un exemple et comment le corriger",
        "What the check found, with an example and how to mend it",
    ),
    "feed.code": Sentence("Code", "Code"),
    "feed.where": Sentence("Où", "Where"),
    "feed.row": Sentence("ligne {row}", "row {row}"),
    "feed.value": Sentence("valeur", "value"),
    "feed.message": Sentence("Constat", "Finding"),
    "feed.mend": Sentence("Comment corriger", "How to mend"),
    "feed.more": Sentence("Tous les constats de cette version", "All findings of this version"),
    "version.title": Sentence("{slug}, version {number}", "{slug}, version {number}"),
}

STATISTIC = {
    "statistics.lead": Sentence(
        "Chaque statistique publie sa formule, ses unités et le texte SQL qui la calcule.",
        "Each statistic publishes its formula, its units and the SQL text that computes it.",
    ),
    "statistic.formula": Sentence("Formule", "Formula"),
    "statistic.dimensions": Sentence("Dimensions", "Dimensions"),
    "statistic.source": Sentence("Source", "Source"),
    "statistic.parameters": Sentence("Paramètres", "Parameters"),
    "statistic.sql": Sentence("Texte SQL", "SQL text"),
    "statistic.date": Sentence("Jour de service", "Service day"),
    "statistic.filter": Sentence("Choisir le jour et filtrer", "Choose the day and filter"),
    "statistic.range": Sentence("Cette version couvre du {first} au {last}.", "This version covers {first} to {last}."),
    "statistic.nothing": Sentence(
        "Aucune ligne pour ce choix : rien ne circule ce jour-là dans cette version, ou le filtre ne trouve rien.",
        "No row for this choice: nothing runs on that day in this version, or the filter matches nothing.",
    ),
    "statistic.nothing.next": Sentence(
        "Choisir un jour dans la période couverte, ou effacer les filtres.",
        "Choose a day within the period that is covered, or clear the filters.",
    ),
    "statistic.chart": Sentence(
        "Les {count} premières lignes : {measure} ({unit}). Les mêmes nombres sont dans le tableau.",
        "The first {count} rows: {measure} ({unit}). The same numbers are in the table.",
    ),
    "statistic.after": Sentence(
        "Les heures au-delà de 24:00 sont celles du jour de service, après minuit.",
        "Hours beyond 24:00 belong to the service day, after midnight.",
    ),
    "statistic.order": Sentence(
        "Trié par {measure}, du plus grand au plus petit.", "Sorted by {measure}, largest first."
    ),
    "statistic.joint": Sentence(
        "Elle n'est publiée que réunie par plusieurs détenteurs, dans les cubes enregistrés.",
        "It is published only joined over several holders, in the registered cubes.",
    ),
    "statistics.empty": Sentence("Aucune statistique n'est installée.", "No statistic is installed."),
}
