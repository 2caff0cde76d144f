"""A member's own contributions, brought to check a release: a file, the name of its holding, perhaps a salt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from governance.disclosure.commitments import SALT_BYTES
from governance.disclosure.contributions import HOLDING, Contributions, NotContributions, read_contributions
from governance.disclosure.published import Published
from hub.errors import BadRequest, NotFound


@dataclass(frozen=True, slots=True)
class Own:
    """What a member brings: its contributions, the name of its holding, and the salt it was given, if it was."""

    contributions: Contributions
    holding: str
    salt: bytes | None = None


def read_own(path: Path, published: Published, *, holding: str | None, salt: str | None) -> Own:
    """Read a member's contributions, Parquet or CSV: the release's dimensions, its measure, and perhaps `holding`.

    Raises:
        NotFound: there is no such file.
        BadRequest: they do not fit the release's dimensions, or name no holding, or the salt is none.
    """
    try:
        table = _read_table(path, [one.dimension for one in published.hierarchies])
        name = _holding(table, holding)
        if HOLDING not in table.column_names:
            table = table.append_column(HOLDING, pa.array([name] * len(table), pa.string()))
        rows = read_contributions(
            table.filter(pc.equal(pc.cast(table[HOLDING], pa.string()), name)),
            hierarchies=published.hierarchies,
            measure=published.about.measure,
            added={},
            distinct={},
        )
        return Own(rows, name, _salt(salt))
    except OSError as fault:
        raise NotFound(f"{path}: {fault.strerror or fault}") from fault
    except (pa.ArrowInvalid, NotContributions) as fault:
        raise BadRequest(f"{path}: {' '.join(str(fault).split())}") from fault


def _read_table(path: Path, dimensions: list[str]) -> Any:
    if path.suffix.lower() != ".csv":
        return pq.read_table(path)
    # An id of digits is text: as a number it would lose its zeros.
    texts = dict.fromkeys([*dimensions, HOLDING], pa.string())
    return pa_csv.read_csv(path, convert_options=pa_csv.ConvertOptions(column_types=texts, strings_can_be_null=True))


def _holding(table: Any, asked: str | None) -> str:
    if asked is not None:
        return asked
    names = pc.unique(table[HOLDING]).to_pylist() if HOLDING in table.column_names else []
    if len(names) != 1 or names[0] is None:
        raise BadRequest("whose contributions these are is not said: name your holding with --holding")
    return str(names[0])


def _salt(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        salt = bytes.fromhex(text)
    except ValueError:
        salt = b""
    if len(salt) != SALT_BYTES:
        raise BadRequest(f"a salt is {2 * SALT_BYTES} hexadecimal digits")
    return salt
