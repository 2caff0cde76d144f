"""What the pages say of how versions differ, and of findings that are no matter of rules."""

from __future__ import annotations

from governance.bilingual import Sentence

DIFFERENCE = {
    "diff.title": Sentence("De la version {before} à la version {after}", "From version {before} to version {after}"),
    "diff.link": Sentence("Ce que la version {after} a changé", "What version {after} changed"),
    "diff.means": Sentence("Ce que cela veut dire", "What this means"),
    "diff.files": Sentence("Fichier par fichier", "File by file"),
    "diff.files.caption": Sentence("Lignes et colonnes changées, par fichier", "Rows and columns changed, by file"),
    "diff.status": Sentence("Ce qui lui est arrivé", "What became of it"),
    "diff.added": Sentence("Ajoutées", "Added"),
    "diff.deleted": Sentence("Supprimées", "Deleted"),
    "diff.modified": Sentence("Modifiées", "Modified"),
    "diff.columns": Sentence("Colonnes", "Columns"),
    "diff.same": Sentence("Aucun fichier ne diffère.", "No file differs."),
    "diff.moved": Sentence("Arrêts déplacés", "Stops moved"),
    "diff.moved.caption": Sentence(
        "Arrêts déplacés d'au moins {metres} m, le plus loin d'abord",
        "Stops moved by at least {metres} m, farthest first",
    ),
    "diff.nomoved": Sentence(
        "Aucun arrêt ne s'est déplacé d'au moins {metres} m.", "No stop moved by at least {metres} m."
    ),
    "diff.trips": Sentence("Courses par ligne et par jour", "Trips per route and day"),
    "diff.trips.caption": Sentence(
        "Lignes dont le nombre de courses change, sur {days} jours que couvrent les deux versions",
        "Routes with another number of trips, over {days} days that both versions cover",
    ),
    "diff.notrips": Sentence(
        "Aucune ligne n'a un autre nombre de courses, sur {days} jours que couvrent les deux versions.",
        "No route has another number of trips, over {days} days that both versions cover.",
    ),
    "diff.days": Sentence("Jours", "Days"),
    "diff.before": Sentence("Avant", "Before"),
    "diff.after": Sentence("Après", "After"),
    "diff.worst": Sentence("Jour le plus changé", "Day that changed most"),
    "diff.worst.told": Sentence("{day} : de {before} à {after}", "{day}: from {before} to {after}"),
    "diff.rows": Sentence("Lignes de fichier changées", "Rows that changed"),
    "diff.rows.caption": Sentence("Premières lignes changées du fichier {file}", "First rows that changed in {file}"),
    "diff.row": Sentence("Ligne du fichier", "Row of the file"),
    "diff.key": Sentence("Clé", "Key"),
    "diff.change": Sentence("Changement", "Change"),
    "diff.fields": Sentence("Valeurs", "Values"),
    "diff.more": Sentence(
        "{shown} changements montrés sur {total} ; le document en dit davantage, et les comptes sont toujours entiers.",
        "{shown} changes shown of {total}; the document tells more, and counts are always of all.",
    ),
    "diff.document": Sentence("Le document entier (GTFS Diff, JSON)", "The whole document (GTFS Diff, JSON)"),
    "diff.others": Sentence(
        "Les différences sont publiées d'une version à la suivante. Le secrétariat en fait entre deux versions "
        "quelconques avec hub feeds diff.",
        "Differences are published from each version to the next. The secretariat makes them of any two versions with "
        "hub feeds diff.",
    ),
    "action.added": Sentence("ajouté", "added"),
    "action.deleted": Sentence("supprimé", "deleted"),
    "action.modified": Sentence("modifié", "modified"),
    "action.not_compared": Sentence("non comparé", "not compared"),
    "change.added": Sentence("ajoutée", "added"),
    "change.deleted": Sentence("supprimée", "deleted"),
    "change.modified": Sentence("modifiée", "modified"),
    "feed.changed": Sentence("Qu'est-ce qui a changé ?", "What changed?"),
    "feed.changed.first": Sentence(
        "Rien à comparer : aucune différence entre deux versions n'est publiée pour ce flux.",
        "Nothing to compare: no difference between two versions of this feed is published.",
    ),
    "feed.changed.gtfs": Sentence(
        "La différence d'une version de GTFS avec la précédente est publiée avec elle, dès la deuxième.",
        "What a version of GTFS changed is published with it, from the second one on.",
    ),
    "feed.changed.look": Sentence(
        "L'ouvrir est un accès : il est décidé et inscrit au journal.",
        "To open it is an access: it is decided and written in the log.",
    ),
    "feed.believe": Sentence("Peu vraisemblable", "Hard to believe"),
    "feed.believe.lead": Sentence(
        "Aucune règle n'est enfreinte ; mais cela demande un regard. Ne fait jamais échouer un flux.",
        "No rule is broken; but somebody should look. It never fails a feed.",
    ),
    "feed.believe.caption": Sentence(
        "Ce qui est peu vraisemblable, avec un exemple", "What is hard to believe, with an example"
    ),
    "feed.nobelieve": Sentence("Rien de peu vraisemblable.", "Nothing hard to believe."),
    "feed.differ": Sentence("Où les validateurs diffèrent", "Where validators differ"),
    "feed.differ.caption": Sentence(
        "Codes de cette version sur lesquels les validateurs diffèrent, sur des flux connus",
        "Codes of this version on which validators differ, on known feeds",
    ),
    "feed.nodiffer": Sentence(
        "Sur les codes trouvés ici, aucun désaccord entre validateurs n'est connu.",
        "On the codes that were found here, no disagreement between validators is known.",
    ),
    "feed.canonical": Sentence("Ordre canonique", "Canonical order"),
    "feed.why": Sentence("Pourquoi", "Why"),
    "feed.examples": Sentence("Vu sur", "Seen on"),
}
