-- Purpose: acts in production that say nothing of a label: they name no class, and what was shown is not known.
-- Grain: one row.
-- Parameters: none.
select count(*) as n, count(distinct comment_id) as n_comments from production_feedback
where kind <> 'click' and label is null and comment_id not in (select comment_id from production_predictions)
