"""The nodes of a mobilityDCAT-AP graph: texts in two languages, agents, places, licences, terms of controlled lists.

A term of a list is described where it is used, as the profile's shapes ask: its class, its list and the list's title,
and of a concept its label, as the list's owner has it. So a reader needs no list beside the catalogue.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from rdflib import DCAT, DCTERMS, FOAF, OWL, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from feeds.catalogues import dcat_vocabulary as words
from feeds.catalogues.dcat_vocabulary import ADMS, MOBILITY
from feeds.catalogues.licences import uri_of
from feeds.catalogues.offer import Known, Words

PREFIXES: Final = {
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
_FREE: Final = Words(
    "Fichiers remis à tous, sous la licence indiquée.", "Files for everybody, under the licence given."
)


class Nodes:
    """A graph that is drawn node by node; `here` is where nodes without an address of their own have one."""

    def __init__(self, here: str) -> None:
        self.graph = Graph(bind_namespaces="none")
        for prefix, space in PREFIXES.items():
            self.graph.bind(prefix, space)
        self.here = Namespace(here)

    def add(self, node: URIRef, what: URIRef, value: Node) -> None:
        """A statement."""
        self.graph.add((node, what, value))

    def typed(self, node: URIRef, kind: URIRef) -> URIRef:
        """The node, of a class."""
        self.add(node, RDF.type, kind)
        return node

    def say(self, node: URIRef, what: URIRef, text: Words) -> None:
        """A text in both languages."""
        self.add(node, what, Literal(text.fr, lang="fr"))
        self.add(node, what, Literal(text.en, lang="en"))

    def listed(self, term: URIRef, kind: URIRef) -> URIRef:
        """A term of a controlled list, of the class that its property asks for."""
        self.add(term, SKOS.inScheme, self.scheme(words.scheme_of(term)))
        return self.typed(term, kind)

    def concept(self, term: URIRef) -> URIRef:
        """A term of a controlled list whose property asks for a concept."""
        self.add(term, SKOS.prefLabel, Literal(words.LABELS[term], lang="en"))
        return self.listed(term, SKOS.Concept)

    def scheme(self, scheme: URIRef) -> URIRef:
        """A controlled list."""
        self.add(scheme, DCTERMS.title, Literal(words.SCHEMES[scheme], lang="en"))
        return self.typed(scheme, SKOS.ConceptScheme)

    def languages(self, node: URIRef) -> None:
        """The node's texts are in our two languages."""
        for language in words.LANGUAGES.values():
            self.add(node, DCTERMS.language, self.listed(language, DCTERMS.LinguisticSystem))

    def agent(self, who: Known) -> URIRef:
        """Somebody, by name."""
        node = self.typed(self.here[f"member-{quote(who.id, safe='')}"], FOAF.Agent)
        self.say(node, FOAF.name, who.name)
        return node

    def place(self, where: Known) -> URIRef:
        """Somewhere, by name."""
        node = self.typed(self.here[f"place-{quote(where.id, safe='')}"], DCTERMS.Location)
        self.say(node, SKOS.prefLabel, where.name)
        return node

    def rights(self) -> URIRef:
        """The rights to a file that everybody is handed."""
        node = self.typed(self.here["rights-open"], DCTERMS.RightsStatement)
        self.add(node, DCTERMS.type, self.concept(words.LICENCE_PROVIDED))
        self.say(node, RDFS.label, _FREE)
        return node

    def licence(self, licence: str) -> URIRef:
        """A licence: at its own address where it has one. The profile takes one label of it, not one a language."""
        address = uri_of(licence)
        node = URIRef(address) if address else self.here[f"licence-{quote(licence, safe='') or 'none'}"]
        self.add(node, RDFS.label, Literal(licence or "–"))
        return self.typed(node, DCTERMS.LicenseDocument)
