"""12 million texts, 20 declarative labeling functions, from Parquet to soft labels in Parquet.

python -m labeling_pipeline_tests.benchmarks.weak_pipeline
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from labeling_pipeline.core.weak_supervision import load_lfs
from labeling_pipeline.warehouse.lf_stream import weak_label_parquet
from labeling_pipeline_tests.benchmarks.weak_data import DATA
from labeling_pipeline_tests.benchmarks.weak_fit import peak_gb
from labeling_pipeline_tests.benchmarks.weak_lfs import RULES, toml

MORE = [
    ("best_of", "keywords", ["best", "favorite", "favourite", "worst"], 1),
    ("or_not", "regex", r"\bor (?:not|no|is it)\b", 1),
    ("should_i", "regex", r"\bshould (?:i|we|you)\b", 1),
    ("new_thing", "keywords", ["new", "update", "released", "announces"], 0),
    ("picture", "phrases", ["photo of", "picture of", "video of"], 0),
    ("says", "keywords", ["says", "said", "finds", "shows"], 0),
    ("number_first", "regex", r"^\d+\b", 0),
    ("long", "length", 3, 0),
]


def main() -> None:
    """Print seconds and the highest memory."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=12_000_000)
    given = options.parse_args()
    lfs = load_lfs(toml([*RULES, *MORE]))
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "comments.parquet", Path(folder) / "weak_labels.parquet"
        write_texts(source, given.rows)
        start = time.perf_counter()
        done = weak_label_parquet(source, lfs, target, progress=show)
        seconds = time.perf_counter() - start
        n = pq.read_metadata(target).num_rows
    print(f"\n{n:,} texts × {len(lfs.functions)} labeling functions, Parquet to Parquet: {seconds:.0f} s,", end=" ")
    print(f"peak memory {peak_gb():.2f} GB, method {done.result.method}")


def write_texts(path: Path, n: int) -> None:
    """Loop the titles into one file of `n` rows, in parts."""
    texts = pq.read_table(DATA / "reddit_titles" / "titles.parquet", columns=["title"])["title"].combine_chunks()
    schema = pa.schema([("comment_id", pa.string()), ("text", pa.string())])
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, n, len(texts)):
            part = texts.slice(0, min(len(texts), n - start))
            ids = pa.array([f"t{start + i}" for i in range(len(part))])
            writer.write_table(pa.table([ids, part], schema=schema))


def show(done: int, of: int) -> None:
    """Progress on one line."""
    print(f"\r{done:,} of {of:,}", end="", flush=True)


if __name__ == "__main__":
    main()
