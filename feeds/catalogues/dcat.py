"""A catalogue in mobilityDCAT-AP 1.1.0, as Turtle and as JSON-LD: the same graph, the same bytes each time.

Every node has an address of its own, for nodes without one would be named anew each time. The mandatory properties of
the profile are in ``shapes/mobility_dcat_ap.ttl``, which the tests hold each catalogue against.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources
from typing import Any, Final
from urllib.parse import quote

from rdflib import DCAT, DCTERMS, FOAF, OWL, SKOS, XSD, Graph, Literal, URIRef

from feeds.catalogues import dcat_vocabulary as words
from feeds.catalogues.dcat_nodes import PREFIXES, Nodes
from feeds.catalogues.dcat_vocabulary import ADMS, MOBILITY
from feeds.catalogues.offer import LiveDocument, Offer, OfferedFeed, Words

#: Media types of the two forms.
TURTLE: Final = "text/turtle"
JSON_LD: Final = "application/ld+json"


def shapes() -> str:
    """The mandatory properties of the profile as SHACL, in Turtle; messages in French and English."""
    return resources.files("feeds.catalogues").joinpath("shapes/mobility_dcat_ap.ttl").read_text("utf-8")


@lru_cache(maxsize=4)
def turtle(offer: Offer) -> bytes:
    """The catalogue in Turtle."""
    return graph_of(offer).serialize(format="turtle", encoding="utf-8")


@lru_cache(maxsize=4)
def json_ld(offer: Offer) -> bytes:
    """The catalogue in JSON-LD 1.1, compact."""
    context = {prefix: str(space) for prefix, space in PREFIXES.items()}
    drawn = json.loads(graph_of(offer).serialize(format="json-ld", context=context, auto_compact=False))
    return json.dumps(_in_order(drawn), ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def graph_of(offer: Offer) -> Graph:
    """The catalogue as a graph."""
    drawing = _Drawing(offer)
    drawing.catalogue()
    for one in offer.feeds:
        drawing.feed(one)
    if offer.manifest:
        drawing.manifest()
    return drawing.graph


def _in_order(value: Any) -> Any:
    # The order of a JSON-LD array says nothing, and rdflib's changes from one process to the next.
    if isinstance(value, dict):
        return {key: _in_order(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted((_in_order(inner) for inner in value), key=lambda one: json.dumps(one, sort_keys=True))
    return value


class _Drawing(Nodes):
    """The graph of one offer while it is drawn."""

    def __init__(self, offer: Offer) -> None:
        super().__init__(f"{offer.base}/api/v1/catalogue.ttl#")
        self.offer = offer
        self.node = self.here["catalogue"]

    def catalogue(self) -> None:
        """The catalogue itself."""
        offer, node = self.offer, self.typed(self.node, DCAT.Catalog)
        self.say(node, DCTERMS.title, offer.title)
        self.say(node, DCTERMS.description, offer.description)
        self.add(node, FOAF.homepage, self.typed(URIRef(f"{offer.base}/"), FOAF.Document))
        self.add(node, DCTERMS.publisher, self.agent(offer.publisher))
        self.add(node, DCTERMS.spatial, self.place(offer.place))
        if offer.country:
            self.add(node, DCTERMS.spatial, self.listed(words.country(offer.country), DCTERMS.Location))
        self.add(node, DCAT.themeTaxonomy, self.scheme(words.scheme_of(words.TRANSPORT)))
        self.languages(node)
        if offer.feeds:
            self.add(node, DCTERMS.issued, Literal(min(feed.issued for feed in offer.feeds)))
            self.add(node, DCTERMS.modified, Literal(max(feed.modified for feed in offer.feeds)))

    def feed(self, one: OfferedFeed) -> None:
        """A feed: its record, its dataset, its distributions."""
        dataset = URIRef(f"{self.offer.base}/api/v1/feeds/{quote(one.slug)}")
        self._record(one, dataset)
        self._dataset(one, dataset)
        self._origin(one, dataset)
        if one.version is not None:
            self._archive(one, dataset)
        for document in one.live:
            self._live(one, document, dataset)

    def manifest(self) -> None:
        """The list of the systems that are published live: a service over their datasets."""
        node = self.typed(self.here["gbfs-manifest"], DCAT.DataService)
        self.add(self.node, DCAT.service, node)
        self.say(node, DCTERMS.title, _MANIFEST)
        self.add(node, DCAT.endpointURL, URIRef(self.offer.manifest))
        for one in self.offer.feeds:
            if one.standard == "gbfs" and one.live:
                self.add(node, DCAT.servesDataset, URIRef(f"{self.offer.base}/api/v1/feeds/{quote(one.slug)}"))

    def _record(self, one: OfferedFeed, dataset: URIRef) -> None:
        node = self.typed(self.here[f"record-{quote(one.slug)}"], DCAT.CatalogRecord)
        self.add(self.node, DCAT.record, node)
        self.add(self.node, DCAT.dataset, dataset)
        self.add(node, FOAF.primaryTopic, dataset)
        self.add(node, DCTERMS.created, Literal(one.issued))
        self.add(node, DCTERMS.modified, Literal(one.modified))
        self.add(node, DCTERMS.conformsTo, self.typed(words.PROFILE, DCTERMS.Standard))
        self.languages(node)

    def _dataset(self, one: OfferedFeed, node: URIRef) -> None:
        self.typed(node, DCAT.Dataset)
        self.say(node, DCTERMS.title, one.title)
        self.say(node, DCTERMS.description, _description(one))
        for theme in words.THEMES.get(one.standard, (words.OTHER_THEME,)):
            self.add(node, MOBILITY.mobilityTheme, self.concept(theme))
        self.add(node, DCAT.theme, self.concept(words.TRANSPORT))
        self.add(node, DCTERMS.accrualPeriodicity, self.listed(words.frequency(one.every_s), DCTERMS.Frequency))
        self.add(node, DCTERMS.issued, Literal(one.issued))
        self.add(node, DCTERMS.modified, Literal(one.modified))
        if one.version is not None:
            self.add(node, OWL.versionInfo, Literal(str(one.version)))
        self.add(node, DCAT.landingPage, self.typed(URIRef(f"{self.offer.base}/feeds/{one.slug}"), FOAF.Document))
        if one.standard in words.THEMES:
            # Each of these standards gives its places as degrees in WGS 84.
            self.add(node, MOBILITY.georeferencingMethod, self.concept(words.COORDINATES))
            self.add(node, DCTERMS.conformsTo, self.typed(words.WGS84, DCTERMS.Standard))

    def _origin(self, one: OfferedFeed, node: URIRef) -> None:
        self.add(node, DCTERMS.publisher, self.agent(one.publisher))
        self.add(node, DCTERMS.rightsHolder, self.agent(one.publisher))
        for place in one.places or (self.offer.place,):
            self.add(node, DCTERMS.spatial, self.place(place))
        self.add(node, DCTERMS.identifier, Literal(one.slug))
        for name in one.names:
            identifier = self.here[f"name-{quote(name.by, safe='')}-{quote(name.id, safe='')}"]
            self.add(node, ADMS.identifier, self.typed(identifier, ADMS.Identifier))
            self.add(identifier, SKOS.notation, Literal(name.id))

    def _archive(self, one: OfferedFeed, dataset: URIRef) -> None:
        node = URIRef(f"{dataset}#archive")
        self._distribution(one, node, dataset, one.standard_version, one.media_type)
        self.add(node, DCAT.downloadURL, URIRef(f"{dataset}/files/archive"))
        self.add(node, DCAT.mediaType, self.typed(words.media_type_uri(one.media_type), DCTERMS.MediaType))
        # Spelled as Turtle's short form reads back, so that both forms hold the same literal.
        self.add(node, DCAT.byteSize, Literal(f"{one.size}.0", datatype=XSD.decimal))
        self.add(node, DCTERMS.issued, Literal(one.modified))

    def _live(self, one: OfferedFeed, document: LiveDocument, dataset: URIRef) -> None:
        """What a feed says now: without size and date, which change while the catalogue is read."""
        node = URIRef(f"{dataset}#{quote(document.name)}")
        self._distribution(one, node, dataset, document.standard_version, document.media_type)
        self.say(node, DCTERMS.title, _now(one, document))
        self.add(node, DCAT.downloadURL, URIRef(document.url))

    def _distribution(self, one: OfferedFeed, node: URIRef, dataset: URIRef, version: str, media_type: str) -> None:
        self.typed(node, DCAT.Distribution)
        self.add(dataset, DCAT.distribution, node)
        self.add(node, DCAT.accessURL, dataset)
        standard = words.FORMATS.get(one.standard, words.OTHER_FORMAT)
        self.add(node, MOBILITY.mobilityDataStandard, self.concept(standard))
        self.add(node, MOBILITY.dataFormatNotes, Literal(_spelled(one.standard, version)))
        self.add(node, MOBILITY.applicationLayerProtocol, self.concept(words.HTTP))
        self.add(node, MOBILITY.communicationMethod, self.concept(words.PULL))
        self.add(node, DCTERMS["format"], self.listed(words.file_type(media_type), DCTERMS.MediaTypeOrExtent))
        self.add(node, DCTERMS.rights, self.rights())
        self.add(node, DCTERMS.license, self.licence(one.licence))


_MANIFEST: Final = Words(
    "Liste des systèmes GBFS publiés en direct (manifest.json)",
    "List of the GBFS systems published live (manifest.json)",
)
_KINDS: Final = {
    "gtfs": Words("Horaires théoriques de transport collectif", "Public transport timetables"),
    "gtfs-rt": Words("Temps réel de transport collectif", "Public transport in real time"),
    "gbfs": Words("Disponibilité de véhicules partagés", "Availability of shared vehicles"),
}


def _description(one: OfferedFeed) -> Words:
    kind = _KINDS.get(one.standard, Words("Données de mobilité", "Mobility data"))
    by = Words(f"de {one.publisher.name.fr}", f"by {one.publisher.name.en}")
    told = _spelled(one.standard, one.standard_version)
    if one.version is None:
        return Words(f"{kind.fr} ({told}), en direct, {by.fr}.", f"{kind.en} ({told}), live, {by.en}.")
    return Words(
        f"{kind.fr} ({told}), version {one.version}, {by.fr}.",
        f"{kind.en} ({told}), version {one.version}, {by.en}.",
    )


def _now(one: OfferedFeed, document: LiveDocument) -> Words:
    told = _spelled(one.standard, document.standard_version)
    return Words(f"{one.title.fr}, en direct ({told})", f"{one.title.en}, live ({told})")


def _spelled(standard: str, version: str) -> str:
    return f"{standard.upper()} {version}".strip()
