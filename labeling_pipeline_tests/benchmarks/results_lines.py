"""The bars of consensus, agreement and reliability, line by line: the bar, ours, the peer's, and whether it is met.

Belongs here: the bars. Does not: any measurement (see the benchmark each line comes from).
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from labeling_pipeline_tests.benchmarks.consensus_accuracy import Measured

Line = dict[str, object]
Rows = list[dict[str, Any]]

DAWID_SKENE_ON = ("d_product", "d_possent", "dog", "sp", "sp_amt", "s_adult")
RANKING = {"d_product": 0.80, "d_possent": 0.94, "sp": 0.85}
WORSE, WORST_ECE, LESS_AUROC, ECE_ROWS = 0.005, 0.08, 0.02, 500
SIMULATED, SIMULATED_ECE = 0.90, 0.015
RECALL, FALSE_ALARMS = 0.9, 0.02
PLANTED = {"random_clicker": "random clickers", "one_answer_clicker": "one-answer clickers", "copier": "copiers"}
FASTER = {"string": 40, "integer": 15}
PEAK_MB, TEN_TIMES = 1000, 11
UPDATE_SECONDS, AGREEMENT_SECONDS = 5, 10


def at_least(what: str, bar: float, ours: float, beside: str = "", form: str = ".4f") -> Line:
    """A line whose figure may not be lower than the bar."""
    return _line(what, "≥", bar, ours, beside, form, ours >= bar)


def at_most(what: str, bar: float, ours: float, beside: str = "", form: str = ".4f") -> Line:
    """A line whose figure may not be higher than the bar."""
    return _line(what, "≤", bar, ours, beside, form, ours <= bar)


def _line(what: str, sign: str, bar: float, ours: float, beside: str, form: str, is_met: bool) -> Line:
    said = "met" if is_met else "**not met**"
    return {"what": what, "bar": f"{sign} {bar:{form}}", "ours": f"{ours:{form}}", "beside it": beside, "": said}


def of_accuracy(found: Measured) -> list[Line]:
    """Dawid-Skene without gold, then ``auto`` with a fifth of it, beside crowd-kit."""
    plain: Rows = [row for row in found.plain if row["set"] in DAWID_SKENE_ON]
    auto: Rows = found.auto
    lines = [
        at_least(
            f"Dawid–Skene, {row['set']}",
            row["bar"],
            row["our D-S"],
            f"crowd-kit {row['crowd-kit D-S']:.4f}, majority {row['majority']:.4f}",
        )
        for row in plain
    ]
    lines += [
        at_least(
            f"`auto`, 20 % gold, {row['set']}",
            row["bar"],
            row["auto"],
            f"best of crowd-kit {row['best crowd-kit']}, majority {row['majority']:.4f}",
        )
        for row in auto
    ]
    better = [f"{row['set']} {row['95 % over tasks']}" for row in auto if row["above 0"]]
    return [*lines, at_least("sets where `auto` beats crowd-kit's D–S, 95 %", 2, len(better), "; ".join(better), ".0f")]


def of_confidence(found: Measured) -> list[Line]:
    """Losses, calibration and AUROC of the confidence, beside the plain posterior's and the vote shares'."""
    rows: Rows = found.confidence
    lines: list[Line] = []
    for name in ("log-loss", "Brier"):
        for row in rows:
            posterior, shares = row[f"{name} of posterior"], row[f"{name} of shares"]
            beside = f"posterior {posterior:.4f}, shares {shares:.4f}"
            lines.append(at_most(f"{name}, {row['set']}", min(posterior, shares) + WORSE, row[name], beside))
    lines += [
        at_most(f"ECE, {row['set']}", WORST_ECE, row["ECE"], f"{row['gold rows scored']} gold rows")
        for row in rows
        if row["gold rows scored"] >= ECE_ROWS
    ]
    for which in ("same labels", "majority's labels"):
        for row in rows:
            share = row[f"of vote share, {which}"]
            what = f"AUROC, {row['set']}; share on {which}"
            lines.append(at_least(what, share - LESS_AUROC, row["AUROC"], f"vote share {share:.4f}"))
    return lines


def of_annotators(found: Measured, planted: dict[str, pd.DataFrame]) -> list[Line]:
    """Ranking of real annotators, and planted bad ones found; planted: a table per world, a row per check."""
    rows: Rows = found.plain
    lines = [
        at_least(f"Spearman with accuracy on gold, {row['set']}", RANKING[row["set"]], row["Spearman"])
        for row in rows
        if row["set"] in RANKING
    ]
    for world, table in planted.items():
        for check, name in PLANTED.items():
            row = table.loc[check]
            named = f"the copied one named too: {row['copied_one_named_too']:.4f}" if check == "copier" else ""
            lines.append(at_least(f"{name} found; {world}", RECALL, float(row["recall"]), named))
            lines.append(at_most(f"false alarms, {name}; {world}", FALSE_ALARMS, float(row["false_alarm_rate"])))
    return lines


def of_simulation(rows: Rows) -> list[Line]:
    """The simulated crowd, without gold, beside crowd-kit's Dawid-Skene."""
    lines: list[Line] = []
    for row in rows:
        name = f"20,000 × 3 votes, seed {row['seed']}"
        lines.append(
            at_least(f"accuracy, {name}", SIMULATED, row["our accuracy"], f"crowd-kit {row['crowd-kit D-S']:.4f}")
        )
        lines.append(at_most(f"ECE, {name}", SIMULATED_ECE, row["our ECE"], f"crowd-kit {row['its ECE']:.4f}"))
    return lines


def of_speed(rows: Rows, n_tasks: str) -> list[Line]:
    """Ours beside the peer on the same file, then ours on ten times as many tasks."""
    lines: list[Line] = []
    for own in (row for row in rows if row["who"].startswith("ours") and row["tasks"] == n_tasks):
        name = f"`{own['who'].removeprefix('ours, ')}`, {own['ids']} ids"
        for other in (row for row in rows if row["ids"] == own["ids"]):
            if not other["who"].startswith("ours"):
                lines += _beside_peer(name, own, other)
            elif other["tasks"] != n_tasks and other["who"] == own["who"]:
                lines += _ten_times(name, own, other)
    return lines


def _beside_peer(name: str, own: dict[str, Any], other: dict[str, Any]) -> list[Line]:
    cpu = f"CPU {own['CPU s']:.1f} and {other['CPU s']:.0f} s, × {other['CPU s'] / own['CPU s']:.0f}"
    took = f"{own['seconds']:.1f} s, crowd-kit {other['seconds']:.0f} s; {cpu}"
    faster = other["seconds"] / own["seconds"]
    return [
        at_least(f"times as fast, {name}", FASTER[own["ids"]], faster, took, ".0f"),
        at_least(f"accuracy, {name}", other["accuracy"], own["accuracy"], f"crowd-kit {other['accuracy']:.4f}"),
        at_least(
            f"log-likelihood, {name}", other["log-likelihood"], own["log-likelihood"], "crowd-kit's is the bar", ",.0f"
        ),
        at_most(f"peak MB, {name}", PEAK_MB, own["peak MB"], f"crowd-kit {other['peak MB']:,}", ".0f"),
    ]


def _ten_times(name: str, own: dict[str, Any], other: dict[str, Any]) -> list[Line]:
    time, cpu, peak = (other[key] / own[key] for key in ("seconds", "CPU s", "peak MB"))
    took = f"{other['seconds']:.1f} s against {own['seconds']:.1f} s; CPU × {cpu:.1f}"
    held = f"{other['peak MB']:,} MB against {own['peak MB']:,} MB"
    return [
        at_most(f"ten times the tasks: time ×, {name}", TEN_TIMES, time, took, ".1f"),
        at_most(f"ten times the tasks: memory ×, {name}", TEN_TIMES, peak, held, ".1f"),
    ]


def of_updates(update: dict[str, Any], agreement: tuple[float, float, dict[str, Any]]) -> list[Line]:
    """The weekly update and the agreement statistics, both over 2.4 million votes."""
    (week, busy), (clock, processor, found) = update["week"], agreement
    far = f"CPU {busy:.1f} s; warm fit within {update['distance of warm from cold']:.1e} of a cold one"
    return [
        at_most("seconds of a weekly reliability update", UPDATE_SECONDS, week, far, ".1f"),
        at_most("furthest that a warm fit is from a cold one", 1e-3, update["distance of warm from cold"], "", ".1e"),
        at_most(
            "seconds of all agreement statistics",
            AGREEMENT_SECONDS,
            clock,
            f"CPU {processor:.1f} s; {found['n_votes']:,} votes",
            ".1f",
        ),
    ]
