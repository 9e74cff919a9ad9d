-- Purpose: unanimous labels under review with what the first expert who had not voted on it said of
-- each, where one has.
-- Grain: one row per comment under review.
-- Parameters: none.
with first_verdict as (
    select comment_id, label as verdict, decided_at from independent_verdicts
    qualify row_number() over (partition by comment_id order by decided_at nulls first, verdict_id) = 1
)
select u.*, v.verdict, v.decided_at from unanimous_review u left join first_verdict v using (comment_id)
order by u.comment_id
