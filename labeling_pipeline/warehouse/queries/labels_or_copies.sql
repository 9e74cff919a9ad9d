-- Purpose: comments a model may have learned from, and their near-copies: none of them may measure it.
-- Grain: one row per comment.
-- Parameters: none.
with labeled as (select comment_id from qc_passed_labels where exists (select 1 from versioned_export))
select comment_id from labeled
union
select o.comment_id from comment_copies c
join comment_copies o on o.duplicate_group = c.duplicate_group
where c.comment_id in (select comment_id from labeled)
order by 1
