"""What a happening says: each kind with its sentence in French and English, and the message that goes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, Final

from governance.bilingual import Sentence
from governance.canonical import Plain, canonical
from governance.world import World
from hub.records.feed_models import Happening


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of happening. `sentence` has marks for the feed's title (`feed`) and for facts; `facts` names them."""

    name: str
    title: Sentence
    sentence: Sentence

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that its sentence speaks of."""
        marks = {mark for _, mark, _, _ in Formatter().parse(self.sentence.en) if mark}
        return tuple(sorted(marks - {"feed"}))


NEW_VERSION: Final = "version.new"
INVALID: Final = "version.invalid"
EXPIRES: Final = "service.expires"
EXPIRED: Final = "service.expired"
REFUSED: Final = "feed.refused"
UNAVAILABLE: Final = "feed.unavailable"
AVAILABLE: Final = "feed.available"
URL_CHANGED: Final = "feed.url_changed"
SUPERSEDED: Final = "feed.superseded"
SCHEDULE_REMOVED: Final = "schedule.removed"
INCIDENT_OPENED: Final = "incident.opened"
INCIDENT_CLOSED: Final = "incident.closed"

KINDS: Final[Mapping[str, Kind]] = {
    name: Kind(name, Sentence(title_fr, title_en), Sentence(fr, en))
    for name, title_fr, title_en, fr, en in (
        (NEW_VERSION, "nouvelle version", "new version",
         "La version {version} de « {feed} » est arrivée ; les contrôles disent : {verdict}.",
         "Version {version} of “{feed}” has come in; the checks say: {verdict}."),
        (INVALID, "version en erreur", "newly invalid",
         "La version {version} de « {feed} » contient {errors} erreurs, alors que la précédente n'en avait aucune.",
         "Version {version} of “{feed}” holds {errors} errors, and the one before it had none."),
        (EXPIRES, "expire bientôt", "expires soon",
         "« {feed} » n'a plus d'offre après le {service_to}, dans {days} jours : demandez la suite à son détenteur.",
         "“{feed}” has no service after {service_to}, in {days} days: ask its holder for what follows."),
        (EXPIRED, "expiré", "expired",
         "« {feed} » n'a plus d'offre depuis le {service_to} : ses horaires ne valent plus.",
         "“{feed}” has had no service since {service_to}: its timetable holds no more."),
        (REFUSED, "refusé", "refused",
         "Ce que « {feed} » a donné est inutilisable ({error}) ; la dernière bonne version reste en place.",
         "What “{feed}” gave cannot be used ({error}); its last good version stays."),
        (UNAVAILABLE, "injoignable", "unavailable",
         "« {feed} » ne répond plus depuis le {since} ; la dernière bonne version reste en place.",
         "“{feed}” has not answered since {since}; its last good version stays."),
        (AVAILABLE, "de nouveau joignable", "available again",
         "« {feed} » répond de nouveau ; il était injoignable depuis le {since}.",
         "“{feed}” answers again; it had not answered since {since}."),
        (URL_CHANGED, "adresse changée", "address changed",
         "« {feed} » est désormais pris à {to}, et non plus à {from}.",
         "“{feed}” is now taken from {to}, no more from {from}."),
        (SUPERSEDED, "nom remplacé", "superseded",
         "Le flux {old} s'appelle désormais {by} ; qui demande l'ancien nom est conduit au nouveau.",
         "The feed {old} is now called {by}; whoever asks for the old name is led on."),
        (SCHEDULE_REMOVED, "horaires retirés", "schedule removed",
         "Les horaires {schedule}, dont parle « {feed} », ne sont plus pris : le temps réel reste sans référence.",
         "The schedule {schedule} that “{feed}” speaks of is taken no more: its real time refers to nothing."),
        (INCIDENT_OPENED, "incident ouvert", "incident opened",
         "Incident {number} sur « {feed} » : le contrôle {check} échoue.",
         "Incident {number} on “{feed}”: the check {check} fails."),
        (INCIDENT_CLOSED, "incident clos", "incident closed",
         "L'incident {number} sur « {feed} » est clos : le contrôle {check} réussit de nouveau.",
         "Incident {number} on “{feed}” is closed: the check {check} passes again."),
    )
}  # fmt: skip

#: What a report says, in words.
VERDICTS: Final[Mapping[str, Sentence]] = {
    "pass": Sentence("aucune erreur", "no error"),
    "fail": Sentence("des erreurs", "errors"),
    "unknown": Sentence("pas de réponse", "no answer"),
    "not_applicable": Sentence("sans objet", "not applicable"),
}
_UNSAID: Final = "–"


@dataclass(frozen=True, slots=True)
class Notice:
    """A happening as it is told: `sentence` says it with its reason, `facts` are the same as values."""

    slug: str
    number: int
    kind: str
    at: dt.datetime
    title: Sentence
    feed: Sentence
    sentence: Sentence
    facts: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The message's id, the same each time it is sent. Slugs have no underscore, so it names one happening.

        Standard Webhooks joins id, instant and body with full stops before it signs: an id has none.
        """
        return f"{self.slug}_{self.number}"

    def message(self, base: str) -> bytes:
        """The body of a webhook, as canonical JSON (RFC 8785): the same bytes each time it is sent.

        `base` is where readers reach this hub.
        """
        data: dict[str, Plain] = {
            "feed": self.slug,
            "number": self.number,
            "title": self.feed.plain(),
            "sentence": self.sentence.plain(),
            "facts": _plain(self.facts),
            "href": f"{base}/api/v1/feeds/{self.slug}",
        }
        return canonical({"type": self.kind, "timestamp": instant(self.at), "data": data})


def notice_of(world: World, happening: Happening) -> Notice:
    """A happening in words. A kind that is not known is told by its name."""
    dataset = world.datasets.get(happening.slug)
    feed = dataset.title if dataset is not None else Sentence(happening.slug, happening.slug)
    unknown = Kind(happening.kind, Sentence(happening.kind, happening.kind), Sentence("{feed}", "{feed}"))
    kind = KINDS.get(happening.kind, unknown)
    facts = _tellable(world, happening.facts)
    said = {name: _said(name, facts.get(name)) for name in kind.facts}
    return Notice(
        slug=happening.slug,
        number=happening.number,
        kind=happening.kind,
        at=happening.at,
        title=kind.title,
        feed=feed,
        sentence=kind.sentence.filled(feed=feed, **said),
        facts=facts,
    )


def _tellable(world: World, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts without a schedule that no document of the commons names: such a feed is shown to nobody."""
    return {name: value for name, value in facts.items() if name != "schedule" or value in world.datasets}


def instant(at: dt.datetime) -> str:
    """An instant as answers spell it: UTC, whole seconds."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _said(name: str, value: Any) -> object:
    if value is None:
        return _UNSAID
    return VERDICTS.get(value, value) if name == "verdict" and isinstance(value, str) else value


def _plain(value: Any) -> Plain:
    # Facts are JSON; a number with a fraction has no canonical form here and goes as text.
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, str | int) else str(value)
