-- Purpose: what the consensus has said of comments, and since which week: of the last vote behind it (from Monday,
-- 1970-01-05). What it says now comes last; what it said before another vote came is in the history.
-- Grain: one row per comment and week.
-- Parameters: none.
with said as (
    select comment_id, label, evidence_at as said_at, true as is_now from consensus_labels
    union all
    select comment_id, detail ->> 'label', happened_at, false from label_history
    where detail ->> 'source' = 'crowd' and event <> 'gold_candidate'
),
dated as (
    select comment_id as task, label, is_now,
           coalesce(date_diff('day', timestamp '1970-01-05', said_at) // 7, 0) as week
    from said where label is not null
)
select task, label, week from dated
qualify row_number() over (partition by task, week order by is_now desc, label) = 1
order by week, task
