"""The register of processing and the yearly evaluation: made, signed, checked by anybody; and the ledger."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import hub.territory
from feeds.findings import Report
from feeds.reading import Limits, Reading
from governance.audiences import Audience
from governance.parties import Sanction
from governance.registers.document import fault_of, signed
from hub.cli import app as cli
from hub.clock import FixedClock
from hub.documents import NotADocument, page
from hub.errors import BadRequest, NotFound, Refused
from hub.fetch import Fetcher
from hub.records import Records
from hub.records import feeds as feed_records
from hub.records.models import Feed
from hub.released import Released
from hub.services import disputes, registers, sanctions
from hub.services.back import Back
from hub.services.commons import current_world, put_in_force, read_folder
from hub.services.decisions import decided
from hub.services.front import Front
from hub.services.ledger import ledger
from hub.services.register_making import EVALUATION, REGISTER_OF_PROCESSING, make
from hub.services.replay import replay
from hub.services.sanctions import Charge
from hub.signet import Signet
from hub.vault import Vault
from tests.hub.test_disputes import CLAIM
from tests.hub.test_sanctions import FACTS, ask, deny, refused

COMMONS = Path(hub.territory.__path__[0]) / "commons"
NOON = dt.datetime(2026, 11, 15, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def back(records: Records, tmp_path: Path, clock: FixedClock) -> Back:
    front = Front(records, Released(tmp_path / "released"), clock)
    put_in_force(front, read_folder(COMMONS))
    return Back(
        front=front,
        vault=Vault(tmp_path / "vault"),
        fetcher=Fetcher(most_bytes=1, most_s=1.0),
        timezone="Europe/Paris",
        signet=Signet(tmp_path / "keys"),
        limits=Limits(),
    )


def add_version(front: Front, slug: str, standard: str, *, at: dt.datetime, verdict_ok: bool = True) -> None:
    with front.records.write() as session:
        feed = session.get(Feed, slug) or Feed(slug=slug, standard=standard, created_at=at)
        session.add(feed)
        feed_records.add_version(
            session,
            feed,
            digest=f"{slug}{at:%Y%m%d}".ljust(64, "0")[:64],
            raw_digest="0" * 64,
            source="x.zip",
            at=at,
            reading=Reading(standard, "2.0", {}, {"trips": 918_273_645}, facts={}),
            report=Report((), {"checker": "1"}, {}, at.date(), incomplete="" if verdict_ok else "stopped"),
        )


def test_the_register_names_each_activity_and_what_is_missing(back: Back) -> None:
    made = make(back, REGISTER_OF_PROCESSING, 2026, by="secretariat")
    document = json.loads(made.files["json"])
    assert fault_of(document, key=back.signet.public()) == ""
    activities = {(one["dataset"], one["purpose"]): one for one in document["body"]["data"]["activities"]}
    world = current_world(back.front)
    expected = {
        (one.dataset, purpose)
        for one in world.agreements
        if one.dataset.startswith("mds-")
        and one.validity.from_ <= NOON
        and one.validity.to > dt.datetime(2025, 12, 31, 23, tzinfo=dt.UTC)
        for purpose in one.purposes.values
    }
    assert set(activities) == expected
    one = activities["mds-bolide", "mobility-planning"]
    assert one["controller"] == "bolide"
    assert "joint-members-bolide@1" in one["agreements"]
    for name, one in activities.items():
        held = [agreement for agreement in world.agreements if agreement.key in one["agreements"]]
        stated = all(agreement.rgpd is not None for agreement in held)
        assert ("legal_basis" not in one["missing"]) is stated, name
        assert "contact" in one["missing"]
    assert make(back, REGISTER_OF_PROCESSING, 2026, by="secretariat").files == made.files
    assert len(registers.published(back.front)) == 1


def test_a_year_before_the_agreements_has_no_activity(back: Back) -> None:
    made = make(back, REGISTER_OF_PROCESSING, 2020, by="secretariat")
    assert json.loads(made.files["json"])["body"]["data"] == {"activities": []}


def test_the_evaluation_counts_what_was_done_and_says_what_is_not_measured(back: Back, clock: FixedClock) -> None:
    front = back.front
    add_version(front, "bus-hautes-combes", "gtfs", at=NOON - DAY)
    add_version(front, "mds-bolide", "mds", at=NOON - DAY)
    deny(front, "itineo", 3)
    case = sanctions.open_case(front, Charge("itineo", FACTS), by="secretariat")
    sanctions.state(front, case.id, by="itineo", text="We heard you.")
    sanctions.decide(front, case.id, by="secretariat", to=1, why="too many denials")
    dismissed = sanctions.open_case(front, Charge("bolide", FACTS), by="secretariat")
    sanctions.close(front, dismissed.id, by="secretariat", why="it was nothing", notice=False)
    disputes.open_dispute(front, CLAIM, by="smhc")
    data: dict[str, Any] = json.loads(make(back, EVALUATION, 2026, by="secretariat").files["json"])["body"]["data"]
    assert data["members_by_college"] == {"authorities": 2, "operators": 6, "research": 1, "users": 2}
    assert data["sanctions_by_level"] == {"1": 1, "dismissed": 1}
    assert data["disputes_by_outcome"] == {"drawn": 1}
    assert data["denials_by_reason"] == {"actor.not_in_audience": 3}
    assert data["feeds"] == {"open_by_verdict": {"pass": 1}, "sealed": 1}
    assert (data["share_suppressed"], data["usefulness_lost"], data["certificates"]) == (None, None, None)
    assert sum(data["agreements_by_state"].values()) == len(current_world(front).agreements)
    clock.now = dt.datetime(2027, 1, 1, 0, tzinfo=dt.UTC)
    next_year: dict[str, Any] = json.loads(make(back, EVALUATION, 2027, by="secretariat").files["json"])["body"]["data"]
    assert next_year["sanctions_by_level"] == {}
    assert next_year["denials_by_reason"] == {}
    deny(front, "itineo", 2)
    disputes.open_dispute(front, replace(CLAIM, respondent="glisse", about="use"), by="smhc")
    noticed = sanctions.open_case(front, Charge("glisse", FACTS), by="secretariat")
    sanctions.close(front, noticed.id, by="secretariat", why="it was little", notice=True)
    again: dict[str, Any] = json.loads(make(back, EVALUATION, 2026, by="secretariat").files["json"])["body"]["data"]
    for name in ("sanctions_by_level", "disputes_by_outcome", "denials_by_reason"):
        assert again[name] == data[name]
    assert replay(front).differences == ()


def test_nothing_that_a_document_says_tells_an_operators_volumes(back: Back) -> None:
    add_version(back.front, "mds-bolide", "mds", at=NOON - 3 * DAY)
    for signs in (EVALUATION, REGISTER_OF_PROCESSING):
        for content in make(back, signs, 2026, by="secretariat").files.values():
            assert b"918273645" not in content
            assert not re.search(rb"918.273.645", content)
            assert b"p_percent" not in content


def test_whoever_changes_a_document_is_found_out(back: Back) -> None:
    document = json.loads(make(back, EVALUATION, 2026, by="secretariat").files["json"])
    other = json.loads(json.dumps(document))
    other["body"]["data"]["sanctions_by_level"]["6"] = 1
    assert fault_of(other) == "its digest is not that of its body"
    for name, value in (("digest", "0" * 64), ("signature", "AAAA"), ("signs", "register"), ("by", "smhc")):
        assert fault_of({**document, name: value}), name
    assert fault_of(document, key="A" * 43 + "=") == "it was signed with another key than the one given"
    assert fault_of({**document, "body": {"x": 1.5}}).startswith("its body has no canonical form")
    assert fault_of({}).startswith("this is no signed document")
    assert fault_of({**document, "key": "?"}) == "a public key is 32 bytes in base64"
    strange = signed({"x": 1}, back.signet.key(), signs=EVALUATION)
    assert fault_of(strange) == ""
    with pytest.raises(NotADocument):
        page(strange, "fr")


class Outline(HTMLParser):
    """What a page is made of: tags in order, the language, addresses that it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.lang = ""
        self.loads: list[str] = []
        self.labelled: set[str] = set()
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.lang = found.get("lang") or self.lang
        self.loads += [value for name in ("src", "href") if (value := found.get(name))]
        if label := found.get("aria-labelledby"):
            self.labelled.add(label)
        if name := found.get("id"):
            assert name not in self.ids
            self.ids.add(name)


@pytest.mark.parametrize("signs", [EVALUATION, REGISTER_OF_PROCESSING])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_pages_stand_alone_in_their_language_and_carry_digest_and_signature(
    back: Back, signs: str, language: str
) -> None:
    made = make(back, signs, 2026, by="secretariat")
    document, text = json.loads(made.files["json"]), made.files[language].decode()
    outline = Outline()
    outline.feed(text)
    assert outline.lang == language
    assert outline.loads == []
    assert not {"script", "img", "link", "iframe"} & set(outline.tags)
    assert (outline.tags.count("h1"), outline.tags.count("main")) == (1, 1)
    assert outline.labelled <= outline.ids
    for part in ("digest", "signature", "key"):
        assert document[part].replace("+", "&#43;") in text.replace("+", "&#43;")
    title = document["body"]["title"]
    assert title[language] in text.replace("&#39;", "'")
    assert page(document, language) == made.files[language]
    assert "{" not in text.partition("</style>")[2]


def test_only_the_secretariat_makes_documents_and_only_of_years_that_began(back: Back) -> None:
    assert refused(lambda: make(back, EVALUATION, 2026, by="bolide")) == "actor.may_not"
    for year in (2027, 1999, 10_000):
        with pytest.raises(BadRequest):
            make(back, EVALUATION, year, by="secretariat")
    assert registers.published(back.front) == []
    with pytest.raises(NotFound):
        registers.content(back.front, "evaluation-2026", "json")


def test_a_text_with_markup_is_escaped(back: Back) -> None:
    files = read_folder(COMMONS)
    put_in_force(
        back.front, {**files, "commons.yaml": files["commons.yaml"].replace("Les Hautes-Combes", "<script>x</script>")}
    )
    made = make(back, EVALUATION, 2026, by="secretariat")
    assert b"<script>" not in made.files["fr"]
    assert b"&lt;script&gt;" in made.files["fr"]


def test_the_ledger_shows_what_each_gives_and_to_itself_what_it_uses(back: Back, clock: FixedClock) -> None:
    front = back.front
    add_version(front, "bus-hautes-combes", "gtfs", at=NOON - 45 * DAY)
    add_version(front, "mds-bolide", "mds", at=NOON - 2 * DAY)
    add_version(front, "mds-glisse", "mds", at=NOON - DAY, verdict_ok=False)
    for _ in range(12):
        reading = ask(front, "itineo", Audience.OPEN)
        open_read = type(reading)(reading.actor, reading.action, "bus-hautes-combes", Audience.OPEN, "open-reuse", NOON)
        decided(front, open_read)
    lines = {one.member: one for one in ledger(front, since=NOON - DAY, reader="itineo")}
    assert {name: line.points for name, line in lines.items() if line.points} == {
        "cars-combes": 75,
        "bolide": 100,
        "glisse": 50,
    }
    assert lines["combecycle"].datasets[0].points == 0
    assert (lines["itineo"].used, lines["bolide"].used) == ("10-99", "0")
    assert lines["itineo"].uses is not None
    assert lines["itineo"].uses["bus-hautes-combes"].answers == 12
    assert lines["bolide"].uses is None
    rival = {one.member: one for one in ledger(front, since=NOON - DAY, reader="bolide")}
    assert (rival["itineo"].uses, rival["itineo"].used) == (None, "10-99")
    everything = ledger(front, since=NOON - DAY, reader="secretariat")
    assert all(one.uses is not None for one in everything)
    assert ledger(front, since=NOON + DAY)[0].used == "0"
    with pytest.raises(NotFound):
        ledger(front, since=NOON, reader="nobody")


def test_the_ledger_tells_no_day_and_no_volume_of_a_sealed_dataset(back: Back) -> None:
    front = back.front
    told = []
    for days, rows in ((1, "a"), (6, "b")):
        add_version(front, "mds-bolide", "mds", at=NOON - days * DAY)
        line = next(one for one in ledger(front, since=NOON, reader="glisse") if one.member == "bolide")
        told.append((rows and line.datasets, line.points))
    assert told[0] == told[1]
    assert "918" not in repr(told)


def test_the_command_line_makes_verifies_and_finds_a_forgery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_NOW", NOON.isoformat())
    home, out, runner = tmp_path / "hub", tmp_path / "out", CliRunner()

    def run(*words: str) -> Any:
        return runner.invoke(cli, list(words))

    assert run("agreements", "load", str(COMMONS), "--home", str(home)).exit_code == 0
    for name in ("rgpd", "evaluation"):
        made = run("registers", name, "--year", "2026", "-o", str(out), "--home", str(home))
        assert made.exit_code == 0, made.output
    assert sorted(one.name for one in out.iterdir()) == sorted(
        f"{name}-2026.{end}" for name in ("rgpd", "evaluation") for end in ("json", "fr.html", "en.html")
    )
    file = out / "rgpd-2026.json"
    key = json.loads(file.read_text("utf-8"))["key"]
    pages = [f"--html={out / f'rgpd-2026.{language}.html'}" for language in ("fr", "en")]
    # Needs no hub: the file, its pages and the key that one was told.
    assert run("registers", "verify", str(file), "--key", key, *pages).exit_code == 0
    assert run("registers", "verify", str(file), f"--html={out / 'evaluation-2026.fr.html'}").exit_code == 1
    file.write_text(file.read_text("utf-8").replace('"year":2026', '"year":2025'), "utf-8")
    assert run("registers", "verify", str(file)).exit_code == 1
    listed = json.loads(run("registers", "list", "--json", "--home", str(home)).output)
    assert [one["document"] for one in listed] == ["evaluation-2026", "rgpd-2026"]
    shown = json.loads(run("registers", "ledger", "--json", "--home", str(home)).output)
    assert len(shown) == 11


def test_a_suspended_member_still_reads_the_ledger(back: Back) -> None:
    front = back.front
    sanctions.open_case(front, Charge("itineo", FACTS, emergency=True), by="secretariat")
    assert current_world(front).members["itineo"].sanction is Sanction.NEGOTIATED_SUSPENDED
    assert ledger(front, since=NOON, reader="itineo")
    with pytest.raises(Refused):
        decided(front, ask(front, "itineo"))
