"""Agreements as ODRL: out and in again the same, every fault refused at its place, and the policies are ODRL 2.2."""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.agreement import Agreement, State
from governance.audiences import Audience, Tier
from governance.bilingual import Sentence
from governance.negotiation.rgpd import Dpia, LegalBasis, Rgpd
from governance.odrl.dspace import STATES, negotiation_state
from governance.odrl.names import iri, parts_of, party_iri, party_of
from governance.odrl.place import PolicyRefused, spelled
from governance.odrl.read import read_policy, read_policy_text
from governance.odrl.vocabulary import HEAD, TERMS, Slot
from governance.odrl.write import policy
from governance.parties import Sanction
from governance.ruleset import Ladder
from governance.sanctions.remedy import remedy_of
from governance.terms.base import Enforcement
from governance.terms.scope import ForAudience, ForPurpose, Recipient, Validity
from governance.terms.vocabulary import OPTIONAL, parse_term, strictest
from governance.world import World
from tests.governance.test_terms import RAW, SMALL

BASE = "https://hub.test/id/"
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
WITHHELD = frozenset({"p_percent", "prior_percent"})

ids = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True)
#: Ids of members, datasets and purposes are any text; some characters mean something in an IRI.
names = st.text(alphabet="abé/#%:@ +&?'\"~", min_size=1, max_size=8).filter(lambda text: text.strip() != "")
recipients = st.sampled_from(["everyone", "members"]) | st.builds(
    "{}:{}".format, st.sampled_from(["member", "college"]), names
)
instants = st.integers(0, 10**9).map(lambda seconds: START + dt.timedelta(seconds=seconds))
terms = st.fixed_dictionaries({}, optional={name: RAW.get(name, SMALL) for name in OPTIONAL}).map(
    lambda raw: strictest([{name: parse_term(name, value) for name, value in raw.items()}])
)
durations = st.sampled_from(["P2W", "P1Y6M", "P24M", "PT36H"])


def _agreement(spelled_terms: dict[str, Any], ends: tuple[dt.datetime, int], **rest: Any) -> Agreement:
    return Agreement(
        state=State.DRAFT,
        validity=Validity(ends[0], ends[0] + dt.timedelta(seconds=ends[1])),
        terms=spelled_terms,
        **rest,
    )


agreements = st.builds(
    _agreement,
    spelled_terms=terms,
    ends=st.tuples(instants, st.integers(1, 10**8)),
    id=ids,
    version=st.integers(0, 999),
    title=st.builds(Sentence, st.text('aé" ', min_size=1).filter(str.strip), st.text("bc<", min_size=1)),
    holder=names,
    dataset=names,
    tier=st.sampled_from(Tier),
    recipient=st.frozensets(recipients, min_size=1, max_size=3).map(Recipient),
    audiences=st.frozensets(st.sampled_from([one.value for one in Audience]), min_size=1).map(ForAudience),
    purposes=st.frozensets(names, min_size=1, max_size=3).map(ForPurpose),
    rgpd=st.none()
    | st.builds(Rgpd, st.sampled_from(LegalBasis), st.sampled_from(Dpia), st.sampled_from(["R-1", "2026/12_b"])),
)
#: One with every term there is.
FULL = _agreement(
    {name: parse_term(name, {"retention": "P2W"}.get(name, SAMPLE)) for name, SAMPLE in {
        **dict.fromkeys(OPTIONAL, 7), "territory": ["a", "b"], "fields": ["trips"], "spatial_resolution": "h3_8",
        "temporal_resolution": "P1M/band", "ruleset": ["0" * 64], "delay": "P7D", "named": ["members"],
        "retention": "P24M", "redistribution": "derived", "hosting": ["FR"], "attribution": True,
        "no_reidentification": True,
    }.items()},
    (START, 1000),
    id="joint-bolide",
    version=2,
    title=Sentence("Accord", "Agreement"),
    holder="bolide",
    dataset="mds-bolide",
    tier=Tier.MEMBERS,
    recipient=Recipient(frozenset({"member:smhc"})),
    audiences=ForAudience(frozenset({"members"})),
    purposes=ForPurpose(frozenset({"stop-siting"})),
    rgpd=Rgpd(LegalBasis.PUBLIC_TASK, Dpia.DONE, "R-1"),
)  # fmt: skip


def plain(agreement: Agreement, **options: Any) -> dict[str, Any]:
    """The policy as another program would read it: through JSON."""
    read: dict[str, Any] = json.loads(json.dumps(policy(agreement, base=BASE, **options)))
    return read


@settings(deadline=None, derandomize=True, max_examples=400)
@given(agreements)
def test_what_goes_out_comes_in_the_same(agreement: Agreement) -> None:
    text = json.dumps(policy(agreement, base=BASE))
    assert read_policy_text(text) == agreement
    assert read_policy_text(text).hash() == agreement.hash()


@settings(deadline=None, derandomize=True, max_examples=100)
@given(agreements, st.randoms(use_true_random=False))
def test_lists_are_sets_so_their_order_says_nothing(agreement: Agreement, dice: Any) -> None:
    document = plain(agreement)

    def shuffle(value: Any) -> None:
        for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            shuffle(one)
        if isinstance(value, list):
            dice.shuffle(value)

    shuffle({name: value for name, value in document.items() if name != "@context"})
    assert read_policy(document) == agreement


def test_every_term_has_its_place_and_no_place_is_shared() -> None:
    assert set(TERMS) == set(OPTIONAL)
    places = [(place.slot, place.action, place.operand, place.operator) for place in {**HEAD, **TERMS}.values()]
    assert len(set(places)) == len(places)
    # Promises are the recipient's to keep: obligations and prohibitions. What the hub keeps is on the permission.
    promised = {name for name, place in TERMS.items() if place.slot in (Slot.OBLIGATION, Slot.PROHIBITION)}
    assert promised == {name for name, term in OPTIONAL.items() if term.enforcement is Enforcement.PROMISE}
    # Thresholds say how, so they refine the action.
    floors = {name for name, term in OPTIONAL.items() if term.enforcement is Enforcement.FLOOR}
    assert {TERMS[name].slot for name in floors} == {Slot.REFINEMENT}


def test_the_demos_agreements_go_out_and_in(world: World) -> None:
    for agreement in world.agreements:
        assert read_policy(plain(agreement)) == replace(agreement, state=State.DRAFT)


def test_reading_gives_no_right() -> None:
    active = replace(FULL, state=State.ACTIVE)
    assert read_policy(plain(active, negotiation="FINALIZED")).state is State.DRAFT


# Refusals ---------------------------------------------------------------------------------------------------------


def changed(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The document with one place set (or, by `...`, taken away)."""
    made = copy.deepcopy(document)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("|")]
    inner: Any = made
    for step in steps:
        inner = inner[step]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return made


CONSTRAINT = "permission|0|constraint"
RECIPIENT = f"{CONSTRAINT}|0|rightOperand"
REFINEMENT = "permission|0|action|0|refinement"
FLOGGING = {"@type": "Duty", "action": "mdc:flog"}


@pytest.mark.parametrize(
    ("path", "value", "code", "pointer"),
    [
        ("conflict", "perm", "odrl.value", "#/conflict"),
        ("conflict", "invalid", "odrl.value", "#/conflict"),
        ("conflict", ..., "odrl.missing", "#"),
        ("profile", "urn:uuid:00000000-0000-0000-0000-000000000000", "odrl.value", "#/profile"),
        ("@type", "Offer", "odrl.value", "#/@type"),
        ("@context|0", "http://example.org/", "odrl.value", "#/@context/0"),
        ("@context|1|mdc", "http://example.org/", "odrl.value", "#/@context/1/mdc"),
        ("@context|1|commons", "nowhere", "odrl.shape", "#/@context/1/commons"),
        ("@context|1|evil", "http://example.org/", "odrl.key", "#/@context/1"),
        ("inheritFrom", "http://example.org/", "odrl.key", "#"),
        ("uid", "commons:agreement/joint-bolide/02", "odrl.value", "#/uid"),
        ("uid", "http://example.org/agreement/x/1", "odrl.value", "#/uid"),
        ("assigner", "commons:college/bolide", "odrl.value", "#/assigner"),
        ("assignee", "commons:member/itineo", "odrl.value", "#/assignee"),
        ("target", ["commons:dataset/mds-bolide"], "odrl.shape", "#/target"),
        ("permission", [], "odrl.shape", "#/permission"),
        ("permission|0|duty", [], "odrl.key", "#/permission/0"),
        ("permission|0|action|0|rdf:value|@id", "odrl:read", "odrl.action", "#/permission/0/action"),
        ("permission|0|action|0|rdf:value|@id", "cc:use", "odrl.action", "#/permission/0/action/0/rdf:value"),
        (f"{CONSTRAINT}|0|leftOperand", "industry", "odrl.operand", "#/permission/0/constraint/0/leftOperand"),
        (f"{CONSTRAINT}|0|operator", "isNoneOf", "odrl.operator", "#/permission/0/constraint/0/operator"),
        (f"{CONSTRAINT}|0|unit", "x", "odrl.key", "#/permission/0/constraint/0"),
        (f"{CONSTRAINT}|0", ..., "odrl.missing", "#/permission/0/constraint"),
        (f"{RECIPIENT}|0|@id", "commons:member/smhc/x", "odrl.value", f"#/{RECIPIENT}/0/@id"),
        (f"{REFINEMENT}|0|leftOperand", "purpose", "odrl.operand", f"#/{REFINEMENT}/0/leftOperand"),
        (f"{REFINEMENT}|0|operator", "gt", "odrl.operator", f"#/{REFINEMENT}/0/operator"),
        (f"{REFINEMENT}|4|rightOperand", 2.0, "odrl.term", f"#/{REFINEMENT}/4/rightOperand"),
        (f"{REFINEMENT}|4|rightOperand", True, "odrl.term", f"#/{REFINEMENT}/4/rightOperand"),
        (f"{REFINEMENT}|4|rightOperand", 0, "odrl.term", f"#/{REFINEMENT}/4/rightOperand"),
        (f"{REFINEMENT}|4|rightOperand", 2**53, "odrl.term", f"#/{REFINEMENT}/4/rightOperand"),
        (f"{REFINEMENT}|3|rightOperand|@type", "xsd:string", "odrl.value", f"#/{REFINEMENT}/3/rightOperand/@type"),
        ("obligation|0|action", "compensate", "odrl.action", "#/obligation/0/action"),
        ("obligation|0|remedy", [], "odrl.key", "#/obligation/0"),
        ("prohibition|0|remedy", [FLOGGING], "odrl.action", "#/prohibition/0/remedy/0/action"),
        ("mdc:rgpd|mdc:dpia", "later", "odrl.term", "#"),
        ("mdc:hash", "0" * 64, "odrl.hash", "#/mdc:hash"),
        ("dspace:state", {"@id": "dspace:DONE"}, "odrl.value", "#/dspace:state/@id"),
        ("dct:title|0|@language", "de", "odrl.term", "#"),
        ("mdc:tier", "secret", "odrl.term", "#"),
    ],
)  # fmt: skip
def test_a_fault_is_refused_at_its_place(path: str, value: Any, code: str, pointer: str) -> None:
    with pytest.raises(PolicyRefused) as refusal:
        read_policy(changed(plain(FULL), path, value))
    denied = refusal.value.denied
    assert (denied.code, denied.clause) == (code, pointer.replace("|", "/"))
    assert denied.reason.fr != denied.reason.en


def test_one_thing_is_not_said_twice() -> None:
    document = plain(FULL)
    for path in (CONSTRAINT, REFINEMENT, "obligation", "prohibition", "dct:title"):
        inner: Any = document
        for step in path.split("|"):
            inner = inner[int(step) if step.isdigit() else step]
        with pytest.raises(PolicyRefused) as refusal:
            read_policy(changed(document, path, [*inner, inner[0]]))
        assert refusal.value.denied.code == "odrl.twice"


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from _places(inner, (*path, key))


@settings(deadline=None, derandomize=True, max_examples=600)
@given(
    st.integers(0, 10**6),
    st.sampled_from(
        [..., None, "x", "gteq", "odrl:use", 1, True, 3.5, [], {}, [{}], {"@id": "commons:members"}, "extra"]
    ),
)
def test_nothing_in_a_policy_is_passed_over(number: int, value: Any) -> None:
    # Whatever is changed anywhere: it is refused, or it was read and is there again when the policy goes out.
    document = plain(FULL, negotiation="AGREED")
    del document["mdc:hash"]
    places = list(_places(document))
    path = places[number % len(places)]
    made = copy.deepcopy(document)
    inner: Any = made
    for step in path[:-1]:
        inner = inner[step]
    if value == "extra" and isinstance(inner, dict):
        inner["added"] = value
    elif value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    try:
        read = read_policy(made)
    except PolicyRefused:
        return
    again = plain(read, negotiation="AGREED")
    del again["mdc:hash"]
    lost = path[0] == "dspace:state" or path[:3] == ("@context", 1, "commons")
    assert spelled(again) == spelled(made) or lost


@pytest.mark.parametrize(
    "text",
    ["", "[]", "null", '{"uid": 1, "uid": 2}', '{"x": NaN}', "[" * 100_000, '{"a":' * 17 + "1" + "}" * 17,
     '{"@type": "\\ud800"}', " " * 600_000, '{"x": ' + "9" * 5000 + "}"],
)  # fmt: skip
def test_what_is_no_policy_at_all_is_refused(text: str) -> None:
    with pytest.raises(PolicyRefused) as refusal:
        read_policy_text(text)
    assert refusal.value.denied.code in {"odrl.json", "odrl.shape"}


# What is withheld -------------------------------------------------------------------------------------------------


def test_a_public_export_says_what_it_withholds_and_is_not_the_agreement() -> None:
    document = plain(FULL, withheld=WITHHELD)
    assert document["mdc:withheld"] == ["mdc:pPercent", "mdc:priorPercent"]
    with pytest.raises(PolicyRefused) as refusal:
        read_policy(document)
    assert refusal.value.denied.code == "odrl.withheld"
    del document["mdc:withheld"]
    assert read_policy(document).hash() != FULL.hash()


@settings(deadline=None, derandomize=True, max_examples=100)
@given(agreements, st.integers(1, 100), st.integers(1, 100))
def test_a_public_export_is_the_same_whatever_the_withheld_values(agreement: Agreement, p: int, q: int) -> None:
    # Not even by a digest: the values are few.
    one, other = (
        replace(
            agreement,
            terms=strictest([agreement.terms, {name: parse_term(name, value) for name, value in pair.items()}])
            | {name: parse_term(name, value) for name, value in pair.items()},
        )
        for pair in ({"p_percent": p, "prior_percent": q}, {"p_percent": 101 - p, "prior_percent": 101 - q})
    )
    assert plain(one, withheld=WITHHELD) == plain(other, withheld=WITHHELD)


def test_what_is_not_there_is_not_withheld() -> None:
    open_terms = {name: term for name, term in FULL.terms.items() if name not in WITHHELD}
    document = plain(replace(FULL, terms=open_terms), withheld=WITHHELD)
    assert "mdc:withheld" not in document
    assert read_policy(document).terms == open_terms


# Remedies ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", list(Sanction))
def test_a_remedy_stands_in_each_prohibition_and_is_no_term(level: Sanction) -> None:
    document = plain(FULL, remedies=[remedy_of(level, Ladder(throttle_divisor=4), profile="mdc")])
    assert all(len(rule["remedy"]) == 1 for rule in document["prohibition"])
    assert "remedy" not in document["obligation"][0]
    assert read_policy(document) == FULL


@pytest.mark.parametrize(("number", "value"), [(0, "many"), (0, "999999"), (1, "P1X"), (1, "PT90M")])
def test_a_throttle_of_another_form_is_no_remedy(number: int, value: str) -> None:
    document = plain(FULL, remedies=[remedy_of(Sanction.THROTTLE, Ladder(), profile="mdc")])
    where = f"prohibition|0|remedy|0|action|0|refinement|{number}|rightOperand|@value"
    with pytest.raises(PolicyRefused):
        read_policy(changed(document, where, value))


# Names, states ----------------------------------------------------------------------------------------------------


@given(names, names)
def test_names_of_any_characters_are_told_apart(one: str, other: str) -> None:
    assert parts_of(iri("agreement", one, other), "agreement", 2) == (one, other)
    assert party_of(party_iri(f"member:{one}")) == f"member:{one}"


@pytest.mark.parametrize(
    "text", ["member/x", "commons:member/", "commons:member/a/b", "commons:member/a%20b%", "x:members"]
)
def test_what_is_no_name_is_none(text: str) -> None:
    assert party_of(text) is None


def test_each_state_has_the_dataspace_protocols_name() -> None:
    told = {state: {negotiation_state(state, by_holder=holder) for holder in (True, False)} for state in State}
    assert {name for names_ in told.values() for name in names_} == {*STATES, None}
    assert told[State.PROPOSED] == told[State.COUNTERED] == {"OFFERED", "REQUESTED"}
    assert told[State.DRAFT] == {None}
    # FINALIZED is terminal in the protocol: what befalls an agreement in force is not the negotiation's affair.
    assert {told[state].pop() for state in (State.ACTIVE, State.SUSPENDED, State.WITHDRAWN, State.EXPIRED)} == {
        "FINALIZED"
    }


# ODRL's own rules, written down from its Information Model, not from our writer ------------------------------------

OPERATORS = {"eq", "gt", "gteq", "lt", "lteq", "neq", "isA", "hasPart", "isPartOf", "isAllOf", "isAnyOf", "isNoneOf"}
ACTIONS = {"use", "delete", "distribute", "inform", "attribute"}
OPERANDS = {"purpose", "recipient", "dateTime", "spatial", "delayPeriod"}
POLICY_KEYS = {"@context", "@type", "uid", "profile", "conflict", "assigner", "assignee", "target", "permission",
               "obligation", "prohibition"}  # fmt: skip


def is_iri(text: Any) -> bool:
    return isinstance(text, str) and ":" in text and not any(letter in text for letter in ' "<>\\^`{|}')


def must_be_constraint(one: dict[str, Any]) -> None:
    assert set(one) - {"@type"} == {"leftOperand", "operator", "rightOperand"}  # 2.5.1: exactly one of each
    assert one["operator"] in OPERATORS
    assert one["leftOperand"] in OPERANDS or one["leftOperand"].startswith("mdc:")  # 3.2: a profile defines others


def must_be_rule(rule: dict[str, Any], *, may: set[str]) -> None:
    assert set(rule) <= {"action", *may}
    if isinstance(rule["action"], str):
        assert rule["action"] in ACTIONS or rule["action"].startswith("mdc:")
    else:
        (action,) = rule["action"]  # 2.6: exactly one action
        name = action["rdf:value"]["@id"]
        assert name.removeprefix("odrl:") in ACTIONS or name.startswith("mdc:")
        for one in action["refinement"]:
            must_be_constraint(one)
    for one in rule.get("constraint", ()):
        must_be_constraint(one)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(agreements, st.booleans())
def test_a_policy_is_an_odrl_agreement(agreement: Agreement, public: bool) -> None:
    remedies = [remedy_of(Sanction.THROTTLE, Ladder(), profile="mdc")]
    document = plain(agreement, withheld=WITHHELD if public else frozenset(), remedies=remedies, negotiation="AGREED")
    assert document["@context"][0] == "http://www.w3.org/ns/odrl.jsonld"
    prefixes = document["@context"][1]
    assert {key for key in document if ":" not in key} <= POLICY_KEYS
    assert {key.split(":")[0] for key in document if ":" in key} <= set(prefixes)
    assert document["@type"] == "Agreement"
    assert document["conflict"] == "prohibit"  # 2.10: the default, invalid, voids the policy
    party = document["assignee"] if isinstance(document["assignee"], str) else document["assignee"]["uid"]
    for name in (document["uid"], document["profile"], document["assigner"], document["target"], party):
        assert is_iri(name)  # 2.1.3: an agreement has one assigner and one assignee
    (permission,) = document["permission"]
    must_be_rule(permission, may={"constraint"})
    for rule in document.get("obligation", ()):
        must_be_rule(rule, may=set())
    for rule in document.get("prohibition", ()):
        must_be_rule(rule, may={"remedy"})  # 2.6.7: a remedy is a duty, of a prohibition alone
        for remedy in rule["remedy"]:
            assert "remedy" not in remedy
            must_be_rule({key: value for key, value in remedy.items() if key != "@type"}, may=set())
