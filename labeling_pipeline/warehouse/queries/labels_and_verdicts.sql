-- Purpose: how far annotators agreed on each comment, and whether an expert who had not voted on it put another label in the place of theirs.
-- Grain: one row per comment with a consensus label.
-- Parameters: $classes: any other answer takes back what its expert said before.
with last_word as (
    select * from independent_verdicts
    qualify row_number() over (
        partition by comment_id, expert_id order by decided_at desc nulls last, verdict_id desc) = 1
)
select l.comment_id, l.agreement, case when v.comment_id is not null then (v.label <> l.label)::integer end as is_overturned
from consensus_labels l
left join (
    select comment_id, label from last_word where list_contains($classes, label)
    qualify row_number() over (partition by comment_id order by decided_at desc nulls last, verdict_id desc) = 1
) v on v.comment_id = l.comment_id
order by l.comment_id
