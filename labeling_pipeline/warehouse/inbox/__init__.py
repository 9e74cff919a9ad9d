"""Files dropped into a home become rows of the warehouse: each file once, each row accepted or quarantined.

A new kind of file is one module here, one line in ``kinds.KINDS`` and one ``queries/take_<kind>.sql``.
"""

from __future__ import annotations

from labeling_pipeline.warehouse.inbox.kinds import KINDS
from labeling_pipeline.warehouse.inbox.misplaced import misplaced
from labeling_pipeline.warehouse.inbox.model import InboxFile, IngestContext, Kind, Split, Taken
from labeling_pipeline.warehouse.inbox.reexamine import count_to_reexamine, reexamine
from labeling_pipeline.warehouse.inbox.scan import scan
from labeling_pipeline.warehouse.inbox.take import take, take_all

__all__ = [
    "KINDS",
    "InboxFile",
    "IngestContext",
    "Kind",
    "Split",
    "Taken",
    "count_to_reexamine",
    "misplaced",
    "reexamine",
    "scan",
    "take",
    "take_all",
]
