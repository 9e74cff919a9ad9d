"""Csv files of another shape than their header says: every cell under its own name, or a refusal that names the row."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.files import read_frame


@pytest.mark.parametrize(
    ("text", "row"),
    [("id,a,b\n7,1,0,1\n8,0,1,1\n", 1), ("id,a,b\n7,1,0\n8,0,1,1\n", 2), ('id,a,b\n7,"x\ny",0\n8,0,1,1\n', 2)],
)
@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
def test_a_cell_too_many_is_refused_with_its_row(text: str, row: int, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"wide.{ending}"
    path.write_bytes(gzip.compress(text.encode()) if ending == "csv.gz" else text.encode())
    with pytest.raises(InputError, match=f"row {row} has 4 cells, the header 3"):
        read_frame(path)


def test_commas_at_the_end_of_rows_shift_nothing(tmp_path: Path) -> None:
    path = tmp_path / "trail.csv"
    path.write_text("id,a,b\n7,1,0,\n8,0,1,\n")
    expected = pd.DataFrame({"id": ["7", "8"], "a": ["1", "0"], "b": ["0", "1"]})
    pd.testing.assert_frame_equal(read_frame(path), expected, check_dtype=False)


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    path.write_text("id,a,a\n7,1,0\n")
    with pytest.raises(InputError, match="2 columns are named 'a'"):
        read_frame(path)
