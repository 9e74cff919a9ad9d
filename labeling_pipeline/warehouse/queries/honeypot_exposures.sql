-- Purpose: how many annotators were shown each honeypot: those it was handed out to, and others who answered it.
-- Grain: one row per comment that is fit gold and was seen.
-- Parameters: none.
with shown as (
    select comment_id, annotator_id from assignments where is_honeypot and annotator_id is not null
    union
    select comment_id, annotator_id from vote_log where annotator_id is not null
)
select s.comment_id, count(*) as n from shown s join gold_set g on g.comment_id = s.comment_id and g.role = 'fit'
group by s.comment_id order by s.comment_id
