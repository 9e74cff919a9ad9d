-- Purpose: answers that are known: fit gold, honeypots, and the latest verdict, which counts from the Monday after it.
-- Grain: one row per comment and kind.
-- Parameters: $classes: any other answer takes back what its expert said before.
with last_word as (
    select * from independent_verdicts where decided_at is not null
    qualify row_number() over (partition by comment_id, expert_id order by decided_at desc, verdict_id desc) = 1
),
verdict as (
    select comment_id, label, decided_at from last_word where list_contains($classes, label)
    qualify row_number() over (partition by comment_id order by decided_at desc, verdict_id desc) = 1
),
asked as (select distinct comment_id from assignments where is_honeypot)
select 'verdict' as kind, comment_id as task, label,
       date_diff('day', timestamp '1970-01-05', decided_at) // 7 + 1 as week from verdict
union all
select case when a.comment_id is null then 'gold' else 'honeypot' end, g.comment_id, g.label, 0
from gold_set g left join asked a using (comment_id)
where g.role = 'fit'
order by kind, task
