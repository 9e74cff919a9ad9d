"""The report on a vendor's file. Belongs here: how the figures of ``core.week_one`` are told. Does not: the figures."""

from __future__ import annotations

from typing import Any

from labeling_pipeline.report.check_gold import gold_parts, slice_parts
from labeling_pipeline.report.html import Html, bar_plot, element, interval_plot, join, page, table, tiles
from labeling_pipeline.report.statistics import STATISTICS

NOT_COMPARED = "near-copies with different labels, which a home sends to an expert (give --comments with text)"
FAULTS = {
    "confidence": "the label is not probable enough",
    "votes": "too few votes",
    "class": "the answer is not a class",
    "agreement": "the comment's own votes differ too much",
    "duplicates": "a near-copy of the comment has another label",
}


def render_check(result: dict[str, Any], source: str) -> str:
    """The whole report as one HTML document; ``source`` names the votes file."""
    several = len(result["questions"]) > 1
    return page(
        f"Check of {source}",
        element("h1", f"What {source} can and cannot tell you"),
        element("p", _first_sentence(result), class_="lead"),
        _headline(result),
        _unknown(result),
        *[_question(question, several) for question in result["questions"]],
        _cost(result),
        _left_out(result),
        _next_steps(source),
    )


def _first_sentence(result: dict[str, Any]) -> str:
    annotators = result["n_annotators"]
    who = "annotators who are not named" if annotators is None else f"{annotators:,} annotators"
    return f"{result['n_votes']:,} votes by {who} on {result['n_comments']:,} comments."


def _headline(result: dict[str, Any]) -> Html:
    questions, cost = result["questions"], result["cost"]
    per_usable = cost["per_usable_label_usd"]
    usable = cost["usable_labels"]
    figures = [
        _agreement_tile(questions),
        (_accuracy_tile(questions), "accuracy", "against gold, never the same as agreement"),
        (f"{usable:,}", "usable labels", f"{100 * usable / result['n_comments']:.0f} % of the comments"),
        ("–" if per_usable is None else f"${per_usable:.3f}", "per usable label", f"${cost['spent_usd']:,.2f} in all"),
    ]
    return tiles(figures)


def _agreement_tile(questions: list[dict[str, Any]]) -> tuple[str, str, str]:
    alphas = [q["agreement"]["krippendorff_alpha"] for q in questions]
    if len(alphas) == 1:
        return _number(alphas[0]["value"]), "agreement", f"Krippendorff's α, 95 % interval {_range(alphas[0])}"
    return _spread([a["value"] for a in alphas]), "agreement", f"Krippendorff's α over {len(alphas)} questions"


def _accuracy_tile(questions: list[dict[str, Any]]) -> str:
    return _spread([q["gold"] and q["gold"]["value"] for q in questions]).replace("–", "unknown")


def _spread(values: list[float | None]) -> str:
    """One value, or the lowest and the highest."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return "–"
    return _number(known[0]) if len(known) == 1 else f"{known[0]:.2f} … {known[-1]:.2f}"


def _unknown(result: dict[str, Any]) -> Html:
    items = []
    for sentence in result["cannot_know"]:
        head, rest = sentence.split(". ", 1)
        items.append(element("li", element("b", head + ". "), rest))
    measured = all(q["gold"] is not None and q["gold"]["value"] is not None for q in result["questions"])
    heading = "What this still cannot tell you" if measured else "What cannot be known without gold"
    return element("div", element("h2", heading), element("ul", *items), class_="unknown")


def _question(question: dict[str, Any], several: bool) -> Html:
    about = f": {question['question']}" if several else ""
    return join(
        [
            element("h2", f"Agreement{about}"),
            *_agreement(question["agreement"]),
            element("h2", f"Labels{about}"),
            *_labels(question["labels"], question["classes"]),
            element("h2", f"Annotators to look at{about}"),
            *_annotators(question["annotators"]),
            *gold_parts(question["gold"], about),
            *slice_parts(question, about),
        ]
    )


def _agreement(found: dict[str, Any]) -> list[Html]:
    rows = [(name, found[key]) for key, (_, name, _) in STATISTICS.items()]
    plotted = [(name, one["value"], one["low"], one["high"]) for name, one in rows]
    low = -1.0 if any(value is not None and value < 0 for _, value, _, _ in plotted) else 0.0
    told = [
        (name, _number(found[key]["value"]), _range(found[key]), found[key]["note"] or what)
        for key, (_, name, what) in STATISTICS.items()
    ]
    return [
        element("p", "How alike the annotators answer. It says nothing about who is right."),
        interval_plot(plotted, low, 1.0),
        table(["statistic", "value", "95 % interval", "note"], told, numeric=(1, 2)),
        *[element("p", note, class_="note") for note in found["notes"]],
    ]


def _labels(labels: dict[str, Any], classes: list[str]) -> list[Html]:
    passed, n = labels["outcomes"]["passed"], labels["n"]
    mixes = sorted(classes, key=lambda c: -labels["vote_mix"][c])
    rows = [(name, (labels["vote_mix"][name], labels["label_mix"][name])) for name in mixes]
    faults = [(FAULTS.get(rule, rule), f"{count:,}") for rule, count in labels["faults"].items()]
    rest = "" if passed == n else "; the others need an expert, or more votes"
    told = f"{passed:,} of {n:,} labels pass the default gate{rest}."
    return [
        element("p", told),
        table(["why not", "labels"], faults, numeric=(1,)) if faults else Html(""),
        bar_plot(rows, ("of the votes", "of the labels")),
        element(
            "p",
            f"Method: {labels['method']}. Mean confidence {labels['mean_confidence']:.2f}, {labels['confidence_is']}.",
        ),
        *[element("p", note, class_="note") for note in labels["notes"]],
    ]


def _annotators(found: dict[str, Any] | None) -> list[Html]:
    if found is None:
        return [element("p", "The file names no annotators, so they cannot be compared.")]
    told = (
        f"{found['n_suspicious']} of the {found['n_compared']:,} annotators with enough votes to tell are worth a look "
        f"(false discovery 5 % per check). They gave {100 * found['share_of_votes']:.1f} % of the votes."
    )
    parts = [element("p", told), *[element("p", note, class_="note") for note in found["notes"]]]
    rest = found["n"] - found["n_compared"]
    if rest:
        parts.append(element("p", f"{rest:,} annotators have too few votes to be tested.", class_="note"))
    rows = [
        (
            row["annotator"],
            "; ".join(row["reasons"]),
            f"{row['n_votes']:,}",
            _number(row["with_peers"]),
            _number(row["among_peers"]),
        )
        for row in found["suspicious"]
    ]
    if rows:
        headings = ["annotator", "why", "votes", "agrees with others", "others among themselves"]
        parts.append(table(headings, rows, numeric=(2, 3, 4)))
    if found["n_suspicious"] > len(rows):
        parts.append(element("p", f"The first {len(rows)} are shown.", class_="note"))
    return parts


def _cost(result: dict[str, Any]) -> Html:
    cost = result["cost"]
    rows = [
        ("assignments (one annotator, one comment)", f"{result['n_assignments']:,}"),
        ("price of an assignment", f"${cost['price_usd']:.2f}"),
        ("spent", f"${cost['spent_usd']:,.2f}"),
        ("per comment", f"${cost['per_label_usd']:.3f}"),
        ("usable labels", f"{cost['usable_labels']:,}"),
        ("per usable label", "–" if cost["usable_labels"] == 0 else f"${cost['per_usable_label_usd']:.3f}"),
    ]
    return join([element("h2", "Cost"), table(["", ""], rows, numeric=(1,))])


def _left_out(result: dict[str, Any]) -> Html:
    rows = [(rule, f"{n:,}") for rule, n in result["left_out"].items()]
    comments = result["comments"]
    if not result["copies_compared"]:
        rows.append((NOT_COMPARED, "not known"))
    if comments is not None:
        rows.append(("comments without a vote", f"{comments['without_votes']:,}"))
        rows.append(("votes on comments that are not in the comments file", f"{comments['votes_on_unknown']:,}"))
    if not rows:
        return Html("")
    return join([element("h2", "Rows left out, and gaps"), table(["what", "rows"], rows, numeric=(1,))])


def _next_steps(source: str) -> Html:
    command = f"labeling-pipeline gold plan {source} --comments COMMENTS --budget 300 -o gold.csv"
    back = f"labeling-pipeline check {source} --gold gold.csv -o report.html"
    return join(
        [
            element("h2", "Next"),
            element(
                "p", "Choose the comments experts should label; when they have, run the check again with the file:"
            ),
            element("pre", f"{command}\n{back}"),
        ]
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _range(one: dict[str, Any]) -> str:
    return "none" if one["low"] is None else f"{one['low']:.2f} … {one['high']:.2f}"
