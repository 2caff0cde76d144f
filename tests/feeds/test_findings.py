from __future__ import annotations

import pytest

from feeds.findings import Finding, Kind, Report, Severity, Verdict


def test_plausibility_is_never_an_error() -> None:
    with pytest.raises(ValueError, match="plausibility is never an error"):
        Finding("odd", Severity.ERROR, "odd", kind=Kind.PLAUSIBILITY)


def test_plausibility_does_not_fail_a_feed() -> None:
    odd = Finding("odd", Severity.WARNING, "odd", kind=Kind.PLAUSIBILITY)
    assert Report(findings=(odd,)).verdict is Verdict.PASS
    assert Finding("bad", Severity.ERROR, "bad").kind is Kind.RULE
