"""How fast the log is: written, proved, and verified from a file of a million entries, beside bare hashing."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import insert

from benchmarks.row import Row
from governance.log import export
from governance.log.check import check_export
from governance.log.checkpoint import Checkpoint, sign_checkpoint
from governance.log.entry import Entry, commitment, leaf, mark
from governance.log.export import Opening
from governance.log.merkle import leaf_hash
from governance.log.opening import Growing
from governance.log.proofs import inclusion_ranges, is_included, nodes_of, proof
from governance.signing import new_key, public_text
from hub.records import Records, connect
from hub.records import log as log_records
from hub.records.models import LogNode

_ENTRIES = 1_000_000
_HOLDERS = ("trottix", "velovif", "bolide", "glisse")
_NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
_ORIGIN = "mobility-commons/hautes-combes"
_PROOFS = 300


def run() -> list[Row]:
    """A full export of a million entries, proofs from a log of a million, and how many entries a second are written."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        tree, nodes = _write_export(place / "all.jsonl")
        rows = [_verified(place / "all.jsonl"), _own(tree, nodes)]
        records = connect(f"sqlite:///{place / 'records.sqlite3'}")
        records.upgrade()
        rows += [_appended(records), _turned(records)]
        rows += _proved(records, tree, nodes)
        records.close()
    return rows


def _text(index: int) -> bytes:
    """What a decision on a cube of four holders says; some 900 bytes."""
    body = {
        "action": "read", "actor": "smhc", "at": (_NOON + dt.timedelta(seconds=index)).isoformat(),
        "agreements": {f"mds-{name}": f"joint-members-{name}@1" for name in _HOLDERS}, "audience": "members",
        "commitments": {"obligations": f"{index:064x}", "request": f"{index + 1:064x}"}, "counts": {},
        "datasets": [f"mds-{name}" for name in _HOLDERS], "member": "smhc", "period": "2026-01-01/2027-01-01",
        "permitted": True, "purpose": "mobility-planning", "reasons": [], "recipient": None,
        "subject": "flows-h3_8-month", "table": "", "type": "decision",
    }  # fmt: skip
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)


def _write_export(path: Path) -> tuple[Growing, list[list[bytes]]]:
    """The secretariat's export of `_ENTRIES` entries; answers with their tree and its kept nodes by level."""
    tree, nodes = Growing(), [[] for _ in range(_ENTRIES.bit_length())]
    entries = path.with_suffix(".entries")
    with entries.open("wb") as file:
        for index in range(_ENTRIES):
            text, salt = _text(index), hashlib.sha256(b"%d" % index).digest()
            openings, marks = _marked(index)
            committed = commitment(salt, text)
            for level, hashed in enumerate(tree.add(leaf_hash(leaf(committed, marks)))):
                nodes[level].append(hashed)
            opened = (salt.hex(), text.decode())
            file.write(_line(export.entry(index, committed, marks, openings=openings, opened=opened)))
    key = new_key()
    note = sign_checkpoint(Checkpoint(_ORIGIN, _ENTRIES, tree.root()), key)
    with path.open("wb") as file, entries.open("rb") as body:
        file.write(export.line(export.header(origin=_ORIGIN, key=public_text(key), member="")))
        file.write(export.line(export.checkpoint(str(note), {})))
        while chunk := body.read(1 << 20):
            file.write(chunk)
        file.write(export.line(export.end(_ENTRIES)))
    entries.unlink()
    return tree, nodes


def _marked(index: int) -> tuple[list[Opening], list[str]]:
    """The four holders are concerned by every entry, one authority by one in ten, another by the rest."""
    asked = ("smhc", index // 10 + 1) if index % 10 == 0 else ("region", index - index // 10)
    counted = [*((holder, index + 1) for holder in _HOLDERS), asked]
    openings = [Opening(party, number, f"{index:064x}") for party, number in counted]
    return openings, sorted(mark(bytes.fromhex(one.salt), one.party, one.number) for one in openings)


def _line(item: Mapping[str, Any]) -> bytes:
    """As `export.line` spells it where no name needs care, and ten times as fast."""
    return orjson.dumps(item, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _own(tree: Growing, nodes: list[list[bytes]]) -> Row:
    """A member's own file: one entry in ten of the million, each with its proof."""
    key = new_key()
    count = _ENTRIES // 10
    lines = [
        export.line(export.header(origin=_ORIGIN, key=public_text(key), member="smhc")),
        export.line(export.checkpoint(str(sign_checkpoint(Checkpoint(_ORIGIN, tree.size, tree.root()), key)), {})),
    ]
    for number in range(count):
        index = number * 10
        path = proof(inclusion_ranges(index, _ENTRIES), lambda level, place: nodes[level][place])
        text, own = _text(index), hashlib.sha256(b"%d" % index).digest()
        openings, marks = _marked(index)
        opened = (own.hex(), text.decode())
        lines.append(
            _line(export.entry(index, commitment(own, text), marks, openings=openings[-1:], opened=opened, path=path))
        )
    lines.append(export.line(export.end(count)))
    begun, cpu = time.perf_counter(), time.process_time()
    found = check_export(lines)
    ours_s, cpu_s = time.perf_counter() - begun, time.process_time() - cpu
    assert found.whole, found.faults  # noqa: S101 - what is timed must be what is meant
    note = f"{count:,} entries with their proofs, {cpu_s:.1f} s of CPU"
    return Row("log: verify a member's own export", ours_s, None, note)


def _verified(path: Path) -> Row:
    begun, cpu = time.perf_counter(), time.process_time()
    with path.open("rb") as lines:
        found = check_export(lines)
    ours_s, cpu_s = time.perf_counter() - begun, time.process_time() - cpu
    assert found.whole, found.faults  # noqa: S101 - what is timed must be what is meant
    begun = time.perf_counter()
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    floor_s = time.perf_counter() - begun
    note = f"{found.entries:,} entries of five parties, {path.stat().st_size >> 20} MiB, {cpu_s:.1f} s of CPU; "
    note += "floor: SHA-256 of the file"
    return Row("log: verify an export", ours_s, floor_s, note)


def _appended(records: Records) -> Row:
    count = 2_000
    begun = time.perf_counter()
    with records.write() as session:
        for index in range(count):
            log_records.append(session, _entry(index))
    return _rate("log: append, one transaction", count, time.perf_counter() - begun)


def _turned(records: Records) -> Row:
    count = 200
    begun = time.perf_counter()
    for index in range(count):
        with records.write() as session:
            log_records.append(session, _entry(index))
    return _rate("log: append, a synced transaction each", count, time.perf_counter() - begun)


def _entry(index: int) -> Entry:
    body = json.loads(_text(index))
    return Entry(_NOON, "smhc", "read", "flows-h3_8-month", True, body, frozenset({*_HOLDERS, "smhc"}))


def _rate(name: str, count: int, whole_s: float) -> Row:
    return Row(name, whole_s, None, f"{count:,} entries of five parties on SQLite, {count / whole_s:.0f} a second")


def _proved(records: Records, tree: Growing, nodes: list[list[bytes]]) -> list[Row]:
    with records.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER log_node_no_delete")
        connection.exec_driver_sql("DELETE FROM log_node")
        for level, hashes in enumerate(nodes):
            for chunk in _chunks(level, hashes):
                connection.execute(insert(LogNode), chunk)
    root, places = tree.root(), [(number * 7_919 + 1) % _ENTRIES for number in range(_PROOFS)]
    paths: list[list[bytes]] = []

    def make(index: int) -> None:
        ranges = inclusion_ranges(index, _ENTRIES)
        with records.read() as session:
            paths.append(proof(ranges, log_records.lookup(session, nodes_of(ranges))))

    make_s = _median(make, places)
    paths.clear()
    for index in places:
        make(index)
    by_place = dict(zip(places, paths, strict=True))

    def verify(index: int) -> None:
        assert is_included(nodes[0][index], index, _ENTRIES, by_place[index], root)  # noqa: S101

    verify_s = _median(verify, places)
    floor_s = _median(lambda _: [hashlib.sha256(b"\x01" + root + root).digest() for _ in range(20)], places)
    return [
        Row("log: inclusion proof, made", make_s * _PROOFS, None, f"{make_s * 1e3:.2f} ms each, from SQLite"),
        Row("log: inclusion proof, checked", verify_s * _PROOFS, floor_s * _PROOFS, f"{verify_s * 1e6:.0f} µs each; "
            "floor: twenty bare hashes"),
    ]  # fmt: skip


def _chunks(level: int, hashes: list[bytes]) -> Iterator[list[dict[str, object]]]:
    for begin in range(0, len(hashes), 50_000):
        chunk = hashes[begin : begin + 50_000]
        yield [{"level": level, "place": begin + at, "hash": one} for at, one in enumerate(chunk)]


def _median(work: Callable[[int], object], places: list[int]) -> float:
    each = []
    for index in places:
        begun = time.perf_counter()
        work(index)
        each.append(time.perf_counter() - begun)
    return statistics.median(each)
