-- Purpose: comments that wait for an expert, and those of them that should have been decided by now.
-- Grain: one row.
-- Parameters: $now.
select count(*) as n, count(*) filter (where due_at < $now) as n_overdue, min(due_at) as first_due_at
from adjudication_queue
