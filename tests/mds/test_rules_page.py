from __future__ import annotations

import re
from pathlib import Path

from mds import reference
from mds.notices import notices
from mds.rules import RULES

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_current() -> None:
    assert (ROOT / reference.PATH).read_text("utf-8") == reference.page(), "run python -m mds.reference"


def test_every_code_stands_there_once_with_its_severity_and_how_to_mend_it() -> None:
    page = reference.page()
    rules = {rule.code: rule.severity.value for rule in RULES}
    for code, one in notices().items():
        [line] = re.findall(rf"^\| `{code}` \|.*$", page, re.MULTILINE)
        assert one.mend in line
        assert one.mend_fr in line
        assert f"| {rules.get(code, '')}" in line
    assert "| `mds_bad_uuid` | rule | set aside | not a UUID |" in page
    assert "| `mds_known_record` | rule | told |" in page
