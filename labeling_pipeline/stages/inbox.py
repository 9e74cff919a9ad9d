"""Taking the files of one kind.

Belongs here: the step every stage with an inbox shares. Does not: parsing and rules (``warehouse.inbox``).
"""

from __future__ import annotations

from labeling_pipeline.stages.engine import Context, Result
from labeling_pipeline.warehouse.inbox import reexamine, take_all


def take_files(context: Context, kind: str, table: str) -> Result:
    """Take every file of this kind that is there and still; a damaged one is quarantined and the others go on."""
    released = reexamine(context.warehouse, context.ingest, kind)
    taken = take_all(context.warehouse, context.untaken(kind), context.ingest)
    metrics = {
        "files_taken": len(taken),
        "rows_in": sum(one.rows_in for one in taken),
        "rows_released": released,
        "rows_quarantined": sum(one.quarantined for one in taken),
    }
    return Result(context.count(table), metrics)
