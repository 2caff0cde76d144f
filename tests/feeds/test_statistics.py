from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from feeds import statistics

TEXT = """\
-- ---
-- id: test.sum
-- title: {fr: Somme par zone, en: Sum by zone}
-- formula: sum of x
-- unit: {total: things}
-- dimensions: [zone]
-- source: this test
-- tables: [things]
-- parameters: {least: 2}
-- ---
SELECT zone, SUM(x) AS total FROM things WHERE x >= $least GROUP BY zone ORDER BY zone
"""


def test_a_statistic_runs_over_parquet_and_over_arrow_alike(tmp_path: Path) -> None:
    table = pa.table({"cell": ["a", "a", "b"], "x": [1, 2, 5]})
    pq.write_table(table, tmp_path / "it's.parquet")
    one = statistics.parse(TEXT)
    connection = statistics.connect(memory=1 << 28, spill=tmp_path)
    columns = {"things": {"zone": "cell"}}
    for source in (table, tmp_path / "it's.parquet", [tmp_path / "it's.parquet"]):
        result = statistics.compute(one, {"things": source}, connection=connection, columns=columns)
        assert result.to_pydict() == {"zone": ["a", "b"], "total": [2, 5]}
    result = statistics.compute(one, {"things": table}, connection=connection, columns=columns, least=3)
    assert result.to_pydict() == {"zone": ["b"], "total": [5]}


def test_an_unknown_parameter_is_refused() -> None:
    connection = statistics.connect(memory=1 << 28)
    with pytest.raises(TypeError, match="no parameter most"):
        statistics.compute(statistics.parse(TEXT), {}, connection=connection, most=1)


def test_a_head_that_lacks_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks 'source'"):
        statistics.parse(TEXT.replace("-- source: this test\n", ""))
