"""The versioned export: an immutable folder of labels and votes that proves what it holds.

Belongs here: the files' columns and bytes, content hashes, manifest, dataset card, Croissant, verification, what
changed between two versions, and the next version's number. Does not: which labels passed quality control, the store.
"""

from labeling_pipeline.core.export.build import ExportResult, build_export
from labeling_pipeline.core.export.changes import Changes, changes, diff, latest, next_version
from labeling_pipeline.core.export.content import content_hash
from labeling_pipeline.core.export.manifest import ExportMeta, list_exports, read_manifest, versions
from labeling_pipeline.core.export.tables import labels_table, votes_table
from labeling_pipeline.core.export.verify import verify

__all__ = [
    "Changes",
    "ExportMeta",
    "ExportResult",
    "build_export",
    "changes",
    "content_hash",
    "diff",
    "labels_table",
    "latest",
    "list_exports",
    "next_version",
    "read_manifest",
    "verify",
    "versions",
    "votes_table",
]
