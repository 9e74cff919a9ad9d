-- Purpose: unanimous labels under review with the class that the first expert who had not voted on it, and took nothing
-- back, gave each, where one has.
-- Grain: one row per comment under review.
-- Parameters: $classes: any other answer takes back what its expert said before.
with said as (
    select *, last_value(label) over (
        partition by comment_id, expert_id order by decided_at nulls first, verdict_id
        rows between unbounded preceding and unbounded following
    ) as last_label
    from independent_verdicts
),
first_verdict as (
    select comment_id, label as verdict, decided_at from said
    where list_contains($classes, label) and list_contains($classes, last_label)
    qualify row_number() over (partition by comment_id order by decided_at nulls first, verdict_id) = 1
)
select u.*, v.verdict, v.decided_at from unanimous_review u left join first_verdict v using (comment_id)
order by u.comment_id
