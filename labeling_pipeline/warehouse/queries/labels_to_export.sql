-- Purpose: the labels that passed, with their texts. Measuring and sealed gold stay out, and any comment of the same
-- text: a model must never learn them.
-- Grain: one row per comment.
-- Parameters: none.
with kept_apart as (
    select g.comment_id, lower(trim(coalesce(c.text, g.text))) as text
    from gold_set g left join raw_comments c using (comment_id)
    where g.role in ('measure', 'sealed')
)
select q.*, r.text, case when g.comment_id is null then null else g.label = q.label end as gold_correct
from qc_passed_labels q
join raw_comments r using (comment_id)
left join gold_set g on g.comment_id = q.comment_id and g.role = 'fit'
where q.comment_id not in (select comment_id from kept_apart)
  and lower(trim(r.text)) not in (select text from kept_apart where text is not null)
order by q.comment_id
