"""Damaged rows cost a row, damaged files a file, and neither ever a traceback."""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import astuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from labeling_pipeline_tests.warehouse.conftest import SmallHome

HEAD = b"comment_id,text\n"


def parquet(table: pa.Table) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream)
    return stream.getvalue()


GOOD = parquet(pa.table({"comment_id": ["a"], "text": ["one"]}))
ZIPPED = gzip.compress(HEAD + b"".join(b"c%d,a text of some length %d\n" % (i, i * 7919) for i in range(2000)))

FILES = {
    "empty.csv": (b"", "not_the_format"),
    "blank.csv": (b"\n\n", "not_the_format"),
    "columns.csv": (b"id,comment\na,one\n", "wrong_columns"),
    "semicolons.csv": (b"comment_id;text\na;one\n", "wrong_columns"),
    "twice.csv": (b"text,text\none,two\n", "wrong_columns"),
    "open_quote.csv": (HEAD + b'a,one\nb,"two\nc,three\n', "truncated"),
    "cut.csv": (HEAD + b"a,one\nb", "truncated"),
    "quotes.csv": (HEAD + b'a,"one\nb,"two"\nc,three\n', "malformed_csv"),
    "utf16.csv": ("comment_id,text\na,one\n".encode("utf-16"), "not_the_format"),
    "binary.csv": (bytes(range(256)) * 20, "not_the_format"),
    "parquet.csv": (GOOD, "not_the_format"),
    "cut.csv.gz": (ZIPPED[: len(ZIPPED) // 2], "truncated"),
    "cut_at_the_end.csv.gz": (ZIPPED[:-4], "truncated"),
    "broken.csv.gz": (ZIPPED[:2000] + b"\0" * 100 + ZIPPED[2100:], "truncated"),
    "plain.csv.gz": (HEAD + b"a,one\n", "not_the_format"),
    "prose.jsonl": (b"this is no json\nat all\n", "not_the_format"),
    "columns.jsonl": (b'{"comment": "one"}\n', "wrong_columns"),
    "list.jsonl": (b'[{"text": "one"}]', "not_the_format"),
    "cut.jsonl": (b'{"text": "one"}\n{"text": "tw', "truncated"),
    "cut.parquet": (GOOD[:-20], "not_the_format"),
    "text.parquet": (b"text\none\n", "not_the_format"),
    "columns.parquet": (parquet(pa.table({"comment": ["one"]})), "wrong_columns"),
    "workbook.xlsx": (b"PK\3\4", "not_the_format"),
    "noending": (HEAD + b"a,one\n", "not_the_format"),
    "a.parquet.gz": (gzip.compress(GOOD), "not_the_format"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_one_row_and_none_of_its_rows_is_accepted(home: SmallHome, name: str) -> None:
    content, rule = FILES[name]
    home.drop("comments", "good.csv", HEAD + b"z,a good one\n")
    assert astuple(home.take("comments", content, name))[2:] == (1, 0, 0, 1)
    row = home.rows("quarantine").iloc[0]
    assert (row["file"], row["rule"]) == (name, rule)
    assert pd.isna(row["line"])
    assert row["reason"]
    assert home.rows("raw_comments")["comment_id"].tolist() == ["z"]


def test_the_separator_is_named(home: SmallHome) -> None:
    home.take("comments", b"comment_id;text\na;one\n")
    assert "separated by ';'" in home.rows("quarantine")["reason"][0]


ROWS = {
    "wrong bytes": (b"b,\xe9t\xe9\n", "wrong_encoding"),
    "NUL": (b"b,on\0e\n", "nul_byte"),
    "too few": (b"b\n", "ragged_row"),
    "too many": (b"b,one,two\n", "ragged_row"),
    "quote": (b'b,"one"x\n', "malformed_csv"),
    "no text": (b"b,\n", "empty_text"),
    "blanks": (b"b,  \n", "empty_text"),
    "10 MB": (b"b," + b"x" * 10_000_000 + b"\n", "oversized_cell"),
    "two-byte letters": (b"b," + "é".encode() * 600_000 + b"\n", "oversized_cell"),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_damaged_row_costs_that_row_only(home: SmallHome, name: str) -> None:
    row, rule = ROWS[name]
    assert astuple(home.take("comments", HEAD + b"a,one\n" + row + b"c,three\n"))[2:] == (3, 2, 0, 1)
    assert home.refused() == [(3, rule)]
    assert sorted(home.rows("raw_comments")["comment_id"]) == ["a", "c"]
    raw = home.rows("quarantine")["raw"][0]
    assert rule == "empty_text" or bytes(raw) == row
    assert len(home.rows("quarantine")["row"][0]) < 5_000


JSON_ROWS = {
    "number": ('{"text": 5}', "not_text"),
    "list": ('{"text": ["one"]}', "not_text"),
    "truth": ('{"text": true}', "not_text"),
    "null": ('{"text": null}', "empty_text"),
    "no text": ('{"comment_id": "b"}', "empty_text"),
    "prose": ("one", "not_json"),
    "array": ("[1]", "not_json"),
    "nested": ('{"text": "one", "x": ' + "[" * 500 + "]" * 500 + "}", "not_json"),
    "deep": ("[" * 100_000, "not_json"),
    "deep value": ('{"text": "one", "x": ' + "[" * 100_000 + "]" * 100_000 + "}", "not_json"),
    "long number": ('{"text": ' + "9" * 10_000 + "}", "not_json"),
    "NUL": ('{"text": "a\\u0000b"}', "nul_byte"),
    "half a character": ('{"text": "a\\ud800b"}', "wrong_encoding"),
    "list id": ('{"comment_id": [1], "text": "one"}', "not_text"),
    "10 MB": ('{"text": "' + "x" * 10_000_000 + '"}', "oversized_cell"),
    "wrong bytes": (b'{"text": "\xe9"}'.decode("latin-1"), "wrong_encoding"),
}


@pytest.mark.parametrize("name", JSON_ROWS)
def test_a_damaged_json_row_costs_that_row_only(home: SmallHome, name: str) -> None:
    row, rule = JSON_ROWS[name]
    raw = row.encode("latin-1")
    content = b'{"comment_id": "a", "text": "one"}\n' + raw + b'\n\n{"comment_id": 3, "text": "three"}'
    assert astuple(home.take("comments", content, "c.jsonl"))[2:] == (3, 2, 0, 1)
    assert home.refused() == [(2, rule)]
    assert sorted(home.rows("raw_comments")["comment_id"]) == ["3", "a"]
    kept = home.rows("quarantine")["raw"][0]
    assert rule == "empty_text" or bytes(kept).rstrip() == raw


def test_parquet_rows(home: SmallHome) -> None:
    texts = pa.array([b"one", b"\xe9", b"a\0b", None, b"x" * 2_000_000]).cast(pa.binary())
    broken = pa.Array.from_buffers(pa.string(), len(texts), texts.buffers())
    table = pa.table({"comment_id": pa.array([1, 2, 3, 4, 5], pa.int64()), "text": broken})
    assert astuple(home.take("comments", parquet(table), "c.parquet"))[2:] == (5, 1, 0, 4)
    expected = [(2, "wrong_encoding"), (3, "nul_byte"), (4, "empty_text"), (5, "oversized_cell")]
    assert home.refused() == expected
    assert home.rows("raw_comments")["comment_id"].tolist() == ["1"]


@pytest.mark.parametrize("values", [[1, 2], [1.5, 2.0], [True, False], [b"one", b"two"], [["one"], ["two"]]])
def test_parquet_texts_that_are_no_text(home: SmallHome, values: list[object]) -> None:
    table = pa.table({"text": values, "at": pa.array([1, 2], pa.timestamp("ns"))})
    assert astuple(home.take("comments", parquet(table), "c.parquet"))[2:] == (2, 0, 0, 2)
    assert {rule for _, rule in home.refused()} == {"not_text"}


def test_long_lines_and_line_ends_of_any_make(home: SmallHome) -> None:
    text = 'comment_id,text\r\na,"two\r\nlines"\r\n\r\nb,' + "y" * 500_000 + "\r\n"
    assert astuple(home.take("comments", text, "crlf.csv"))[2:] == (2, 2, 0, 0)
    assert home.take("comments", "comment_id,text\rm,one\rn,two\r", "mac.csv").accepted == 2
    lines = home.rows("raw_comments").set_index("comment_id")["line"].to_dict()
    assert lines == {"a": 2, "b": 5, "m": 2, "n": 3}


def test_hostile_text_stays_text(home: SmallHome) -> None:
    texts = [
        "'); DROP TABLE raw_comments; --",
        "=HYPERLINK(1)",
        "<b>x</b>",
        "../../x",
        "$kind",
        "%s {x}",
        "\u202eabc",
        "'=1",
    ]
    home.take("comments", "".join(json.dumps({"text": text}) + "\n" for text in texts), "c.jsonl")
    assert home.rows("raw_comments").sort_values("line")["text"].tolist() == texts
    rows = pd.DataFrame({"comment_id": texts, "text": "one"})
    home.take("comments", rows.to_csv(index=False), "ids.csv")
    assert set(texts) <= set(home.rows("raw_comments")["comment_id"])


def test_a_file_without_rows_is_fine(home: SmallHome) -> None:
    assert astuple(home.take("comments", HEAD))[2:] == (0, 0, 0, 0)
    assert astuple(home.take("comments", b"", "none.jsonl"))[2:] == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("raw", "words"),
    [(b'{"text": "a\\ud800b"}', "half a character, written as an escape"), (b'{"text": "\xe9"}', "not UTF-8")],
)
def test_half_a_character_is_not_called_wrong_bytes(home: SmallHome, raw: bytes, words: str) -> None:
    home.take("comments", b'{"comment_id": "a", "text": "one"}\n' + raw + b"\n", "c.jsonl")
    assert words in home.rows("quarantine")["reason"][0]
