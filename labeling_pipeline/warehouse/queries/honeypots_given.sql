-- Purpose: how many honeypots everyone was handed out among how much, over all rounds.
-- Grain: one row per annotator; those that sheets do not name are one, 'vendor', and count once per answer wanted.
-- Parameters: $votes_per_comment (where a round does not say).
with lines as (
    select coalesce(a.annotator_id, 'vendor') as annotator_id, a.is_honeypot,
           if(a.annotator_id is null, coalesce(r.votes_per_comment, $votes_per_comment), 1) as n
    from assignments a join rounds r on r.labeling_round = a.labeling_round
)
select annotator_id, coalesce(sum(n) filter (where not is_honeypot), 0)::bigint as n_real,
       coalesce(sum(n) filter (where is_honeypot), 0)::bigint as n_honeypots
from lines group by annotator_id order by annotator_id
