"""What the hub commits itself to: from which contributions of each holding a release was made, without telling them.

A commitment is SHA-256 over a secret salt of 32 bytes and the contributions of one holding by base cell. Who has the
salt and the contributions can check it; who lacks the salt cannot find the numbers by trying, however few there are.
A holding is given its own salt only.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import numpy as np

from governance.canonical import canonical
from governance.disclosure.contributions import Contributions
from governance.periods import Period

SALT_BYTES: Final = 32


def salt_of(secret: bytes, *, release: str, holding: str) -> bytes:
    """A holding's salt for one release (the SHA-256 of its file), from a secret of the hub's: HMAC-SHA256 (RFC 2104).

    Nothing has to be kept, and no salt tells of another.
    """
    return hmac.digest(secret, canonical({"holding": holding, "release": release, "salts": "contributions"}), "sha256")


def commitment(own: Contributions, salt: bytes, *, holding: str, cube: str, period: Period) -> str:
    """The commitment to one holding's rows, as 64 hexadecimal digits.

    Rows of one base cell add up; vehicles are left out, so that a table of sums suffices to check it. After the salt
    come lines of canonical JSON (RFC 8785): what it is, then the ids and the sum of each cell, in the order of the ids.

    Raises:
        ValueError: the salt is not 32 bytes.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt is {SALT_BYTES} bytes")
    head = {
        "commits": "contributions",
        "cube": cube,
        "dimensions": [one.dimension for one in own.hierarchies],
        "holding": holding,
        "period": [period.from_.isoformat(), period.to.isoformat()],
    }
    made = hashlib.sha256(salt + canonical(head) + b"\n")
    for line in _lines(own.only(holding)):
        made.update(line)
    return made.hexdigest()


def commitments(
    contributions: Contributions, salts: Mapping[str, bytes], *, cube: str, period: Period
) -> dict[str, str]:
    """The commitment to every holding that has a salt, those included that contribute nothing."""
    return {
        holding: commitment(contributions, salts[holding], holding=holding, cube=cube, period=period)
        for holding in sorted(salts)
    }


def _lines(rows: Contributions) -> Iterator[bytes]:
    """A line for each base cell with something in it. Nodes stand in the order of their ids, so cells do too."""
    shape = tuple(one.size for one in rows.hierarchies)
    cell = np.ravel_multi_index(tuple(rows.cell.T.astype(np.int64)), shape)
    cells, place = np.unique(cell, return_inverse=True)
    sums = np.zeros(len(cells), np.int64)
    np.add.at(sums, place, rows.value)
    kept = sums > 0
    ids = [[json.dumps(node, ensure_ascii=False) for node in one.nodes[-1]] for one in rows.hierarchies]
    columns = [column.tolist() for column in np.unravel_index(cells[kept], shape)]
    for numbers, many in zip(_rows(columns), sums[kept].tolist(), strict=True):
        words = [names[number] for names, number in zip(ids, numbers, strict=True)]
        yield f"[{','.join(words)},{many}]\n".encode()


def _rows(columns: Iterable[list[int]]) -> Iterator[tuple[int, ...]]:
    return zip(*columns, strict=True)
