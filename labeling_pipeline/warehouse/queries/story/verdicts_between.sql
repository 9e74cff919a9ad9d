-- Purpose: how many verdicts one model could learn from that the model before it could not, and how many saw context.
-- Grain: one row.
-- Parameters: $since, $until (times of training).
select count(*) as n, count(distinct comment_id) as n_comments,
       count(*) filter (lower(context_shown) in ('true', 'yes', '1')) as n_with_context
from verdicts where decided_at > $since and decided_at <= $until
