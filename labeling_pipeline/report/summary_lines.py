"""The state of a home in words: one line per thing a reader asks of it.

Belongs here: wording, and what to advise. Does not: the figures (``report.summary``).
"""

from __future__ import annotations

import os
from typing import Any

from labeling_pipeline.core.calibration import MIN_GOLD
from labeling_pipeline.report.handed_out import handed_out_lines
from labeling_pipeline.report.standing import FLOORS
from labeling_pipeline.report.statistics import short_name
from labeling_pipeline.report.waiting import waiting_lines

BUDGET = 300  # comments that experts are asked to judge, where there are as many
MOST_FAULTS = 4  # told here; all are in the table and the report
LEAST = 2 * MIN_GOLD  # half of gold fits


def lines_of(told: dict[str, Any]) -> list[tuple[str, str]]:
    """What a run did: name and value of every line."""
    rows = told["rows"]
    # A row of a sheet that nobody has filled in yet is no fault: it is told of apart.
    faults = {rule: n for rule, n in told["quarantine"].items() if rule != "not_answered"}
    broken = "  ".join(f"{rule} {n:,}" for rule, n in faults.items())
    late = f", {told['overdue']:,} of them overdue" if told["overdue"] else ""
    open_rounds = sum(1 for one in told["rounds"] if one["is_open"])
    return [
        ("home", shown(told["home"])),
        ("comments", f"{rows['raw_comments']:,}"),
        ("votes", _votes(told)),
        ("quarantined", f"{sum(faults.values()):,}" + (f"  ({broken})" if broken else "")),
        ("consensus", f"{rows['consensus_labels']:,} labels  ({_kinds(told['confidence'])}){_beside_votes(told)}"),
        *([("agreement", _agreed(told["agreement"]))] if told["agreement"] else []),
        ("outcomes", _outcomes(told)),
        *([("gold", _gold(told))] if told["has_gold"] else []),
        ("rounds", f"{len(told['rounds'])}, {open_rounds} open · {told['queue']:,} comments wait for an expert{late}"),
        *waiting_lines(told["waiting"]),
        *handed_out_lines(told["handed_out"]),
        *_people(told),
        *_functions(told),
        *_acts(told),
        *(_made(told) if rows["raw_comments"] else []),
        *_advice(told),
    ]


def _votes(told: dict[str, Any]) -> str:
    rows, disputed = told["rows"], told["n_disputed"]
    said = f"{rows['vote_log']:,} crowd · {rows['verdicts']:,} expert verdicts · {told['spend_usd']:,.2f} USD"
    return said + (f" · {disputed:,} disputed, returned in outbox/rework" if disputed else "")


def _beside_votes(told: dict[str, Any]) -> str:
    """The labels with an outcome that no consensus has."""
    origin = told["labels"]["origin"]
    alone = f" · {origin['verdict']:,} more by a verdict alone" if origin.get("verdict") else ""
    return alone + (f" · {origin['aside']:,} with no vote that counts" if origin.get("aside") else "")


def _outcomes(told: dict[str, Any]) -> str:
    """The outcomes of comments whose labels were asked for: those of gold stand on a line of their own."""
    of_gold = told["labels"]["of_gold"]
    asked = {name: n - of_gold.get(name, 0) for name, n in told["outcomes"].items()}
    total = sum(asked.values())
    return "  ".join(f"{name} {n:,} ({n / total:.0%})" for name, n in sorted(asked.items()) if n) or "none yet"


def _gold(told: dict[str, Any]) -> str:
    roles = " · ".join(f"{role} {n:,}" for role, n in told["labels"]["gold"].items())
    of_gold = told["labels"]["of_gold"]
    if not of_gold:
        return roles
    given = "  ".join(f"{name} {n:,}" for name, n in sorted(of_gold.items()))
    return f"{roles} · {sum(of_gold.values()):,} with votes, which measure annotators: {given}"


def _made(told: dict[str, Any]) -> list[tuple[str, str]]:
    """Export, model and next batch; where there is none, why."""
    export, model, batch = told["export"], told["model"], told["next_batch"]
    made = [("export", "none: no label has passed" if export is None else _exported(told, export))]
    why = f"none: it takes {told['no_model']}" if told["no_model"] else "none: the next pass makes one"
    made.append(("model", why if model is None else _model(model)))
    if batch is None:
        return [*made, ("next batch", f"none: {told['no_batch']}")]
    return [*made, ("next batch", f"{batch['comments']:,} comments ({batch['batch_id']})")]


def _model(model: dict[str, Any]) -> str:
    return f"{model['model_version']}: {model['status']} — {model['status_reason']}"


def _exported(told: dict[str, Any], export: dict[str, Any]) -> str:
    said = f"{export['version']}: {export['n_labels']:,} labels in {export['path']}"
    left = told["not_exported"]
    if left is None:
        return f"{said}, whose files are gone"
    if not left["n"]:
        return said
    why = "wait for the next one" if left["is_older"] else "are kept apart from training: measuring gold, or its text"
    held = f"; {left['held']:,} of them wait for two experts, who may make them gold" if left["held"] else ""
    return f"{said} · {left['n']:,} more of the {told['rows']['qc_passed_labels']:,} that passed {why}{held}"


def _advice(told: dict[str, Any]) -> list[tuple[str, str]]:
    """What is missing, and what to do about it."""
    lines, rows = [], told["rows"]
    if not rows["raw_comments"]:
        lines.append(("nothing yet", "drop comments into inbox/comments and votes into inbox/votes, then run again"))
    if told["is_over"]:
        lines.append(("simulated", "its last day is over: nobody answers, no round opens; raise simulated.until_day"))
    if told["quarantine"].get("unknown_class"):
        lines.append(("unknown class", UNKNOWN_CLASS))
    if not told["has_gold"] and rows["consensus_labels"]:
        lines.append(("without gold", without_gold(rows["raw_comments"])))
    return lines


def status_lines(told: dict[str, Any]) -> list[tuple[str, str]]:
    """What `status` says beside: the gates in force, and the last runs."""
    gates, lines = told["gates"], []
    floors = [f"{name[4:].replace('_', ' ')} ≥ {gates[name]:g}" for name in gates if name in FLOORS and gates[name]]
    floors += [
        f"{name[4:].replace('_', ' ')} ≥ {', '.join(f'{part} {least:g}' for part, least in gates[name].items())}"
        for name in gates
        if "_by_" in name
    ]
    least = gates["min_batch_agreement"]
    statistic = short_name(gates["batch_statistic"])
    floors.append("no floor for a round" if least is None else f"a round's {statistic} ≥ {least:g}")
    floors += [f"two experts for {', '.join(gates['four_eyes'])}"] if gates["four_eyes"] else []
    lines.append(("gates", " · ".join(floors)))
    for place, run in enumerate(told["last_runs"]):
        assets = run["assets"]
        wrote = assets[-1] if len(assets) == 1 else f"{len(assets)} assets, the last {assets[-1]}"
        lines.append(
            ("last runs" if place == 0 else "", f"{run['finished_at'][:19]} {run['run_id'][:8]} wrote {wrote}")
        )
    return lines


def _people(told: dict[str, Any]) -> list[tuple[str, str]]:
    """Whom to look at, and which groups differ, where there are any."""
    lines = []
    nameless, counted = told["votes"]["n_nameless"], told["votes"]["n_current"]
    if nameless:
        known = "majority alone is possible, and who" if nameless == counted else "who of those who gave them"
        said = "no vote names one" if nameless == counted else f"{nameless:,} votes name none"
        lines.append(("annotators", f"{said}: {known} is reliable cannot be known (annotator_id in inbox/votes)"))
    if told["annotators"]:
        counts = [f"{n} {name.replace('_', ' ')}{'s' if n > 1 else ''}" for name, n in told["annotators"].items()]
        lines.append(("annotators", f"to look at: {', '.join(counts)} (annotator_findings)"))
    if told["diverging_groups"]:
        groups = told["diverging_groups"]
        names = ", ".join(groups[:4]) + (f" and {len(groups) - 4} more" if len(groups) > 4 else "")
        lines.append(("groups", f"answer differently on the same comments: {names} (group_divergence)"))
    return lines


def _functions(told: dict[str, Any]) -> list[tuple[str, str]]:
    """Labeling functions that abstained because they failed, where there are any, and what to do."""
    from labeling_pipeline.core.weak_supervision.bounded import may_pass

    faults = told["function_faults"]
    if not faults:
        return []
    named = [f"{one['lf']} {one['reason']} on {one['n']:,} comments" for one in faults[:MOST_FAULTS]]
    more = f"; {len(faults) - MOST_FAULTS} more (labeling_functions.faults)" if len(faults) > MOST_FAULTS else ""
    where = "One comment of each is named in reports/labeling_functions.html: correct the functions, then run again"
    if any(may_pass(one["reason"]) for one in faults):
        where += ". What raised or took too long is tried again by the first run of another day, once a day"
    return [("labeling", f"functions that abstained for a fault: {'; '.join(named)}{more}.\n{where}")]


def _acts(told: dict[str, Any]) -> list[tuple[str, str]]:
    """Acts in production that say nothing of labels, where there are any, and what they lack."""
    acts = told["acts_left_out"]
    if not acts["n"]:
        return []
    said = f"{acts['n']:,} acts on {acts['n_comments']:,} comments say nothing: they name no class, and which label"
    lack = "What it showed (comment_id, p_<class>…, model_version, predicted_at) belongs in inbox/predictions"
    return [("feedback", f"{said} production showed there is not known.\n{lack}")]


def _kinds(kinds: dict[str, int]) -> str:
    return ", ".join(f"{n:,} {kind}" for kind, n in kinds.items()) or "none"


UNKNOWN_CLASS = (
    "rows name classes that no ontology of this home has.\n"
    "If they are right: a file in ontology/ that has them, with its own schema_version and effective_at.\n"
    "With nothing worth keeping yet, a new home is quicker: labeling-pipeline init DIR --ontology FILE"
)
WITHOUT_GOLD = "nobody knows whether annotators who agree are right: confidence is uncalibrated, no model is promoted."


def without_gold(n_comments: int) -> str:
    """What gold would buy a home of this size."""
    budget = min(BUDGET, n_comments)
    plan = f"labeling-pipeline gold plan VOTES --comments FILE --budget {budget} -o gold.csv"
    if n_comments < LEAST:
        few = f"With {n_comments} comment{'s' if n_comments != 1 else ''} gold could do little: half of it fits, and "
        return f"{WITHOUT_GOLD}\n{few}calibration takes {MIN_GOLD} that fit.\n{plan}"
    buys = f"{budget} comments judged by experts would calibrate it, promote the model, and show errors that annotators"
    return f"{WITHOUT_GOLD}\n{buys} share:\n{plan}"


def shown(folder: str) -> str:
    """A folder as one would type it here: short where it lies below, else whole."""
    below = os.path.relpath(folder)
    return folder if below.startswith("..") else below


def _agreed(told: dict[str, Any]) -> str:
    """The figure in words; where it is not defined, why."""
    name = short_name(told["statistic"])
    if told["value"] is None:
        value = told["note"]
    else:
        value = f"{told['value']:.2f}" + ("" if told["low"] is None else f" ({told['low']:.2f} … {told['high']:.2f})")
    waiting = [
        f" · round {one['part']} so far {'undefined' if one['value'] is None else format(one['value'], '.2f')}"
        f" ({one['n_waiting']:,} of {one['n_comments']:,} comments wait)"
        for one in told["interim"]
    ]
    return f"{name} {value}{''.join(waiting)}"
