"""What the pages of releases, agreements, members, rules and audit say."""

from __future__ import annotations

from governance.bilingual import Sentence

RELEASE = {
    "releases.lead": Sentence(
        "Statistiques réunies de plusieurs détenteurs, protégées avant d'être publiées. La liste montre celles dont "
        "vous êtes le public.",
        "Joint statistics of several holders, protected before they are published. The list shows those whose "
        "audience you are in.",
    ),
    "releases.caption": Sentence("Publications que vous pouvez lire", "Releases that you may read"),
    "releases.empty": Sentence("Aucune publication n'est ouverte à ce lecteur.", "No release is open to this reader."),
    "releases.empty.next": Sentence(
        "Les publications pour les membres se lisent par l'API, avec la clé du membre et une finalité.",
        "Releases for members are read through the API, with the member's key and a purpose.",
    ),
    "releases.choose": Sentence("Choisir une finalité", "Choose a purpose"),
    "releases.purpose.first": Sentence(
        "Choisir d'abord une finalité : la décision porte aussi sur elle.",
        "Choose a purpose first: the decision is about it too.",
    ),
    "releases.cubes": Sentence("Cubes enregistrés", "Registered cubes"),
    "releases.cubes.lead": Sentence(
        "Les seules questions que l'on peut poser à plusieurs détenteurs à la fois.",
        "The only questions that may be asked of several holders at once.",
    ),
    "release.cube": Sentence("Cube", "Cube"),
    "release.unit": Sentence("Unité", "Unit"),
    "release.grain": Sentence("Grain", "Grain"),
    "release.audiences": Sentence("Publics", "Audiences"),
    "release.holders": Sentence("Jeux de données réunis", "Datasets joined"),
    "release.audience": Sentence("Public", "Audience"),
    "release.period": Sentence("Période", "Period"),
    "release.days": Sentence("du {first} au {last} inclus", "{first} to {last}, both included"),
    "release.built": Sentence("Construite le", "Built at"),
    "release.agreements": Sentence("Accords", "Agreements"),
    "release.purpose": Sentence("Finalité", "Purpose"),
    "release.rules": Sentence("Règles de protection appliquées", "Rules of protection that were applied"),
    "release.promises": Sentence("Ce que le lecteur promet", "What the reader promises"),
    "release.table": Sentence("Nombres publiés", "Published numbers"),
    "release.partition": Sentence(
        "Chaque ligne est un groupe de cases : toutes les zones, tranches et périodes que la ligne nomme, réunies. Les "
        "groupes ne se recoupent pas et leur somme est le total ; là où l'on circule peu, ils sont plus larges.",
        "Each row is a group of cells: all the zones, bands and periods that the row names, pooled. Groups do not "
        "overlap and add up to the total; where little is travelled they are wider.",
    ),
    "release.keys": Sentence(
        "Le code « :c » cache une case protégée ou nulle, sans dire pourquoi ; « all » est un total.",
        "The code ':c' hides a protected or empty cell and never says why; 'all' is a total.",
    ),
    "release.zeros": Sentence(
        "Le code « :c » cache une case protégée, sans dire pourquoi ; « all » est un total.",
        "The code ':c' hides a protected cell and never says why; 'all' is a total.",
    ),
    "release.noise": Sentence(
        "Un bruit tiré une fois pour toutes est ajouté à chaque nombre pour cacher les trajets particuliers.",
        "Noise, drawn once and for all, is added to each number to hide single trips.",
    ),
    "release.certificate": Sentence("Certificat de l'audit indépendant", "Certificate of the independent audit"),
    "release.verify": Sentence(
        "Tout contributeur peut le vérifier avec ses propres données : hub certificate verify.",
        "Any contributor can check it with its own data: hub certificate verify.",
    ),
    "node.all": Sentence("ensemble", "all"),
    "node.outside": Sentence("hors zone", "outside"),
    "node.weekday": Sentence("jour ouvré", "weekday"),
    "node.saturday": Sentence("samedi", "Saturday"),
    "node.sunday": Sentence("dimanche", "Sunday"),
    "release.nocell": Sentence(
        "Aucune case ne passe les règles de ce public.", "No cell passes this audience's rules."
    ),
    "release.identify": Sentence("Ne pas tenter de réidentifier.", "Do not re-identify."),
    "release.download": Sentence("Télécharger", "Download"),
    "release.coverage": Sentence(
        "La couverture est une classe du nombre de groupes contributeurs, jamais leur part.",
        "Coverage is a class of how many holdings contribute, never their share.",
    ),
    "audience.open": Sentence("tous", "everyone"),
    "audience.identified": Sentence("membres identifiés", "identified members"),
    "audience.members": Sentence("membres", "members"),
    "audience.authority": Sentence("autorité", "authority"),
    "audience.bilateral": Sentence("un seul membre", "one member alone"),
    "audience.holder": Sentence("détenteur", "holder"),
}

COMMONS = {
    "agreements.lead": Sentence(
        "Ce que chaque détenteur accorde, à qui, jusqu'à quand et à quelles conditions. Un jeu de données sans "
        "accord en vigueur est scellé.",
        "What each holder grants, to whom, until when and on which terms. A dataset without an agreement in force is "
        "sealed.",
    ),
    "agreements.empty": Sentence(
        "Aucun accord n'est en vigueur : tout est scellé.", "No agreement is in force: everything is sealed."
    ),
    "agreements.empty.next": Sentence(
        "Charger les documents du commun, avec leurs accords.",
        "Load the documents of the commons, with their agreements.",
    ),
    "agreement.dataset": Sentence("Jeu de données", "Dataset"),
    "agreement.tier": Sentence("Niveau", "Tier"),
    "agreement.enforced": Sentence("Ce que la machine applique", "What the machine enforces"),
    "agreement.promised": Sentence("Ce qui est promis", "What is promised"),
    "agreement.promised.lead": Sentence(
        "Le commun ne peut pas le vérifier lui-même.", "The commons cannot see these kept by itself."
    ),
    "tier.open": Sentence("ouvert", "open"),
    "tier.identified": Sentence("identifié", "identified"),
    "tier.members": Sentence("membres", "members"),
    "tier.bilateral": Sentence("bilatéral", "bilateral"),
    "tier.sealed": Sentence("scellé", "sealed"),
    "commons.lead": Sentence(
        "Qui fait partie du commun « {basin} », et les règles votées sous lesquelles rien ne sort.",
        "Who belongs to the commons '{basin}', and the voted rules below which nothing leaves.",
    ),
    "commons.members": Sentence("Membres", "Members"),
    "commons.member": Sentence("Membre", "Member"),
    "commons.kind": Sentence("Nature", "Kind"),
    "commons.college": Sentence("Collège", "College"),
    "commons.holding": Sentence("Groupe", "Holding"),
    "commons.weight": Sentence("Poids du collège", "Weight of the college"),
    "commons.standing": Sentence("Situation", "Standing"),
    "commons.sanction": Sentence("sanction de niveau {level}", "sanction of level {level}"),
    "commons.purposes": Sentence("Finalités du registre", "Purposes of the register"),
    "commons.purpose": Sentence("Finalité", "Purpose"),
    "commons.within": Sentence("Fait partie de", "Is part of"),
    "commons.rules": Sentence("Règles votées", "Voted rules"),
    "commons.rules.lead": Sentence(
        "Règlement {id}, version {version}. Un accord peut être plus strict, jamais plus souple.",
        "Ruleset {id}, version {version}. An agreement may be stricter, never looser.",
    ),
    "commons.finest": Sentence("Grain le plus fin", "Finest grain"),
    "commons.empty": Sentence(
        "Les documents de ce commun n'ont pas encore été chargés.", "The documents of this commons were not loaded yet."
    ),
    "commons.empty.next": Sentence(
        "Le secrétariat les charge avec hub agreements load DOSSIER.",
        "The secretariat loads them with hub agreements load FOLDER.",
    ),
    "kind.authority": Sentence("autorité", "authority"),
    "kind.operator": Sentence("opérateur", "operator"),
    "kind.reuser": Sentence("réutilisateur", "reuser"),
    "kind.research": Sentence("recherche", "research"),
    "kind.association": Sentence("association", "association"),
    "kind.secretariat": Sentence("secrétariat", "secretariat"),
    "status.candidate": Sentence("candidat", "candidate"),
    "status.active": Sentence("actif", "active"),
    "status.left": Sentence("parti", "left"),
    "audit.lead": Sentence(
        "Chaque publication et chaque accès, refus compris, laisse une inscription dans un journal où chaque ligne "
        "scelle la précédente.",
        "Each release and each access, denials included, leaves one record in a log where each line seals the one "
        "before.",
    ),
    "audit.who": Sentence("Qui lit ce journal", "Who reads this log"),
    "audit.key": Sentence(
        "Un détenteur y lit, avec sa clé, les inscriptions qui touchent ses jeux de données. Ni résultats, ni "
        "adresses, ni données personnelles n'y figurent.",
        "With its key a holder reads the records that touch its own datasets. It holds no results, no addresses and "
        "no personal data.",
    ),
    "audit.how": Sentence("Comment", "How"),
}
