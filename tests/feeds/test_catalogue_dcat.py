"""The catalogue in mobilityDCAT-AP: each mandatory property is there and is missed when it is not."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from dataclasses import replace

import pyshacl
import pytest
from rdflib import DCAT, DCTERMS, FOAF, OWL, RDF, SH, SKOS, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.term import Node

from feeds.catalogues import Name, dcat
from feeds.catalogues import dcat_vocabulary as words
from feeds.catalogues.dcat_vocabulary import frequency
from feeds.catalogues.offer import Known, LiveDocument, Offer, OfferedFeed, Words

AT = dt.datetime(2026, 11, 15, 9, 30, tzinfo=dt.UTC)
PLACE = Known("hautes-combes", Words("Les Hautes-Combes", "Hautes-Combes"))
BUS = OfferedFeed(
    slug="bus",
    title=Words("Autocars", "Coaches"),
    standard="gtfs",
    standard_version="",
    publisher=Known("cars", Words("Cars <des> Combes", 'Cars "of" Combes')),
    licence="etalab-2.0",
    places=(PLACE,),
    every_s=86_400,
    issued=AT,
    modified=AT + dt.timedelta(days=3),
    version=3,
    media_type="application/zip",
    size=123,
    names=(Name("tdg", "tdg-81653"), Name("onestop", "f-u0h-réseau#realtime_alerts")),
)
BIKES = replace(
    BUS,
    slug="bikes",
    standard="gbfs",
    standard_version="3.0",
    licence="LicenseRef-licence-mobilites",
    media_type="application/json",
    every_s=None,
    places=(),
    names=(),
)
OFFER = Offer(
    base="https://hub.test",
    title=Words("Commun", "Commons"),
    description=Words("Les données ouvertes", "Open data"),
    publisher=Known("secretariat", Words("Secrétariat", "Secretariat")),
    place=PLACE,
    feeds=(BIKES, BUS),
)
SYSTEM = "https://hub.test/api/v1/gbfs/scooters"
MANIFEST = "https://hub.test/api/v1/gbfs/manifest.json"
MESSAGES = "https://hub.test/api/v1/feeds/late/realtime"
#: Two feeds that are published live and of which there is no version.
SCOOTERS = replace(
    BIKES,
    slug="scooters",
    version=None,
    live=tuple(
        LiveDocument(f"live-{version}", f"{SYSTEM}/{version}/gbfs.json", version, "application/json")
        for version in ("3.0", "2.3")
    ),
)
LATE = replace(
    BUS,
    slug="late",
    standard="gtfs-rt",
    version=None,
    live=(LiveDocument("live", MESSAGES, "", "application/x-protobuf"),),
)
LIVE = replace(OFFER, feeds=(BIKES, BUS, LATE, SCOOTERS), manifest=MANIFEST)
LISTS = ("https://w3id.org/mobilitydcat-ap/", "http://publications.europa.eu/resource/authority/")
SHAPES = Graph().parse(data=dcat.shapes(), format="turtle")


def mandatory() -> list[tuple[URIRef, URIRef]]:
    """Every class with each property that it must have, as the shapes say."""
    found = []
    for shape in sorted(SHAPES.subjects(RDF.type, SH.NodeShape)):
        target = SHAPES.value(shape, SH.targetClass) or SHAPES.value(shape, SH.targetObjectsOf)
        found += [(target, SHAPES.value(one, SH.path)) for one in SHAPES.objects(shape, SH.property)]
    return sorted(found)  # type: ignore[arg-type]


def judged(graph: Graph) -> tuple[bool, Graph]:
    conforms, report, _ = pyshacl.validate(graph, shacl_graph=SHAPES)
    return conforms, report


def test_a_catalogue_conforms() -> None:
    assert judged(dcat.graph_of(OFFER))[0]


def test_the_mandatory_properties_are_those_of_the_profile() -> None:
    short = {(target.split("#")[-1].split("/")[-1], path.split("#")[-1].split("/")[-1]) for target, path in mandatory()}
    assert short == {
        *(
            ("Catalog", name)
            for name in ("title", "description", "homepage", "publisher", "spatial", "dataset", "record")
        ),
        *(("CatalogRecord", name) for name in ("created", "modified", "language", "primaryTopic")),
        *(("Dataset", name) for name in ("title", "description", "publisher", "spatial", "accrualPeriodicity")),
        *(("Dataset", name) for name in ("mobilityTheme", "distribution")),
        *(("Distribution", name) for name in ("accessURL", "mobilityDataStandard", "format", "rights")),
        ("Agent", "name"),
        ("rights", "type"),
        ("Concept", "prefLabel"),
        ("ConceptScheme", "title"),
    }


@pytest.mark.parametrize(
    ("standard", "every_s", "media_type"),
    [
        ("gtfs", 86_400, "application/zip"),
        ("gtfs-rt", 20, "application/x-protobuf"),
        ("gbfs", None, "application/json"),
        ("new", 10**9, "text/csv"),
    ],
)
def test_a_feed_of_any_standard_conforms_with_all_its_terms_described(
    standard: str, every_s: int | None, media_type: str
) -> None:
    one = replace(BUS, standard=standard, every_s=every_s, media_type=media_type, licence="")
    graph = dcat.graph_of(replace(OFFER, feeds=(one,)))

    assert judged(graph)[0]
    told = {node for node in graph.objects() if str(node).startswith(LISTS)}
    terms = told - set(words.SCHEMES) - {words.PROFILE}
    assert len(terms) > 8
    assert [term for term in terms if graph.value(term, SKOS.inScheme) not in words.SCHEMES] == []
    placed = (URIRef("https://hub.test/api/v1/feeds/bus"), DCTERMS.conformsTo, words.WGS84) in graph
    assert placed == (standard != "new")


@pytest.mark.parametrize(("target", "path"), mandatory(), ids=lambda one: one.split("#")[-1].split("/")[-1])
def test_without_one_mandatory_property_it_does_not_conform(target: URIRef, path: URIRef) -> None:
    graph = dcat.graph_of(OFFER)
    nodes: list[Node] = sorted({*graph.subjects(RDF.type, target), *graph.objects(None, target)})
    assert nodes
    assert list(graph.objects(nodes[0], path))
    graph.remove((nodes[0], path, None))

    conforms, report = judged(graph)

    assert not conforms
    assert {str(one) for one in report.objects(None, SH.resultPath)} == {str(path)}
    assert {one.language for one in report.objects(None, SH.resultMessage) if isinstance(one, Literal)} == {"en", "fr"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (DCTERMS.accrualPeriodicity, Literal("daily")),
        (DCTERMS.accrualPeriodicity, URIRef("https://elsewhere.example/DAILY")),
        (DCTERMS.spatial, Literal("Les Hautes-Combes")),
        (DCTERMS.publisher, Literal("cars")),
        (DCAT.distribution, URIRef("https://hub.test/nothing")),
    ],
)
def test_a_value_of_the_wrong_kind_does_not_conform(path: URIRef, value: Node) -> None:
    graph = dcat.graph_of(OFFER)
    graph.set((URIRef("https://hub.test/api/v1/feeds/bus"), path, value))  # type: ignore[arg-type]
    assert not judged(graph)[0]


# rdflib's own reader of JSON-LD builds a graph that rdflib has deprecated.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_turtle_and_json_ld_are_one_graph_and_hold_no_nameless_node() -> None:
    drawn = dcat.graph_of(OFFER)
    turtle = Graph().parse(data=dcat.turtle(OFFER), format="turtle")
    json_ld = Graph().parse(data=dcat.json_ld(OFFER), format="json-ld")

    assert len(turtle) == len(json_ld) == len(drawn)
    assert isomorphic(turtle, json_ld)
    assert isomorphic(turtle, drawn)
    assert all(isinstance(node, URIRef) for node in turtle.subjects())


def test_a_feed_has_its_times_licence_and_addresses() -> None:
    graph, bus = dcat.graph_of(OFFER), URIRef("https://hub.test/api/v1/feeds/bus")
    [file] = graph.objects(bus, DCAT.distribution)
    [record] = graph.subjects(FOAF.primaryTopic, bus)

    assert graph.value(record, DCTERMS.created).toPython() == AT  # type: ignore[union-attr]
    assert graph.value(bus, DCTERMS.modified).toPython() == AT + dt.timedelta(days=3)  # type: ignore[union-attr]
    assert graph.value(file, DCAT.downloadURL) == URIRef("https://hub.test/api/v1/feeds/bus/files/archive")
    assert graph.value(file, DCTERMS.license) == URIRef("https://spdx.org/licenses/etalab-2.0")
    [other] = graph.objects(URIRef("https://hub.test/api/v1/feeds/bikes#archive"), DCTERMS.license)
    assert "LicenseRef-licence-mobilites" in str(other)
    assert str(graph.value(bus, DCTERMS.accrualPeriodicity)).endswith("/DAILY")


def test_what_a_feed_says_now_is_a_distribution_of_each_form() -> None:
    graph, scooters = dcat.graph_of(LIVE), URIRef("https://hub.test/api/v1/feeds/scooters")
    forms = {str(graph.value(one, DCAT.downloadURL)): one for one in graph.objects(scooters, DCAT.distribution)}

    assert judged(graph)[0]
    assert set(forms) == {f"{SYSTEM}/3.0/gbfs.json", f"{SYSTEM}/2.3/gbfs.json"}
    titles = {str(one) for form in forms.values() for one in graph.objects(form, DCTERMS.title)}
    assert titles >= {"Autocars, en direct (GBFS 3.0)", "Coaches, live (GBFS 2.3)"}
    assert [graph.value(form, DCAT.byteSize) for form in forms.values()] == [None, None]
    assert graph.value(scooters, OWL.versionInfo) is None
    [message] = graph.objects(URIRef("https://hub.test/api/v1/feeds/late"), DCAT.distribution)
    assert graph.value(message, DCAT.downloadURL) == URIRef(MESSAGES)


def test_the_manifest_is_a_service_over_the_live_systems_alone() -> None:
    graph = dcat.graph_of(LIVE)
    [manifest] = graph.objects(None, DCAT.service)
    assert graph.value(manifest, DCAT.endpointURL) == URIRef(MANIFEST)
    assert set(graph.objects(manifest, DCAT.servesDataset)) == {URIRef("https://hub.test/api/v1/feeds/scooters")}
    assert list(dcat.graph_of(OFFER).objects(None, DCAT.service)) == []


def test_a_hub_that_knows_its_country_says_it_of_the_catalogue() -> None:
    graph = dcat.graph_of(replace(OFFER, country="FRA"))
    france = URIRef("http://publications.europa.eu/resource/authority/country/FRA")
    assert judged(graph)[0]
    assert [str(one) for one in graph.subjects(DCTERMS.spatial, france)] == [
        "https://hub.test/api/v1/catalogue.ttl#catalogue"
    ]
    assert (france, RDF.type, DCTERMS.Location) in graph
    assert (None, DCTERMS.spatial, france) not in dcat.graph_of(OFFER)


def test_a_frequency_is_never_faster_than_the_rhythm() -> None:
    wanted = {1: "1MIN", 60: "1MIN", 61: "5MIN", 3_600: "HOURLY", 86_400: "DAILY", 10**9: "IRREG", None: "IRREG"}
    assert {every_s: str(frequency(every_s)).rpartition("/")[2] for every_s in wanted} == wanted


def test_the_same_feeds_give_the_same_bytes_in_every_process() -> None:
    code = "from tests.feeds.test_catalogue_dcat import *; import hashlib as h;"
    code += "print(h.sha256(dcat.turtle(OFFER) + dcat.json_ld(OFFER)).hexdigest())"
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1
