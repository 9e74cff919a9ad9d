-- Purpose: labels with a date, for drift.
-- Grain: one row per label.
-- Parameters: none.
select label, labeled_at, schema_version from qc_outcomes where labeled_at is not null order by labeled_at, comment_id
