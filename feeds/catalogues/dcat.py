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

from rdflib import DCAT, DCTERMS, FOAF, OWL, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from feeds.catalogues import dcat_vocabulary as words
from feeds.catalogues.dcat_vocabulary import ADMS, MOBILITY
from feeds.catalogues.licences import uri_of
from feeds.catalogues.offer import Known, Offer, OfferedFeed, Words

#: Media types of the two forms.
TURTLE: Final = "text/turtle"
JSON_LD: Final = "application/ld+json"

_PREFIXES: Final = {
    "adms": ADMS,
    "dcat": DCAT,
    "dct": DCTERMS,
    "foaf": FOAF,
    "mobilitydcatap": MOBILITY,
    "owl": OWL,
    "rdfs": RDFS,
    "skos": SKOS,
    "xsd": XSD,
}
_FREE = Words("Fichiers remis à tous, sous la licence indiquée.", "Files for everybody, under the licence given.")


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
    context = {prefix: str(space) for prefix, space in _PREFIXES.items()}
    drawn = json.loads(graph_of(offer).serialize(format="json-ld", context=context, auto_compact=False))
    return json.dumps(_in_order(drawn), ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def graph_of(offer: Offer) -> Graph:
    """The catalogue as a graph."""
    drawing = _Drawing(offer)
    drawing.catalogue()
    for one in offer.feeds:
        drawing.feed(one)
    return drawing.graph


def _in_order(value: Any) -> Any:
    # The order of a JSON-LD array says nothing, and rdflib's changes from one process to the next.
    if isinstance(value, dict):
        return {key: _in_order(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted((_in_order(inner) for inner in value), key=lambda one: json.dumps(one, sort_keys=True))
    return value


class _Drawing:
    """The graph of one offer while it is drawn."""

    def __init__(self, offer: Offer) -> None:
        self.offer = offer
        self.graph = Graph(bind_namespaces="none")
        for prefix, space in _PREFIXES.items():
            self.graph.bind(prefix, space)
        self.here = Namespace(f"{offer.base}/api/v1/catalogue.ttl#")
        self.node = self.here["catalogue"]

    def catalogue(self) -> None:
        """The catalogue itself."""
        offer, node = self.offer, self.node
        self._is(node, DCAT.Catalog)
        self._say(node, DCTERMS.title, offer.title)
        self._say(node, DCTERMS.description, offer.description)
        self._add(node, FOAF.homepage, URIRef(f"{offer.base}/"))
        self._add(node, DCTERMS.publisher, self._agent(offer.publisher))
        self._add(node, DCTERMS.spatial, self._place(offer.place))
        self._languages(node)
        if offer.feeds:
            self._add(node, DCTERMS.issued, Literal(min(feed.issued for feed in offer.feeds)))
            self._add(node, DCTERMS.modified, Literal(max(feed.modified for feed in offer.feeds)))

    def feed(self, one: OfferedFeed) -> None:
        """A feed: its record, its dataset, its distribution."""
        dataset = URIRef(f"{self.offer.base}/api/v1/feeds/{quote(one.slug)}")
        self._record(one, dataset)
        self._dataset(one, dataset)
        self._distribution(one, dataset)

    def _record(self, one: OfferedFeed, dataset: URIRef) -> None:
        node = self.here[f"record-{quote(one.slug)}"]
        self._is(node, DCAT.CatalogRecord)
        self._add(self.node, DCAT.record, node)
        self._add(self.node, DCAT.dataset, dataset)
        self._add(node, FOAF.primaryTopic, dataset)
        self._add(node, DCTERMS.created, Literal(one.issued))
        self._add(node, DCTERMS.modified, Literal(one.modified))
        self._add(node, DCTERMS.conformsTo, words.PROFILE)
        self._languages(node)

    def _dataset(self, one: OfferedFeed, node: URIRef) -> None:
        self._is(node, DCAT.Dataset)
        self._say(node, DCTERMS.title, one.title)
        self._say(node, DCTERMS.description, _description(one))
        self._add(node, DCTERMS.identifier, Literal(one.slug))
        self._add(node, MOBILITY.mobilityTheme, words.THEMES.get(one.standard, words.OTHER_THEME))
        self._add(node, DCAT.theme, words.TRANSPORT)
        self._add(node, DCTERMS.accrualPeriodicity, self._typed(words.frequency(one.every_s), DCTERMS.Frequency))
        self._add(node, DCTERMS.publisher, self._agent(one.publisher))
        self._add(node, DCTERMS.rightsHolder, self._agent(one.publisher))
        self._add(node, DCTERMS.accessRights, words.PUBLIC)
        self._add(node, DCTERMS.issued, Literal(one.issued))
        self._add(node, DCTERMS.modified, Literal(one.modified))
        self._add(node, OWL.versionInfo, Literal(str(one.version)))
        self._add(node, DCAT.landingPage, self._typed(URIRef(f"{self.offer.base}/feeds/{one.slug}"), FOAF.Document))
        for place in one.places or (self.offer.place,):
            self._add(node, DCTERMS.spatial, self._place(place))
        for name in one.names:
            identifier = self.here[f"name-{quote(name.by, safe='')}-{quote(name.id, safe='')}"]
            self._add(node, ADMS.identifier, self._typed(identifier, ADMS.Identifier))
            self._add(identifier, SKOS.notation, Literal(name.id))

    def _distribution(self, one: OfferedFeed, dataset: URIRef) -> None:
        node = URIRef(f"{dataset}#archive")
        self._is(node, DCAT.Distribution)
        self._add(dataset, DCAT.distribution, node)
        self._add(node, DCAT.accessURL, dataset)
        self._add(node, DCAT.downloadURL, URIRef(f"{dataset}/files/archive"))
        self._add(node, MOBILITY.mobilityDataStandard, words.FORMATS.get(one.standard, words.OTHER_FORMAT))
        self._add(node, MOBILITY.dataFormatNotes, Literal(f"{one.standard.upper()} {one.standard_version}".strip()))
        self._add(node, MOBILITY.applicationLayerProtocol, words.HTTP)
        self._add(node, MOBILITY.communicationMethod, words.PULL)
        self._add(node, DCTERMS["format"], self._typed(words.file_type(one.media_type), DCTERMS.MediaTypeOrExtent))
        self._add(node, DCAT.mediaType, self._typed(words.media_type_uri(one.media_type), DCTERMS.MediaType))
        # Spelled as Turtle's short form reads back, so that both forms hold the same literal.
        self._add(node, DCAT.byteSize, Literal(f"{one.size}.0", datatype=XSD.decimal))
        self._add(node, DCTERMS.issued, Literal(one.modified))
        self._add(node, DCTERMS.rights, self._rights())
        self._add(node, DCTERMS.license, self._licence(one.licence))

    def _rights(self) -> URIRef:
        node = self.here["rights-open"]
        self._is(node, DCTERMS.RightsStatement)
        self._add(node, DCTERMS.type, words.LICENCE_PROVIDED)
        self._say(node, RDFS.label, _FREE)
        return node

    def _licence(self, licence: str) -> URIRef:
        address = uri_of(licence)
        node = URIRef(address) if address else self.here[f"licence-{quote(licence, safe='') or 'none'}"]
        self._is(node, DCTERMS.LicenseDocument)
        self._add(node, RDFS.label, Literal(licence or "–"))
        return node

    def _agent(self, who: Known) -> URIRef:
        node = self.here[f"member-{quote(who.id, safe='')}"]
        self._is(node, FOAF.Agent)
        self._say(node, FOAF.name, who.name)
        return node

    def _place(self, where: Known) -> URIRef:
        node = self.here[f"place-{quote(where.id, safe='')}"]
        self._is(node, DCTERMS.Location)
        self._say(node, SKOS.prefLabel, where.name)
        return node

    def _languages(self, node: URIRef) -> None:
        for language in words.LANGUAGES.values():
            self._add(node, DCTERMS.language, self._typed(language, DCTERMS.LinguisticSystem))

    def _typed(self, node: URIRef, kind: URIRef) -> URIRef:
        self._is(node, kind)
        return node

    def _is(self, node: URIRef, kind: URIRef) -> None:
        self._add(node, RDF.type, kind)

    def _say(self, node: URIRef, what: URIRef, text: Words) -> None:
        self._add(node, what, Literal(text.fr, lang="fr"))
        self._add(node, what, Literal(text.en, lang="en"))

    def _add(self, node: URIRef, what: URIRef, value: Node) -> None:
        self.graph.add((node, what, value))


_KINDS: Final = {
    "gtfs": Words("Horaires théoriques de transport collectif", "Public transport timetables"),
    "gtfs-rt": Words("Temps réel de transport collectif", "Public transport in real time"),
    "gbfs": Words("Disponibilité de véhicules partagés", "Availability of shared vehicles"),
}


def _description(one: OfferedFeed) -> Words:
    kind = _KINDS.get(one.standard, Words("Données de mobilité", "Mobility data"))
    told = f"{one.standard.upper()} {one.standard_version}".strip()
    return Words(
        f"{kind.fr} ({told}), version {one.version}, de {one.publisher.name.fr}.",
        f"{kind.en} ({told}), version {one.version}, by {one.publisher.name.en}.",
    )
