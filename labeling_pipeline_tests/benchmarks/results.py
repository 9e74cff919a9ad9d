"""Every figure that consensus, agreement and reliability are held to, beside its bar and the peer's of the same run.

    python -m labeling_pipeline_tests.benchmarks.results [--splits 20] [--seeds 10] [--runs 3] [--without GLAD]
        [--without-speed | --only-speed]

Prints Markdown; all but seconds and megabytes is the same each time. Most of the time is crowd-kit's: its GLAD takes
minutes per set (``--without GLAD``), its Dawid-Skene minutes on 800,000 tasks (``--without-speed`` leaves out all that
is timed, and what comes of 8 million tasks).

Belongs here: the order of sections. Does not: bars (see ``results_lines``), measurements (in the modules imported).
"""

from __future__ import annotations

from labeling_pipeline_tests.benchmarks import agreement_speed, consensus_speed, reliability_update, results_lines
from labeling_pipeline_tests.benchmarks.agreement_data import votes_of
from labeling_pipeline_tests.benchmarks.consensus_accuracy import Measured, arguments, measured, simulation
from labeling_pipeline_tests.benchmarks.consensus_sets import table
from labeling_pipeline_tests.benchmarks.reliability_planted import WORLDS, mean_over_seeds

N_TASKS = 800_000


def section(title: str, *tables: list[dict[str, object]]) -> None:
    print(f"## {title}\n\n" + "\n\n".join(table(rows) for rows in tables) + "\n", flush=True)


def accuracy(found: Measured, n_splits: int) -> None:
    """Public sets and the simulated crowd."""
    section("Accuracy on public sets", results_lines.of_accuracy(found))
    section("Every method without gold", short_names(found.every))
    section(f"`auto` with 20 % of the gold, scored on the rest, mean over {n_splits} splits", found.auto)
    section("Confidence of `auto` on the same splits", results_lines.of_confidence(found))
    section("Simulated crowd, no gold", results_lines.of_simulation([simulation(seed) for seed in range(3)]))


def short_names(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """The same rows under heads that fit a page; crowd-kit's are marked ck."""
    return [{name.replace("crowd-kit ", "ck "): value for name, value in row.items()} for row in rows]


def annotators(found: Measured, n_seeds: int) -> None:
    planted = {name: mean_over_seeds(settings, n_seeds) for name, settings in WORLDS.items()}
    section(f"Annotators; planted ones are means over {n_seeds} seeds", results_lines.of_annotators(found, planted))


def speed(runs: int) -> None:
    """What is timed: medians of the runs, each in a process of its own where crowd-kit is beside it."""
    rows = consensus_speed.measured(N_TASKS, runs, with_peer=True, large=True)
    section(
        "Speed of Dawid–Skene, 3 votes per task, Parquet to Parquet", results_lines.of_speed(rows, f"{N_TASKS:,}"), rows
    )
    votes = votes_of(N_TASKS)
    update = reliability_update.measured(votes, reliability_update.known_answers(votes), runs)
    statistics = agreement_speed.measured(N_TASKS, runs)
    section("Speed on 2.4 million votes", results_lines.of_updates(update, statistics))


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="crowds with planted annotators")
    parser.add_argument("--runs", type=int, default=3, help="of everything timed but crowd-kit")
    parser.add_argument("--without-speed", action="store_true")
    parser.add_argument("--only-speed", action="store_true")
    options = parser.parse_args()
    if not options.only_speed:
        found = measured(options.sets.split(","), options.without.split(","), options.splits)
        accuracy(found, options.splits)
        annotators(found, options.seeds)
    if not options.without_speed:
        speed(options.runs)


if __name__ == "__main__":
    main()
