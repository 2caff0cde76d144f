from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.gtfs import rows


def read_all(
    raw: bytes, encoding: str = "utf-8"
) -> tuple[list[tuple[int, dict[str, Any]]], list[rows.BadRow], rows.Seen]:
    def opener() -> io.BytesIO:
        return io.BytesIO(raw)

    header = rows.read_header(opener, encoding)
    assert header is not None
    seen, bad = rows.Seen(encoding), []
    records: list[tuple[int, dict[str, Any]]] = []
    for lines, batch in rows.read_rows(opener(), header, seen, on_bad_row=bad.append):
        records += zip(lines.to_pylist(), batch.to_pylist(), strict=True)
    return records, bad, seen


def test_lines_are_those_of_an_editor() -> None:
    raw = b'\xef\xbb\xbfa, b\r\n1, 2\r\n\r\n3\r\n"4\nx",5\r\n   \r\n6,7,8\r\n9,""\r\n'
    records, bad, seen = read_all(raw)
    assert records == [(2, {"a": "1", "b": "2"}), (5, {"a": "4\nx", "b": "5"}), (9, {"a": "9", "b": None})]
    assert bad == [(4, 1, "3"), (8, 3, "6,7,8")]
    assert seen.empty_rows == 2


@pytest.mark.parametrize("block", [16, 64, 1 << 20])
def test_the_size_of_a_block_changes_nothing(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    raw = b"a,b\n" + b"".join(b"%d,x\n%d\n" % (n, n) for n in range(50))
    monkeypatch.setattr(rows, "BLOCK", block)
    records, bad, _ = read_all(raw)
    assert [line for line, _ in records] == list(range(2, 102, 2))
    assert [line for line, _, _ in bad] == list(range(3, 103, 2))


@settings(derandomize=True, deadline=None)
@given(st.lists(st.lists(st.text(alphabet='ab,"\né ', max_size=5), min_size=2, max_size=2), max_size=20))
def test_what_was_written_is_read(records: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([["a", "b"], *records])
    found, bad, _ = read_all(text.getvalue().encode())
    expected = [{"a": a.strip() or None, "b": b.strip() or None} for a, b in records if a.strip() or b.strip()]
    assert [record for _, record in found] == expected
    assert bad == []


def test_a_line_break_in_a_bad_record_counts_too() -> None:
    records, bad, _ = read_all(b'a,b\n"1\n1",2,3\n4,5\n6\n')
    assert [line for line, _ in records] == [4]
    assert [line for line, _, _ in bad] == [2, 5]


def test_a_file_may_end_with_its_header() -> None:
    assert read_all(b"a,b")[0] == read_all(b"a,b\n")[0] == []


def test_doubled_and_blank_columns_get_names_of_their_own() -> None:
    header = rows.read_header(lambda: io.BytesIO(b"\n a ,a,,b\n"), "utf-8")
    assert header == rows.Header(["a", "a_2", "column_3", "b"], doubled=["a"], blank=[2], lines=2)


def test_utf_16_is_known_by_its_mark() -> None:
    raw = "a,b\né,2\n".encode("utf-16")
    assert rows.encodings(lambda: io.BytesIO(raw)) == ("utf-16",)
    assert read_all(raw, "utf-16")[0] == [(2, {"a": "é", "b": "2"})]


def test_bytes_that_are_not_of_the_encoding_are_told_at_once() -> None:
    with pytest.raises(UnicodeDecodeError):
        read_all("a\né\n".encode("cp1252"))


def test_an_open_quotation_mark_shows_in_their_number() -> None:
    assert read_all(b'a,b\n1,"2\n3,4\n')[2].quotes % 2 == 1
