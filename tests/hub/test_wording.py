"""A finding speaks the language of whoever reads it, whatever its standard."""

from __future__ import annotations

import pytest

import mds.defects
import mds.rules
from feeds.findings import Finding, Kind, Severity
from feeds.gbfs.notices import NOTICES
from feeds.gbfs.notices import finding as gbfs_finding
from feeds.gtfs.notices import notices as gtfs_notices
from feeds.gtfs_rt.notices import notices as realtime_notices
from hub.api.present import finding_item
from hub.cli.options import language_asked
from hub.errors import BadRequest
from hub.records.models import FindingRow
from hub.services.wording import kind_of, mend_in, message_in, wording
from mds.notices import completed
from mds.notices import notices as mds_notices

SWAPPED = Finding("invalid_color", Severity.ERROR, "A field contains an invalid color value.", "routes.txt", 2)


def test_a_canonical_code_in_french() -> None:
    assert message_in("fr", SWAPPED) == "Ce n'est pas une couleur"
    assert mend_in("fr", SWAPPED) == "Écrire six chiffres hexadécimaux sans dièse, comme 1A7F37."
    assert message_in("en", SWAPPED) == "A field contains an invalid color value."
    assert mend_in("en", SWAPPED).startswith("Write six hexadecimal digits")


def test_what_a_checker_added_stays_as_it_was() -> None:
    far = gbfs_finding("gbfs_far_away", "station 7 is 312 km away")
    assert message_in("fr", far) == "Un lieu loin du reste du système : station 7 is 312 km away"
    assert far.kind is Kind.PLAUSIBILITY


def test_a_code_that_no_notice_knows_stays_in_its_words() -> None:
    odd = Finding("of_another_program", Severity.INFO, "odd", mend="do this")
    assert (message_in("fr", odd), mend_in("fr", odd), kind_of(odd.code)) == ("odd", "do this", Kind.RULE)


@pytest.mark.parametrize(
    "code", sorted({*gtfs_notices(), *NOTICES, *realtime_notices(), *mds_notices()}), ids=lambda code: code
)
def test_every_code_has_french_words(code: str) -> None:
    known = wording(code)
    assert known is not None
    assert known.fr
    assert known.fr != known.en
    assert known.mend.endswith(".")
    assert known.mend_fr.endswith(".")


def test_every_code_of_mds_is_known() -> None:
    of_rules = {rule.code for rule in mds.rules.RULES}
    of_defects = {one.code for one in vars(mds.defects).values() if isinstance(one, mds.defects.Defect)}
    assert of_rules | of_defects <= set(mds_notices())


def test_what_is_only_hard_to_believe_is_told_apart() -> None:
    odd = completed(Finding("mds_teleport", Severity.WARNING, "faster than any vehicle"))
    assert odd.kind is Kind.PLAUSIBILITY
    assert odd.mend == "Drop positions of a receiver that jumps."
    errors = {rule.code for rule in mds.rules.RULES if rule.severity is Severity.ERROR}
    assert not errors & {code for code, one in mds_notices().items() if one.kind is Kind.PLAUSIBILITY}


def test_the_api_answers_in_the_reader_s_language() -> None:
    row = FindingRow(code="implausible_speed", severity="warning", message="m", file="stop_times.txt", row=2,
                     field="", value="", count=3, mend="")  # fmt: skip
    told = finding_item(row, "fr")
    assert (told.kind, told.message) == ("plausibility", "Plus rapide que ce mode ne peut aller")
    assert told.mend.startswith("Vérifier les heures")
    assert finding_item(row, "en").message == "m"


def test_the_language_of_the_terminal_is_taken_where_none_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert language_asked(None) == "en"
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    assert language_asked(None) == "fr"
    assert language_asked("en") == "en"
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert language_asked(None) == "en"
    with pytest.raises(BadRequest, match="neither fr nor en"):
        language_asked("de")
