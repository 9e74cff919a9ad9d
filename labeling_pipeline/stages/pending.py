"""Is there work? The one question that sensors, schedules and the command line ask.

Belongs here: causes of work, in order of urgency. Does not: doing it. Reading this costs milliseconds and imports
neither Dagster nor a model library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from labeling_pipeline.stages.engine import Context, Stage, digest, downstream, stages_asleep, stages_due

# Which stage's being due has which cause; a stage not named here is due because another one ran, or did not finish.
CAUSES = {
    "raw_comments": "inbox",
    "annotators": "inbox",
    "gold_set": "inbox",
    "production_predictions": "production",
    "production_feedback": "production",
    "crowd_votes": "votes",
    "verdicts": "verdicts",
    "annotator_reliability": "weekly",
    "annotator_findings": "weekly",
    "group_divergence": "weekly",
    "agreement_report": "nightly",
    "drift_report": "nightly",
    "retrained_model": "retraining",
}
# Which cause it has that a stage has something to do whatever the versions say.
WANTED = {"gold_set": "verdicts", "weak_labels": "unfinished"}
# Which cause it has that a stage does not wait for its clock.
URGENT = {"retrained_model": "drift", "labeling_function_report": "unfinished"}
# What people and the world did comes before what a clock asks for.
ORDER = (
    "ontology", "inbox", "votes", "verdicts", "production", "relabeling", "drift", "unfinished",
    "retraining", "weekly", "nightly",
)  # fmt: skip


@dataclass(frozen=True)
class Pending:
    """What is to be done, and why. ``assets`` are those due and all that read them."""

    causes: tuple[str, ...]
    assets: tuple[str, ...]
    digest: str

    def __bool__(self) -> bool:
        return bool(self.causes)


def pending(stages: Mapping[str, Stage], context: Context) -> Pending:
    """The work a home has now.

    Causes come in a fixed order, and only the sensor of the first one asks for a run, so that one change starts one.
    """
    with context.warehouse.read():
        due, asleep = stages_due(stages, context), stages_asleep(stages, context)
        causes = sorted({_cause(asset, stages, context) for asset in due}, key=ORDER.index)
        files = [file.sha256 for asset in due if (kind := stages[asset].inbox) for file in context.untaken(kind)]
        state = sorted((asset, last.output_version) for asset, last in context.state().items())
    return Pending(tuple(causes), tuple(downstream(stages, due, asleep)), digest(due, files, state))


def _cause(asset: str, stages: Mapping[str, Stage], context: Context) -> str:
    stage, last = stages[asset], context.state().get(asset)
    if last is not None and stage.is_wanted is not None and stage.is_wanted(context):
        return WANTED.get(asset, "relabeling")
    if last is not None and stage.is_urgent is not None and last.as_of and stage.is_urgent(context, last.as_of):
        return URGENT[asset]
    if stage.inbox and last is not None and not context.untaken(stage.inbox):
        return "ontology" if context.ontologies_changed() else "unfinished"
    return CAUSES.get(asset, "unfinished")
