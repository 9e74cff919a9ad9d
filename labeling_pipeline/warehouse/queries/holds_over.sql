-- Purpose: how many drawn comments need not be kept for gold any more, since their time is over.
-- Grain: one row.
-- Parameters: $since (drawn by then).
select count(*) as n from unanimous_review where inclusion_p is not null and planned_at <= $since
