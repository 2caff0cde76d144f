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
    "feed.good": Sentence("Est-il bon ?", "Is it good?"),
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
    "feed.versions": Sentence("Versions", "Versions"),
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
