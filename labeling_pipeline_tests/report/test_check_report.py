"""The page of `check`: complete in itself, without a text of a comment."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.week_one import check
from labeling_pipeline.report.check import render_check
from labeling_pipeline.report.html import bar_plot, element, interval_plot, table, write_page
from labeling_pipeline_tests.core.test_week_one import crowd

HOSTILE = "<script>alert(1)</script>\"'&"


class Tags(HTMLParser):
    """Collects tags and attributes, and checks that what opens closes."""

    void = frozenset({"meta", "circle", "line", "rect"})

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes += attrs
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes += attrs


def parse(document: str) -> Tags:
    tags = Tags()
    tags.feed(document)
    assert tags.open == []
    return tags


def test_the_report_says_what_cannot_be_known_and_needs_nothing_from_elsewhere() -> None:
    votes, _ = crowd(n_tasks=60)
    document = render_check(check(votes), "votes.csv")
    assert "What cannot be known without gold" in document
    tags = parse(document)
    assert not {"script", "link", "iframe", "img", "object"} & set(tags.seen)
    assert not [value for name, value in tags.attributes if name in ("src", "href", "onload", "style")]
    assert "http" not in document.replace("http-equiv", "")


def test_hostile_names_stay_text() -> None:
    votes, truth = crowd(n_tasks=60)
    votes["label"] = votes["label"].replace("rude", HOSTILE)
    votes["annotator_id"] = votes["annotator_id"] + HOSTILE
    votes.loc[votes["annotator_id"].str.startswith("a-3"), "label"] = HOSTILE
    gold = pd.DataFrame({"comment_id": truth.index, "label": truth.replace("rude", HOSTILE), "role": "measure"})
    document = render_check(check(votes.assign(question=HOSTILE), gold=gold.assign(question=HOSTILE)), HOSTILE)
    tags = parse(document)
    assert "script" not in tags.seen
    assert "&lt;script&gt;" in document


def test_every_kind_of_result_can_be_told() -> None:
    votes, truth = crowd(n_tasks=30)
    gold = pd.DataFrame({"comment_id": truth.index, "label": truth.to_numpy(), "role": "measure"})
    comments = pd.DataFrame({"comment_id": truth.index, "text": "plain"})
    one = pd.DataFrame({"task": ["t"], "annotator": ["a"], "label": ["fine"]})
    two = pd.concat([votes.assign(question="kind"), votes.assign(question="target")])
    for result in (
        check(votes, comments, gold),
        check(votes, gold=gold.drop(columns="role")),
        check(votes.drop(columns="annotator_id")),
        check(one),
        check(two),
    ):
        parse(render_check(result, "votes.csv"))
    assert "What this still cannot tell you" in render_check(check(votes, gold=gold), "votes.csv")


def test_pieces_escape_and_plots_stay_inside() -> None:
    assert element("p", "a < b", class_="x").markup == '<p class="x">a &lt; b</p>'
    assert "&lt;b&gt;" in table(["<b>"], [["<i>"]]).markup
    plot = interval_plot([("<b>", 2.0, -5.0, 7.0), ("none", None, None, None)], 0.0, 1.0).markup
    assert "not defined" in plot
    assert 'cx="610.0"' in plot
    parse(bar_plot([("<b>", [0.0, 0.0])], ("a", "b")).markup)


def test_a_report_is_written_whole_to_an_html_file(tmp_path: Path) -> None:
    written = write_page("<p>ü</p>", tmp_path / "r.html")
    assert written.read_text(encoding="utf-8") == "<p>ü</p>"
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]
    with pytest.raises(InputError, match=r"a report is a \.html file"):
        write_page("", tmp_path / "r.pdf")
    with pytest.raises(InputError, match="no such folder"):
        write_page("", tmp_path / "none" / "r.html")
