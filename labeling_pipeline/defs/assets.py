"""Assets from stages: lineage, description, metadata, checks. What a stage computes is in ``labeling_pipeline.stages``.

Belongs here: turning a stage into a Dagster asset. Does not: an ``if`` about the domain.
"""

import inspect
from typing import Any

import dagster as dg

from labeling_pipeline import __version__
from labeling_pipeline.defs.checks import check_results, check_specs
from labeling_pipeline.defs.reports import write_report
from labeling_pipeline.defs.resources import LabelingHome
from labeling_pipeline.stages.engine import Stage, materialize


def loop_asset(name: str, stage: Stage) -> dg.AssetsDefinition:
    """The asset of a stage: its docstring as description, what it reads as dependencies, its table as metadata."""

    @dg.asset(
        name=name,
        deps=list(stage.after),
        group_name=stage.group,
        kinds={"python", "duckdb"},
        description=inspect.getdoc(stage.run),
        code_version=__version__,
        check_specs=check_specs(name),
    )
    def asset(context: dg.AssetExecutionContext, labeling: LabelingHome) -> dg.MaterializeResult:
        done = materialize(name, stage, labeling.context)
        metadata: dict[str, Any] = {"dagster/row_count": done.result.row_count, **done.result.metrics}
        if stage.tables:
            metadata["dagster/table_name"] = name
            metadata["dagster/column_schema"] = labeling.column_schema(stage.tables[0])
        if done.result.waiting_for:
            metadata["waiting_for"] = done.result.waiting_for
        if not done.is_changed:
            context.log.info("nothing new to read")
        path = write_report(name, done.result.shown, labeling.context.home)
        if path is not None:
            metadata["report"] = dg.MetadataValue.path(path)
        with labeling.context.warehouse.read():
            checks = list(check_results(name, labeling.context))
        version = dg.DataVersion(done.output_version)
        return dg.MaterializeResult(metadata=metadata, data_version=version, check_results=checks)

    return asset
