"""The scanner sees what was planted however it is packed: else all the tests around it would prove nothing."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
import zlib

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.surface.scanning import Scanner, Sentinel
from tests.surface.things import p_is

WORD, NUMBER = "SENTINEL-of-é<somebody>", 731_059_713
SCANNER = Scanner([Sentinel("word", word=WORD), Sentinel("number", number=NUMBER), Sentinel("p", expression=p_is(47))])


def zipped(content: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.txt", content)
    return sink.getvalue()


def parquet(**columns: list[object]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    return sink.getvalue()


PLAIN = WORD.encode()


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        WORD.upper().encode(),
        gzip.compress(PLAIN, mtime=0),
        zlib.compress(PLAIN),
        zipped(PLAIN),
        zipped(gzip.compress(PLAIN, mtime=0)),
        json.dumps({"x": [WORD]}).encode(),
        json.dumps({"x": json.dumps([WORD])}).encode(),
        b"SENTINEL-of-&eacute;&lt;somebody&gt;",
        b"SENTINEL-of-%C3%A9%3Csomebody%3E",
        parquet(a=[1, 2], b=["x", WORD]),
        b'{"text": "' + base64.b64encode(PLAIN + b" and more") + b'"}',
        b"\xff\xfe" + PLAIN,
    ],
)
def test_a_word_is_found(content: bytes) -> None:
    assert "word" in SCANNER.found(content)


@pytest.mark.parametrize(
    "text",
    [
        "731059713",
        "731,059,713",
        "731 059 713",
        "731\u202f059\u202f713",
        "731.059.713",
        '{"n":731059713}',
        "[1,731059713,2]",
    ],
)
def test_a_number_is_found(text: str) -> None:
    assert SCANNER.found(text.encode()) == {"number"}
    assert SCANNER.found(parquet(n=[NUMBER, NUMBER + 1])) == {"number"}


@pytest.mark.parametrize(
    "text", ["7310597130", "1731059713", "a731059713", "0.731059713", "731059714", "731 059", "47"]
)
def test_another_number_is_not(text: str) -> None:
    assert SCANNER.found(text.encode()) == set()


@pytest.mark.parametrize(
    "text",
    [
        '{"terms": {"p_percent": 47}}',
        json.dumps({"text": json.dumps({"p_percent": 47})}),
        "Nobody can estimate another's part closer than 47 %.",
        '{"leftOperand":"mdc:pPercent","operator":"gteq","rightOperand":47}',
    ],
)
def test_an_exact_p_is_found(text: str) -> None:
    assert SCANNER.found(text.encode()) == {"p"}
