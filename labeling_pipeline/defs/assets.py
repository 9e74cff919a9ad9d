"""Assets from stages: lineage, description, metadata. What a stage computes is in ``labeling_pipeline.stages``.

Belongs here: turning a stage into a Dagster asset. Does not: an ``if`` about the domain.
"""

import inspect

import dagster as dg

from labeling_pipeline import __version__
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
    )
    def asset(context: dg.AssetExecutionContext, labeling: LabelingHome) -> dg.MaterializeResult:
        result, is_changed = materialize(name, stage, labeling.context)
        numbers = result.metrics if is_changed else {}
        metadata: dict[str, object] = {"dagster/row_count": result.row_count, **numbers}
        with labeling.context.warehouse.read():
            version = _version(labeling, name)
            if stage.tables:
                metadata["dagster/table_name"] = name
                metadata["dagster/column_schema"] = _column_schema(labeling, stage.tables[0])
        if result.waiting_for:
            metadata["waiting_for"] = result.waiting_for
        if not is_changed:
            context.log.info("nothing new to read")
        return dg.MaterializeResult(metadata=metadata, data_version=dg.DataVersion(version))

    return asset


def _column_schema(labeling: LabelingHome, table: str) -> dg.TableSchema:
    columns = labeling.context.columns(table)
    return dg.TableSchema(columns=[dg.TableColumn(name, type_, description=said) for name, type_, said in columns])


def _version(labeling: LabelingHome, name: str) -> str:
    recorded = labeling.context.state()
    return recorded[name].output_version if name in recorded else "none"
