"""Which reader reads which file, and what a compressed file adds.

Belongs here: the registry of formats. Does not: any format (its own module).
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from labeling_pipeline.warehouse.inbox.batch import Batch, DamagedFileError
from labeling_pipeline.warehouse.inbox.read_csv import read_csv
from labeling_pipeline.warehouse.inbox.read_jsonl import read_jsonl
from labeling_pipeline.warehouse.inbox.read_parquet import read_parquet

READERS: dict[str, Callable[[BinaryIO, int], Iterator[Batch]]] = {
    ".csv": read_csv,
    ".jsonl": read_jsonl,
    ".parquet": read_parquet,
}
ZIPPED = (".csv", ".jsonl")
EXPECTED = ".csv, .csv.gz, .jsonl, .jsonl.gz or .parquet"


def read_batches(path: Path, max_cell_bytes: int) -> Iterator[Batch]:
    """The rows of a file. Raises DamagedFileError, at the latest at the file's end, when it is not usable whole."""
    ending, is_zipped = format_of(path)
    reader = READERS.get(ending)
    if reader is None or (is_zipped and ending not in ZIPPED):
        raise DamagedFileError("not_the_format", f"the name ends in {path.suffix!r}; expected {EXPECTED}")
    with path.open("rb") as raw:
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if is_zipped else raw
        try:
            yield from reader(stream, max_cell_bytes)
        except (EOFError, zlib.error) as error:
            raise DamagedFileError("truncated", f"the compressed data break off: {error}") from error
        except gzip.BadGzipFile as error:
            raise DamagedFileError("not_the_format", f"not a gzip file: {error}") from error


def format_of(path: Path) -> tuple[str, bool]:
    """The format a name stands for, and whether it is compressed.

    >>> format_of(Path("votes.csv.gz"))
    ('.csv', True)
    """
    is_zipped = path.suffix.lower() == ".gz"
    return (Path(path.stem).suffix if is_zipped else path.suffix).lower(), is_zipped
